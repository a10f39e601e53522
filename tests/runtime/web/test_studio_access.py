"""Who may do what in the studio: every way in and every role held against every address."""

import re

import pytest
import storefront
import studio_guests
from studio_guests import HEADERS, Guest, now, open_broadcast, say, state_of

from runtime.live import broadcasts, chat, flash, pins, tickets
from runtime.live.flash import Offer

READS = {"": "text/html", "/tea": "text/html", "/tea/desk.json": "application/json"}
SHARED = {
    "tea/pin": {"number": 1},
    "tea/notice": {"text": "Welcome"},
    "tea/message": {"seq": 1, "act": "remove"},
    "tea/ban": {"seq": 1, "mute": True, "name": "L**"},
    "tea/lift": {"id": 999_999},
}
HOSTS = {
    "tea/arm": {},
    "tea/ticket": {},
    "tea/end": {},
    "tea/key": {},
    "tea/flash": {"number": 1, "sku": "longjing", "price": "100", "quantity": 5, "per_buyer": 1, "minutes": 5},
    "tea/flash/stop": {"id": 999_999},
}
WRITES = SHARED | HOSTS


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return studio_guests.published(tmp_path_factory.mktemp("studio") / "shop")


@pytest.fixture
def app(rooms, open_shop):
    made = open_shop(rooms)
    prepare(made)
    return made


@pytest.fixture
def database(app):
    return app.extensions["shopwright"].database


@pytest.fixture(scope="module")
def still(rooms, tmp_path_factory):
    """Return an application with a broadcast on air, for tests that change nothing."""
    made = storefront.application(storefront.copy(rooms, tmp_path_factory.mktemp("still") / "shop"))
    prepare(made)
    open_broadcast(made.extensions["shopwright"].database)
    yield made
    made.extensions["shopwright"].close()


@pytest.fixture
def unchanged(still):
    """Hold that a test changed nothing."""
    database = still.extensions["shopwright"].database
    before = moment(database)
    yield
    assert moment(database) == before


def prepare(app):
    """Let a viewer have written in each of two rooms."""
    database = app.extensions["shopwright"].database
    say(database, "tea", 1)
    say(database, "cups", 2)


def moment(database):
    """Return everything that a write of the studio may change."""

    def look(transaction):
        tables = ("live_broadcast", "live_pin", "live_flash", "live_message", "live_notice", "live_ban")
        return {name: transaction.all(f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables}

    return database.read(look)


@pytest.mark.usefixtures("unchanged")
class TestNobody:
    def test_is_shown_the_entrance_and_nothing_else(self, still):
        for path, kind in READS.items():
            answer = Guest(still).get(f"/console/live{path}", kind)
            assert answer.status_code == 401, path
            assert "longjing" not in answer.text

    def test_changes_nothing(self, still):
        nobody = Guest(still)
        answers = {path: nobody.post(path, WRITES.get(path), csrf="").status_code for path in [*WRITES, "leave"]}
        assert answers == dict.fromkeys([*WRITES, "leave"], 401)

    @pytest.mark.parametrize("cookie", ["", "x", "WzEsImFhYSJd.forged", "WzEsImFhYSJd.AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
    def test_comes_in_with_no_cookie_that_was_not_signed_here(self, still, cookie):
        guest = Guest(still)
        guest.client.set_cookie("studio", cookie, domain="localhost", path="/console")
        assert guest.get("/console/live").status_code == 401


class TestTheEntrance:
    def test_a_key_becomes_a_cookie_that_scripts_cannot_read_and_that_holds_no_key(self, still):
        guest = Guest(still, "host")
        answer = guest.enter(guest.key)
        cookie = answer.headers["Set-Cookie"]
        assert re.search(r"^studio=\S+; Expires=.*; Max-Age=2592000; HttpOnly; Path=/console; SameSite=Lax$", cookie)
        assert guest.key not in cookie
        assert answer.headers["Location"] == "/console/live"

    def test_an_invitation_to_one_room_leads_there(self, still):
        guest = Guest(still, "assistant", "tea")
        assert guest.enter(guest.key).headers["Location"] == "/console/live/tea"

    def test_the_whole_link_may_be_entered_where_its_key_is_asked_for(self, still):
        guest = Guest(still, "host")
        assert guest.enter(f"https://tea.example.com/console/live/enter#{guest.key}").status_code == 303

    @pytest.mark.parametrize("key", ["", "wrong", "x" * 5000, "龙井"])
    def test_a_wrong_key_is_refused_in_words(self, app, key):
        answer = Guest(app, language="zh-CN").enter(key)
        assert answer.status_code == 403
        assert "这个邀请码无效，可能已过期或被收回，请索要新的邀请。" in answer.text

    def test_keys_cannot_be_guessed_by_trying(self, app):
        guest, holder = Guest(app), Guest(app, "host")
        statuses = [guest.enter(f"wrong{number}").status_code for number in range(12)]
        assert set(statuses[:9]) == {403}
        assert statuses[-1] == 429
        answer = guest.enter(holder.key)
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert "Too many attempts" in answer.text

    def test_a_link_of_another_site_brings_nobody_in(self, still):
        guest = Guest(still, "host")
        headers = {**HEADERS, "Sec-Fetch-Site": "cross-site"}
        assert (
            still.test_client().post("/console/live/enter", data={"key": guest.key}, headers=headers).status_code == 403
        )

    def test_an_invitation_that_is_taken_back_is_over_with_the_next_click(self, app, database):
        guest = Guest(app, "host")
        csrf = guest.csrf()
        assert guest.get("/console/live/tea").status_code == 200
        guest.revoke()
        assert guest.get("/console/live/tea").status_code == 401
        assert guest.get("/console/live/tea/desk.json", "application/json").status_code == 401
        before = moment(database)
        assert [guest.post(path, data, csrf).status_code for path, data in WRITES.items()] == [401] * len(WRITES)
        assert guest.enter(guest.key).status_code == 403
        assert moment(database) == before

    def test_whoever_leaves_is_out(self, still):
        guest = Guest(still, "host")
        answer = guest.client.post("/console/live/leave", data={"csrf_token": guest.csrf()}, headers=guest.headers)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/live/enter?left=1")
        assert guest.get("/console/live").status_code == 401

    def test_the_entrance_speaks_the_visitors_language_and_remembers_a_chosen_one(self, still):
        guest = Guest(still, language="de-AT,en;q=0.5")
        assert "Ins Studio" in guest.get("/console/live/enter").text
        assert "进入直播中控台" in guest.get("/console/live/enter?lang=zh-CN").text
        assert "进入直播中控台" in guest.get("/console/live/enter").text

    @pytest.mark.parametrize(
        ("language", "name"), [("en", "Four Seasons Tea"), ("zh-TW", "四季茶铺"), ("de", "Four Seasons Tea")]
    )
    def test_the_shops_name_is_told_in_the_readers_language_or_else_in_english(self, still, language, name):
        page = Guest(still, language=language).get("/console/live/enter").text
        assert re.search(r'class="brand"><a href="/console/live">([^<]+)</a>', page)[1] == name


class TestRoles:
    def test_a_host_may_do_everything_in_a_room(self, app, database):
        open_broadcast(database)
        guest, answers = Guest(app, "host"), {}
        for path in sorted(WRITES, key="tea/end".__eq__):
            answers[path] = guest.post(path, WRITES[path]).status_code
        assert answers == {path: 404 if WRITES[path].get("id") else 200 for path in WRITES}

    def test_an_assistant_looks_after_chat_and_pins(self, app, database):
        open_broadcast(database)
        guest = Guest(app, "assistant", "tea")
        answers = {path: guest.post(path, data).status_code for path, data in SHARED.items()}
        assert answers == {path: 404 if path.endswith("lift") else 200 for path in SHARED}

    @pytest.mark.usefixtures("unchanged")
    def test_an_assistant_neither_sends_nor_ends_nor_sells(self, still):
        guest = Guest(still, "assistant", "tea")
        for path, data in HOSTS.items():
            answer = guest.post(path, data)
            assert answer.status_code == 403, path
            assert answer.json["message"] == "This is not yours to do. Ask whoever invited you."

    def test_an_assistant_sees_no_takings_no_key_and_no_camera(self, app, database):
        open_broadcast(database)
        helper, host = Guest(app, "assistant", "tea"), Guest(app, "host")
        assert "sales" in host.desk()
        assert "sales" not in helper.desk()
        page = helper.get("/console/live/tea").text
        for hidden in ('data-act="go"', 'data-act="end"', 'data-act="key"', "data-orders", "data-flash-form"):
            assert hidden not in page
            assert hidden in host.get("/console/live/tea").text

    @pytest.mark.usefixtures("unchanged")
    @pytest.mark.parametrize("role", ["host", "assistant"])
    def test_another_room_is_not_there_for_who_was_invited_to_one(self, still, role):
        guest = Guest(still, role, "cups")
        assert [guest.get(f"/console/live/{path}").status_code for path in ("tea", "tea/desk.json")] == [404, 404]
        answers = {path: guest.post(path, data).status_code for path, data in WRITES.items()}
        assert answers == {path: 403 if role == "assistant" and path in HOSTS else 404 for path in WRITES}

    def test_a_guest_of_one_room_sees_one_room(self, still):
        page = Guest(still, "assistant", "cups").get("/console/live").text
        assert re.findall(r'href="/console/live/(\w+)"', page) == ["cups"]
        assert set(re.findall(r'href="/console/live/(\w+)"', Guest(still, "host").get("/console/live").text)) == {
            *studio_guests.SOURCES,
            "evening",
        }

    @pytest.mark.parametrize("handle", ["nothing", "tea%00", "..%2Ftea", "龙井"])
    def test_a_room_that_does_not_exist_is_not_there(self, still, handle):
        guest = Guest(still, "host")
        assert guest.get(f"/console/live/{handle}").status_code == 404
        assert guest.post(f"{handle}/arm").status_code == 404


class TestForgery:
    @pytest.mark.usefixtures("unchanged")
    def test_a_request_without_the_pages_own_token_changes_nothing(self, still):
        guest, other = Guest(still, "host"), Guest(still, "host")
        for token in ("", "0" * 64, other.csrf()):
            for path, data in WRITES.items():
                answer = guest.post(path, data, token)
                assert answer.status_code == 409, path
                assert answer.json["message"] == "This page is out of date. Load it again, then try once more."

    def test_ids_of_another_room_are_not_there(self, app, database):
        host = Guest(app, "host")
        guest = Guest(app, "host", "tea")
        open_broadcast(database)
        elsewhere = open_broadcast(database, "cups")
        here = app.extensions["shopwright"]
        till, release = here.till(here.live.current()), here.live.current()
        cups = release.catalogue.find_room("cups")
        offer = Offer(number=1, sku="longjing", price=100, quantity=2)
        sale = flash.start(till, elsewhere.id, cups, offer, by="test", now=now())
        assert host.post("cups/ban", {"seq": 2, "mute": False, "name": "L**"}).status_code == 200
        ban = chat.listed(database, "cups", now())[0]
        before = moment(database)
        assert guest.post("tea/message", {"seq": 2, "act": "remove"}).status_code == 404
        assert guest.post("tea/ban", {"seq": 2, "mute": True, "name": "L**"}).status_code == 404
        assert guest.post("tea/lift", {"id": ban.id}).status_code == 404
        assert guest.post("tea/flash/stop", {"id": sale.id}).status_code == 404
        assert moment(database) == before
        assert state_of(database, "cups", 2) == "removed"

    @pytest.mark.parametrize(
        ("path", "data"),
        [
            ("tea/pin", {"number": "1"}), ("tea/pin", {"number": True}), ("tea/pin", {}), ("tea/pin", {"number": 1.5}),
            ("tea/message", {"seq": 1, "act": "burn"}), ("tea/message", {"seq": -1, "act": "remove"}),
            ("tea/message", {"seq": "1", "act": "remove"}), ("tea/notice", {"text": 5}), ("tea/ban", {"seq": None}),
        ],
    )  # fmt: skip
    @pytest.mark.usefixtures("unchanged")
    def test_what_is_no_sensible_request_is_refused(self, still, path, data):
        assert Guest(still, "host").post(path, data).status_code == 400

    def test_pages_may_use_the_camera_and_ask_the_live_server_and_nothing_else(self, still):
        host = Guest(still, "host").get("/console/live/tea").headers
        helper = Guest(still, "assistant", "tea").get("/console/live/tea").headers
        assert "camera=(self)" in host["Permissions-Policy"]
        assert "microphone=(self)" in host["Permissions-Policy"]
        assert "camera=()" in helper["Permissions-Policy"]
        assert "geolocation=()" in host["Permissions-Policy"]
        policy = dict(part.split(" ", 1) for part in host["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert host["Cache-Control"] == "no-store"


class TestWhatIsHandedOut:
    def test_a_ticket_is_for_this_broadcast_for_two_minutes_and_replaced_while_it_runs(self, app, database):
        guest, secret = Guest(app, "host"), app.extensions["shopwright"].settings.secret
        armed = guest.post("tea/arm").json
        found = tickets.verify_ticket(secret, armed["ticket"], now())
        running = broadcasts.open_in(database, "tea")
        assert (found.broadcast, found.stream, found.generation) == (running.id, "1", 1)
        assert 115 <= found.until - now().timestamp() <= 120
        assert guest.post("tea/ticket").json["stream"] == "1"
        assert guest.post("tea/end").status_code == 200
        assert guest.post("tea/ticket").status_code == 409

    def test_a_stream_key_is_shown_once_and_another_one_ends_the_first(self, app, database):
        guest = Guest(app, "host")
        first = guest.post("tea/key").json["key"]
        assert broadcasts.find_by_key(database, first).room == "tea"
        second = guest.post("tea/key").json["key"]
        assert broadcasts.find_by_key(database, first) is None
        assert broadcasts.find_by_key(database, second).stream == "1"
        page = guest.get("/console/live/tea").text + guest.get("/console/live/tea/desk.json", "application/json").text
        assert (first in page, second in page) == (False, False)
        assert guest.desk()["broadcast"]["tail"] == second[-4:]

    def test_a_pass_to_write_as_the_house_is_short_and_for_this_room(self, still):
        secret = still.extensions["shopwright"].settings.secret
        guest = Guest(still, "assistant", "tea")
        found = tickets.verify_pass(secret, guest.desk()["pass"], now())
        assert (found.room, found.host, found.name) == ("tea", True, "Lin")
        assert found.viewer == f"assistant-{guest.access.id}"
        assert found.until - now().timestamp() <= 300

    def test_a_practice_is_seen_by_its_link_as_long_as_it_lasts(self, app):
        guest, anybody = Guest(app, "host"), Guest(app)
        stream = guest.post("tea/arm", {"practice": True}).json["stream"]
        link = f"/console/live/preview/tea/{stream}"
        assert anybody.get(link).status_code == 200
        assert anybody.get(f"/console/live/preview/cups/{stream}").status_code == 404
        assert anybody.get(f"/console/live/preview/tea/p{'0' * 32}").status_code == 404
        assert stream not in guest.get("/console/live").text
        assert guest.post("tea/end", {"practice": True}).status_code == 200
        assert anybody.get(link).status_code == 404

    def test_a_room_whose_picture_comes_from_elsewhere_is_opened_and_has_no_practice(self, app, database):
        guest = Guest(app, "host")
        assert guest.post("film/arm", {"practice": True}).status_code == 400
        assert guest.post("film/arm").json == {"done": True}
        found = broadcasts.open_in(database, "film")
        assert (found.through, found.state) == ("embed", "live")
        assert guest.post("film/pin", {"number": 2}).status_code == 200
        shown = database.read(lambda look: pins.current(look, found.id))
        assert (shown.number, shown.product) == (2, "last-tin")


class TestFlashSales:
    OFFER = HOSTS["tea/flash"]

    @pytest.mark.parametrize(
        ("change", "status", "words"),
        [
            ({"price": "168"}, 422, "below what it costs now, ¥168.00"),
            ({"price": "cheap"}, 422, "Please check: Price (CNY)."),
            ({"quantity": "0"}, 422, "Please check: Pieces."),
            ({"minutes": "x"}, 422, "Please check: Minutes."),
            ({"per_buyer": ""}, 422, "Please check: Per buyer."),
            ({"quantity": "500"}, 409, "20"),
            ({"sku": "last-tin"}, 409, "no longer"),
        ],
    )
    @pytest.mark.usefixtures("unchanged")
    def test_what_cannot_be_is_refused_in_words_and_nothing_begins(self, still, change, status, words):
        answer = Guest(still, "host").post("tea/flash", self.OFFER | change)
        assert answer.status_code == status
        assert words in answer.json["message"]

    def test_one_is_started_with_full_width_digits_and_a_comma_shown_and_stopped(self, app, database):
        open_broadcast(database)
        guest = Guest(app, "host")
        assert guest.post("tea/flash", self.OFFER | {"price": "９９,50", "quantity": "５"}).status_code == 200
        (shown,) = guest.desk()["flashes"]
        assert (shown["number"], shown["sku"], shown["price"], shown["left"], shown["of"]) == (
            1, "longjing", "¥99.50", 5, 5,
        )  # fmt: skip
        assert guest.post("tea/flash/stop", {"id": shown["id"]}).status_code == 200
        assert guest.desk()["flashes"] == []

    def test_none_begins_while_nothing_is_open(self, app):
        assert Guest(app, "host").post("tea/flash", self.OFFER).status_code == 409
