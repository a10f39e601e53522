"""A small room whose shop wants news pushed: viewers listen instead of asking every other second."""

import pytest
from on_air import Air, until
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROOM = """title: 测试直播
starts_at: 2020-01-01T12:00:00Z
ends_at: 2099-01-01T12:00:00Z
products: [beeswax-candles]
source: {kind: broadcast}
chat: everyone
"""


def test_news_of_a_room_is_pushed_where_the_shop_wants_it_and_the_state_is_hardly_asked_for(serve, open_page):
    shop = serve("stall")
    text = shop.folder / "shop.yaml"
    text.write_text(text.read_text("utf-8").replace("live:\n", "live:\n  push: true\n", 1), "utf-8")
    (shop.folder / "live/pushed.yaml").write_text(ROOM, "utf-8")
    shop.command("publish", str(shop.folder))
    until((shop.folder / "var/rooms/pushed/room.json").exists)
    air = Air(shop, "pushed")
    with air.sent_by_ffmpeg():
        air.wait_for("live")
        page = open_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(air.address)
        expect(page.locator("[data-room]")).to_have_attribute("data-state", "live")
        until(lambda: page.evaluate("harbourRoom.state.push") and any(url.endswith("/events") for url in asked))
        for number in range(4):
            air.say("阿强", f"第 {number} 句")
            expect(page.locator("[data-lines] p")).to_have_count(number + 1)
            page.wait_for_timeout(1000)
        before = sum(url.endswith("/room.json") for url in asked)
        air.end()
        expect(page.locator("[data-room]")).not_to_have_attribute("data-state", "live")
    assert before <= 2
