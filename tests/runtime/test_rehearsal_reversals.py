"""What the rehearsal bank does after a payment: refunds, disputes and the bill, as a real provider has them."""

from datetime import timedelta

import msgspec
import pytest
from test_rehearsal_bank import ask, charge, page_of, press
from tills import NOW, make_settings
from werkzeug.test import Client

from runtime.gateways import BillKind, DisputeReport, DisputeState, RefundReport, RefundVerdict, Repayment
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import Answer, inside
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import signing

NOTIFY = "http://127.0.0.1:9/pay/rehearsal/notify"


@pytest.fixture
def paid(the_bank, gateway):
    """A paid charge of 19.99: the page at the bank."""
    page = page_of(gateway)
    press(the_bank, page, "approve")
    return page


def repayment(gateway, **changes):
    receipt = gateway.query(charge()).transaction
    plain = Repayment(
        number="R12345678", reference=charge().reference, transaction=receipt, amount=500, charged=1999, currency="CNY",
        notify_url=NOTIFY,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def told(the_bank, gateway):
    """Return the notices that are due, as the gateway reads them."""
    found = []
    for notice in the_bank.books.due_notices(the_bank.now()):
        body = notice.body.encode()
        headers = signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", body, the_bank.clock())
        found.append(gateway.read_notice(headers, body, the_bank.clock()))
    return found


@pytest.mark.usefixtures("paid")
def test_a_refund_is_done_later_and_told_by_notice_and_by_query(the_bank, gateway, clock):
    the_bank.books.due_notices(the_bank.now())
    wish = repayment(gateway)
    assert gateway.query_refund(wish).verdict is RefundVerdict.MISSING
    assert gateway.refund(wish).verdict is RefundVerdict.PENDING
    assert gateway.query_refund(wish).verdict is RefundVerdict.PENDING
    clock.now += timedelta(seconds=1)
    found = gateway.query_refund(wish)
    assert (found.verdict, found.amount, bool(found.transaction)) == (RefundVerdict.SUCCEEDED, 500, True)
    assert [each for each in told(the_bank, gateway) if isinstance(each, RefundReport)] == [found]


def test_p77_the_same_number_is_the_same_refund_and_with_another_amount_it_is_refused(the_bank, gateway, paid):
    wish = repayment(gateway)
    for _ in range(10):
        assert gateway.refund(wish).verdict is RefundVerdict.PENDING
    assert len(the_bank.reversals.of_charge(paid.rpartition("/")[2])) == 1
    for change in ({"amount": 501}, {"transaction": "other"}):
        answer = gateway.refund(repayment(gateway, **change))
        assert (answer.verdict, answer.reason) == (RefundVerdict.FAILED, "NUMBER_USED")


def test_no_more_is_sent_back_than_came_and_a_failed_refund_frees_its_amount(the_bank, gateway, paid, clock):
    assert gateway.refund(repayment(gateway, amount=2000)).reason == "NOT_ENOUGH"
    press(the_bank, paid, "refunds-failed")
    assert gateway.refund(repayment(gateway, amount=1500)).verdict is RefundVerdict.PENDING
    assert gateway.refund(repayment(gateway, number="R2222222", amount=500)).reason == "NOT_ENOUGH"
    clock.now += timedelta(seconds=1)
    assert gateway.query_refund(repayment(gateway)).verdict is RefundVerdict.FAILED
    press(the_bank, paid, "refunds-soon")
    assert gateway.refund(repayment(gateway, number="R2222222", amount=1999)).verdict is RefundVerdict.PENDING


@pytest.mark.usefixtures("paid")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"number": "R"}, "PARAM_ERROR: number"),
        ({"amount": 0}, "PARAM_ERROR: amount"),
        ({"amount": -500}, "PARAM_ERROR: amount"),
        ({"currency": "EUR"}, "PARAM_ERROR: currency"),
        ({"notify_url": "http://shop/notify?x=1"}, "PARAM_ERROR: address"),
        ({"reference": "unknown-1"}, "ORDER_NOT_EXIST"),
        ({"transaction": "unknown"}, "NOT_ENOUGH"),
    ],
)
def test_the_bank_refuses_refunds_as_a_real_one_does(gateway, change, reason):
    answer = gateway.refund(repayment(gateway, **change))
    assert (answer.verdict, answer.reason) == (RefundVerdict.FAILED, reason)


def test_p82_what_was_not_paid_is_not_refunded(gateway, the_bank):
    page_of(gateway)
    assert gateway.refund(repayment(gateway)).reason == "NOT_PAID"
    assert ask(the_bank, {"number": "R12345678"}, path="/v1/refunds").status_code == 400
    assert Client(the_bank.wsgi).post("/v1/refunds", data=b"{}").status_code == 401


def test_p79_a_stuck_refund_is_done_when_it_is_tried_again(the_bank, gateway, paid, clock):
    press(the_bank, paid, "refunds-stuck")
    gateway.refund(repayment(gateway))
    clock.now += timedelta(seconds=1)
    assert gateway.query_refund(repayment(gateway)).verdict is RefundVerdict.STUCK
    press(the_bank, paid, "refunds-soon")
    assert gateway.refund(repayment(gateway)).verdict is RefundVerdict.PENDING
    clock.now += timedelta(seconds=1)
    assert gateway.query_refund(repayment(gateway)).verdict is RefundVerdict.SUCCEEDED


@pytest.mark.parametrize(("rule", "told_of", "seconds"), [("silent", 0, 1), ("slow", 1, 30), ("soon", 1, 1)])
def test_refunds_may_be_slow_or_never_told(the_bank, gateway, paid, clock, rule, told_of, seconds):  # noqa: PLR0917
    the_bank.books.due_notices(the_bank.now())
    press(the_bank, paid, f"refunds-{rule}")
    gateway.refund(repayment(gateway))
    clock.now += timedelta(seconds=seconds)
    the_bank.reversals.settle(the_bank.now())
    found = [each for each in told(the_bank, gateway) if isinstance(each, RefundReport)]
    assert [each.verdict for each in found] == [RefundVerdict.SUCCEEDED] * told_of
    assert gateway.query_refund(repayment(gateway)).verdict is RefundVerdict.SUCCEEDED


@pytest.mark.parametrize("end", ["won", "lost"])
def test_p84_a_dispute_takes_the_money_and_refunds_stop_at_the_rest(the_bank, gateway, paid, end):
    gateway.refund(repayment(gateway))
    the_bank.books.due_notices(the_bank.now())
    assert press(the_bank, paid, "dispute").status_code == 303
    assert press(the_bank, paid, "dispute").status_code == 409
    assert gateway.refund(repayment(gateway, number="R2222222", amount=1)).reason == "NOT_ENOUGH"
    opened = told(the_bank, gateway)
    assert [(type(each), each.state, each.amount) for each in opened] == [(DisputeReport, DisputeState.OPENED, 1499)]
    assert press(the_bank, paid, f"dispute-{end}").status_code == 303
    assert [each.state for each in told(the_bank, gateway)] == [DisputeState(end)]
    answer = gateway.refund(repayment(gateway, number="R3333333", amount=1))
    assert answer.verdict is (RefundVerdict.PENDING if end == "won" else RefundVerdict.FAILED)


@pytest.mark.usefixtures("paid")
def test_the_bill_of_a_day_holds_what_moved_with_fees_and_is_there_when_the_day_is_over(the_bank, gateway, clock):
    gateway.refund(repayment(gateway))
    gateway.refund(repayment(gateway, number="R2222222", amount=1499))
    clock.now += timedelta(seconds=1)
    the_bank.reversals.settle(the_bank.now())
    day = clock.now.date()
    with pytest.raises(Refusal) as caught:
        gateway.bill(day)
    assert caught.value.code is Code.BILL_MISSING
    clock.now += timedelta(days=1)
    rows = [(row.kind, row.reference, row.amount, row.fee, row.currency) for row in gateway.bill(day).rows]
    assert rows == [
        (BillKind.PAYMENT, charge().reference, 1999, 12, "CNY"),
        *sorted(
            [(BillKind.REFUND, "R12345678", 500, -3, "CNY"), (BillKind.REFUND, "R2222222", 1499, -9, "CNY")],
            key=lambda row: next(each.transaction for each in gateway.bill(day).rows if each.reference == row[1]),
        ),
    ]
    assert gateway.bill(day + timedelta(days=-3)).rows == ()


@pytest.mark.usefixtures("paid")
def test_p96_a_bill_whose_totals_are_wrong_or_that_nobody_signed_is_not_believed(the_bank, tmp_path, clock):
    day = clock.now.date()
    clock.now += timedelta(days=1)
    send = inside(the_bank.wsgi)

    def short(request):
        answer = send(request)
        body = answer.body.replace(b'"count":1', b'"count":2')
        subject = f"{answer.status} {request.method} {request.path}"
        return Answer(answer.status, signing.sign(the_bank.keys.bank, subject, body, clock.now), body)

    with pytest.raises(Refusal) as caught:
        Rehearsal(make_settings(tmp_path), short, clock).bill(day)
    assert caught.value.code is Code.BILL_DAMAGED
    with pytest.raises(Refusal) as caught:
        Rehearsal(make_settings(tmp_path), lambda _: None, clock).bill(day)
    assert caught.value.code is Code.PAYMENT_UNREACHABLE


@pytest.mark.parametrize("locale", ["zh-CN", "en", "de"])
def test_the_page_of_a_paid_charge_shows_its_refunds_and_the_choices_after(the_bank, gateway, locale):
    page = page_of(gateway, charge(locale=locale))
    press(the_bank, page, "approve")
    gateway.refund(repayment(gateway))
    text = Client(the_bank.wsgi).get(page, base_url="http://shop.test/rehearsal-bank").get_data(as_text=True)
    for word in ("R12345678", {"zh-CN": "处理中", "en": "on its way", "de": "unterwegs"}[locale], 'value="dispute"'):
        assert word in text
    assert 'value="approve"' not in text


def test_a_forged_or_nonsense_notice_of_a_refund_is_refused(the_bank, gateway):
    body = msgspec.json.encode(
        {"kind": "refund", "verdict": "magic", "amount": 1, "currency": "CNY", "transaction": ""}
    )
    headers = signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", body, NOW)
    with pytest.raises(Refusal) as caught:
        gateway.read_notice(headers, body, NOW)
    assert caught.value.code is Code.NOTICE_FORGED
