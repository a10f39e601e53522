"""``shopwright dev`` in a real browser: changes show by themselves, mistakes lie over the last good page."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect
from ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
WAIT = 90_000


@pytest.fixture(scope="module")
def dev(tmp_path_factory, sample_shop):
    folder = sample_shop("stall", tmp_path_factory.mktemp("dev") / "stall")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder.parent / "log").open("w+") as log:
        process = subprocess.Popen([SHOPWRIGHT, "dev", folder, "--port", str(port)], stdout=log, stderr=log)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and process.poll() is None:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield folder, address
        process.terminate()
        assert process.wait(timeout=120) == 0


def first_product(folder):
    return min((folder / "products").glob("*.yaml"))


def built_after(address, number):
    """Wait for a build after the one with a number; return its number."""
    while True:
        with urllib.request.urlopen(f"{address}/__dev__/news?seen={number}", timeout=60) as answer:
            news = json.loads(answer.read())
        if news["number"] > number:
            return news["number"]


def test_a_change_of_the_text_shows_by_itself(dev, open_page):
    folder, address = dev
    path = first_product(folder)
    page = open_page(1000)
    page.goto(f"{address}/products/{path.stem}/")
    text = path.read_text("utf-8")
    path.write_text(
        "subtitle: 刚刚改过的一句话\n"
        + "".join(line for line in text.splitlines(keepends=True) if not line.startswith("subtitle:")),
        "utf-8",
    )
    expect(page.get_by_text("刚刚改过的一句话").first).to_be_visible(timeout=WAIT)


def test_a_mistake_lies_over_the_last_good_page_until_it_is_mended(dev, open_page):
    folder, address = dev
    path = first_product(folder)
    page = open_page(1000)
    page.goto(f"{address}/products/{path.stem}/")
    title = page.locator("h1").inner_text()
    good = path.read_text("utf-8")
    path.write_text("prise: 1\n" + good, "utf-8")
    overlay = page.locator(".dev-overlay")
    expect(overlay).to_be_visible(timeout=WAIT)
    expect(overlay).to_contain_text(f"products/{path.name}:1:1")
    expect(overlay).to_contain_text("1 | prise: 1")
    assert page.locator("h1").inner_text() == title
    expect(page.locator(".dev-close")).to_be_focused()
    path.write_text(good, "utf-8")
    expect(page.locator(".dev-overlay")).to_have_count(0, timeout=WAIT)


def test_a_style_sheet_is_swapped_without_loading_the_page_again(dev, open_page):
    folder, address = dev
    sheet = folder / "theme" / "assets" / "harbour.css"
    before = built_after(address, 0)
    sheet.parent.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "themes/harbour/assets/harbour.css").read_text("utf-8")
    sheet.write_text(text, "utf-8")
    built_after(address, before)
    page = open_page(1000)
    page.goto(address)
    page.evaluate("window.stays = true")
    sheet.write_text(text + "\nh1 { letter-spacing: 7px }\n", "utf-8")
    expect(page.locator("h1").first).to_have_css("letter-spacing", "7px", timeout=WAIT)
    assert page.evaluate("window.stays") is True


def test_a_served_shop_knows_nothing_of_dev(serve):
    shop = serve("stall")
    with urllib.request.urlopen(shop.address) as answer:
        assert b"__dev__" not in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{shop.address}/__dev__/news")
