"""Money that nobody waits for goes back: paid twice, too late, or by hand (P36, P44–P46)."""

import hashlib

import pytest
from refunding import (
    BASE,
    balance,
    by_hand,
    charge_of,
    moved,
    note,
    paid,
    refund_of,
    refused,
    request,
    reread,
    send,
    sound,
)
from tills import LATER, NOW, counts, level, order, rows

from runtime import audit, funds, orders, payments, refunds
from runtime.gateways import RefundReport, RefundVerdict, Report, Verdict
from runtime.orders import State as OrderState
from runtime.payments import Cash, Outcome
from runtime.refunds import State
from runtime.refusals import Code
from runtime.rehearsal_bank import bank


@pytest.mark.usefixtures("wire")
def test_p36_a_payments_notice_that_comes_again_after_the_refund_changes_nothing(till, books, clock):
    found = paid(till, books)
    payment = payments.attempts.of_order
    receipt = till.database.read(lambda look: payment(look, found.id))[0]
    refund = request(till, found, everything=True)
    send(till, clock)
    send(till, clock, seconds=6)
    before = counts(till)
    told = Report(
        gateway="rehearsal", reference=receipt.reference, verdict=Verdict.SUCCEEDED, transaction=receipt.receipt,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, LATER) is Outcome.REPEATED
    assert counts(till) == before
    assert refund_of(till, refund).state is State.SUCCEEDED


@pytest.mark.usefixtures("wire")
def test_p44_a_refunds_notice_that_comes_before_the_payments_is_kept_for_the_merchant_and_loses_nothing(till, books):
    found = order(till)
    payment = payments.start(till, found, "rehearsal", BASE, NOW)
    books.decide(books.books.find_by_reference(payment.reference), "never")
    stranger = RefundReport(
        gateway="rehearsal",
        number="R999-1",
        verdict=RefundVerdict.SUCCEEDED,
        transaction="b9",
        amount=5,
        currency="CNY",
    )
    assert payments.take(till, stranger, NOW) is False
    assert rows(till, "SELECT kind, receipt FROM finding") == [("unknown_refund", "b9")]
    assert payments.refresh(till, found, NOW).state is OrderState.PAID
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p45_what_was_charged_twice_is_sent_back_by_itself(till, books, clock):
    """ruoyi-vue-pro#1152: a second success is thrown away or kept."""
    found = paid(till, books, choice="double")
    payment = till.database.read(lambda look: payments.attempts.of_order(look, found.id))[0]
    second = next(name for name, _ in books.books.movements(charge_of(books)) if name != payment.receipt)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=second,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, NOW) is Outcome.DOUBLE
    assert balance(till, funds.REFUNDS_DUE) == -found.total
    sound(till)
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    assert (balance(till, funds.REFUNDS_DUE), reread(till, found).refunded) == (0, 0)
    assert reread(till, found).state is OrderState.PAID
    assert till.database.read(audit.report).waiting == ()
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p46_money_that_comes_after_the_cancelling_is_sent_back_and_the_stock_is_not_touched(till, books, clock):
    """CoreShop#2529, woocommerce#21083: paid after it was cancelled."""
    found = order(till)
    payment = payments.start(till, found, "rehearsal", BASE, NOW)
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    charge = books.books.find_by_reference(payment.reference)
    receipt = books.books.pay(charge, int(NOW.timestamp()), (), forced=True)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=receipt,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, NOW) is Outcome.LATE
    sound(till)
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    assert (level(till, "tea"), reread(till, found).state) == (10, OrderState.CANCELLED)
    sound(till)


@pytest.mark.usefixtures("wire")
def test_stray_money_whose_refund_fails_waits_for_the_merchant_who_sends_it_again(till, books, clock):
    found = paid(till, books)
    payment = till.database.read(lambda look: payments.attempts.of_order(look, found.id))[0]
    extra = books.books.pay(books.books.find_by_reference(payment.reference), int(NOW.timestamp()), (), forced=True)
    books.reversals.set_rule(charge_of(books), bank.Rule.FAILED)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=extra,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    payments.confirm(till, told, NOW)
    send(till, clock)
    send(till, clock, seconds=6)
    assert (balance(till, funds.REFUNDS_DUE), balance(till, funds.SUSPENSE)) == (0, -found.total)
    (finding,) = till.database.read(refunds.requesting.findings.unsettled)
    sound(till)
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)

    def again(transaction):
        return refunds.return_finding(transaction, finding, actor="merchant", now=clock.now)

    told_by = hashlib.sha256(f"{finding.gateway}:{finding.receipt}".encode()).hexdigest()[:20]
    assert till.database.write(again).number == f"RF{told_by}-2"
    refused(Code.REFUND_NOT_ALLOWED, lambda: till.database.write(again))
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    sound(till)


def test_transfers_in_suspense_of_a_cancelled_order_are_to_be_sent_back_by_hand(till):
    found = order(till, gateway="transfer")
    for amount, number in ((300, "a"), (400, "b")):
        payments.confirm_transfer(till, found.number, Cash(amount=amount, number=number), NOW)
    payments.cancel(till, found.number, actor="merchant", now=NOW)
    due = refunds.listing(till.database)
    assert sorted((refund.amount, refund.by_hand, refund.state) for refund in due) == [
        (300, True, State.REQUESTED), (400, True, State.REQUESTED),
    ]  # fmt: skip
    assert balance(till, funds.REFUNDS_DUE) == -700
    sound(till)
    for refund in due:
        refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW, text="sent by bank")
    assert (balance(till, funds.BANK), balance(till, funds.REFUNDS_DUE)) == (0, 0)
    sound(till)


def test_refunds_of_transfers_and_cash_are_noted_by_hand_and_no_gateway_is_asked(till):
    cash = order(till, gateway="cash_on_delivery", delivery="courier")
    orders.ship(till.database, cash.number, orders.Dispatch(), actor="merchant", now=NOW)
    payments.confirm_transfer(till, cash.number, Cash(), NOW)
    for found in (by_hand(till), reread(till, cash)):
        refund = request(till, found, everything=True)
        assert (refund.by_hand, refunds.send_due(till, BASE, LATER)) == (True, 0)
        done = refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
        assert done.state is State.SUCCEEDED
        refused(Code.REFUND_NOT_ALLOWED, lambda refund=refund: note(till, refund))
    assert balance(till, funds.BANK) == 0
    sound(till)
