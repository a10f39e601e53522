"""The state of a room: one small document that says what is so, at most once a second, and nothing about anybody."""

import json
from datetime import timedelta

import pytest
from floor import PRODUCTS, Shop, later, make_desk, room, state, viewer
from hypothesis import given
from hypothesis import strategies as st
from tills import BY_TRANSFER, NOW, make_till, order, product

from generator.promotion import Coupon, Promotion, PromotionKind
from generator.shop import LiveSource
from runtime import orders, payments, stock
from runtime.live import broadcasts, document, pins, viewers
from runtime.live.audience import EVERY, PER_ADDRESS, Audience
from runtime.live.desk import Beat
from runtime.live.document import Phase, StreamState
from runtime.live.pace import Pace
from runtime.live.values import Recording, Through, milliseconds
from runtime.orders import Contact
from runtime.refusals import Refusal

HERE = "203.0.113.7"
EMBED = LiveSource(kind="embed", url="https://www.youtube.com/watch?v=x", provider="youtube")
DAY = timedelta(days=1)


def instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def live(database):
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    return made.id


@pytest.mark.usefixtures("live")
def test_the_state_is_written_once_a_second_however_often_it_changes(database, settings):
    desk = make_desk(database, settings, Shop())
    file = settings.rooms / "tea-talk" / "room.json"
    seen = {file.read_bytes()}
    for tenth in range(40):
        now = NOW + timedelta(milliseconds=100 * tenth)
        desk.like("tea-talk", viewer(settings), 3, f"198.51.100.{tenth}", now)
        desk.tick(now)
        seen.add(file.read_bytes())
    assert 3 <= len(seen) <= 5
    assert [json.loads(each)["state"] for each in seen] == ["live"] * len(seen)


def test_a_state_that_does_not_change_is_written_every_ten_seconds_to_show_that_it_is_fresh(database, settings):
    desk = make_desk(database, settings, Shop())
    moments = set()
    for second in range(25):
        desk.tick(later(second))
        moments.add(state(settings)["now"])
    first = milliseconds(NOW)
    assert sorted(moments) == [first, first + 10_000, first + 20_000]


def test_the_chat_of_a_broadcast_begins_where_the_one_before_it_ended(database, settings, live):
    desk = make_desk(database, settings, Shop())
    assert state(settings)["chat"]["since"] == 0
    broadcasts.end(database, live, "host", later(10))
    desk.tick(later(11))
    assert (state(settings)["state"], state(settings)["chat"]["since"]) == ("ended", 0)
    again, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=later(20))
    broadcasts.begin(database, again.id, later(21))
    desk.tick(later(22))
    assert (state(settings)["state"], state(settings)["chat"]["since"]) == ("live", milliseconds(later(10)))


def test_pins_have_stable_numbers_and_the_servers_moments(database, settings, live):
    for second, number in enumerate((3, 1, 2, 1)):
        pins.pin(database, live, room(), number, by="host:1", now=later(second))
    make_desk(database, settings, Shop(), later(5))
    at = milliseconds(NOW)
    assert state(settings)["pins"] == [
        {"id": 2, "number": 1, "product": "tea", "at": at + 1000, "until": at + 2000},
        {"id": 3, "number": 2, "product": "cup", "at": at + 2000, "until": at + 3000},
        {"id": 4, "number": 1, "product": "tea", "at": at + 3000, "until": 0},
    ]
    assert database.read(lambda look: pins.current(look, live)).number == 1
    assert pins.unpin(database, live, later(6)) is True
    assert pins.unpin(database, live, later(7)) is False
    assert database.read(lambda look: pins.current(look, live)) is None
    assert [each.number for each in pins.of_broadcast(database, live)] == [3, 1, 2, 1]


@pytest.mark.parametrize("number", [0, -1, 5, 99])
def test_a_number_that_the_bag_does_not_have_is_not_pinned(database, live, number):
    with pytest.raises(Refusal) as caught:
        pins.pin(database, live, room(), number, by="host:1", now=NOW)
    assert caught.value.code == "live-number-unknown"


def test_nothing_is_pinned_when_the_broadcast_is_over(database, live):
    broadcasts.end(database, live, "host", NOW)
    with pytest.raises(Refusal) as caught:
        pins.pin(database, live, room(), 1, by="host:1", now=NOW)
    assert caught.value.code == "live-not-open"


@pytest.mark.usefixtures("live")
def test_what_no_variant_is_left_of_is_marked_sold_out(database, settings):
    till = make_till(database, settings, PRODUCTS, BY_TRANSFER)
    desk = make_desk(database, settings, Shop())
    assert state(settings)["sold_out"] == []
    order(till, [("rare", 1)], gateway="transfer")
    desk.tick(later(3))
    assert state(settings)["sold_out"] == [3]
    stock.adjust(database, "rare", 1, actor="test", note="", now=NOW)
    desk.tick(later(6))
    assert state(settings)["sold_out"] == []


def test_recent_orders_tell_a_first_letter_and_what_was_bought_and_only_those_that_are_paid(database, settings, live):
    till = make_till(database, settings, PRODUCTS, BY_TRANSFER)
    pinned = pins.pin(database, live, room(), 2, by="host:1", now=NOW)
    touch = {"room": "tea-talk", "room_at": int(NOW.timestamp()), "pin": pinned.id, "gateway": "transfer"}
    names = ("林小明", "Anna Schmidt", "王芳")
    bought = ([("many", 1), ("cup", 1)], [("tea", 1)], [("tea", 1)])
    made = [
        order(till, goods, contact=Contact(name=name, email=f"b{number}@example.com"), **touch)
        for number, (name, goods) in enumerate(zip(names, bought, strict=True))
    ]
    for each in made[:2]:
        payments.start(till, each, "transfer", "http://127.0.0.1", NOW)
        payments.confirm_transfer(till, each.number, payments.Cash(), NOW)
    closing = made[2]
    database.write(lambda look: orders.step(look, closing.id, orders.Event.CLOSE, actor="system", now=NOW))
    assert database.read(lambda look: viewers.buyer(look, settings.secret, closing.token)) is None
    make_desk(database, settings, Shop(), later(1))
    at = int(NOW.timestamp()) * 1000
    assert state(settings)["orders"] == [
        {"name": "A**", "number": 1, "at": at},
        {"name": "林**", "number": 2, "at": at},
    ]
    text = (settings.rooms / "tea-talk" / "room.json").read_text()
    assert not [word for word in ("Schmidt", "小明", "example.com", made[0].number) if word in text]


@pytest.mark.usefixtures("live")
def test_viewers_are_hidden_below_a_number_and_likes_are_capped(database, settings):
    desk = make_desk(database, settings, Shop(viewers_from=3))
    passes = [viewer(settings) for _ in range(3)]
    for number, each in enumerate(passes[:2]):
        assert desk.beat("tea-talk", each, Beat(seconds=15), f"198.51.100.{number}", NOW) is True
    assert desk.beat("tea-talk", passes[0], Beat(seconds=15), HERE, NOW) is True
    desk.tick(later(1))
    assert state(settings)["viewers"] is None
    desk.beat("tea-talk", passes[2], Beat(seconds=15), HERE, later(1))
    desk.tick(later(2))
    assert state(settings)["viewers"] == 3
    assert [desk.like("tea-talk", passes[0], count, HERE, later(2)) for count in (1000, 30, -5)] == [30, 0, 0]
    assert desk.like("tea-talk", passes[0], 30, HERE, later(3)) == 10
    assert desk.like("tea-talk", "forged", 30, HERE, later(3)) is None
    desk.tick(later(4))
    assert state(settings)["likes"] == 40
    assert database.read(lambda look: look.find("SELECT likes, peak FROM live_broadcast")) == (0, 0)
    desk.tick(later(6))
    assert state(settings)["likes"] == 40
    assert database.read(lambda look: look.find("SELECT likes, peak FROM live_broadcast")) == (40, 3)
    assert database.read(lambda look: look.find("SELECT SUM(likes) FROM live_minute")) == (40,)


def test_a_thousand_passes_from_one_address_are_no_thousand_viewers():
    here = Audience()
    for number in range(1000):
        here.beat(f"{number}", "one", 15, {}, 1000)
    here.beat("other", "two", 15, {}, 1000)
    assert here.count(2000) == PER_ADDRESS + 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 300), st.integers(-5, 10**6)), max_size=60))
def test_no_more_seconds_are_watched_than_have_passed(beats):
    here, seen = Audience(), {}
    total = 0
    for who, at, seconds in sorted(beats, key=lambda each: each[1]):
        here.beat(str(who), str(who), seconds, {}, at * 1000)
        seen.setdefault(who, []).append(at)
    total = sum(minute.seconds for _, minute in here.take())
    longest = sum(moments[-1] - moments[0] + EVERY + 1 + len(moments) for moments in seen.values())
    assert 0 <= total <= longest


def test_of_a_very_large_audience_a_share_is_asked_and_the_count_is_worked_out_from_it():
    here = Audience()
    for number in range(20_000):
        here.beat(str(number), "", 15, {}, 0)
    assert (here.count(1000), here.sample) == (20_000, 0.125)
    for number in range(20_000):
        here.beat(str(number), "", 15, {}, 16_000)
    assert here.count(17_000) == 20_000
    for number in range(2500):
        here.beat(str(number), "", 15, {}, 60_000)
    assert here.count(61_000) == 20_000


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(1, 5))
def test_a_pace_lets_through_what_it_says_and_no_more(gaps, burst):
    pace, at, allowed = Pace(10, burst=burst), 0, []
    for gap in gaps:
        at += gap
        if pace.allow("x", at):
            allowed.append(at)
    assert allowed[0] == gaps[0]
    for number in range(len(allowed)):
        for later_one in range(number + burst, len(allowed)):
            assert allowed[later_one] - allowed[number] >= 10 * (later_one - number - burst + 1)


@pytest.mark.parametrize(
    ("starts", "ends", "source", "found"),
    [
        (DAY, 2 * DAY, "broadcast", Phase.BEFORE),
        (-DAY, DAY, "broadcast", Phase.BEFORE),
        (-DAY, None, "broadcast", Phase.BEFORE),
        (-2 * DAY, -DAY, "broadcast", Phase.ENDED),
        (DAY, 2 * DAY, "embed", Phase.BEFORE),
        (-DAY, DAY, "embed", Phase.LIVE),
        (-2 * DAY, -DAY, "embed", Phase.ENDED),
    ],
)
def test_without_a_broadcast_the_times_of_a_room_decide(starts, ends, source, found):
    source = EMBED if source == "embed" else LiveSource(kind="broadcast")
    times = {"starts_at": instant(NOW + starts), "ends_at": instant(NOW + ends) if ends else None}
    assert document.phase(room(source=source, **times), None, None, NOW) is found


def test_a_broadcast_that_is_over_is_a_replay_where_it_was_recorded_until_the_room_is_announced_anew(database, live):
    broadcasts.record(database, live, Recording.WHOLE, size=5)
    broadcasts.end(database, live, "host", later(60))
    ended = broadcasts.find(database, live)
    assert document.phase(room(), None, ended, later(70)) is Phase.REPLAY
    assert document.phase(room(replay=False), None, ended, later(70)) is Phase.ENDED
    assert document.phase(room(starts_at=instant(NOW + DAY)), None, ended, later(70)) is Phase.BEFORE
    assert document.phase(room(starts_at=instant(NOW + DAY)), None, ended, NOW + DAY) is Phase.BEFORE


def test_a_practice_is_in_no_state_of_a_room(database, settings):
    made, _ = broadcasts.arm(database, "tea-talk", practice=True, by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    pins.pin(database, made.id, room(), 1, by="host:1", now=NOW)
    make_desk(database, settings, Shop(), later(1))
    found = state(settings)
    assert (found["state"], found["stream"], found["pins"]) == ("before", None, [])
    assert made.stream not in (settings.rooms / "tea-talk" / "room.json").read_text()


def test_an_embedded_room_has_a_living_part_and_no_stream_of_ours(database, settings):
    shop = Shop([room(source=EMBED)])
    made, _ = broadcasts.arm(database, "tea-talk", through=Through.EMBED, by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    pins.pin(database, made.id, room(source=EMBED), 2, by="host:1", now=NOW)
    make_desk(database, settings, shop, later(1))
    found = state(settings)
    assert (found["state"], found["stream"], [pin["number"] for pin in found["pins"]]) == ("live", None, [2])


@pytest.mark.usefixtures("live")
def test_the_daemon_says_where_it_is_and_whether_the_picture_is_there(database, settings):
    desk = make_desk(database, settings, Shop())
    desk.media({"port": 8001})
    desk.stream("tea-talk", StreamState(ready=True))
    desk.tick(later(1))
    found = state(settings)
    assert (found["media"], found["stream"]["ready"]) == ({"port": 8001}, True)
    desk.stream("tea-talk", None)
    desk.tick(later(2))
    assert state(settings)["stream"]["ready"] is False


def test_coupons_of_the_room_are_offered_where_they_are_shown(database, settings):
    shown = Promotion(
        id="tea10", name={}, kind=PromotionKind.AMOUNT_OFF, off=100, coupon=Coupon(code="TEA", shown=True)
    )
    hidden = Promotion(id="vip", name={}, kind=PromotionKind.AMOUNT_OFF, off=100, coupon=Coupon(code="VIP"))
    shop = Shop([room(promotions=("tea10", "vip"))])
    shop.terms = type(shop.terms)(**{
        name: getattr(shop.terms, name) for name in shop.terms.__struct_fields__ if name != "promotions"
    }, promotions=(shown, hidden))  # fmt: skip
    make_desk(database, settings, shop)
    assert state(settings)["coupons"] == ["tea10"]


def test_the_whole_state_of_a_busy_room_is_small(database, settings):
    many = tuple(product(f"product-with-a-long-name-{number}", 1000, 0) for number in range(100))
    busy = room(products=tuple(each.handle for each in many))
    make_till(database, settings, many)
    made, _ = broadcasts.arm(database, "tea-talk", by="host:1", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    for number in (1, 50, 100):
        pins.pin(database, made.id, busy, number, by="host:1", now=NOW)
    make_desk(database, settings, Shop([busy], many), later(1))
    assert len(state(settings)["sold_out"]) == 100
    assert len((settings.rooms / "tea-talk" / "room.json").read_bytes()) <= 2000


def test_viewers_who_are_pushed_to_get_what_left_the_room(database, settings):
    desk = make_desk(database, settings, Shop())
    first = desk.events("tea-talk")
    assert [kind for _, kind, _ in first] == ["room"]
    desk.say("tea-talk", viewer(settings), "hi", HERE, NOW)
    desk.tick(later(1))
    fresh = desk.events("tea-talk", first[-1][0])
    assert [kind for _, kind, _ in fresh] == ["chat", "room"]
    assert fresh[0][2] == (settings.rooms / "tea-talk" / "chat" / "1.json").read_bytes()
    assert desk.events("nowhere") == []


def test_a_new_release_brings_rooms_and_takes_them(database, settings):
    shop = Shop([room("one")])
    shops = [shop]
    desk = type(make_desk(database, settings, shop))(database, settings, lambda: shops[0], NOW)
    shops[0] = Shop([room("two")], release="r2")
    desk.tick(later(2))
    assert state(settings, "two")["room"] == "two"
    assert desk.say("one", viewer(settings, where="one"), "x", HERE, later(2)).code == "off"
