"""The studio as a publisher: a real browser sends, the real server takes, others decode; and what goes wrong (L10)."""

import os
import re
import signal
import time

import msgspec
import pytest
from playwright.sync_api import expect
from simulated import until

pytestmark = pytest.mark.browser
NO_ENCODER = "delete window.VideoEncoder; delete window.MediaStreamTrackProcessor;"
FROM_FRAMES = "delete window.MediaStreamTrackProcessor;"


def end(page):
    page.locator("[data-act=end]").click()
    page.locator("[data-act=end-now]").click()
    expect(page.locator("[data-dialog=ended]")).to_be_visible()


def lost(page):
    return page.locator("[data-measure=lost]").text_content()


def server(shop):
    return msgspec.json.decode((shop.folder / "var/run/live.json").read_bytes())["pid"]


def breaks(playlist):
    return playlist.count("#EXT-X-DISCONTINUITY\n")


def test_what_the_camera_shows_is_sent_live_and_decoded_whole(on_air, studio_shop, room):
    page = on_air()
    studio_shop.road.wait(12)
    assert "#EXT-X-PART:" in studio_shop.playlist(room, "ll.m3u8")
    expect(page.locator("[data-quality-words]")).to_have_text("Good")
    expect(page.locator("[data-measure=picture]")).to_have_text("1280 × 720")
    assert int(page.locator("[data-meter]").get_attribute("aria-valuenow")) >= 0
    end(page)
    frames, sound, complaints = studio_shop.decoded(room)
    assert complaints == ""
    assert frames > 60
    assert sound > 100
    assert breaks(studio_shop.recorded(room)) == 0


@pytest.mark.parametrize("script", [FROM_FRAMES, NO_ENCODER], ids=["single frames", "recorded in pieces"])
def test_browsers_that_can_do_less_send_as_well(on_air, studio_shop, room, script):
    page = on_air(script=script)
    studio_shop.road.wait(8)
    end(page)
    frames, sound, complaints = studio_shop.decoded(room)
    assert complaints == ""
    assert frames > 20
    assert sound > 20


def test_batches_that_get_lost_unheard_doubled_late_or_out_of_date_cost_no_picture(on_air, studio_shop, room):
    page = on_air()
    renewed = []
    page.on("request", lambda request: request.url.endswith("/ticket") and renewed.append(request.url))
    for what in ("lost", "unheard", "twice", "late", "expired"):
        studio_shop.road.happen(what)
        studio_shop.road.wait(3)
        assert studio_shop.road.happened == [what]
    studio_shop.road.happen("lost", "lost", "unheard", "late", "lost")
    studio_shop.road.wait(4)
    assert lost(page) == "0"
    assert len(renewed) == 1
    end(page)
    frames, _, complaints = studio_shop.decoded(room)
    assert (breaks(studio_shop.recorded(room)), complaints) == (0, "")
    assert frames > 60


def test_a_new_stream_key_and_a_killed_server_are_survived_from_the_next_key_frame_on(on_air, studio_shop, room):
    page = on_air()
    page.locator("[data-show=setup]").click()
    page.locator("[data-act=key]").click()
    page.locator("[data-act=rotate]").click()
    expect(page.locator("[data-dialog=key]")).to_be_visible()
    key = page.locator("[data-key-shown]").input_value()
    assert len(key) == 32
    page.locator("[data-dialog=key] .button-main").click()
    studio_shop.road.wait(4)
    killed = server(studio_shop)
    os.kill(killed, signal.SIGKILL)
    until(lambda: server(studio_shop) != killed)
    studio_shop.road.wait(6)
    expect(page.locator("[data-state-words]")).to_have_text("On air")
    assert key not in studio_shop.playlist(room) + studio_shop.log.read_text("utf-8")
    end(page)
    frames, _, complaints = studio_shop.decoded(room)
    assert complaints == ""
    assert frames > 30
    assert breaks(studio_shop.recorded(room)) >= 1


def test_a_phone_that_was_locked_for_ten_seconds_goes_on(on_air, studio_shop, room):
    page = on_air()
    control = page.context.new_cdp_session(page)
    control.send("Page.setWebLifecycleState", {"state": "frozen"})
    time.sleep(10)
    control.send("Page.setWebLifecycleState", {"state": "active"})
    studio_shop.road.wait(4)
    expect(page.locator("[data-state-words]")).to_have_text("On air")
    end(page)
    assert studio_shop.decoded(room)[2] == ""


def test_a_page_whose_own_thread_stands_still_as_in_a_hidden_tab_sends_on(on_air, studio_shop, room):
    page = on_air()
    with studio_shop.road.standing_still(page):
        studio_shop.road.wait(6)
    assert lost(page) == "0"
    end(page)
    assert breaks(studio_shop.recorded(room)) == 0


def test_a_camera_that_is_taken_away_is_said_and_can_be_turned_on_again_on_air(on_air, studio_shop, room):
    page = on_air()
    page.evaluate(
        """() => { const [track] = document.querySelector("[data-preview]").srcObject.getVideoTracks();
        track.stop(); track.dispatchEvent(new Event("ended")); }"""
    )
    expect(page.locator("[data-empty-words]")).to_contain_text("The camera was taken away.")
    studio_shop.road.wait(5)
    page.locator("[data-act=camera]").click()
    expect(page.locator("[data-empty]")).to_be_hidden()
    studio_shop.road.wait(5)
    expect(page.locator("[data-state-words]")).to_have_text("On air")
    end(page)
    frames, _, complaints = studio_shop.decoded(room)
    assert (complaints, frames > 30) == ("", True)


def test_a_practice_is_watched_by_its_link_and_is_in_no_public_place(enter, room, studio_shop):
    page = enter(room)
    page.locator("[data-act=practise]").click()
    page.wait_for_selector(".state-practice")
    page.locator("[data-show=setup]").click()
    link = page.locator("[data-practice-link]").get_attribute("href")
    stream = re.search(r"p[0-9a-f]{32}", link)[0]
    watcher = enter()
    watcher.goto(studio_shop.address + link)
    until(lambda: watcher.evaluate("document.querySelector('video').currentTime > 1"))
    assert watcher.evaluate("document.querySelector('video').videoWidth") == 1280
    assert stream not in studio_shop.get(f"/live/{room}/room.json")
    assert studio_shop.get(f"/live/{room}/{stream}/init0.mp4") is None
    page.locator("[data-act=end-practice]").click()
    expect(page.locator("[data-state-words]")).to_have_text("Not on air")
    expect(watcher.locator("[data-words]")).to_have_text("The practice is over.")


def test_whoever_leaves_while_on_air_is_warned(on_air):
    page = on_air()
    page.locator("[data-show=chat]").click()
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    end(page)


def test_a_second_device_takes_over_and_the_first_one_is_told(on_air, enter, room, studio_shop):
    first = on_air()
    second = enter(room)
    expect(second.locator("[data-banner]")).to_have_text("Somebody else sends into this room: a browser.")
    second.locator("[data-act=take-over]").click()
    expect(first.locator(".toast-bad")).to_have_text("Another device sends into this room now.")
    expect(first.locator("[data-act=take-over]")).to_be_visible()
    studio_shop.road.wait(4)
    end(second)
