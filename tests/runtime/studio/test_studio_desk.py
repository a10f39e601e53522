"""The desk in a real browser: every screen without a complaint of axe, fit for a thumb, and what its buttons do."""

import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest
from accessibility import violations
from playwright.sync_api import expect
from studio_shop import SECRET

from runtime.live import tickets
from runtime.live.tickets import Pass

pytestmark = pytest.mark.browser
STICKING_OUT = """() => {
  const said = [], { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) said.push(`wider than the screen: ${scrollWidth}`);
  for (const each of document.querySelectorAll("button, a, input, select, summary")) {
    const box = each.getBoundingClientRect(), name = each.outerHTML.slice(0, 120);
    if (!box.width || each.closest(".skip, .unseen, .over")) continue;
    if (box.height < 43.5 || (each.matches("button, a") && box.width < 43.5)) said.push(`small: ${name}`);
    if (box.right > innerWidth + 1) said.push(`sticks out: ${name}`);
  }
  return said;
}"""
TABS = ("chat", "bag", "figures", "setup")


def write(shop, room, viewer, name, text):
    """Write into the chat of a room as a viewer does."""
    until = int(datetime.now(UTC).timestamp()) + 600
    passed = tickets.sign_pass(SECRET.encode(), Pass(room=room, viewer=viewer, name=name, locale="en", until=until))
    body = json.dumps({"pass": passed, "text": text}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{shop.live_port}/live/{room}/chat", body)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())["code"]


def complaints(page):
    """Return what axe has against a page, and what sticks out of it or is too small for a thumb."""
    page.wait_for_timeout(300)
    return [*violations(page).items(), *page.evaluate(STICKING_OUT)]


@pytest.mark.parametrize(("width", "language"), [(360, "zh-CN"), (390, "de"), (1280, "en")])
def test_every_screen_is_clean_and_fits(enter, studio_shop, room, width, language):
    page = enter(width=width, language=language)
    # The list is a screen of the office, where buttons may be a little lower beside a mouse.
    found = {"list": [each for each in complaints(page) if width < 1000 or not each.startswith("small")]}
    page.goto(f"{studio_shop.address}/console/live/{room}")
    page.locator("[data-act=practise]").click()
    page.wait_for_selector(".state-practice")
    for tab in TABS:
        if width < 1000:
            page.locator(f"[data-show={tab}]").click()
        found[tab] = complaints(page)
    if width < 1000:
        page.locator("[data-show=bag]").click()
    page.locator(".good-flash").first.click()
    found["flash"] = complaints(page)
    page.locator("[data-dialog=flash] [data-close]").click()
    page.locator("[data-quality]").click()
    found["quality"] = complaints(page)
    page.locator("[data-act=end-practice]").click()
    page.wait_for_selector(".state-before")
    page.goto(f"{studio_shop.address}/console/live/enter?lang={language}")
    found["entrance"] = complaints(page)
    assert {name: said for name, said in found.items() if said} == {}


def test_chat_is_held_let_through_answered_taken_away_and_its_author_muted(on_air, studio_shop, room):
    page = on_air()
    assert write(studio_shop, room, "a" * 16, "L**", "Is <b>number 3</b> left?") == "held"
    expect(page.locator("[data-held-list] .line-text")).to_have_text("Is <b>number 3</b> left?")
    expect(page.locator("[data-count=chat]")).to_have_text("1")
    page.locator("[data-held-act=approve]").click()
    expect(page.locator(".lines .line-text")).to_have_text("Is <b>number 3</b> left?")
    expect(page.locator("[data-held]")).to_be_hidden()
    page.locator("#say").fill("Yes, twenty.")
    page.locator("#say").press("Enter")
    expect(page.locator(".line-host .line-text")).to_have_text("Yes, twenty.")
    page.locator(".line-more").first.click()
    page.locator("[data-line-act=notice]").click()
    expect(page.locator("[data-notice-words]")).to_have_text("Is <b>number 3</b> left?")
    page.locator(".line-more").first.click()
    page.locator("[data-line-act=mute]").click()
    expect(page.locator("[data-bans] .ban-name")).to_have_text("L**")
    time.sleep(1.5)
    with pytest.raises(urllib.error.HTTPError) as request:
        write(studio_shop, room, "a" * 16, "L**", "More?")
    assert json.loads(request.value.read())["code"] == "muted"
    page.locator("[data-show=setup]").click()
    page.locator("[data-bans] button").click()
    expect(page.locator("[data-bans] .ban")).to_have_count(0)
    page.locator("[data-show=chat]").click()
    page.locator(".line-more").first.click()
    page.locator("[data-line-act=remove]").click()
    expect(page.locator(".line-removed")).to_have_count(1)
    page.locator(".line-host .line-more").click()
    expect(page.locator("[data-line-act=mute]")).to_be_hidden()
    expect(page.locator("[data-line-act=ban]")).to_be_hidden()
    page.locator("[data-line-act=remove]").click()
    expect(page.locator(".line-removed")).to_have_count(2)
    page.locator("[data-act=end]").click()
    page.locator("[data-act=end-now]").click()


def test_one_touch_shows_a_product_and_a_flash_sale_is_started_refused_and_stopped(on_air, room):
    page = on_air()
    page.locator("[data-show=bag]").click()
    expect(page.locator(".good-stock").nth(0)).to_have_text("20 left")
    expect(page.locator(".good-stock").nth(2)).to_have_text("sold out")
    page.locator(".good-pin").nth(1).click()
    expect(page.locator(".good-pin").nth(1)).to_have_attribute("aria-pressed", "true")
    state = f"fetch('/live/{room}/room.json').then((answer) => answer.json())"
    page.wait_for_function(f"() => {state}.then((told) => told.pins.at(-1)?.number === 2)")
    page.locator(".good-flash").first.click()
    page.locator("#flash-price").fill("168")
    page.locator("[data-flash-form] [type=submit]").click()
    expect(page.locator("[data-flash-problem]")).to_contain_text("168")
    page.locator("#flash-price").fill("99")
    page.locator("#flash-quantity").fill("3")
    page.locator("[data-flash-form] [type=submit]").click()
    expect(page.locator(".flash-price")).to_have_text("¥99.00")
    expect(page.locator(".flash-left")).to_have_text("3 of 3 left")
    page.locator(".flash-stop").click()
    expect(page.locator(".flash")).to_have_count(0)
    page.locator(".good-pin").nth(1).click()
    expect(page.locator(".good-now")).to_have_count(0)
    page.locator("[data-act=end]").click()
    page.locator("[data-act=end-now]").click()


def test_an_assistant_has_the_chat_and_the_bag_and_no_camera(enter, room):
    page = enter(room, role="assistant", width=1280)
    expect(page.locator(".good")).to_have_count(3)
    assert page.locator("[data-act=go], [data-act=end], [data-act=key], .good-flash, [data-orders]").count() == 0
    assert complaints(page) == []


def test_over_plain_http_from_elsewhere_the_studio_says_why_there_is_no_camera_and_what_helps(enter, studio_shop, room):
    page = enter(room, script="Object.defineProperty(window, 'isSecureContext', { value: false });")
    expect(page.locator("[data-empty-words]")).to_contain_text(
        f"http://localhost:{studio_shop.port}/console/live/{room}"
    )
