"""The chat under pressure: floods stay bounded, the banned stay out, and what is shown is what may be shown (L12)."""

import json
import tracemalloc
from datetime import timedelta

import pytest
from floor import Shop, blocks, later, lines, make_desk, room, state, viewer
from tills import NOW, make_till, order

from runtime import payments
from runtime.faults import DatabaseFault, Reason
from runtime.live import broadcasts, chat, hall, tickets, viewers
from runtime.live.desk import Beat
from runtime.live.values import Why

HERE = "203.0.113.7"


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def desk(database, settings, shop):
    return make_desk(database, settings, shop)


def other(number):
    return f"198.51.{number // 250}.{number % 250}"


def kept(database):
    return database.read(lambda look: look.all("SELECT body, state FROM live_message ORDER BY seq"))


def codes(answers):
    return [said.code.value for said in answers]


def test_l12_a_flood_of_a_thousand_messages_a_second_from_a_hundred_passes_stays_bounded(desk, database, settings):
    passes = [viewer(settings, f"Guest {number}") for number in range(100)]
    seen = []
    for second in range(5):
        for number in range(1000):
            who = number % 100
            at = NOW + timedelta(seconds=second, milliseconds=number)
            said = desk.say("tea-talk", passes[who], f"message {second} {number}", other(who), at)
            seen.append(said.code.value)
        desk.tick(later(second + 1))
    shown = seen.count("shown")
    assert set(seen) == {"shown", "slow", "busy"}
    assert 100 <= shown <= 40 + 20 * 5
    assert len(lines(settings)) == len(kept(database)) == shown
    assert len(blocks(settings)) <= 10
    assert all(len(block["messages"]) <= 50 for block in blocks(settings))


def test_l12_what_is_remembered_of_strangers_is_bounded():
    made = hall.Hall(room(), Shop().terms.live, 0)
    made.open(is_open=True, bans=[])
    words = {"room": "tea-talk", "name": "x", "locale": "en", "until": 2 * 10**9}

    def come(first, count):
        for number in range(first, first + count):
            here = tickets.Pass(viewer=f"{number:016x}", **words)
            made.say(here, f"hello {number}", other(number), number)
            made.like(here, 5, other(number), number)

    come(0, 25_000)
    tracemalloc.start()
    made.take(numbers=True)
    before = tracemalloc.get_traced_memory()[0]
    come(25_000, 25_000)
    made.take(numbers=True)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000_000
    assert len(made._slow) <= len(made._liking) == 20_000
    assert len(made._spoken) <= 5000


class Shaky:
    """A database that cannot be written to for a while."""

    def __init__(self, real):
        self.real = real
        self.dialect = real.dialect
        self.away = False

    def read(self, look):
        return self.real.read(look)

    def write(self, unit):
        if self.away:
            raise DatabaseFault(Reason.UNREACHABLE, "away")
        return self.real.write(unit)


def test_while_the_database_is_away_numbers_wait_as_well_and_the_end_of_the_process_keeps_them(
    database, settings, shop
):
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    store = Shaky(database)
    desk = make_desk(store, settings, shop)
    one = viewer(settings)
    store.away = True
    for second in (1, 7):
        desk.like("tea-talk", one, 5, HERE, later(second))
        desk.beat("tea-talk", one, Beat(seconds=6), HERE, later(second))
        desk.tick(later(second))
    assert database.read(lambda look: look.find("SELECT likes FROM live_broadcast")) == (0,)
    store.away = False
    desk.like("tea-talk", one, 5, HERE, later(8))
    desk.tick(later(8))
    assert (state(settings)["likes"], state(settings)["viewers"]) == (15, 1)
    broadcasts.end(database, made.id, "host", later(9))
    desk.close(later(10))
    assert database.read(lambda look: look.find("SELECT likes, peak FROM live_broadcast")) == (15, 1)
    sums = "SELECT SUM(likes), SUM(seconds), MAX(viewers) FROM live_minute"
    assert database.read(lambda look: look.find(sums)) == (15, 12, 1)


def test_while_the_database_is_away_messages_wait_within_bounds_and_are_shown_afterwards(settings, database, shop):
    store = Shaky(database)
    desk = make_desk(store, settings, shop)
    store.away = True
    for second in range(3):
        desk.say("tea-talk", viewer(settings), f"m{second}", other(second), later(second))
        desk.tick(later(second + 1))
    assert not (settings.rooms / "tea-talk" / "chat").exists()
    store.away = False
    desk.tick(later(5))
    assert lines(settings) == ["m0", "m1", "m2"]


def test_a_viewer_waits_between_messages_and_does_not_say_the_same_again(desk, settings):
    one = viewer(settings)
    said = [
        desk.say("tea-talk", one, text, HERE, later(at))
        for at, text in ((0, "hi"), (1, "you"), (2.9, "you"), (3, "H i!"), (13, "hi"), (16, " "), (16, "x" * 121))
    ]
    assert codes(said) == ["shown", "slow", "slow", "repeated", "shown", "empty", "long"]
    assert said[1].words == "Please wait a moment between messages."
    assert said[6].words == "Please write at most 120 characters."


def test_many_passes_that_copy_a_long_message_are_stopped_but_everybody_may_say_one(desk, settings):
    copies = [desk.say("tea-talk", viewer(settings), "add me for cheap followers", other(n), NOW) for n in range(5)]
    assert codes(copies) == ["shown"] * 3 + ["repeated"] * 2
    ones = [desk.say("tea-talk", viewer(settings), "扣1", other(n), NOW) for n in range(10, 15)]
    assert codes(ones) == ["shown"] * 5


def test_l12_html_scripts_and_turned_text_arrive_as_plain_letters(desk, settings):
    hard = "<script>alert(1)</script>\u202e\u200bevil\u2066 \"'&"
    desk.say("tea-talk", viewer(settings, "<i>x"), hard, HERE, NOW)
    desk.tick(later(1))
    raw = (settings.rooms / "tea-talk" / "chat" / "1.json").read_bytes()
    assert json.loads(raw)["messages"][0]["text"] == "<script>alert(1)</script>evil \"'&"
    assert "\u202e".encode() not in raw


def test_blocked_words_and_links_are_refused_and_never_kept(database, settings):
    desk = make_desk(database, settings, Shop(blocked_words=("微信",)))
    said = [
        desk.say("tea-talk", viewer(settings), text, other(number), NOW)
        for number, text in enumerate(["加我微\u200b信", "see bad.com", "fine"])
    ]
    desk.tick(later(1))
    assert codes(said) == ["word", "link", "shown"]
    assert kept(database) == [("fine", "shown")]


def test_the_first_message_waits_for_a_moderator_and_the_next_ones_do_not(database, settings):
    desk = make_desk(database, settings, Shop(hold_first=True))
    one = viewer(settings)
    assert desk.say("tea-talk", one, "first", HERE, NOW).code == "held"
    desk.tick(later(1))
    assert (kept(database), state(settings)["chat"]["block"]) == ([("first", "held")], 0)
    chat.let_through(database, "tea-talk", 1, by="assistant:2", now=later(2))
    desk.tick(later(3))
    assert lines(settings) == ["first"]
    assert desk.say("tea-talk", one, "second", HERE, later(4)).code == "shown"
    desk.tick(later(5))
    again = make_desk(database, settings, Shop(hold_first=True), later(6))
    again.tick(later(7))
    assert again.say("tea-talk", one, "third", HERE, later(8)).code == "shown"
    again.tick(later(9))
    assert lines(settings) == ["first", "second", "third"]


def test_who_is_never_let_through_does_not_fill_the_list_of_moderators(database, settings):
    desk = make_desk(database, settings, Shop(hold_first=True))
    one = viewer(settings)
    for number in range(10):
        assert desk.say("tea-talk", one, f"message {number}", HERE, later(number * 5)).code == "held"
    desk.tick(later(60))
    assert len(kept(database)) == hall.MOST_HELD


def test_a_message_that_is_taken_away_disappears_for_those_who_have_it_already(desk, database, settings):
    desk.say("tea-talk", viewer(settings), "oops", HERE, NOW)
    desk.tick(later(1))
    chat.remove(database, "tea-talk", 1, by="assistant:2", now=later(2))
    desk.tick(later(3))
    assert [(block["removed"], len(block["messages"])) for block in blocks(settings)] == [([], 0), ([1], 0)]
    desk.tick(later(5))
    assert len(blocks(settings)) == 2
    assert kept(database) == [("oops", "removed")]


def test_what_is_taken_away_leaves_the_block_that_an_earlier_process_wrote(desk, database, settings):
    for second, text in enumerate(("fine", "oops", "also fine")):
        desk.say("tea-talk", viewer(settings), text, f"198.51.100.{second}", later(second))
    desk.tick(later(4))
    desk.tick(later(6))
    again = make_desk(database, settings, Shop(), later(10))
    chat.remove(database, "tea-talk", 2, by="assistant:2", now=later(11))
    again.tick(later(12))
    assert lines(settings) == ["fine", "also fine"]
    assert blocks(settings)[-1]["removed"] == [2]


def test_l12_a_banned_buyer_who_joins_again_with_a_new_cookie_stays_banned(database, settings):
    shop = Shop([room(chat="buyers")])
    till = make_till(database, settings)
    desk = make_desk(database, settings, shop)
    found = order(till, gateway="transfer")
    payments.start(till, found, "transfer", "http://127.0.0.1", NOW)
    assert database.read(lambda look: viewers.buyer(look, settings.secret, found.token)) is None
    payments.confirm_transfer(till, found.number, payments.Cash(), NOW)

    def join():
        known = database.read(lambda look: viewers.buyer(look, settings.secret, found.token))
        made = viewers.guest("tea-talk", "en", NOW, known)
        assert made.name == "L**"
        return tickets.sign_pass(settings.secret, made)

    first = join()
    assert desk.say("tea-talk", first, "buy at my shop", HERE, NOW).code == "shown"
    desk.tick(later(1))
    removed = chat.ban(database, "tea-talk", 1, ("advertising", False, None), by="assistant:2", now=later(2))
    assert removed == 1
    desk.tick(later(3))
    second = join()
    assert second != first
    assert (
        codes(desk.say("tea-talk", each, "again", "192.0.2.1", later(9)) for each in (first, second)) == ["banned"] * 2
    )
    assert desk.like("tea-talk", second, 5, "192.0.2.1", later(9)) == 0
    assert blocks(settings)[-1]["removed"] == [1]
    assert "lilei" not in str(database.read(lambda look: look.all("SELECT * FROM live_ban")))


def test_l12_a_banned_guest_who_joins_again_from_the_same_place_stays_banned_for_a_day(desk, database, settings):
    one = viewer(settings)
    desk.say("tea-talk", one, "spam", HERE, NOW)
    desk.tick(later(1))
    chat.ban(database, "tea-talk", 1, ("", False, None), by="host:1", now=later(2))
    desk.tick(later(3))
    fresh = viewer(settings, until=int(later(900_000).timestamp()))
    assert desk.say("tea-talk", fresh, "spam", HERE, later(9)).code == "banned"
    assert desk.say("tea-talk", fresh, "hello", other(1), later(9)).code == "shown"
    desk.tick(later(86_403))
    assert desk.say("tea-talk", fresh, "sorry", HERE, later(86_410)).code == "shown"


def test_a_mute_ends_by_itself_or_is_lifted_and_leaves_likes(desk, database, settings):
    one = viewer(settings)
    desk.say("tea-talk", one, "loud", HERE, NOW)
    desk.tick(later(1))
    chat.ban(database, "tea-talk", 1, ("", True, 600), by="host:1", now=later(2))
    desk.tick(later(3))
    assert desk.say("tea-talk", one, "louder", HERE, later(9)).code == "muted"
    assert desk.like("tea-talk", one, 40, HERE, later(9)) == 30
    listed = chat.listed(database, "tea-talk", later(9))
    assert [(each.kind, each.mute) for each in listed] == [("address", True), ("viewer", True)]
    assert chat.lift(database, listed[0].id, later(10)) is True
    assert chat.listed(database, "tea-talk", later(10)) == []
    assert chat.lift(database, listed[0].id, later(10)) is False
    desk.tick(later(11))
    assert desk.say("tea-talk", one, "sorry", HERE, later(12)).code == "shown"


def test_only_those_write_whom_the_room_lets(database, settings):
    shop = Shop([room(), room("closed", chat="off"), room("own", chat="buyers")])
    desk = make_desk(database, settings, shop)
    buyer = {"contacts": ("b" * 32,)}
    answers = [
        desk.say("closed", viewer(settings, where="closed", **buyer), "x", HERE, NOW),
        desk.say("own", viewer(settings, where="own"), "x", HERE, NOW),
        desk.say("own", viewer(settings, where="own", **buyer), "x", HERE, NOW),
        desk.say("own", viewer(settings, where="tea-talk", **buyer), "y", other(1), NOW),
        desk.say("own", "forged", "z", other(2), NOW),
        desk.say("nowhere", viewer(settings, where="nowhere"), "z", other(3), NOW),
    ]
    assert codes(answers) == ["off", "buyers", "shown", "pass", "pass", "off"]
    assert answers[4].words == "停留时间过长，请刷新页面。"


def test_the_host_writes_with_a_badge_and_without_waiting(desk, database, settings):
    host = viewer(settings, "Wang", host=True)
    for text in ("welcome", "see https://tea.example.com"):
        assert desk.say("tea-talk", host, text, HERE, NOW).code == "shown"
    chat.pin_notice(database, "tea-talk", "  Free delivery today ", by="host:1", now=NOW)
    desk.tick(later(1))
    desk.tick(later(2))
    assert [(line["name"], line["host"]) for line in blocks(settings)[0]["messages"]] == [("Wang", True)] * 2
    assert "assistant" not in blocks(settings)[0]["messages"][0]
    assert state(settings)["chat"]["notice"] == "Free delivery today"
    chat.pin_notice(database, "tea-talk", "", by="host:1", now=NOW)
    desk.tick(later(3))
    assert state(settings)["chat"]["notice"] == ""


def test_what_was_pinned_in_a_broadcast_is_over_with_it_and_the_next_one_begins_bare(desk, database, settings):
    chat.pin_notice(database, "tea-talk", "Soon", by="host:1", now=NOW)
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=later(1))
    broadcasts.begin(database, made.id, later(2))
    assert database.read(chat.notices) == {"tea-talk": "Soon"}
    chat.pin_notice(database, "tea-talk", "Half price now", by="host:1", now=later(3))
    assert database.read(chat.notices) == {"tea-talk": "Half price now"}
    broadcasts.end(database, made.id, Why.HOST, later(10))
    assert database.read(chat.notices) == {}
    desk.tick(later(12))
    desk.tick(later(13))
    assert state(settings)["chat"]["notice"] == ""
    chat.pin_notice(database, "tea-talk", "Next Friday again", by="host:1", now=later(20))
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=later(30))
    broadcasts.begin(database, made.id, later(31))
    assert database.read(chat.notices) == {"tea-talk": "Next Friday again"}


def test_an_assistant_writes_with_a_badge_of_their_own(desk, settings):
    helper = viewer(settings, "Li", host=True, viewer="assistant-7")
    assert desk.say("tea-talk", helper, "I am looking it up", HERE, NOW).code == "shown"
    assert desk.say("tea-talk", viewer(settings, "Wu", viewer="assistant-8"), "me too", HERE, NOW).code == "shown"
    desk.tick(later(1))
    desk.tick(later(2))
    told = [(line["name"], line["host"], line.get("assistant")) for line in blocks(settings)[0]["messages"]]
    assert told == [("Li", True, True), ("Wu", False, None)]


def test_the_chat_ends_with_the_broadcast(desk, database, settings):
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    broadcasts.end(database, made.id, "host", later(1))
    desk.tick(later(2))
    assert desk.say("tea-talk", viewer(settings), "too late", HERE, later(3)).code == "off"
    assert state(settings)["chat"]["who"] == "off"
