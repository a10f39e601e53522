"""Disputes: posted once, in whatever order; refunds after one are capped (P84), withdrawals blocked (P85)."""

from itertools import permutations

import pytest
from money import AVAILABLE, DISPUTED, GATEWAY, PENDING, completed, holds, look, paid, settled, sound
from tills import NOW, rows

from runtime import funds, payments, refunds
from runtime.funds import settlement, withdrawals
from runtime.gateways import DisputeReport, DisputeState
from runtime.refunds import Wish
from runtime.refusals import Code, Refusal


def dispute(till, found, state, amount=2000, number="d1"):
    [(reference,)] = rows(till, "SELECT reference FROM payment WHERE order_id = ?", found.id)
    report = DisputeReport(
        gateway=GATEWAY, number=number, reference=reference, state=state, amount=amount, currency="CNY"
    )
    return payments.take(till, report, NOW)


def refund(till, found, **wish):
    def unit(transaction):
        return refunds.request(transaction, look(till, found), Wish(**wish), actor="merchant", now=NOW)

    return till.database.write(unit)


def refundable(till, found):
    return till.database.read(lambda transaction: funds.refundable(transaction, found.id))


def withdraw(till):
    step = withdrawals.Step(event=withdrawals.Event.REQUEST, actor="merchant", now=NOW)
    return withdrawals.request(till.database, GATEWAY, None, "CNY", step)


def test_disputed_money_is_out_of_reach_until_it_is_won_or_lost(till):
    found = paid(till)
    assert not dispute(till, found, DisputeState.OPENED)
    assert holds(till, PENDING, DISPUTED) == (0, 2000)
    assert rows(till, "SELECT kind FROM finding WHERE settled_at IS NULL") == [("dispute_opened",)]
    dispute(till, found, DisputeState.WON)
    assert holds(till, PENDING, DISPUTED) == (2000, 0)
    assert rows(till, "SELECT COUNT(*) FROM finding WHERE settled_at IS NULL") == [(0,)]
    assert refundable(till, found) == 2000
    assert sound(till) == ()


@pytest.mark.parametrize("reports", list(permutations([DisputeState.OPENED, DisputeState.LOST, DisputeState.OPENED])))
def test_reports_in_any_order_and_twice_end_alike(till, reports):
    found = paid(till)
    for state in reports:
        dispute(till, found, state)
    assert holds(till, PENDING, DISPUTED, funds.CHARGEBACKS) == (0, 0, 2000)
    assert look(till, found).disputed == 2000
    sound(till)


def test_a_won_dispute_goes_back_to_where_the_money_is_now(till):
    found = paid(till)
    dispute(till, found, DisputeState.OPENED)
    completed(till, found)
    settlement.settle_due(till.database, NOW, lambda _, __: False)
    dispute(till, found, DisputeState.WON)
    assert holds(till, PENDING, AVAILABLE, DISPUTED) == (0, 2000, 0)
    sound(till)


def test_p84_hyperswitch_3120_a_refund_after_a_chargeback_is_capped(till):
    found = paid(till)
    dispute(till, found, DisputeState.LOST, amount=1500)
    assert refundable(till, found) == 500
    with pytest.raises(Refusal) as caught:
        refund(till, found, amount=501)
    assert (caught.value.code, caught.value.values["left"]) == (Code.REFUND_TOO_LARGE, 500)
    assert refund(till, found, everything=True).amount == 500
    assert refundable(till, found) == 0
    sound(till)


def test_p84_hyperswitch_10533_nothing_goes_back_twice_when_all_is_disputed(till):
    found = paid(till)
    dispute(till, found, DisputeState.OPENED)
    with pytest.raises(Refusal) as caught:
        refund(till, found, everything=True)
    assert caught.value.code is Code.REFUND_NOTHING_LEFT
    sound(till)


def test_a_chargeback_after_a_refund_leaves_nothing_to_refund_and_is_shown(till):
    found = paid(till)
    refund(till, found, amount=1200)
    dispute(till, found, DisputeState.OPENED, amount=2000)
    assert refundable(till, found) == 0
    assert rows(till, "SELECT kind, amount FROM finding WHERE settled_at IS NULL") == [("dispute_opened", 2000)]
    assert holds(till, PENDING, DISPUTED, funds.REFUNDS_DUE) == (0, 2000, -1200)
    sound(till)


def test_p85_a_dispute_after_the_withdrawal_takes_available_below_zero_and_blocks_the_next(till):
    found = settled(till)
    made = withdraw(till)
    step = withdrawals.Step(event=withdrawals.Event.PAY, actor="merchant", now=NOW)
    withdrawals.advance(till.database, made.number, step)
    dispute(till, found, DisputeState.LOST)
    assert holds(till, AVAILABLE, funds.CHARGEBACKS, funds.BANK) == (-2000, 2000, 2000)
    shown = "gateway.rehearsal.available is -20.00 CNY: nothing can be withdrawn until it is above zero again"
    assert sound(till) == (shown,)
    settled(till, [("few", 2)])
    with pytest.raises(Refusal) as caught:
        withdraw(till)
    assert (caught.value.code, caught.value.values["left"]) == (Code.FUNDS_TOO_LOW, 0)
    settled(till, [("tea", 2)])
    assert holds(till, AVAILABLE) == (1000,)
    assert withdraw(till).amount == 1000
    assert sound(till) == ()


def test_a_dispute_about_no_charge_of_ours_is_booked_and_told(till):
    paid(till)
    report = DisputeReport(
        gateway=GATEWAY, number="d7", reference="nobody", state=DisputeState.OPENED, amount=300, currency="CNY"
    )
    assert not payments.take(till, report, NOW)
    assert payments.take(till, report, NOW)
    assert holds(till, PENDING, DISPUTED) == (1700, 300)
    assert rows(till, "SELECT order_id FROM dispute") == [(None,)]
    sound(till)
