"""The numbers of a room: who watched, what was looked at and sold, net of what was cancelled and paid back."""

from datetime import timedelta

import pytest
from aired import AT, broadcast, pin
from tills import NOW, order

from runtime import payments, refunds
from runtime.live import numbers
from runtime.live.numbers import Minute, ProductNumbers, Sales
from runtime.payments import Cash
from runtime.refunds import LineWish, Wish

MINUTE = AT - AT % 60


def bought(till, lines, *, at, paid=True, delivery="pickup"):
    """Place an order from the room at a second of the broadcast, and pay it by transfer."""
    moment = NOW + timedelta(seconds=at)
    made = order(till, lines, moment, gateway="transfer", room="evening", room_at=AT + at, delivery=delivery)
    if paid:
        payments.confirm_transfer(till, made.number, Cash(), moment)
    return made


def give_back(till, made, **wish):
    till.database.write(lambda transaction: refunds.request(transaction, made, Wish(**wish), actor="merchant", now=NOW))


def of(till, identity):
    return till.database.read(lambda look: numbers.of_broadcast(look, identity, "CNY", NOW))


def seen(till, identity, minute, viewers, seconds, said=(0, 0)):
    statement = "INSERT INTO live_minute VALUES (?, ?, ?, ?, ?, ?)"
    row = (identity, MINUTE // 60 + minute, viewers, seconds, *said)
    till.database.write(lambda write: write.run(statement, *row))


def looked_at(till, identity, minute, product, clicks, carts):
    row = (identity, MINUTE // 60 + minute, product, clicks, carts)
    till.database.write(lambda write: write.run("INSERT INTO live_interest VALUES (?, ?, ?, ?, ?)", *row))


@pytest.fixture
def evening(till):
    made = broadcast(till.database, start=0, end=600)
    pin(till.database, made, 1, "tea", at=0, until=60)
    pin(till.database, made, 2, "cup", at=60, until=90)
    pin(till.database, made, 1, "tea", at=90, until=100)
    return made


def test_what_is_explained_at_this_moment_counts_until_now(till):
    running = broadcast(till.database, start=-100)
    pin(till.database, running, 1, "tea", at=-40)
    assert of(till, running).products == (ProductNumbers(product="tea", number=1, explained=40),)


def test_a_broadcast_without_anybody_has_only_its_pins(till, evening):
    found = of(till, evening)
    assert (found.room, found.ordinal, found.started_at, found.ended_at) == ("evening", 1, AT, AT + 600)
    assert (found.peak, found.watched, found.minutes, found.sales) == (0, 0, (), Sales())
    assert found.products == (
        ProductNumbers(product="tea", number=1, explained=70),
        ProductNumbers(product="cup", number=2, explained=30),
    )


def test_orders_count_at_once_and_takings_when_they_are_paid(till, evening):
    bought(till, [("tea", 2)], at=10)
    bought(till, [("cup", 1)], at=70, paid=False)
    assert of(till, evening).sales == Sales(orders=2, ordered=4550, takings=2000)


def test_what_is_cancelled_is_no_order_and_what_is_paid_back_is_no_taking(till, evening):
    gone = bought(till, [("tea", 1)], at=10, paid=False)
    payments.cancel(till, gone.number, actor="buyer", now=NOW)
    kept = bought(till, [("tea", 3), ("cup", 1)], at=20)
    give_back(till, kept, lines=(LineWish(position=0, quantity=1),))
    found = of(till, evening)
    assert found.sales == Sales(orders=1, cancelled=1, ordered=5550, takings=4550, refunded=1000)
    assert found.products == (
        ProductNumbers(product="tea", number=1, explained=70, orders=1, pieces=2, takings=2000),
        ProductNumbers(product="cup", number=2, explained=30, orders=1, pieces=1, takings=2550),
    )


def test_an_order_that_is_wholly_paid_back_stays_an_order_without_pieces_and_takings(till, evening):
    give_back(till, bought(till, [("tea", 1)], at=10), everything=True)
    found = of(till, evening)
    assert found.sales == Sales(orders=1, ordered=1000, takings=0, refunded=1000)
    assert found.products[0] == ProductNumbers(product="tea", number=1, explained=70, orders=1)


def test_the_shares_of_products_and_the_delivery_add_up_to_the_takings(till, evening):
    made = bought(till, [("tea", 1), ("cup", 1)], at=10, delivery="courier")
    give_back(till, made, amount=1001)
    found = of(till, evening)
    assert (made.total, found.sales.takings) == (4350, 3349)
    assert [each.takings for each in found.products] == [770, 1963], "and 616 of the delivery"


def test_minutes_have_viewers_interest_and_the_orders_placed_in_them(till, evening):
    seen(till, evening, 0, 12, 500, (7, 3))
    seen(till, evening, 1, 30, 1500)
    looked_at(till, evening, 1, "tea", 5, 2)
    looked_at(till, evening, 1, "song", 1, 0)
    at = MINUTE + 120 - AT
    bought(till, [("tea", 1)], at=at)
    bought(till, [("tea", 1)], at=at + 59)
    found = of(till, evening)
    assert (found.peak, found.watched, found.likes, found.messages) == (30, 2000, 7, 3)
    assert (found.clicks, found.carts) == (6, 2)
    assert found.minutes == (
        Minute(at=MINUTE, viewers=12, seconds=500, likes=7, messages=3),
        Minute(at=MINUTE + 60, viewers=30, seconds=1500, clicks=6, carts=2),
        Minute(at=MINUTE + 120, orders=2, takings=2000),
    )
    assert found.products[2] == ProductNumbers(product="song", clicks=1)
    look = till.database.read(lambda look: numbers.watching(look, evening, MINUTE + 60))
    assert look == ((MINUTE + 60, 30),)


def test_two_broadcasts_of_a_room_are_counted_apart_and_a_practice_not_at_all(till, evening):
    second = broadcast(till.database, ordinal=2, start=700)
    broadcast(till.database, ordinal=1, start=0, practice=True)
    bought(till, [("tea", 1)], at=650)
    bought(till, [("cup", 1)], at=710)
    found = till.database.read(lambda look: numbers.of_room(look, "evening", "CNY", NOW))
    assert [(each.broadcast, each.sales.ordered) for each in found] == [(second, 2550), (evening, 1000)]


def test_an_order_before_the_first_broadcast_is_the_rooms(till, evening):
    bought(till, [("tea", 1)], at=-10)
    bought(till, [("tea", 2)], at=10)
    assert of(till, evening).sales.orders == 1
    whole = till.database.read(lambda look: numbers.sales_of_room(look, "evening", "CNY"))
    assert whole == Sales(orders=2, ordered=3000, takings=3000)


def test_a_broadcast_that_nobody_knows_has_no_numbers(till):
    with pytest.raises(LookupError):
        of(till, 404)
