"""A promotion on a static page: counted down while it runs, gone when it is over, and plain without scripts."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect
from ports import free_port

from generator.build import Wish, build

pytestmark = pytest.mark.browser
SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
SHOP = """format: 1
name: {zh-CN: 四季茶铺, en: Four Seasons Tea}
country: SG
locale: en
locales: [en, zh-CN]
currency: CNY
seller: {type: individual, legal_name: A. Tea, email: a@example.com, phone: "+6561234567", address: 1 Market St}
delivery: [{id: post, name: {en: Post, zh-CN: 快递}, kind: courier}]
payment: [{gateway: rehearsal}]
home: [{section: shelf, shelf: teas}]
promotions:
  - {id: over, name: {en: Last year, zh-CN: 去年}, kind: flash_sale, price: 60,
     when: {products: [old], ends_at: 2020-01-02T00:00:00Z}}
  - {id: now, name: {en: Flash, zh-CN: 抢购}, kind: flash_sale, price: 70,
     when: {products: [new], ends_at: 2099-01-01T00:00:00Z}}
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("promoted") / "shop"
    for name in ("products", "shelves"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    for name in ("old", "new"):
        title = f"title: {{en: {name} tea, zh-CN: 茶 {name}}}\n"
        (folder / f"products/{name}.yaml").write_text(f"{title}price: 100\n", "utf-8")
    (folder / "shelves/teas.yaml").write_text("title: {en: Teas, zh-CN: 茶}\nproducts: [old, new]\n", "utf-8")
    assert build(folder, Wish(now="2020-01-01T00:00:00Z")).release
    port = free_port()
    process = subprocess.Popen(
        [SHOPWRIGHT, "serve", folder, "--no-build", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            break
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=120)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_that_was_built_before_the_end_shows_the_usual_price_after_it(address, open_page, width):
    page = open_page(width, locale="en")
    page.goto(f"{address}/products/old/")
    expect(page.locator(".product-info [data-price]")).to_have_text("¥100.00")
    expect(page.locator(".bargains > li")).to_be_hidden()


def test_so_does_a_card(address, open_page):
    page = open_page(locale="en")
    page.goto(address)
    expect(page.locator("[data-offer=old] [data-price]")).to_have_text("¥100.00")
    expect(page.locator("[data-offer=new] bdi")).to_have_text("¥70.00")


def test_a_running_sale_is_counted_down_and_says_its_end_in_words(address, open_page):
    page = open_page(locale="en")
    page.goto(f"{address}/products/new/")
    bargain = page.locator(".bargains > li")
    expect(bargain.locator("time")).to_contain_text("January 1, 2099")
    clock = bargain.locator("[data-until-clock]")
    expect(clock).to_contain_text("Ends in")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)


def test_without_scripts_the_printed_end_stands_beside_the_price(address, open_page):
    page = open_page(javascript=False, locale="en")
    page.goto(f"{address}/products/old/")
    assert "¥60.00" in page.locator(".product-info [data-price]").inner_text()
    assert "Until January 2, 2020" in page.locator(".bargains").inner_text()
    assert page.locator("[data-until-clock]").is_hidden()
