"""The wizard in a real browser: with JavaScript and without, by keyboard alone, on a narrow and on an enlarged page."""

import re
import subprocess
import time
from io import BytesIO
from pathlib import Path

import pytest
from conftest import SHOPWRIGHT
from PIL import Image
from playwright.sync_api import expect
from ports import free_port

PASSWORD = "clay oven seventeen maple"


class Served:
    """The command that a merchant types in a folder that is not there yet."""

    def __init__(self, place):
        self.folder, self.port = place / "shop", free_port()
        self.log = (place / "log").open("w+")
        self.start()

    def start(self):
        self.log.truncate(0)
        self.process = subprocess.Popen(
            [SHOPWRIGHT, "serve", self.folder, "--port", str(self.port), "--workers", "1", "--lang", "en"],
            stdout=self.log, stderr=self.log,
        )  # fmt: skip
        end = time.monotonic() + 240
        while time.monotonic() < end and self.process.poll() is None:
            found = re.search(r"http://\S+/setup/\S{43}", Path(self.log.name).read_text())
            if found:
                self.address = found[0]
                return
            time.sleep(0.1)
        pytest.fail(Path(self.log.name).read_text())

    def end(self):
        self.process.terminate()
        assert self.process.wait(timeout=120) == 0

    def stop(self):
        self.end()
        self.log.close()


@pytest.fixture
def served(tmp_path):
    made = Served(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def photo():
    out = BytesIO()
    Image.new("RGB", (1200, 1200), "#b9774a").save(out, "JPEG")
    return {"name": "mug.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def narrow(page):
    assert page.evaluate("() => document.documentElement.scrollWidth") <= page.viewport_size["width"]


def go_on(page, step):
    page.locator("button[value=next]:not(.unseen)").click()
    page.wait_for_url(f"**/setup/{step}")
    narrow(page)


def test_w75_a_shop_is_opened_without_javascript_at_320_pixels(served, chromium, photo):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="en-US")
    page = context.new_page()
    page.goto(served.address)
    expect(page).to_have_title("What is your shop called? · Shopwright")
    page.get_by_label("What is your shop called?").fill("Speckled")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Where do you sell from?").select_option("US")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name=re.compile("Just me")).check(force=True)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("How do customers reach you?").fill("ida@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name", exact=True).fill("Speckled mug")
    page.get_by_label("Price").fill("24")
    page.get_by_label("Photo").set_input_files(photo)
    page.get_by_role("button", name="Continue").last.click()
    page.wait_for_url("**/setup/look")
    page.get_by_role("radio", name="Clay").check(force=True)
    page.get_by_role("button", name="Show it").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Speckled", exact=True)).to_be_visible()
    page.get_by_role("link", name="Open now").click()
    page.get_by_role("button", name="Open my shop").click()
    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**/console/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Speckled")
    page.goto(f"http://127.0.0.1:{served.port}/products/speckled-mug/")
    expect(page.get_by_role("heading", name="Speckled mug")).to_be_visible()
    assert "colors: clay" in (served.folder / "shop.yaml").read_text()
    context.close()


def test_w75_w76_by_keyboard_alone_with_large_text_and_a_server_that_ends_in_the_middle(served, chromium):
    context = chromium.new_context(viewport={"width": 640, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(served.address)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%'; })"
    )
    name = page.get_by_label("你的店叫什么名字？")
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-mistakes]")).to_be_focused()
    expect(page).to_have_title(re.compile("^错误："))
    name.focus()
    session = context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "qing", "selectionStart": 4, "selectionEnd": 4})
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Enter"})
    session.send("Input.insertText", {"text": "青叶 🍵"})
    expect(name).to_have_value("青叶 🍵")
    expect(page).to_have_url(re.compile("/setup/name$"))
    expect(page.locator("[data-sign]")).to_have_text("青叶 🍵")
    page.keyboard.press("Enter")
    page.wait_for_url("**/setup/country")
    narrow(page)
    served.end()
    served.start()
    page.reload()
    page.get_by_label("你在哪里卖？").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/setup/seller")
    narrow(page)
    page.goto(f"http://127.0.0.1:{served.port}/setup/name")
    expect(page.get_by_label("你的店叫什么名字？")).to_have_value("青叶 🍵")
    context.close()


def test_a_colour_shows_at_once_and_a_second_press_opens_one_shop(served, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-US")
    page = context.new_page()
    page.goto(served.address)
    page.fill("#name", "Speckled")
    go_on(page, "country")
    page.select_option("#country", "US")
    go_on(page, "seller")
    go_on(page, "contact")
    page.fill("#contact", "+1 555 010 9999")
    go_on(page, "password")
    page.fill("#password", PASSWORD)
    go_on(page, "products")
    go_on(page, "look")
    before = page.locator("iframe").get_attribute("src")
    page.get_by_role("radio", name="Plum").check(force=True)
    expect(page.locator("iframe")).not_to_have_attribute("src", before)
    page.get_by_role("link", name="Open now").click()
    page.get_by_role("button", name="Open my shop").dblclick()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**/console/")
    expect(page.get_by_text("Does it really sell?")).to_be_visible()
    context.close()
