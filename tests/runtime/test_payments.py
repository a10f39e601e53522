"""Paying: attempts, receipts, closing before cancelling; P numbers are the cases of the payments catalogue."""

import threading
from datetime import timedelta
from itertools import product as pairs

import msgspec
import pytest
from paying import BASE, now_as, pay, report, sound, start
from tills import LATER, NOW, counts, level, order, rows

from runtime import attempts, funds, orders, payments
from runtime.attempts import TRANSITIONS, Event
from runtime.gateways import Verdict
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import inside
from runtime.orders import State
from runtime.payments import Outcome
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank


@pytest.fixture(autouse=True)
def books(settings):
    return bank.get(settings)


class Wire:
    """The way to the bank; ``down`` keeps requests from it, ``deaf`` loses its answers."""

    def __init__(self, send):
        self.send, self.down, self.deaf = send, False, False

    def __call__(self, request):
        if self.down:
            return None
        answer = self.send(request)
        return None if self.deaf else answer


@pytest.fixture
def wire(till, settings, books):
    found = Wire(inside(books.wsgi))
    till.gateways["rehearsal"] = Rehearsal(settings, found)
    return found


@pytest.mark.parametrize(("state", "event"), list(pairs(attempts.State, Event)))
def test_only_the_table_moves_an_attempt(till, state, event):
    payment = start(till, order(till))

    def set_state(transaction):
        transaction.run("UPDATE payment SET state = ? WHERE id = ?", state, payment.id)

    till.database.write(set_state)
    before = counts(till)

    def step(transaction):
        return attempts.step(transaction, payment, event, NOW)

    if (state, event) in TRANSITIONS:
        assert till.database.write(step) is TRANSITIONS[state, event]
        return
    with pytest.raises(Refusal) as caught:
        till.database.write(step)
    assert caught.value.code == Code.PAYMENT_NOT_ALLOWED
    assert counts(till) == before
    assert rows(till, "SELECT state FROM payment") == [(str(state),)]


def test_the_buyer_who_comes_back_finds_the_same_attempt(till):
    found = order(till)
    first, second = start(till, found), start(till, found)
    assert first == second
    assert first.state is attempts.State.OPEN
    assert first.page.startswith("/rehearsal-bank/pay/")
    assert payments.current(till, found) == first


def test_p25_money_pays_the_order_once_and_is_booked_with_its_tax(till):
    found = order(till)
    payment = start(till, found)
    assert payments.confirm(till, report(payment), NOW) is Outcome.PAID
    after = now_as(till, found)
    assert (after.state, after.paid) == (State.PAID, 2000)
    assert till.database.read(funds.balances) == {
        ("gateway.rehearsal.pending", "CNY"): 2000, (funds.SALES, "CNY"): -1770, (funds.TAX, "CNY"): -230,
    }  # fmt: skip
    sound(till)


def test_p26_one_notice_fifty_times_at_once_is_one_capture_and_one_mail(till):
    """mollie/PrestaShop#1251, razorpay-magento#175: one notice that came twice was two payments."""
    payment, outcomes = start(till, order(till)), []
    threads = [
        threading.Thread(target=lambda: outcomes.append(payments.confirm(till, report(payment), NOW)))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Outcome.PAID] + [Outcome.REPEATED] * 49
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'order-paid'") == [(1,)]
    assert rows(till, "SELECT SUM(amount) FROM transfer") == [(2000,)]
    sound(till)


def test_p29_without_any_notice_the_poller_finds_the_money(till, books):
    found = order(till)
    payment = start(till, found)
    assert payments.poll_due(till, NOW + timedelta(seconds=9)) == 0
    assert pay(books, payment, "never")
    assert payments.poll_due(till, NOW + timedelta(seconds=11)) == 1
    assert now_as(till, found).state is State.PAID


def test_a_silent_gateway_is_asked_less_and_less_often(till):
    start(till, order(till))
    moment, pauses = NOW + timedelta(seconds=10), []
    for _ in range(8):
        payments.poll_due(till, moment)
        due = rows(till, "SELECT query_at FROM payment")[0][0]
        pauses.append(due - int(moment.timestamp()))
        moment += timedelta(seconds=pauses[-1])
    assert pauses == [10, 30, 60, 300, 600, 1800, 3600, 3600]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"amount": 1}, Outcome.WRONG_AMOUNT),
        ({"amount": 2001}, Outcome.WRONG_AMOUNT),
        ({"currency": "USD"}, Outcome.WRONG_CURRENCY),
        ({"reference": "nobody-1"}, Outcome.UNKNOWN_REFERENCE),
    ],
)
def test_p38_to_p40_and_p71_money_that_is_not_the_orders_waits_in_suspense(till, changes, outcome):
    found = order(till)
    wrong = report(start(till, found), **changes)
    assert [payments.confirm(till, wrong, NOW) for _ in range(3)] == [outcome, Outcome.REPEATED, Outcome.REPEATED]
    assert (now_as(till, found).state, now_as(till, found).paid) == (State.PENDING_PAYMENT, 0)
    assert till.database.read(funds.balances)[funds.SUSPENSE, wrong.currency] == -wrong.amount
    assert rows(till, "SELECT kind, amount, currency FROM finding") == [(str(outcome), wrong.amount, wrong.currency)]
    assert rows(till, "SELECT recipient FROM notice WHERE topic = 'money-found'") == [("",)]
    sound(till)


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.SUCCEEDED])
def test_p42_whatever_is_not_a_success_pays_nothing(till, verdict):
    found = order(till)
    assert payments.confirm(till, report(start(till, found), verdict=verdict), NOW) is Outcome.NOTHING
    assert now_as(till, found).state is State.PENDING_PAYMENT
    assert rows(till, "SELECT COUNT(*) FROM transfer") == [(0,)]


def test_p45_a_second_capture_is_to_be_refunded(till):
    found = order(till)
    payment = start(till, found)
    payments.confirm(till, report(payment), NOW)
    assert payments.confirm(till, report(payment, transaction="t2"), NOW) is Outcome.DOUBLE
    assert payments.confirm(till, report(payment, transaction="t2"), NOW) is Outcome.REPEATED
    assert till.database.read(funds.balances)[funds.REFUNDS_DUE, "CNY"] == -2000
    assert now_as(till, found).paid == 2000
    sound(till)


def test_p46_money_after_the_cancelling_is_to_be_refunded_and_takes_no_stock(till):
    found = order(till)
    payment = start(till, found)
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    assert level(till, "tea") == 10
    assert payments.confirm(till, report(payment), NOW) is Outcome.LATE
    assert (now_as(till, found).state, level(till, "tea")) == (State.CANCELLED, 10)
    balances = till.database.read(funds.balances)
    assert (balances[funds.REFUNDS_DUE, "CNY"], balances["gateway.rehearsal.pending", "CNY"]) == (-2000, 2000)
    sound(till)


def test_p23_while_the_gateway_is_down_the_order_stays_payable_under_the_same_reference(till, wire):
    found = order(till)
    wire.down = True
    for _ in range(2):
        with pytest.raises(Refusal) as caught:
            start(till, found)
        assert (caught.value.code, caught.value.status) == (Code.PAYMENT_UNREACHABLE, 502)
    assert rows(till, "SELECT state FROM payment") == [("unknown",)]
    wire.down = False
    payment = start(till, found)
    assert (payment.state, payment.reference) == (attempts.State.OPEN, f"{found.number.replace('-', '')}-1")
    assert rows(till, "SELECT COUNT(*) FROM orders") == [(1,)]


def test_p51_work_done_behind_a_lost_answer_is_not_done_twice(till, wire, books):
    found = order(till)
    wire.deaf = True
    with pytest.raises(Refusal):
        start(till, found)
    wire.deaf = False
    payment = start(till, found)
    assert books.books.find_by_reference(payment.reference).amount == 2000
    assert rows(till, "SELECT COUNT(*) FROM payment") == [(1,)]


def test_a_gateway_that_says_no_fails_the_attempt_and_the_next_one_has_a_new_reference(till):
    found = order(till)
    expired = msgspec.structs.replace(found, expires_at=NOW - timedelta(days=1))
    with pytest.raises(Refusal) as caught:
        payments.start(till, expired, "rehearsal", BASE, NOW)
    assert caught.value.code == Code.PAYMENT_REFUSED
    assert rows(till, "SELECT state FROM payment") == [("failed",)]
    assert start(till, found).reference.endswith("-2")


def test_p48_stock_is_never_released_while_the_gateway_is_silent(till, wire, books):
    """woocommerce#14625, youlai-mall PR45: cancelled here, and still open at the gateway."""
    found = order(till)
    payment = start(till, found)
    wire.down = True
    assert payments.cancel(till, found.number, actor="buyer", now=NOW).state is State.CLOSING
    assert level(till, "tea") == 8
    with pytest.raises(Refusal) as caught:
        start(till, found)
    assert caught.value.code == Code.PAYMENT_NOT_OPEN
    wire.down = False
    assert payments.expire_due(till, NOW) == 0
    assert payments.expire_due(till, LATER) == 1
    assert (now_as(till, found).state, level(till, "tea")) == (State.CANCELLED, 10)
    assert books.books.find_by_reference(payment.reference).state == "closed"


def test_a_buyer_who_pays_before_the_closing_has_bought(till, books):
    found = order(till)
    assert pay(books, start(till, found), "never")
    assert payments.cancel(till, found.number, actor="system", now=NOW).state is State.PAID
    assert level(till, "tea") == 8
    sound(till)


def test_p49_what_the_gateway_never_heard_of_can_be_cancelled(till, wire):
    found = order(till)
    wire.down = True
    with pytest.raises(Refusal):
        start(till, found)
    wire.down = False
    assert payments.cancel(till, found.number, actor="buyer", now=NOW).state is State.CANCELLED
    assert rows(till, "SELECT state FROM payment") == [("closed",)]


def test_unpaid_orders_expire_and_give_their_stock_back(till):
    unpaid, paid, door = order(till), order(till), order(till, gateway="cash_on_delivery")
    payments.confirm(till, report(start(till, paid)), NOW)
    assert payments.expire_due(till, NOW + timedelta(seconds=1799)) == 0
    assert payments.expire_due(till, NOW + timedelta(seconds=1800)) == 1
    assert [now_as(till, each).state for each in (unpaid, paid, door)] == [State.CANCELLED, State.PAID, State.CONFIRMED]
    assert [(row.event, row.actor, row.note) for row in orders.history(till.database, unpaid)][1:] == [
        ("close", "system", "not paid in time"), ("cancel", "system", ""),
    ]  # fmt: skip
    assert level(till, "tea") == 6


def test_p24_a_clock_set_back_expires_nothing(till):
    found = order(till)
    for moment in (NOW - timedelta(hours=1), NOW - timedelta(days=1)):
        assert payments.expire_due(till, moment) == payments.poll_due(till, moment) == 0
    assert now_as(till, found).state is State.PENDING_PAYMENT
    earlier = order(till, now=NOW - timedelta(hours=1))
    assert (earlier.expires_at - earlier.placed_at).total_seconds() == 1800


def test_p47_paying_and_expiring_at_the_same_moment_is_one_or_the_other(till):
    made = [(each, start(till, each)) for each in (order(till, [("few", 1)]) for _ in range(20))]

    def run(work):
        for each, payment in made:
            try:
                work(each, payment)
            except Refusal:
                continue

    def payer(_, payment):
        payments.confirm(till, report(payment, transaction=payment.reference), NOW)

    def sweeper(each, _):
        payments.cancel(till, each.number, actor="system", now=LATER)

    threads = [threading.Thread(target=run, args=(work,)) for work in (payer, sweeper)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [now_as(till, each).state for each, _ in made]
    assert set(states) <= {State.PAID, State.CANCELLED}
    due = till.database.read(funds.balances).get((funds.REFUNDS_DUE, "CNY"), 0)
    assert due == -500 * states.count(State.CANCELLED)
    assert level(till, "few") == 100 - states.count(State.PAID)
    sound(till)


def test_changing_the_way_of_paying_closes_the_first_attempt(till, books):
    found = order(till)
    first = start(till, found)
    second = start(till, found, "transfer")
    assert books.books.find_by_reference(first.reference).state == "closed"
    after = now_as(till, found)
    assert (after.gateway, second.instructions.reference) == ("transfer", found.number.replace("-", ""))
    assert (after.expires_at - after.placed_at).days == 3


def test_only_a_pending_order_can_be_paid_and_only_by_a_way_of_the_shop(till):
    found = order(till)
    for wrong in ("gold", "cash_on_delivery"):
        with pytest.raises(Refusal) as caught:
            start(till, found, wrong)
        assert caught.value.code == Code.GATEWAY_UNKNOWN
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    with pytest.raises(Refusal) as caught:
        start(till, found)
    assert (caught.value.code, caught.value.status) == (Code.PAYMENT_NOT_OPEN, 409)
