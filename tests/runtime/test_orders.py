"""The order's life, every state with every event."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product as pairs

import pytest
from tills import LATER, NOW, counts, level, order, rows

from runtime import audit, funds, orders, payments, refunds
from runtime.orders import TRANSITIONS, Dispatch, Event, State
from runtime.payments import Cash, Outcome
from runtime.refunds import LineWish, Wish
from runtime.refusals import Code, Refusal


def at(till, state, **changes):
    """Return an order that came to a state by its own way."""
    found = order(till, gateway="transfer" if state is not State.CONFIRMED else "cash_on_delivery", **changes)
    number = found.number
    if state in {State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.RECEIVED, State.COMPLETED}:
        payments.confirm_transfer(till, number, Cash(), NOW)
    if state is State.REFUNDED:
        return refunded(till, found)
    if state is State.PARTLY_SHIPPED:
        orders.ship(till.database, number, Dispatch(quantities={0: 1}), actor="test", now=NOW)
    if state in {State.SHIPPED, State.RECEIVED, State.COMPLETED}:
        orders.ship(till.database, number, Dispatch(carrier="SF", tracking="1"), actor="test", now=NOW)
    if state in {State.RECEIVED, State.COMPLETED}:
        orders.receive(till.database, number, actor="test", now=NOW)
    if state is State.COMPLETED:
        orders.complete(till.database, number, actor="test", now=NOW)
    if state is State.CLOSING:
        till.database.write(lambda transaction: orders.step(transaction, found.id, Event.CLOSE, actor="test", now=NOW))
    if state is State.CANCELLED:
        payments.cancel(till, number, actor="test", now=NOW)
    if state is State.RETURNED:
        return returned(till)
    return orders.find_by_token(till.database, found.token)


def refunded(till, found):
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    wish = refunds.Wish(everything=True, restock=True)
    till.database.write(lambda look: refunds.request(look, found, wish, actor="test", now=NOW))
    return orders.find_by_token(till.database, found.token)


def returned(till):
    number = order(till, gateway="cash_on_delivery").number
    orders.ship(till.database, number, Dispatch(carrier="SF", tracking="1"), actor="test", now=NOW)
    return orders.refuse(till.database, number, actor="test", now=NOW)


@pytest.mark.parametrize(("state", "event"), list(pairs(State, Event)))
def test_p69_only_the_table_moves_an_order_and_a_refusal_changes_nothing(till, state, event):
    found = at(till, state)
    assert found.state is state
    before = counts(till)

    def step(transaction):
        return orders.step(transaction, found.id, event, actor="test", now=LATER)

    expected = TRANSITIONS.get((state, event))
    if expected is None:
        with pytest.raises(Refusal) as caught:
            till.database.write(step)
        assert (caught.value.code, caught.value.status) == (Code.ORDER_NOT_ALLOWED, 409)
        assert counts(till) == before
        expected = state
    else:
        assert till.database.write(step) is expected
        last = orders.history(till.database, found)[-1]
        assert (last.event, last.before, last.after, last.at) == (event, state, expected, LATER)
    assert orders.find_by_token(till.database, found.token).state is expected


COMMANDS = {
    "ship": lambda till, number: orders.ship(
        till.database, number, Dispatch(carrier="", tracking=""), actor="test", now=LATER
    ),
    "receive": lambda till, number: orders.receive(till.database, number, actor="test", now=LATER),
    "refuse": lambda till, number: orders.refuse(till.database, number, actor="test", now=LATER),
    "complete": lambda till, number: orders.complete(till.database, number, actor="test", now=LATER),
    "cancel": lambda till, number: payments.cancel(till, number, actor="test", now=LATER),
}
ALLOWED = {
    ("ship", State.PAID): State.SHIPPED,
    ("ship", State.CONFIRMED): State.SHIPPED,
    ("ship", State.PARTLY_SHIPPED): State.SHIPPED,
    ("receive", State.SHIPPED): State.RECEIVED,
    ("complete", State.RECEIVED): State.COMPLETED,
    ("cancel", State.PENDING_PAYMENT): State.CANCELLED,
    ("cancel", State.CLOSING): State.CANCELLED,
    ("cancel", State.CONFIRMED): State.CANCELLED,
}


@pytest.mark.parametrize(("command", "state"), list(pairs(COMMANDS, State)))
def test_p69_every_command_in_every_state_does_its_step_or_nothing(till, command, state):
    found = at(till, state)
    before = counts(till)
    if (command, state) in ALLOWED:
        assert COMMANDS[command](till, found.number).state is ALLOWED[command, state]
    else:
        with pytest.raises(Refusal) as caught:
            COMMANDS[command](till, found.number)
        assert caught.value.status == 409
        assert counts(till) == before
    assert till.database.read(audit.report).differences == ()


def test_p70_two_people_shipping_one_order_make_one_shipment(till):
    found = at(till, State.PAID)
    orders.ship(till.database, found.number, Dispatch(carrier="SF", tracking="1"), actor="anna", now=NOW)
    with pytest.raises(Refusal):
        orders.ship(till.database, found.number, Dispatch(carrier="YT", tracking="2"), actor="ben", now=NOW)
    again = orders.find_by_token(till.database, found.token)
    assert [(parcel.carrier, parcel.tracking) for parcel in again.parcels] == [("SF", "1")]
    assert [row.actor for row in orders.history(till.database, found) if row.event is Event.SHIP] == ["anna"]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'order-shipped'") == [(1,)]


def test_an_order_leaves_in_parcels_and_is_shipped_with_the_last_one(till):
    found = order(till, [("tea", 3), ("cup", 1)], gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    first = orders.ship(
        till.database, found.number, Dispatch(carrier="sf", tracking="1", quantities={0: 2}), actor="anna", now=NOW
    )
    assert (first.state, first.unshipped) == (State.PARTLY_SHIPPED, {0: 1, 1: 1})
    second = orders.ship(till.database, found.number, Dispatch(quantities={1: 1}), actor="anna", now=NOW)
    assert (second.state, second.unshipped) == (State.PARTLY_SHIPPED, {0: 1})
    last = orders.ship(till.database, found.number, Dispatch(carrier="zto"), actor="ben", now=LATER)
    assert (last.state, last.unshipped) == (State.SHIPPED, {})
    assert [(each.carrier, each.quantities) for each in last.parcels] == [("sf", {0: 2}), ("", {1: 1}), ("zto", {0: 1})]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'order-shipped'") == [(3,)]
    assert till.database.read(audit.report).differences == ()


@pytest.mark.parametrize("quantities", [{0: 3}, {0: 0}, {0: -1}, {7: 1}, {-1: 1}])
def test_a_parcel_holds_only_what_is_still_here(till, quantities):
    found = at(till, State.PARTLY_SHIPPED)
    before = counts(till)
    with pytest.raises(Refusal) as caught:
        orders.ship(till.database, found.number, Dispatch(quantities=quantities), actor="test", now=LATER)
    assert caught.value.code is Code.PARCEL_TOO_FULL
    assert counts(till) == before


def test_p70_eight_people_shipping_parts_at_once_ship_each_piece_once(till):
    found = order(till, [("tea", 5)], gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)

    def ship(_):
        try:
            orders.ship(till.database, found.number, Dispatch(quantities={0: 1}), actor="test", now=NOW)
        except Refusal as refusal:
            return refusal.code
        return "shipped"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(ship, range(8)))
    assert sorted(said) == [*["parcel-too-full"] * 3, *["shipped"] * 5]
    last = orders.find_by_token(till.database, found.token)
    assert (last.state, len(last.parcels), last.unshipped) == (State.SHIPPED, 5, {})


def test_a_mistyped_tracking_number_is_mended_on_its_parcel(till):
    found = at(till, State.SHIPPED)
    after = orders.mend_tracking(till.database, found.number, 1, "yto", "YT2")
    assert [(each.carrier, each.tracking) for each in after.parcels] == [("yto", "YT2")]
    with pytest.raises(Refusal) as caught:
        orders.mend_tracking(till.database, found.number, 2, "yto", "YT2")
    assert (caught.value.code, caught.value.status) == (Code.PARCEL_UNKNOWN, 404)


def test_cancelling_puts_stock_back_once(till):
    found = order(till, [("tea", 3)])
    assert level(till, "tea") == 7
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    with pytest.raises(Refusal):
        payments.cancel(till, found.number, actor="buyer", now=NOW)
    assert level(till, "tea") == 10
    assert rows(till, "SELECT quantity, held, reason FROM stock_move WHERE order_id = ? ORDER BY id", found.id) == [
        (-3, 3, "reserve"), (3, -3, "release"),
    ]  # fmt: skip


def test_paying_makes_held_pieces_sold(till):
    found = at(till, State.PAID)
    assert rows(till, "SELECT state FROM stock_hold WHERE order_id = ?", found.id) == [("sold",)]
    assert rows(till, "SELECT quantity, held, reason FROM stock_move WHERE order_id = ? ORDER BY id", found.id) == [
        (-2, 2, "reserve"), (0, -2, "sell"),
    ]  # fmt: skip


def test_what_was_not_taken_at_the_door_is_on_sale_again(till):
    found = returned(till)
    assert (found.state, level(till, "tea")) == (State.RETURNED, 10)
    assert rows(till, "SELECT COUNT(*) FROM transfer") == [(0,)]


def test_goods_handed_over_unpaid_are_owed_until_the_money_comes(till):
    found = order(till, [("tea", 2)], delivery="courier", gateway="cash_on_delivery")
    orders.ship(till.database, found.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=NOW)
    orders.receive(till.database, found.number, actor="carrier", now=NOW)
    assert till.database.read(funds.balances) == {
        (funds.RECEIVABLE, "CNY"): 2800, (funds.DELIVERY, "CNY"): -708,
        (funds.SALES, "CNY"): -1770, (funds.TAX, "CNY"): -322,
    }  # fmt: skip
    assert payments.confirm_transfer(till, found.number, Cash(amount=1000, number="a"), NOW) is Outcome.PARTIAL
    assert payments.confirm_transfer(till, found.number, Cash(amount=1000, number="a"), NOW) is Outcome.REPEATED
    assert payments.confirm_transfer(till, found.number, Cash(), NOW) is Outcome.PAID
    assert till.database.read(lambda look: orders.get(look, found.number)).paid == 2800
    balances = till.database.read(funds.balances)
    assert (balances[funds.BANK, "CNY"], balances[funds.RECEIVABLE, "CNY"]) == (2800, 0)
    assert till.database.read(audit.report).differences == ()


def test_p65_an_order_opens_by_its_token_only_and_is_found_by_number_and_contact(till):
    found = order(till)
    other = order(till)
    for wrong in ("", found.number, str(found.id), found.token[:-1], found.token + "A", found.token.swapcase(), "%"):
        assert orders.find_by_token(till.database, wrong) is None
    for number in (found.number, found.number.replace("-", ""), f" {found.number.replace('-', ' ')} "):
        assert orders.look_up(till.database, number, "lilei@example.com").token == found.token
    for contact in ("LiLei@Example.com ", "13800138000", "+86 138-0013-8000", "0086 13800138000"):
        assert orders.look_up(till.database, found.number, contact).token == found.token
    for contact in ("", "other@example.com", "13800138001", "8000", "-", "@"):
        assert orders.look_up(till.database, found.number, contact) is None
    assert orders.look_up(till.database, "0000-0000-0000", "lilei@example.com") is None
    assert other.token != found.token


def test_p66_an_address_has_192_random_bits_and_can_be_withdrawn(till):
    found = order(till)
    assert len(found.token) * 6 == 192
    renewed = orders.renew_link(till.database, found.number)
    assert orders.find_by_token(till.database, found.token) is None
    assert orders.find_by_token(till.database, renewed.token).number == found.number


def test_a_missing_contact_matches_nothing(till):
    found = order(till, contact=orders.Contact(email="a@example.com"))
    assert orders.look_up(till.database, found.number, "") is None
    assert orders.look_up(till.database, found.number, "   ") is None


def test_an_unknown_number_is_unknown(till):
    with pytest.raises(Refusal) as caught:
        till.database.read(lambda look: orders.get(look, "1234-5678-9012"))
    assert (caught.value.code, caught.value.status) == (Code.ORDER_UNKNOWN, 404)


def test_listing_shows_the_newest_first_and_by_state(till):
    first, second = order(till), at(till, State.PAID)
    assert [each.number for each in orders.listing(till.database)] == [second.number, first.number]
    assert [each.number for each in orders.listing(till.database, State.PAID)] == [second.number]
    assert [each.number for each in orders.listing(till.database, limit=1)] == [second.number]


def paid(till, lines):
    found = order(till, lines, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    return orders.find_by_token(till.database, found.token)


def give_back(till, found, quantities):
    lines = tuple(LineWish(position=place, quantity=count, restock=True) for place, count in quantities.items())
    wish = Wish(lines=lines, reason="not wanted")
    till.database.write(lambda look: refunds.request(look, found, wish, actor="merchant", now=NOW))
    return orders.find_by_token(till.database, found.token)


def test_pieces_whose_money_goes_back_before_they_leave_are_not_shipped(till):
    found = give_back(till, paid(till, [("tea", 3), ("cup", 1)]), {0: 1, 1: 1})
    assert found.unshipped == {0: 2}
    last = orders.ship(till.database, found.number, Dispatch(), actor="merchant", now=NOW)
    assert (last.state, last.parcels[0].quantities) == (State.SHIPPED, {0: 2})
    assert till.database.read(audit.report).differences == ()


def test_an_order_whose_rest_is_paid_back_is_shipped_with_what_left(till):
    found = paid(till, [("tea", 3)])
    orders.ship(till.database, found.number, Dispatch(quantities={0: 2}), actor="merchant", now=NOW)
    after = give_back(till, orders.find_by_token(till.database, found.token), {0: 1})
    assert (after.state, after.unshipped) == (State.SHIPPED, {})
    assert orders.receive(till.database, found.number, actor="buyer", now=LATER).state is State.RECEIVED
    assert till.database.read(audit.report).differences == ()
