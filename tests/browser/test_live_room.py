"""The room of a broadcast in a real browser, in all its states: what it shows, says, sells and weighs."""

import re
from datetime import datetime
from math import ceil

import brotli
import on_air
import pytest
from accessibility import violations
from on_air import LATER, Air, until
from playwright.sync_api import expect
from test_purchase import ADDRESS, fill, place, send, to_checkout

pytestmark = pytest.mark.browser
COVERED = """() => {
  const sound = document.querySelector("[data-unmute]");
  sound.hidden = false;
  const [a, b] = [sound, document.querySelector("[data-flash]")].map((each) => each.getBoundingClientRect());
  return a.bottom > b.top && a.top < b.bottom && a.right > b.left && a.left < b.right;
}"""
"""Whether the offer to turn the sound on lies over the flash sale."""
WIDTHS = (360, 390, 1280)
AN_HOUR = 3_600_000
TABLE, TABLES = "SET-HOST", "9"
"""The sku of number 1, and how many there are."""
# A visitor's clock that is wrong: Date says so, and what measures time goes on as it should.
WRONG_CLOCK = """(() => {
  const Right = Date, wrong = %d;
  window.Date = class extends Right {
    constructor(...given) { super(...(given.length ? given : [Right.now() + wrong])); }
    static now() { return Right.now() + wrong; }
  };
})()"""

# What the countdown shows at three of its steps, and when each was by a right clock, however late the page comes to it.
COUNTED = """new Promise((done) => {
  const parts = () => [...document.querySelectorAll('[data-countdown] b')], seen = [];
  new MutationObserver((_, watching) => {
    const shown = parts().reduce((sum, each, place) => sum + Number(each.textContent) * [86400, 3600, 60, 1][place], 0);
    seen.push([shown, (performance.timeOrigin + performance.now()) / 1000]);
    if (seen.length === 3) { watching.disconnect(); done(seen); }
  }).observe(document.querySelector('[data-countdown]'), { childList: true, subtree: true });
})"""
PINNED_AT = """new Promise((done) => {
  const look = () => {
    if (document.querySelector('[data-pin]').hidden) requestAnimationFrame(look); else done(harbourRoom.date());
  };
  look();
})"""
SMALL = """[...document.querySelectorAll('.room-screen :is(button, a, input)')]
  .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.round(Math.min(box.width, box.height)) < 44)
  .map(([html]) => html)"""


@pytest.fixture(scope="module")
def shop(serve):
    found = serve("tea")
    on_air.add(found, "r-before", starts=LATER)
    on_air.add(found, "r-late")
    for name in ("r-live", "r-words", "r-gone", "r-sent", "r-over"):
        on_air.add(found, name)
    on_air.add(found, "r-quiet", chat="'off'")
    on_air.add(found, "r-buyers", chat="buyers")
    on_air.add(found, "r-elsewhere", source="{kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}")
    found.command("publish", str(found.folder))
    until((found.folder / "var/rooms/r-elsewhere/room.json").exists)
    return found


@pytest.fixture
def air(shop):
    """Give rooms of the shop; what runs in them is over when the test is."""
    given = []

    def find(name):
        given.append(Air(shop, name))
        return given[-1]

    yield find
    for each in given:
        each.end()


@pytest.fixture(scope="module")
def states(shop):
    """Rooms in all states but a replay, by state; they stay as they are."""
    rooms = {"before": Air(shop, "r-before"), "live": Air(shop, "r-live"), "interrupted": Air(shop, "r-gone")}
    rooms["ended"] = Air(shop, "r-over")
    rooms["ended"].begin()
    rooms["ended"].end()
    rooms["interrupted"].break_off()
    with rooms["live"].sent_by_ffmpeg():
        rooms["live"].wait_for("live")
        rooms["live"].pin(2)
        rooms["live"].flash(3, "TGY26-050", 9000, 5)
        rooms["live"].say("林见山", "这只盖碗的沿是外翻的 https-averyveryverylongwordwithoutanybreak" * 2)
        for state, room in rooms.items():
            room.wait_for(state)
        yield rooms
    for state in ("live", "interrupted"):
        rooms[state].end()


def entered(open_page, room, width=390, **more):
    page = open_page(width, **more)
    page.goto(room.address)
    expect(page.locator("[data-room]")).to_have_attribute("data-state", re.compile("."))
    return page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", ["before", "live", "interrupted", "ended"])
def test_a_room_in_any_state_fits_its_screen_and_axe_finds_nothing(states, open_page, state, width):
    page = entered(open_page, states[state], width, color_scheme="dark" if width == 360 else "light")
    expect(page.locator("[data-room]")).to_have_attribute("data-state", state)
    if state == "live":
        expect(page.locator("[data-pin]")).to_be_visible()
        expect(page.locator("[data-flash]")).to_be_visible()
        expect(page.locator("[data-lines] p")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_controls_over_the_picture_are_large_enough_for_a_thumb(states, open_page, width):
    page = entered(open_page, states["live"], width)
    expect(page.locator("[data-pin]")).to_be_visible()
    small = page.evaluate(SMALL)
    assert small == []
    expect(page.locator("[data-flash]")).to_be_visible()
    assert page.evaluate(COVERED) is False


@pytest.mark.parametrize("wrong", [AN_HOUR, -AN_HOUR])
def test_l9_the_countdown_is_right_to_a_fifth_of_a_second_though_the_visitors_clock_is_an_hour_off(
    states, open_page, wrong
):
    page = open_page(390)
    page.add_init_script(WRONG_CLOCK % wrong)
    page.goto(states["before"].address)
    expect(page.locator("[data-countdown] b")).to_have_count(4)
    starts = datetime.fromisoformat(LATER).timestamp()
    for shown, at in page.evaluate(COUNTED):
        assert ceil(starts - at - 0.2) <= shown <= ceil(starts - at + 0.2)


def test_without_javascript_a_room_says_when_sells_and_leads_to_the_plain_playlist(states, open_page):
    page = open_page(390, javascript=False)
    page.goto(states["before"].address)
    assert page.locator(".room-over time").get_attribute("datetime") == LATER
    expect(page.locator("form[data-remind]")).to_have_attribute("action", "/live/r-before/remind")
    expect(page.locator("a[href='/live/r-before.m3u8']")).to_be_visible()
    row = page.locator("[data-row='2']")
    row.locator("select").select_option(index=1)
    row.locator("form button").click()
    page.wait_for_url("**/cart")
    assert page.locator("main .line, main .cart-line, main li").count() > 0


def test_what_people_write_and_call_themselves_is_text_and_nothing_else(air, open_page):
    room = air("r-words")
    name, text = "<img src=x onerror=window.bad=1>", "<script>window.bad=1</script>\u202e&amp; <b>bold</b>"
    room.say(name, text)
    page = entered(open_page, room)
    line = page.locator("[data-lines] p")
    expect(line).to_have_count(1)
    assert line.locator("b").inner_text() == name
    assert "<script>window.bad=1</script>" in line.inner_text()
    assert (line.locator("img, script").count(), page.evaluate("window.bad")) == (0, None)


def test_a_message_is_sent_with_a_pass_held_at_first_and_slowed_down(air, open_page):
    room = air("r-words")
    page = entered(open_page, room, 1280)
    page.fill("#say", "请问烫手吗？")
    page.press("#say", "Enter")
    expect(page.locator("[data-said]")).to_have_text("您的留言经主播查看后显示。")
    expect(page.locator("[data-send]")).to_have_text(re.compile(r"还要 [123] 秒"))
    expect(page.locator("[data-send]")).to_have_text("发送")
    assert page.input_value("#say") == ""


def test_who_has_bought_meanwhile_may_write_without_loading_the_room_again(shop, air, open_page):
    room = air("r-buyers")
    room.begin()
    page = entered(open_page, room, 1280)
    page.fill("#say", "茶汤什么颜色？")
    expect(page.locator("[data-said]")).to_have_text("仅本店买家可以发言。")
    bought = page.context.new_page()
    to_checkout(bought, shop.address)
    fill(bought, ADDRESS)
    bought.select_option("[name=region]", "浙江省")
    bought.locator("input[name=delivery][value=courier]").check(force=True)
    bought.locator("input[name=gateway][value=rehearsal]").check(force=True)
    send(bought, "form[data-checkout]")
    place(bought)
    bought.wait_for_url("**/rehearsal-bank/pay/**")
    bought.get_by_role("button", name="确认付款").first.click()
    bought.wait_for_url("**/orders/*")
    page.press("#say", "Enter")
    expect(page.locator("[data-said]")).to_have_text("您的留言经主播查看后显示。")


def test_a_message_that_is_taken_away_vanishes_for_those_who_have_read_it(air, open_page):
    room = air("r-words")
    room.say("阿强", "不该说的话")
    page = entered(open_page, room)
    expect(page.locator("[data-lines] p", has_text="不该说的话")).to_have_count(1)
    seq = int(page.locator("[data-lines] p", has_text="不该说的话").get_attribute("data-seq"))
    room.remove(seq)
    expect(page.locator("[data-lines] p", has_text="不该说的话")).to_have_count(0)


def test_a_room_whose_chat_is_off_has_none(air, open_page):
    room = air("r-quiet")
    page = entered(open_page, room)
    expect(page.locator("[data-lines]")).to_be_hidden()
    expect(page.locator("#say")).to_be_hidden()
    expect(page.locator("[data-open-bag]")).to_be_visible()


def test_the_bag_is_found_by_number_and_name_and_says_what_is_gone(shop, states, open_page):
    page = entered(open_page, states["before"])
    page.click("[data-open-bag]")
    page.fill("[data-find]", "3")
    assert [each.get_attribute("data-row") for each in page.locator("[data-row]:visible").all()] == ["3"]
    page.fill("[data-find]", "盖碗")
    assert [each.get_attribute("data-row") for each in page.locator("[data-row]:visible").all()] == ["2"]
    page.fill("[data-find]", "")
    shop.command("stock", "adjust", "--", str(shop.folder), TABLE, f"-{TABLES}")
    expect(page.locator("[data-row='1'] .room-get")).to_have_text("已售罄")
    expect(page.locator("[data-row='1'] .room-get")).to_be_disabled()
    shop.command("stock", "adjust", str(shop.folder), TABLE, TABLES)
    expect(page.locator("[data-row='1'] .room-get")).to_be_enabled()


def moving(page):
    """Return how far the picture has come."""
    return page.evaluate("document.querySelector('video')?.currentTime || 0")


def play_on(page, seconds=0.5):
    """Wait until the picture has gone on."""
    before = moving(page)
    until(lambda: moving(page) > before + seconds)


def test_the_pin_comes_with_its_picture_and_the_till_leaves_the_picture_running(air, open_page):
    room = air("r-sent")
    with room.sent_by_ffmpeg():
        room.wait_for("live")
        page = entered(open_page, room, 1280)
        play_on(page)
        pin = room.pin(2)
        assert 0 <= page.evaluate(PINNED_AT) - pin.at_ms < 2000
        page.click("[data-pin] [data-get]")
        page.click(".room-buy-actions .button:not(.button-plain)")
        frame = page.frame_locator("[data-sheet] iframe")
        expect(frame.locator("form[data-checkout]")).to_be_visible()
        expect(frame.locator(".header")).to_be_hidden()
        assert page.locator("[data-cart-count]").first.inner_text() == "1"
        play_on(page)


def test_l3_a_picture_that_breaks_off_comes_back_without_a_reload_and_can_be_watched_again_after_the_end(
    air, open_page
):
    room = air("r-sent")
    with room.sent_by_ffmpeg():
        room.wait_for("live")
        room.pin(2)
        page = entered(open_page, room, 1280)
        play_on(page)
        page.evaluate("window.stays = true")
    expect(page.locator("[data-when=interrupted]")).to_be_visible()
    with room.sent_by_ffmpeg():
        expect(page.locator("[data-when=interrupted]")).to_be_hidden()
        play_on(page)
        room.say("林见山", "谢谢大家")
        expect(page.locator("[data-lines] p", has_text="谢谢大家")).to_have_count(1)
    room.end()
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "replay")
    expect(page.locator("[data-lines] p")).to_have_count(0)
    expect(page.locator("[data-tools]")).to_be_hidden()
    page.click("[data-play]")
    play_on(page, 0.3)
    page.click("[data-chapters] li > *")
    expect(page.locator("[data-pin] [data-title]")).to_have_text("甜白瓷盖碗")
    assert page.evaluate("window.stays") is True


def test_a_picture_comes_though_the_list_of_its_sizes_is_gone_again(air, open_page):
    room, told = air("r-sent"), []

    def promise_sizes(route):
        answer = route.fetch()
        state = answer.json()
        told.append(state)
        if len(told) == 1:
            state["stream"]["master"] = f"/live/r-sent/{state['stream']['id']}/master.m3u8"
        route.fulfill(response=answer, json=state)

    with room.sent_by_ffmpeg():
        room.wait_for("live")
        until(lambda: room.state()["stream"]["ready"])
        page = open_page(390)
        page.route("**/room.json", promise_sizes)
        page.goto(room.address)
        play_on(page)
    assert "master" in told[0]["stream"]


def test_the_words_of_an_interruption_stand_inside_of_a_picture_that_lies_across(air, open_page):
    room = air("r-sent")
    with room.sent_by_ffmpeg("320x180"):
        room.wait_for("live")
        page = entered(open_page, room)
        play_on(page)
    words = page.locator("[data-when=interrupted]")
    expect(words).to_be_visible()
    page.wait_for_timeout(300)
    box, screen = words.bounding_box(), page.locator(".room-screen").bounding_box()
    height = screen["width"] * 180 / 320
    above = screen["y"] + (screen["height"] - height) * 0.34
    assert above <= box["y"] <= box["y"] + box["height"] <= above + height


def test_an_embedded_room_has_chat_and_bag_and_nothing_over_the_foreign_player(air, open_page):
    room = air("r-elsewhere")
    room.say("林见山", "这里也能说话")
    page = open_page(390)
    page.goto(room.address)
    expect(page.locator("[data-lines] p")).to_have_text(re.compile("这里也能说话"))
    inside = page.evaluate(
        "[...document.querySelectorAll('.room-cards, .room-chat')].map((each) => Boolean(each.closest('.live-stage')))"
    )
    assert inside == [False, False]


def test_a_reminder_is_asked_for_where_the_visitor_is_and_refused_in_words(states, open_page):
    page = entered(open_page, states["before"], locale="de")
    page.click(".room-remind summary")
    page.fill("#remind", "anna@localhost..")
    page.evaluate("document.querySelector('[data-remind]').noValidate = true")
    page.fill("#remind", "anna")
    page.click(".room-remind-form button")
    expect(page.locator("[data-remind-said]")).to_have_text("请填写有效的邮箱地址。")
    page.fill("#remind", "anna@example.com")
    page.click(".room-remind-form button")
    expect(page.locator("[data-remind-said]")).to_have_text("已发送确认信，请在邮箱里点一下确认。")


def test_where_nobody_came_for_a_quarter_of_an_hour_the_page_promises_no_moment_and_no_date(shop, open_page):
    page = entered(open_page, Air(shop, "r-late"))
    expect(page.locator("[data-room-state]")).to_have_text("尚未开播")
    expect(page.locator("[data-waiting]")).to_have_text("还没有开播。留下邮箱，一开播就给您发信。")
    expect(page.locator(".room-remind summary")).to_be_visible()
    expect(page.locator(".room-before > a")).to_be_hidden()


def test_the_banner_of_the_home_page_says_what_the_room_does_and_not_what_its_times_announced(shop, air, open_page):
    room = air("winter-hearth")
    page = open_page(1280)
    banner, label = page.locator("[data-live-of=winter-hearth]"), page.locator(".banner [data-live-state]")
    page.goto(f"{shop.address}/")
    expect(banner).to_have_attribute("data-state", "before")
    room.break_off()
    room.wait_for("interrupted")
    page.reload()
    expect(label).to_have_text("正在直播")
    room.end()
    until(lambda: room.state()["state"] == "before", 120)
    page.reload()
    expect(label).to_have_text("即将开播")


def test_a_room_that_waits_is_light_and_loads_no_player(states, open_page):
    page = open_page(390)
    sizes = {}
    page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: sum(request.sizes()[key] for key in ("responseBodySize",))}),
    )
    page.goto(states["before"].address)
    page.wait_for_load_state("networkidle")
    assert [url for url in sizes if "/hls." in url] == []
    assert sum(size for url, size in sizes.items() if "/media/" not in url) <= 60_000


def test_style_and_scripts_of_live_rooms_are_at_most_14_kilobytes_each_as_they_are_sent(states, open_page):
    page, found = open_page(), {}
    page.on("response", lambda answer: found.update({answer.url: answer}) if "/live" in answer.url else None)
    page.goto(states["before"].address)
    bodies = {
        url: answer.body() for url, answer in list(found.items()) if re.search(r"/assets/live[\w.-]*\.(css|js)$", url)
    }
    for ending in ("css", "js"):
        assert 0 < sum(len(brotli.compress(body)) for url, body in bodies.items() if url.endswith(ending)) <= 14 * 1024
