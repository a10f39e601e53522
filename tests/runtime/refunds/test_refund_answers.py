"""A refund is reserved at request, sent under one number, and posted once, whatever the bank answers (P77–P81)."""

from itertools import product as pairs

import msgspec
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
    report,
    request,
    reread,
    send,
    sound,
)
from tills import LATER, NOW, rows

from runtime import funds, refunds, telling
from runtime.gateways import RefundVerdict
from runtime.refunds import TRANSITIONS, Event, LineWish, State
from runtime.refusals import Code
from runtime.rehearsal_bank import bank


@pytest.mark.usefixtures("wire")
def test_a_refund_is_reserved_and_due_at_once_and_gone_when_the_bank_has_sent_it(till, books, clock):
    found = paid(till, books)
    refund = request(till, found, lines=(LineWish(position=0, quantity=1),), reason="too_many")
    assert (refund.state, refund.amount, refund.goods, refund.tax) == (State.REQUESTED, 1000, 885, 115)
    assert (reread(till, found).refunded, balance(till, funds.REFUNDS_DUE)) == (1000, -1000)
    sound(till)
    send(till, clock)
    assert refund_of(till, refund).state is State.SENT
    assert moved(books) == {}
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 1000}
    assert (balance(till, funds.REFUNDS_DUE), balance(till, funds.pending("rehearsal"))) == (0, 1000)
    assert (balance(till, funds.REFUNDS), balance(till, funds.TAX)) == (885, -115)
    sound(till)


@pytest.mark.parametrize(("state", "event"), list(pairs(State, Event)))
def test_only_the_table_moves_a_refund(till, state, event):
    refund = request(till, by_hand(till), amount=500)
    till.database.write(lambda transaction: transaction.run("UPDATE refund SET state = ?", state))
    before = rows(till, "SELECT COUNT(*) FROM refund_event")

    def step(transaction):
        return refunds.step(transaction, refund, event, actor="test", now=LATER)

    if (state, event) in TRANSITIONS:
        assert till.database.write(step).state is TRANSITIONS[state, event]
        return
    assert refused(Code.REFUND_NOT_ALLOWED, lambda: till.database.write(step)).status == 409
    assert rows(till, "SELECT COUNT(*) FROM refund_event") == before
    assert rows(till, "SELECT state FROM refund") == [(str(state),)]


@pytest.mark.parametrize("lost", ["down", "deaf"])
def test_p77_a_refund_that_gets_no_answer_is_tried_again_under_its_number_and_made_once(till, books, clock, wire, lost):
    """django-payments#410, hyperswitch#10533: a timeout taken for a failure sends the money twice."""
    refund = request(till, paid(till, books), amount=700)
    setattr(wire, lost, True)
    for _ in range(10):
        send(till, clock, seconds=3600)
        assert refund_of(till, refund).state is State.SENT
    setattr(wire, lost, False)
    send(till, clock, seconds=3600)
    send(till, clock, seconds=3600)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 700}
    sound(till)


@pytest.mark.parametrize("told", ["notice", "query", "both", "before"])
@pytest.mark.usefixtures("wire")
def test_p78_a_refund_is_posted_once_whoever_tells_it(till, books, clock, told):
    refund = request(till, paid(till, books), amount=700)
    if told != "before":
        send(till, clock)
    if told != "query":
        outcomes = [refunds.confirm(till.database, report(refund), NOW) for _ in range(2)]
        assert outcomes == [refunds.Outcome.SUCCEEDED, refunds.Outcome.REPEATED]
    if told in {"query", "both"}:
        send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert rows(till, "SELECT COUNT(*), SUM(amount) FROM transfer WHERE event = 'refunded'") == [(1, 700)]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'refund-sent'") == [(1,)]
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p79_a_stuck_refund_stays_reserved_is_told_to_the_merchant_and_tried_again(till, books, clock, settings):
    found = paid(till, books)
    books.reversals.set_rule(charge_of(books), bank.Rule.STUCK)
    refund = request(till, found, amount=700)
    send(till, clock)
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.STUCK
    assert (reread(till, found).refunded, balance(till, funds.REFUNDS_DUE)) == (700, -700)
    telling.send_due(till, settings, BASE, clock.now)
    assert rows(till, "SELECT state FROM notice WHERE topic = 'refund-failed'") == [("sent",)]
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund, state="sent"))
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)
    again = refunds.retry(till, refund.number, BASE, actor="merchant", now=clock.now)
    assert again.state is State.SENT
    send(till, clock, seconds=60)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 700}
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p79_a_stuck_refund_that_was_ended_elsewhere_is_noticed(till, books, clock):
    found = paid(till, books)
    books.reversals.set_rule(charge_of(books), bank.Rule.STUCK)
    refund = request(till, found, amount=700)
    send(till, clock)
    send(till, clock, seconds=6)
    with books.books.change() as connection:
        connection.execute("UPDATE refund SET state = 'succeeded'")
    send(till, clock, seconds=3600)
    assert refund_of(till, refund).state is State.SUCCEEDED
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p80_a_failed_refund_is_reversed_and_its_amount_can_be_refunded_again(till, books, clock):
    found = paid(till, books, [("tea", 2), ("cup", 1)])
    before = till.database.read(funds.balances)
    books.reversals.set_rule(charge_of(books), bank.Rule.FAILED)
    refund = request(till, found, everything=True)
    send(till, clock)
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.FAILED
    after = till.database.read(funds.balances)
    assert {key: value for key, value in after.items() if value} == before
    assert reread(till, found).refunded == 0
    sound(till)
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)
    again = request(till, found, everything=True)
    assert again.number != refund.number
    send(till, clock)
    send(till, clock, seconds=6)
    assert moved(books) == {again.number: found.paid}
    sound(till)


def test_p80_money_that_a_bank_sends_back_days_after_is_taken_back_into_the_books(till):
    refund = request(till, by_hand(till), amount=700)
    refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
    before = balance(till, funds.BANK)
    assert refunds.confirm(till.database, report(refund, RefundVerdict.FAILED), LATER) is refunds.Outcome.FAILED
    assert (balance(till, funds.BANK) - before, balance(till, funds.REFUNDS_DUE)) == (700, 0)
    assert refunds.confirm(till.database, report(refund, RefundVerdict.FAILED), LATER) is refunds.Outcome.REPEATED
    sound(till)


@pytest.mark.parametrize("verdict", [RefundVerdict.PENDING, RefundVerdict.UNKNOWN, RefundVerdict.MISSING])
def test_p81_an_answer_that_is_not_a_success_never_counts_as_one(till, verdict):
    refund = request(till, by_hand(till), amount=700)
    assert refunds.confirm(till.database, report(refund, verdict), NOW) is refunds.Outcome.NOTHING
    assert refund_of(till, refund).state is State.REQUESTED
    sound(till)


@pytest.mark.usefixtures("wire")
def test_the_merchant_has_no_say_while_the_gateway_is_at_work(till, books, clock):
    refund = request(till, paid(till, books), amount=700)
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund))
    send(till, clock)
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund))


def test_a_success_of_another_amount_is_no_success(till):
    refund = request(till, by_hand(till), amount=700)
    wrong = report(refund, amount=70)
    assert refunds.confirm(till.database, wrong, NOW) is refunds.Outcome.CONTRADICTION
    assert refund_of(till, refund).state is State.STUCK
    assert rows(till, "SELECT kind, amount FROM finding") == [("refund_contradicted", 70)]
    sound(till)


@pytest.mark.parametrize("locale", ["zh-CN", "en", "de"])
def test_the_buyer_is_told_in_their_language_that_money_is_on_its_way(till, settings, locale):
    terms = msgspec.structs.replace(till.goods.terms, locales=("zh-CN", "en", "de"))
    till.goods.terms = terms
    refund = request(till, by_hand(till, locale=locale), amount=700)
    refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
    telling.send_due(till, settings, BASE, NOW)
    found = rows(till, "SELECT state, recipient FROM notice WHERE topic = 'refund-sent'")
    assert found == [("sent", "lilei@example.com")]
