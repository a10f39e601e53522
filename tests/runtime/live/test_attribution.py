"""An order belongs to the broadcast and the explained product that its buyer last bought from."""

from datetime import timedelta

import pytest
from aired import AT, broadcast, pin
from tills import NOW, counts, order, rows

from runtime.attribution import Source, Touch, note_cart, source

SOLD = "SELECT broadcast_id, room, pin_id, number, at FROM live_order WHERE order_id = ?"


def came_from(till, at, shown=0, room="evening"):
    return till.database.read(lambda look: source(look, Touch(room=room, at=AT + at, pin=shown)))


@pytest.fixture
def evening(till):
    """Two broadcasts: one from 0 to 100 with two pins, another from 200 on with one."""
    first = broadcast(till.database, ordinal=1, start=0, end=100)
    second = broadcast(till.database, ordinal=2, start=200)
    pins = (
        pin(till.database, first, 1, "tea", at=10, until=30),
        pin(till.database, first, 2, "cup", at=30, until=100),
        pin(till.database, second, 3, "few", at=210),
    )
    return first, second, pins


def test_an_order_is_the_broadcasts_and_the_pins_of_the_moment_at_which_the_buyer_put_it_in(till, evening):
    first, second, pins = evening
    assert came_from(till, -1) == Source()
    assert came_from(till, 0) == Source(broadcast=first)
    assert came_from(till, 10) == Source(broadcast=first, pin=pins[0], number=1)
    assert came_from(till, 29) == Source(broadcast=first, pin=pins[0], number=1)
    assert came_from(till, 30) == Source(broadcast=first, pin=pins[1], number=2)
    assert came_from(till, 150) == Source(broadcast=first)
    assert came_from(till, 250) == Source(broadcast=second, pin=pins[2], number=3)


def test_the_pin_that_the_page_shows_is_believed_be_it_of_a_replay(till, evening):
    first, _, pins = evening
    assert came_from(till, 250, pins[0]) == Source(broadcast=first, pin=pins[0], number=1)
    assert came_from(till, 12, pins[1]) == Source(broadcast=first, pin=pins[0], number=1), "a pin of later"


def test_a_pin_of_another_room_of_a_practice_or_of_nowhere_is_not_believed(till, evening):
    first, _, pins = evening
    practice = broadcast(till.database, ordinal=1, start=0, practice=True)
    rehearsed = pin(till.database, practice, 9, "tea", at=1)
    noon = broadcast(till.database, "noon", start=0)
    foreign = pin(till.database, noon, 9, "tea", at=1)
    for shown in (rehearsed, foreign, 10**15):
        assert came_from(till, 12, shown) == Source(broadcast=first, pin=pins[0], number=1)
    assert came_from(till, 12, room="nowhere") == Source()


def test_the_order_and_where_it_comes_from_are_written_together(till, evening):
    first, _, pins = evening
    made = order(till, now=NOW + timedelta(seconds=40), room="evening", room_at=AT + 12)
    assert rows(till, SOLD, made.id) == [(first, "evening", pins[0], 1, AT + 40)]


def test_an_order_of_a_room_that_never_sent_anything_is_the_rooms(till):
    made = order(till, room="elsewhere", room_at=AT)
    assert rows(till, SOLD, made.id) == [(None, "elsewhere", None, 0, AT)]


@pytest.mark.usefixtures("evening")
def test_a_touch_counts_for_a_day(till):
    late = order(till, now=NOW + timedelta(hours=24), room="evening", room_at=AT)
    in_time = order(till, now=NOW + timedelta(hours=24), room="evening", room_at=AT + 1)
    assert rows(till, SOLD, late.id) == []
    assert len(rows(till, SOLD, in_time.id)) == 1


@pytest.mark.usefixtures("evening")
def test_an_order_that_is_refused_leaves_nothing_behind(till):
    order(till, [("rare", 1)], room="evening", room_at=AT + 12)
    before = counts(till), rows(till, "SELECT COUNT(*) FROM live_order")
    with pytest.raises(Exception, match="sold-out"):
        order(till, [("rare", 1)], room="evening", room_at=AT + 12)
    assert (counts(till), rows(till, "SELECT COUNT(*) FROM live_order")) == before


def test_what_goes_into_carts_is_counted_by_minute_and_product(till, evening):
    first, _, _ = evening
    for at, product, pieces in ((0, "tea", 2), (1, "tea", 1), (1, "cup", 1), (60, "tea", 4)):
        touch = Touch(room="evening", at=AT - AT % 60 + 60 + at)
        till.database.write(lambda write, t=touch, p=product, n=pieces: note_cart(write, t, p, n))
    minute = AT // 60 + 1
    assert rows(till, "SELECT * FROM live_interest ORDER BY minute, product") == [
        (first, minute, "cup", 0, 1),
        (first, minute, "tea", 0, 3),
        (first, minute + 1, "tea", 0, 4),
    ]


def test_a_room_that_never_sent_anything_has_no_carts(till):
    touch = Touch(room="evening", at=AT)
    assert not till.database.write(lambda write: note_cart(write, touch, "tea", 1))
    assert rows(till, "SELECT * FROM live_interest") == []
