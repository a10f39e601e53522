"""Money that a merchant confirms by hand: transfers in parts, and cash that the carrier brings."""

import pytest
from paying import now_as, sound, start
from tills import NOW, counts, order, rows

from runtime import funds, orders, payments
from runtime.orders import State
from runtime.payments import Cash, Outcome
from runtime.refusals import Code, Refusal


def test_a_transfer_may_come_in_parts_and_too_much_is_to_be_refunded(till):
    found = order(till, gateway="transfer")
    start(till, found, "transfer")
    assert payments.confirm_transfer(till, found.number, Cash(amount=500, number="a"), NOW) is Outcome.PARTIAL
    assert payments.confirm_transfer(till, found.number, Cash(amount=500, number="a"), NOW) is Outcome.REPEATED
    assert (now_as(till, found).state, now_as(till, found).paid) == (State.PENDING_PAYMENT, 0)
    assert payments.confirm_transfer(till, found.number, Cash(amount=1600, number="b"), NOW) is Outcome.OVERPAID
    assert (now_as(till, found).state, now_as(till, found).paid) == (State.PAID, 2000)
    balances = till.database.read(funds.balances)
    assert (balances[funds.BANK, "CNY"], balances[funds.REFUNDS_DUE, "CNY"], balances[funds.SUSPENSE, "CNY"]) == (
        2100,
        -100,
        0,
    )
    assert rows(till, "SELECT f.kind, r.amount, r.state FROM finding f JOIN refund r ON r.finding_id = f.id") == [
        ("overpaid", 100, "requested")
    ]
    assert rows(till, "SELECT state, receipt FROM payment") == [("succeeded", "b")]
    sound(till)


def test_a_part_of_a_transfer_is_due_for_refund_when_the_order_is_cancelled(till):
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(amount=500, number="a"), NOW)
    assert payments.cancel(till, found.number, actor="merchant", now=NOW).state is State.CANCELLED
    balances = till.database.read(funds.balances)
    assert (balances[funds.SUSPENSE, "CNY"], balances[funds.REFUNDS_DUE, "CNY"]) == (0, -500)
    assert payments.confirm_transfer(till, found.number, Cash(amount=1500, number="b"), NOW) is Outcome.LATE
    assert till.database.read(funds.balances)[funds.REFUNDS_DUE, "CNY"] == -2000
    sound(till)


def test_the_whole_open_amount_is_what_a_merchant_means_without_saying_one(till):
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(amount=1), NOW)
    assert payments.confirm_transfer(till, found.number, Cash(), NOW) is Outcome.PAID
    assert payments.confirm_transfer(till, found.number, Cash(amount=2000, number="again"), NOW) is Outcome.DOUBLE
    with pytest.raises(Refusal):
        payments.confirm_transfer(till, found.number, Cash(), NOW)
    sound(till)


def test_nothing_is_owed_for_goods_that_are_still_here(till):
    found = order(till, gateway="cash_on_delivery")
    before = counts(till)
    with pytest.raises(Refusal) as caught:
        payments.confirm_transfer(till, found.number, Cash(), NOW)
    assert caught.value.code == Code.ORDER_NOT_ALLOWED
    assert counts(till) == before


def test_money_brought_by_the_carrier_means_that_the_goods_were_taken(till):
    found = order(till, gateway="cash_on_delivery")
    orders.ship(till.database, found.number, orders.Dispatch(carrier="SF", tracking=""), actor="merchant", now=NOW)
    assert payments.confirm_transfer(till, found.number, Cash(amount=2100), NOW) is Outcome.OVERPAID
    assert (now_as(till, found).state, now_as(till, found).paid) == (State.RECEIVED, 2000)
    assert till.database.read(funds.balances)[funds.REFUNDS_DUE, "CNY"] == -100
    sound(till)
