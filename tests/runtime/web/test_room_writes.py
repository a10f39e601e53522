"""What the page of a live room asks the shop for: passes, the time, a calendar file, a plain playlist, reminders."""

import json
import re
from datetime import UTC, datetime

import markets
import pytest
import storefront
from markets import SAME, WANG, Shopper

from runtime import reminders
from runtime.live import tickets
from runtime.web import calendar_file
from runtime.web.calendar_file import Event

FIRE = """title: {zh-CN: 围炉夜话, en: By the fire}
starts_at: 2026-12-12T20:00
ends_at: 2026-12-12T22:00
notice: {zh-CN: '水温、投茶量；出汤', en: 'Water, leaf; timing'}
products: [tea]
source: {kind: broadcast}
chat: %s
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = markets.write(tmp_path_factory.mktemp("live-room") / "shop", markets.CHINA, markets.CHINESE_GOODS)
    (folder / "live").mkdir()
    for name in ("buyers", "everyone", "'off'"):
        room = FIRE.replace("围炉夜话", f"围炉夜话 {name}").replace("By the fire", f"By the fire {name}") % name
        (folder / "live" / f"{name.strip(chr(39))}.yaml").write_text(room, "utf-8")
    storefront.publish(folder)
    return folder


@pytest.fixture
def app(published, open_shop):
    return open_shop(published)


@pytest.fixture
def client(app):
    return app.test_client()


def passed(client, room, **form):
    answer = client.post(f"/live/{room}/pass", data=form, headers={**SAME, "Accept": "application/json"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.get_json()


def read(app, given):
    return tickets.verify_pass(app.extensions["shopwright"].settings.secret, given["pass"], datetime.now(UTC))


def test_the_time_is_the_servers_and_kept_nowhere(client):
    before = datetime.now(UTC).timestamp() * 1000
    answer = client.get("/live/time")
    assert before - 1 <= answer.get_json()["now"] <= datetime.now(UTC).timestamp() * 1000 + 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_guest_may_write_where_everyone_may_and_is_told_in_their_language_where_not(client):
    assert passed(client, "everyone")["may_write"] is True
    assert {name: passed(client, name, locale="en")["why"] for name in ("buyers", "off")} == {
        "buyers": "Only buyers of this shop can write here.",
        "off": "There is no chat in this room.",
    }


def test_a_browser_keeps_its_viewer_so_that_who_is_muted_is_not_new_after_a_reload(app, client):
    first, again = (read(app, passed(client, "everyone")) for _ in range(2))
    stranger = read(app, passed(app.test_client(), "everyone"))
    assert first.viewer == again.viewer != stranger.viewer
    assert re.fullmatch(r"访客 \d{4}|茶友 \d{4}|.*\d{4}", first.name)


def test_a_viewer_that_somebody_else_signed_is_a_new_one(app, client):
    client.set_cookie("viewer", "0123456789abcdef.forged", path="/live")
    assert read(app, passed(client, "everyone")).viewer != "0123456789abcdef"


def test_who_paid_for_an_order_and_opened_its_page_is_a_buyer_by_first_letter_and_veiled_contact(app):
    shopper = Shopper(app, WANG)
    path = shopper.pay(shopper.press(shopper.add("tea").review()))
    assert passed(shopper.client, "buyers")["may_write"] is False
    shopper.client.get(path)
    given = passed(shopper.client, "buyers")
    assert (given["may_write"], given["why"], given["name"]) == (True, "", f"{WANG['name'][0]}**")
    known = read(app, given)
    assert known.contacts
    assert not any(WANG["phone"] in each for each in known.contacts)


def test_an_order_that_nobody_paid_for_makes_no_buyer(app):
    shopper = Shopper(app, WANG)
    shopper.client.get(shopper.order("tea"))
    assert passed(shopper.client, "buyers")["may_write"] is False


def test_a_room_that_does_not_exist_gives_nothing(client):
    assert client.post("/live/nowhere/pass", headers=SAME).status_code == 404
    assert [client.get(f"/live/nowhere{end}").status_code for end in (".ics", ".m3u8")] == [404, 404]


def test_a_calendar_file_says_when_and_where_and_reminds_ten_minutes_before(client):
    answer = client.get("/live/buyers.ics?locale=en")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    unfolded = answer.text.replace("\r\n ", "").split("\r\n")
    assert {line for line in unfolded if line.startswith(("DTSTART", "DTEND", "SUMMARY", "URL", "TRIGGER"))} == {
        "DTSTART:20261212T120000Z",
        "DTEND:20261212T140000Z",
        "SUMMARY:By the fire buyers",
        "URL:http://localhost/en/live/buyers/",
        "TRIGGER:-PT10M",
    }
    assert "DESCRIPTION:Water\\, leaf\\; timing\\nhttp://localhost/en/live/buyers/" in unfolded


def test_lines_of_a_calendar_file_are_75_bytes_at_most_and_no_character_is_cut():
    event = Event(
        identity="a@b", title="冬日围炉，" * 40, text="a\\b;c,d\nnew\x07line" * 12, url="https://tea.example.com/",
        starts_at="2026-12-12T12:00:00Z", ends_at="", maker="茶",
    )  # fmt: skip
    data = calendar_file.write(event, datetime(2026, 11, 22, 12, tzinfo=UTC))
    lines = data.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() is not None for line in lines)
    assert b"\n" not in data.replace(b"\r\n", b"")
    whole = data.decode().replace("\r\n ", "").split("\r\n")
    assert f"SUMMARY:{'冬日围炉，' * 40}" in whole
    assert "DESCRIPTION:" + "a\\\\b\\;c\\,d\\nnew line" * 12 in whole
    assert "DTEND:20261212T130000Z" in whole


def state(app, **parts):
    folder = app.extensions["shopwright"].settings.rooms / "buyers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "room.json").write_text(json.dumps({"v": 1, **parts}))


@pytest.mark.parametrize(
    ("parts", "target"),
    [
        ({"media": {"port": 8001}, "stream": {"hls": "/live/buyers/3/index.m3u8"}},
         "http://localhost:8001/live/buyers/3/index.m3u8"),
        ({"media": {"base": ""}, "stream": {"hls": "/live/buyers/3/index.m3u8"}}, "/live/buyers/3/index.m3u8"),
        ({"media": {"base": "https://live.example.com"}, "stream": {"hls": "/live/buyers/3/index.m3u8"}},
         "https://live.example.com/live/buyers/3/index.m3u8"),
        ({"media": {"port": 8001}, "stream": {"flv": "https://c.example/a.flv", "hls": "https://c.example/a.m3u8?k=1"}},
         "https://c.example/a.m3u8?k=1"),
        ({"media": {"port": 8001}, "stream": None, "replay": {"hls": "/live/buyers/3/vod.m3u8"}},
         "/live/buyers/3/vod.m3u8"),
    ],
)  # fmt: skip
def test_a_player_of_ones_own_is_led_to_what_is_sent_now_or_to_the_replay(app, client, parts, target):
    state(app, **parts)
    answer = client.get("/live/buyers.m3u8")
    assert (answer.status_code, answer.headers["Location"]) == (302, target)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_player_finds_nothing_where_nothing_is_sent(app, client):
    assert client.get("/live/buyers.m3u8").status_code == 404
    state(app, media={"port": 8001}, stream=None, replay=None)
    assert client.get("/live/buyers.m3u8").status_code == 404


def wishes(app):
    database = app.extensions["shopwright"].database
    return database.read(
        lambda look: look.all("SELECT room, email, locale, confirmed_at IS NOT NULL FROM live_reminder")
    )


def link(app):
    secret = app.extensions["shopwright"].settings.secret
    return reminders.path("buyers", reminders.token(secret, "buyers", "anna@example.com"))


def ask(client, email="Anna@example.com", locale="en"):
    return client.post("/live/buyers/remind", data={"email": email, "locale": locale}, headers=SAME)


def test_a_reminder_counts_when_its_button_is_pressed_and_not_when_its_link_is_followed(app, client):
    assert ask(client).status_code == 200
    page = client.get(link(app))
    assert (page.status_code, "By the fire" in page.text) == (200, True)
    assert wishes(app) == [("buyers", "anna@example.com", "en", 0)]
    assert client.post(link(app), headers=SAME).status_code == 200
    assert wishes(app) == [("buyers", "anna@example.com", "en", 1)]
    assert client.post(f"{link(app)}/stop", headers=SAME).status_code == 200
    assert wishes(app) == []
    assert client.get(link(app)).status_code == 410


@pytest.mark.parametrize("email", ["", "anna", "a@b@c", "a b@c.de", "x" * 190 + "@example.com"])
def test_what_is_no_address_is_refused_and_nothing_is_noted(app, client, email):
    answer = client.post("/live/buyers/remind", data={"email": email}, headers={**SAME, "Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["message"]) == (422, "请填写有效的邮箱地址。")
    assert ask(client, email).status_code == 422
    assert wishes(app) == []


def test_a_link_of_another_room_is_good_for_nothing(app, client):
    ask(client)
    assert client.post(link(app).replace("/buyers/", "/everyone/"), headers=SAME).status_code == 410
    assert wishes(app) == [("buyers", "anna@example.com", "en", 0)]
