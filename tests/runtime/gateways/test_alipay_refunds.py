"""Refunds by Alipay: they add up, are done once, and end as Alipay says."""

import pytest
from alipay_merchant import back_of, load, opened, paid, repayment, visit
from simulated import until

from runtime.gateways import RefundVerdict


@pytest.fixture
def gateway(ali, tmp_path):
    return load(ali, tmp_path)


def test_p76_parts_of_a_refund_add_up_and_no_more_goes_back(gateway, ali):
    made = paid(gateway, ali)
    parts = [repayment(made, gateway, number=f"R{made.reference}-{part}", amount=part) for part in (500, 700, 799)]
    assert {gateway.refund(part).verdict for part in parts} == {RefundVerdict.SUCCEEDED}
    more = gateway.refund(repayment(made, gateway, number=f"R{made.reference}-more", amount=1))
    assert (more.verdict, more.reason.split()[0]) == (RefundVerdict.FAILED, "ACQ.TRADE_STATUS_ERROR")
    assert back_of(ali, made) == [500, 700, 799]


def test_p75_a_second_refund_that_is_too_much_fails(gateway, ali):
    made = paid(gateway, ali)
    assert gateway.refund(repayment(made, gateway, amount=1200)).verdict is RefundVerdict.SUCCEEDED
    second = gateway.refund(repayment(made, gateway, number=f"S{made.reference}", amount=1200))
    assert (second.verdict, second.reason.split()[0]) == (RefundVerdict.FAILED, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")


def test_p77_a_refund_repeated_ten_times_is_one_refund(gateway, ali):
    made = paid(gateway, ali)
    back = repayment(made, gateway, amount=999)
    assert {gateway.refund(back).verdict for _ in range(10)} == {RefundVerdict.SUCCEEDED}
    assert back_of(ali, made) == [999]
    assert (gateway.query_refund(back).amount, gateway.query_refund(back).currency) == (999, "CNY")


def test_p78_and_p81_a_refund_without_a_change_of_funds_is_pending_until_it_is_done(gateway, ali):
    made = paid(gateway, ali)
    back = repayment(made, gateway)
    ali.plan("refund-outcome", "slow", seconds=100)
    assert gateway.refund(back).verdict is RefundVerdict.PENDING
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED)
    assert back_of(ali, made) == [1999]


def test_p81_code_10000_without_a_change_of_funds_is_no_success(gateway, ali):
    made = paid(gateway, ali)
    back = repayment(made, gateway)
    ali.plan("refund-outcome", "nothing")
    assert gateway.refund(back).verdict is RefundVerdict.PENDING
    assert gateway.query_refund(back).verdict is RefundVerdict.MISSING
    assert gateway.refund(back).verdict is RefundVerdict.SUCCEEDED


def test_p79_a_frozen_trade_or_an_empty_balance_waits_for_the_merchant(gateway, ali):
    made = paid(gateway, ali)
    back = repayment(made, gateway)
    ali.do("freeze", reference=made.reference)
    found = gateway.refund(back)
    assert (found.verdict, found.reason.split()[0]) == (RefundVerdict.STUCK, "ACQ.REASON_TRADE_BEEN_FREEZEN")
    ali.do("freeze", reference=made.reference, frozen=False)
    ali.do("balance", fen=0)
    assert gateway.refund(back).reason.startswith("ACQ.SELLER_BALANCE_NOT_ENOUGH")
    ali.do("balance", fen=10**10)
    assert gateway.refund(back).verdict is RefundVerdict.SUCCEEDED


def test_p80_what_can_never_be_refunded_has_failed(gateway, ali):
    made = paid(gateway, ali)
    ali.do("finish", reference=made.reference)
    found = gateway.refund(repayment(made, gateway))
    assert (found.verdict, found.reason) == (RefundVerdict.FAILED, "ACQ.TRADE_HAS_FINISHED 交易已完结")


def test_p82_a_refund_of_nothing_paid_fails(gateway, ali):
    made, cashier = opened(gateway, ali)
    back = repayment(made, gateway)
    assert gateway.refund(back).verdict is RefundVerdict.FAILED
    visit(cashier, {"choice": "sign-in"})
    assert gateway.refund(back).verdict is RefundVerdict.FAILED
    assert gateway.query_refund(back).verdict is RefundVerdict.MISSING


def test_a_refund_number_used_for_another_amount_is_for_the_merchant_to_see(gateway, ali):
    made = paid(gateway, ali)
    gateway.refund(repayment(made, gateway, amount=100))
    found = gateway.refund(repayment(made, gateway, amount=200))
    assert (found.verdict, found.reason.split()[0]) == (RefundVerdict.STUCK, "ACQ.DISCORDANT_REPEAT_REQUEST")
    assert back_of(ali, made) == [100]
