"""Our client of PayPal against the simulator in its own process: agreeing, taking, refunds, notices and reports."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from paypal_merchant import agreed, begun, charge, load, press, repayment, taken

from runtime.gateways import BillKind, RefundVerdict, Verdict
from runtime.gateways.paypal import money
from runtime.gateways.paypal.gateway import ADDRESS, CERTIFICATES
from runtime.gateways.wire import over_http
from runtime.refusals import Code, Refusal
from runtime.settings import SettingError


@pytest.fixture
def gateway(pal, tmp_path):
    return load(pal, tmp_path)


def test_the_buyer_agrees_on_paypals_page_and_only_the_question_takes_the_money(gateway, pal):
    made = charge()
    started = gateway.start(made)
    made = msgspec.structs.replace(made, transaction=started.transaction)
    assert gateway.query(made).verdict is Verdict.OPEN
    status, back = press(started.page, "quiet")
    assert (status, back.partition("?")[0]) == (303, made.return_url)
    assert pal.moved(charge=made.reference) == []
    found = gateway.query(made)
    assert (found.verdict, found.amount, found.currency) == (Verdict.SUCCEEDED, 1999, "EUR")
    assert [each["id"] for each in pal.moved(charge=made.reference)] == [found.transaction]
    assert gateway.query(made) == found


def test_a_charge_whose_answer_was_lost_was_never_shown_and_is_the_same_when_asked_again(gateway, pal):
    made = charge()
    pal.plan("create", "cut")
    with pytest.raises(Refusal) as caught:
        gateway.start(made)
    assert caught.value.code == Code.PAYMENT_UNREACHABLE
    assert gateway.query(made).verdict is Verdict.MISSING
    assert gateway.start(made).transaction == gateway.start(made).transaction == pal.charge(made.reference)["id"]


@pytest.mark.parametrize(("name", "verdict"), [("cut", Verdict.UNKNOWN), ("error-after", Verdict.UNKNOWN)])
def test_p51_money_taken_behind_a_lost_answer_is_taken_once(gateway, pal, name, verdict):
    made = agreed(gateway, pal)
    pal.plan("capture", name)
    assert gateway.query(made).verdict is verdict
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    assert len(pal.moved(charge=made.reference)) == 1


def test_the_captures_status_decides_not_the_orders(gateway, pal):
    made = agreed(gateway, pal)
    pal.plan("capture-outcome", "pending")
    assert gateway.query(made).verdict is Verdict.OPEN
    assert pal.charge(made.reference)["state"] == "COMPLETED"
    pal.do("clear", reference=made.reference)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    other = agreed(gateway, pal)
    pal.plan("capture-outcome", "pending")
    gateway.query(other)
    pal.do("clear", reference=other.reference, state="DECLINED")
    assert gateway.query(other).verdict is Verdict.FAILED


def test_a_declined_card_lets_the_buyer_choose_another(gateway, pal):
    made = agreed(gateway, pal)
    pal.plan("capture-outcome", "declined")
    assert gateway.query(made).verdict is Verdict.OPEN
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


def test_p46_a_closed_charge_is_never_taken_even_if_the_buyer_agreed(gateway, pal):
    waiting, known, paid = begun(gateway), agreed(gateway, pal), taken(gateway, pal)
    assert [gateway.close(each).verdict for each in (waiting, known)] == [Verdict.CLOSED, Verdict.CLOSED]
    assert pal.moved(charge=known.reference) == []
    found = gateway.close(paid)
    assert (found.verdict, found.amount, bool(found.transaction)) == (Verdict.SUCCEEDED, 1999, True)
    assert gateway.close(charge(transaction="NOSUCHORDER000000")).verdict is Verdict.MISSING


def test_another_charges_order_is_not_taken_for_ours(gateway, pal):
    mine, other = agreed(gateway, pal), agreed(gateway, pal)
    swapped = msgspec.structs.replace(mine, transaction=other.transaction)
    assert (gateway.query(swapped).verdict, gateway.close(swapped).verdict) == (Verdict.UNKNOWN, Verdict.UNKNOWN)
    assert pal.moved(charge=other.reference) == []


BROKEN = ["garbage", "error", "error-after", "cut", "half", "bomb"]


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("operation", ["create", "query", "refund", "query_refund"])
def test_p48_p50_no_answer_is_never_taken_for_one(gateway, pal, operation, name):
    made = taken(gateway, pal)
    back = repayment(made, gateway)
    pal.plan(operation, name, bytes=10 * 1024 * 1024)
    if operation == "create":
        with pytest.raises(Refusal) as caught:
            gateway.start(charge())
        assert caught.value.code == Code.PAYMENT_UNREACHABLE
    elif operation == "query":
        assert gateway.query(made).verdict is Verdict.UNKNOWN
        pal.plan(operation, name, bytes=10 * 1024 * 1024)
        assert gateway.close(made).verdict is Verdict.UNKNOWN
    else:
        call = gateway.refund if operation == "refund" else gateway.query_refund
        assert call(back).verdict is RefundVerdict.UNKNOWN


def test_p50_an_answer_after_a_minute_is_not_waited_for(gateway, pal):
    made = taken(gateway, pal)
    gateway._talk._send = over_http(pal.address, 0.5)
    pal.plan("query", "hang", seconds=60)
    assert gateway.query(made).verdict is Verdict.UNKNOWN


def test_a_token_is_kept_and_a_revoked_one_is_asked_for_again(gateway, pal):
    made = begun(gateway)
    before = len(pal.asked("token"))
    for _ in range(3):
        assert gateway.query(made).verdict is Verdict.OPEN
    assert len(pal.asked("token")) == before
    pal.do("revoke")
    assert gateway.query(made).verdict is Verdict.OPEN
    assert len(pal.asked("token")) == before + 1


def test_wrong_credentials_are_no_answer(pal, tmp_path):
    gateway = load(pal, tmp_path, {"PAYPAL_SECRET": "wrong"})
    assert gateway.query(charge(transaction="X")).verdict is Verdict.UNKNOWN
    with pytest.raises(Refusal) as caught:
        gateway.start(charge())
    assert caught.value.code == Code.PAYMENT_UNREACHABLE


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(500, "JPY", "500"), (123400, "HUF", "1234"), (9900, "TWD", "99"), (1999, "EUR", "19.99"), (1, "USD", "0.01")],
)
def test_p64_each_currency_has_paypals_own_decimals(gateway, pal, amount, currency, text):
    made = taken(gateway, pal, amount=amount, currency=currency)
    assert money.to_paypal(amount, currency) == text
    assert (gateway.query(made).amount, gateway.query(made).currency) == (amount, currency)
    assert pal.moved(charge=made.reference)[0]["amount"] == amount


@pytest.mark.parametrize(("amount", "currency"), [(1230, "KWD"), (12345, "HUF"), (100, "XXX")])
def test_what_paypal_cannot_take_exactly_is_refused(gateway, amount, currency):
    with pytest.raises(Refusal) as caught:
        gateway.start(charge(amount=amount, currency=currency))
    assert caught.value.code == Code.PAYMENT_REFUSED


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("19.99", "EUR", 1999), ("500", "JPY", 500), ("500.00", "JPY", 500), ("500.50", "JPY", None),
     ("-0.88", "EUR", -88), ("1234", "HUF", 123400),
     ("1e3", "EUR", None), ("", "EUR", None), (None, "EUR", None), (5, "EUR", None)],
)  # fmt: skip
def test_amounts_are_read_exactly_or_not_at_all(text, currency, amount):
    assert money.from_paypal(text, currency) == amount


@pytest.mark.parametrize("title", ["a } b", 'a "quoted" title', "绿茶 🍵", "Tom &amp; Jerry", "two\nlines", "長" * 300])
def test_p63_strange_titles_are_paid_asked_about_and_refunded(gateway, pal, title):
    made = taken(gateway, pal, description=title)
    assert gateway.refund(repayment(made, gateway)).verdict is RefundVerdict.SUCCEEDED
    assert pal.charge(made.reference)["details"]["description"] == " ".join(title.split())[:127]


def test_p77_a_refund_repeated_ten_times_is_one_refund(gateway, pal):
    made = taken(gateway, pal)
    back = repayment(made, gateway, amount=999)
    found = {gateway.refund(back) for _ in range(10)}
    assert {(each.verdict, each.amount, each.currency) for each in found} == {(RefundVerdict.SUCCEEDED, 999, "EUR")}
    assert gateway.query_refund(back) in found
    assert [each["amount"] for each in pal.moved("refund", charge=made.reference)] == [999]


def test_p75_p76_refunds_add_up_and_never_exceed_what_was_taken(gateway, pal):
    made = taken(gateway, pal)
    for part, amount in enumerate((500, 700)):
        assert (
            gateway.refund(repayment(made, gateway, number=f"R{made.reference}{part}", amount=amount)).amount == amount
        )
    more = gateway.refund(repayment(made, gateway, number="R-more", amount=800))
    assert (more.verdict, more.reason.split()[0]) == (RefundVerdict.FAILED, "REFUND_AMOUNT_EXCEEDED")
    assert gateway.refund(repayment(made, gateway, number="R-rest", amount=799)).verdict is RefundVerdict.SUCCEEDED
    over = gateway.refund(repayment(made, gateway, number="R-over", amount=1))
    assert (over.verdict, over.reason.split()[0]) == (RefundVerdict.FAILED, "CAPTURE_FULLY_REFUNDED")
    assert sum(each["amount"] for each in pal.moved("refund", charge=made.reference)) == 1999


def test_p78_p80_a_refund_may_wait_or_fail(gateway, pal):
    made = taken(gateway, pal)
    back = repayment(made, gateway)
    pal.plan("refund-outcome", "failed")
    assert gateway.refund(repayment(made, gateway, number="R-failed")).verdict is RefundVerdict.FAILED
    pal.plan("refund-outcome", "pending")
    assert [gateway.refund(back).verdict, gateway.query_refund(back).verdict] == [RefundVerdict.PENDING] * 2
    pal.do("settle", reference=made.reference)
    assert gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED


def test_p79_an_empty_balance_is_for_the_merchant_to_see(gateway, pal):
    made = taken(gateway, pal)
    pal.do("balance", amount=0)
    found = gateway.refund(repayment(made, gateway))
    assert (found.verdict, found.reason.split()[0]) == (RefundVerdict.STUCK, "INSUFFICIENT_FUNDS")
    pal.do("balance", amount=10**9)
    assert gateway.refund(repayment(made, gateway)).verdict is RefundVerdict.SUCCEEDED


def yesterday():
    return datetime.now(UTC).date() - timedelta(days=1)


@pytest.mark.usefixtures("one_day")
def test_p97_a_report_lists_payments_and_refunds_of_a_day_with_their_fees(gateway, pal):
    made = taken(gateway, pal, amount=10000)
    back = repayment(made, gateway, amount=2500)
    refund = gateway.refund(back)
    pal.do("age", days=1)
    found = [row for row in gateway.bill(yesterday()).rows if row.reference in {made.reference, back.number}]
    assert [(row.kind, row.reference, row.transaction, row.amount, row.fee, row.currency) for row in found] == [
        (BillKind.PAYMENT, made.reference, back.transaction, 10000, 284, "EUR"),
        (BillKind.REFUND, back.number, refund.transaction, 2500, 0, "EUR"),
    ]


@pytest.mark.usefixtures("one_day")
@pytest.mark.parametrize(
    ("name", "code"),
    [("totals", Code.BILL_DAMAGED), ("twice", Code.BILL_DAMAGED), ("error", Code.PAYMENT_UNREACHABLE),
     ("garbage", Code.PAYMENT_UNREACHABLE)],
)  # fmt: skip
def test_p96_a_report_that_is_not_whole_is_no_bill(gateway, pal, name, code):
    taken(gateway, pal)
    pal.do("age", days=1)
    pal.plan("bill", name)
    with pytest.raises(Refusal) as caught:
        gateway.bill(yesterday())
    assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        gateway.bill(datetime.now(UTC).date())
    assert caught.value.code == Code.BILL_MISSING


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"client_id": ""}, "payment.client_id"), ({"webhook_id": None}, "payment.webhook_id"),
     ({"secret": "NOT_SET"}, "NOT_SET")],
)  # fmt: skip
def test_what_is_missing_stops_the_shop(pal, tmp_path, changes, name):
    with pytest.raises(SettingError) as caught:
        load(pal, tmp_path, **changes)
    assert caught.value.name == name


def test_p62_a_shop_in_production_asks_paypal_itself_and_believes_its_own_certificates_only(pal, tmp_path):
    production = {"SHOPWRIGHT_ENV": "production"}
    with pytest.raises(SettingError) as caught:
        load(pal, tmp_path, production)
    assert caught.value.name == "payment.endpoint"
    live = load(pal, tmp_path, production, endpoint=None)
    assert live._certificates._origin == CERTIFICATES[ADDRESS] == "https://api.paypal.com"
