"""Live rooms in a real browser: nothing of others before the click, states that follow the times."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROOM = """title: {{zh-CN: 测试直播 {name}}}
starts_at: {starts}
ends_at: {ends}
products: [longjing-tin]
source: {{kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}}
"""
TIMES = {
    "t-before": ("2099-01-01T12:00:00Z", "2099-01-01T14:00:00Z"),
    "t-live": ("2020-01-01T12:00:00Z", "2099-01-01T14:00:00Z"),
    "t-ended": ("2020-01-01T12:00:00Z", "2020-01-01T14:00:00Z"),
}
PLAYER = "www.youtube-nocookie.com"


@pytest.fixture(scope="module")
def shop(serve):
    found = serve("tea")
    for name, (starts, ends) in TIMES.items():
        (found.folder / "live" / f"{name}.yaml").write_text(ROOM.format(name=name, starts=starts, ends=ends), "utf-8")
    found.command("publish", str(found.folder))
    return found


@pytest.fixture
def room(shop, open_page):
    """Open a room; requests to others are written down and answered by an empty page of our own."""

    def visit(name, **more):
        page = open_page(1000, **more)
        asked = []
        own = urlsplit(shop.address).netloc

        def note(route):
            asked.append(route.request.url)
            route.fulfill(status=200, content_type="text/html", body="<p>player</p>")

        page.route(lambda url: urlsplit(url).netloc != own, note)
        page.goto(f"{shop.address}/live/{name}/")
        page.wait_for_load_state("networkidle")
        return page, asked

    return visit


@pytest.mark.parametrize(
    ("name", "state", "watchable"),
    [("t-before", "before", False), ("t-live", "live", True), ("t-ended", "ended", True)],
)
def test_the_state_of_a_room_follows_its_times(room, name, state, watchable):
    page, _ = room(name)
    expect(page.locator("[data-live]")).to_have_attribute("data-state", state)
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", state)
    expect(page.locator("button[data-watch]")).to_be_visible(visible=watchable)
    assert page.locator("[data-live-only=ended]").is_visible() is (state == "ended")


def test_r110_nobody_else_is_asked_for_anything_before_the_click(room):
    page, asked = room("t-live")
    assert asked == []
    assert page.locator("iframe").count() == 0
    page.locator("button[data-watch]").click()
    frame = page.locator("iframe")
    expect(frame).to_have_count(1)
    page.wait_for_timeout(500)
    assert asked
    assert {urlsplit(url).netloc for url in asked} == {PLAYER}
    assert frame.get_attribute("title")
    assert "autoplay" in frame.get_attribute("allow")
    assert not re.search(r"mute=0|autoplay=1", frame.get_attribute("src"))


def test_something_from_the_bag_goes_into_the_cart_and_the_room_stays(room):
    page, _ = room("t-live")
    page.evaluate("window.stays = true")
    before = page.url
    page.locator(".bag .room-get").first.click()
    page.locator(".room-buy-actions button", has_text="加入购物车").click()
    expect(page.locator("[data-cart-count]").first).to_have_text("1")
    assert (page.url, page.evaluate("window.stays")) == (before, True)


def test_without_javascript_a_room_still_says_when_and_where(room):
    page, asked = room("t-live", javascript=False)
    assert asked == []
    expect(page.locator("noscript a, a[href*='youtube.com/watch']").first).to_be_visible()
    expect(page.locator("time").first).to_be_visible()
