"""A replay in a real browser: what was sent is played from the shop's own files, with the products as its chapters."""

import json
import urllib.request

import on_air
import pytest
from on_air import Air, until
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROOM = "r-again"
PLAYS = "() => { const v = document.querySelector('video'); return v && v.currentTime > %s && !v.error && !v.paused; }"


def document(air):
    with urllib.request.urlopen(f"{air.address}1/chapters.json", timeout=5) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def again(serve):
    """A room whose broadcast is over: a publisher broke off in it, and two products were explained."""
    shop = serve("tea")
    on_air.add(shop, ROOM)
    shop.command("publish", str(shop.folder))
    air = Air(shop, ROOM)
    folder = shop.folder / "var/rooms" / ROOM / "1"

    def recorded():
        return len(list(folder.glob("*.m4s")))

    with air.sent_by_ffmpeg() as publisher:
        air.wait_for("live")
        air.pin(2)
        until(lambda: recorded() >= 3)
        publisher.kill()
        air.wait_for("interrupted")
    with air.sent_by_ffmpeg():
        air.wait_for("live")
        air.pin(4)
        before = recorded()
        until(lambda: recorded() >= before + 3)
        air.end()
    air.wait_for("replay")
    return air


def test_l13_the_replay_plays_over_the_break_and_its_chapters_lead_to_what_was_shown(again, open_page):
    page = open_page(390)
    page.goto(again.address)
    page.locator("[data-play]").click()
    page.wait_for_function(PLAYS % 0.5)
    chapters = page.locator("[data-chapters] li")
    expect(chapters).to_have_count(2)
    expect(chapters.nth(0)).to_contain_text("2.")
    expect(chapters.nth(1)).to_contain_text("4.")
    duration = page.evaluate("document.querySelector('video').duration")
    chapters.nth(1).locator("button").click()
    start = document(again)["chapters"][1]["start"]
    page.wait_for_function(PLAYS % (start + 0.2))
    assert duration == pytest.approx(document(again)["duration"], abs=0.3)
    assert page.evaluate("document.querySelector('video').getVideoPlaybackQuality().corruptedVideoFrames") == 0


def test_an_address_with_a_place_begins_there(again, open_page):
    page = open_page(1280)
    start = int(document(again)["chapters"][1]["start"])
    page.goto(f"{again.address}?t={start}")
    page.locator("[data-play]").click()
    page.wait_for_function(PLAYS % start)
    assert page.evaluate("document.querySelector('video').currentTime") >= start
