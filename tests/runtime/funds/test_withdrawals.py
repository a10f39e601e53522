"""Withdrawals: never more than is there, whatever happens at once (P91, P92), each step posted once (P93, P94)."""

import threading
from itertools import product as pairs

import pytest
from money import AVAILABLE, PENDING, WITHDRAWING, completed, holds, look, paid, settled, sound
from tills import NOW, rows

from runtime import funds, refunds
from runtime.funds import settlement, withdrawals
from runtime.funds.withdrawals import TRANSITIONS, Event, State, Step
from runtime.refunds import Wish
from runtime.refusals import Code, Refusal


def step(event=Event.REQUEST, **changes):
    return Step(event=event, actor="merchant", now=NOW, **changes)


def withdraw(till, amount=None):
    return withdrawals.request(till.database, "rehearsal", amount, "CNY", step())


def refused(code, work):
    with pytest.raises(Refusal) as caught:
        work()
    assert caught.value.code is code
    return caught.value.values


def together(*works):
    """Run all works at once and return what they returned or how they were refused."""
    found, meeting = [], threading.Barrier(len(works))

    def run(work):
        meeting.wait(10)
        try:
            found.append(work())
        except Refusal as refusal:
            found.append(refusal.code)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_only_what_is_available_can_be_withdrawn(till):
    settled(till)
    values = refused(Code.FUNDS_TOO_LOW, lambda: withdraw(till, 2001))
    assert values == {"account": AVAILABLE, "left": 2000, "currency": "CNY"}
    assert refused(Code.FUNDS_TOO_LOW, lambda: withdraw(till, 0))["left"] == 2000
    made = withdraw(till, 1500)
    assert (made.state, made.amount, made.number[:9]) == (State.REQUESTED, 1500, f"W{NOW:%Y%m%d}")
    assert holds(till, AVAILABLE, WITHDRAWING) == (500, 1500)
    assert withdraw(till).amount == 500
    sound(till)


def test_p91_lilishop_145_eight_withdrawals_of_everything_at_once_are_one(till):
    """double_entry#114 as well: each looked at the balance before any had taken from it."""
    settled(till)
    found = together(*[lambda: withdraw(till, 2000)] * 8)
    assert found.count(Code.FUNDS_TOO_LOW) == 7
    assert holds(till, AVAILABLE, WITHDRAWING) == (0, 2000)
    assert rows(till, "SELECT COUNT(*), SUM(amount) FROM withdrawal") == [(1, 2000)]
    sound(till)


def test_p92_money_that_is_owed_to_a_buyer_is_not_withdrawn(till):
    found = settled(till)

    def refund(transaction):
        return refunds.request(transaction, look(till, found), Wish(amount=1200), actor="merchant", now=NOW)

    till.database.write(refund)
    assert refused(Code.FUNDS_TOO_LOW, lambda: withdraw(till, 801))["left"] == 800
    assert withdraw(till, 800).amount == 800
    assert holds(till, AVAILABLE, funds.REFUNDS_DUE) == (1200, -1200)
    sound(till)


def test_p92_a_withdrawal_and_a_refund_at_the_same_moment_never_take_more_than_there_is(till):
    for _ in range(5):
        found = settled(till)

        def refund(found=found):
            current = look(till, found)
            return till.database.write(
                lambda transaction: refunds.request(
                    transaction, current, Wish(everything=True), actor="merchant", now=NOW
                )
            )

        before, owed = holds(till, AVAILABLE, funds.REFUNDS_DUE)
        together(refund, lambda: withdraw(till, 2000), lambda: withdraw(till, 2000))
        available, due = holds(till, AVAILABLE, funds.REFUNDS_DUE)
        assert (before, owed - due) == (2000 - owed, 2000)
        assert available >= 0
        for made in till.database.read(withdrawals.listing):
            if made.state is State.REQUESTED:
                withdrawals.advance(till.database, made.number, step(Event.FAIL))
    sound(till)


@pytest.mark.parametrize(("state", "event"), list(pairs(State, Event)))
def test_only_the_table_moves_a_withdrawal(till, state, event):
    settled(till)
    made = withdraw(till)
    path = {
        State.REQUESTED: (), State.SENT: (Event.SEND,), State.PAID: (Event.PAY,), State.FAILED: (Event.FAIL,),
        State.BOUNCED: (Event.SEND, Event.BOUNCE),
    }  # fmt: skip
    for each in path[state]:
        withdrawals.advance(till.database, made.number, step(each))
    before = rows(till, "SELECT COUNT(*) FROM transfer")
    if (state, event) in TRANSITIONS:
        after = withdrawals.advance(till.database, made.number, step(event))
        assert after.state is TRANSITIONS[state, event]
    else:
        values = refused(
            Code.WITHDRAWAL_NOT_ALLOWED, lambda: withdrawals.advance(till.database, made.number, step(event))
        )
        assert values == {"number": made.number, "state": state, "event": event}
        assert rows(till, "SELECT COUNT(*) FROM transfer") == before
    sound(till)


def test_what_is_paid_out_is_in_the_bank_less_the_fee(till):
    settled(till)
    made = withdraw(till)
    withdrawals.advance(till.database, made.number, step(Event.SEND))
    refused(
        Code.WITHDRAWAL_NOT_ALLOWED, lambda: withdrawals.advance(till.database, made.number, step(Event.PAY, fee=2001))
    )
    paid = withdrawals.advance(till.database, made.number, step(Event.PAY, fee=25))
    assert (paid.state, paid.fee) == (State.PAID, 25)
    assert holds(till, AVAILABLE, WITHDRAWING, funds.BANK, funds.FEES) == (0, 0, 1975, 25)
    sound(till)


def test_p93_what_the_bank_sends_back_is_available_again_once(till):
    settled(till)
    made = withdraw(till)
    for event in (Event.SEND, Event.PAY):
        withdrawals.advance(till.database, made.number, step(event))
    found = together(*[lambda: withdrawals.advance(till.database, made.number, step(Event.BOUNCE)).state] * 4)
    assert sorted(found) == [State.BOUNCED] + [Code.WITHDRAWAL_NOT_ALLOWED] * 3
    assert holds(till, AVAILABLE, WITHDRAWING, funds.BANK) == (2000, 0, 0)
    assert withdraw(till).amount == 2000
    sound(till)


def test_an_unknown_withdrawal_is_refused(till):
    refused(Code.WITHDRAWAL_UNKNOWN, lambda: withdrawals.advance(till.database, "W1", step(Event.PAY)))


def test_a_payout_that_the_gateway_made_by_itself_is_noted_once_and_may_come_before_the_settlement(till):
    found = settled(till)

    def payout(transaction):
        return withdrawals.note_payout(transaction, "rehearsal", "po_1", (2500, 0, "CNY"), step())

    second = paid(till)
    assert till.database.write(payout)
    assert not till.database.write(payout)
    assert holds(till, PENDING, AVAILABLE, WITHDRAWING, funds.BANK) == (1500, 0, 0, 2500)
    completed(till, second)
    settlement.settle_due(till.database, NOW, lambda _, __: False)
    assert holds(till, PENDING, AVAILABLE) == (0, 1500)
    assert found.id != second.id
    sound(till)
