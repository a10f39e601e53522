"""Our client of WeChat Pay against the simulator in its own process: orders, refunds, bills, and answers gone wrong."""

import gzip
import itertools
import json
import time
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from simulated import until
from tills import make_settings, make_terms

from runtime import gateways
from runtime.gateways import BillKind, Charge, Device, RefundVerdict, Repayment, Verdict
from runtime.gateways.wechatpay import bills
from runtime.gateways.wechatpay.gateway import WechatPay
from runtime.gateways.wire import over_http
from runtime.refusals import Code, Refusal
from runtime.settings import SettingError

_numbers = itertools.count(1)
NOTIFY = "http://127.0.0.1:9/pay/wechatpay/notify"


def load(wechat, folder, environ=(), **changes):
    settings = make_settings(folder, "", **wechat.secrets, **dict(environ))
    method = wechat.payment_method(settings.var, **changes)
    return gateways.load(make_terms(payment=(method,)), settings)["wechatpay"]


@pytest.fixture
def gateway(wechat, tmp_path):
    return load(wechat, tmp_path)


def charge(**changes):
    fields = {
        "reference": f"20261122{next(_numbers):04d}{time.monotonic_ns() % 10**6:06d}-1", "amount": 1999,
        "currency": "CNY", "description": "茶铺 2026-1122", "locale": "zh-CN",
        "return_url": "https://shop.example/orders/abc", "notify_url": NOTIFY,
        "expires_at": datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30),
    }  # fmt: skip
    return Charge(**{**fields, **changes})


def paid(gateway, wechat, **changes):
    made = charge(**changes)
    gateway.start(made)
    wechat.do("pay", reference=made.reference, quiet=True)
    return made


def repayment(made, gateway, **changes):
    fields = {
        "number": f"R{made.reference}", "reference": made.reference, "transaction": gateway.query(made).transaction,
        "amount": made.amount, "charged": made.amount, "currency": "CNY", "reason": "不想要了",
    }  # fmt: skip
    return Repayment(**{**fields, **changes})


def test_a_computer_shows_a_code(gateway, wechat):
    made = charge()
    started = gateway.start(made)
    assert started.code.startswith("weixin://wxpay/bizpayurl?pr=")
    assert (started.page, started.bridge) == ("", {})
    kept = wechat.charge(made.reference)
    assert (kept["state"], kept["amount"], kept["details"]["way"]) == ("NOTPAY", 1999, "native")
    assert kept["details"]["asked"]["time_expire"] == made.expires_at.astimezone(bills.BEIJING).isoformat()


def test_a_phone_goes_to_a_page_and_comes_back(gateway, wechat):
    made = charge(device=Device.PHONE, client_ip="203.0.113.7")
    page = gateway.start(made).page
    assert page.startswith(f"{wechat.address}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx")
    assert parse_qs(urlsplit(page).query)["redirect_url"] == ["https://shop.example/orders/abc"]
    assert wechat.charge(made.reference)["details"]["asked"]["scene_info"]["payer_client_ip"] == "203.0.113.7"


def test_wechats_own_browser_is_called_with_signed_parameters(gateway, wechat):
    made = charge(device=Device.WECHAT, payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
    bridge = gateway.start(made).bridge
    assert set(bridge) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert bridge["package"] == f"prepay_id={wechat.charge(made.reference)['id']}"
    assert wechat.charge(made.reference)["details"]["asked"]["payer"] == {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}


@pytest.mark.parametrize(
    "given",
    [{"device": Device.WECHAT}, {"device": Device.PHONE}, {"device": Device.WECHAT, "client_ip": "203.0.113.7"}],
)
def test_without_what_a_way_needs_the_buyer_gets_a_code(gateway, given):
    assert gateway.start(charge(**given)).code


def test_only_opened_ways_are_used(wechat, tmp_path):
    native = load(wechat, tmp_path, ways=["native"])
    assert native.start(charge(device=Device.PHONE, client_ip="203.0.113.7")).code


def test_the_same_charge_again_is_the_same_order(gateway):
    made = charge()
    assert gateway.start(made).code == gateway.start(made).code
    with pytest.raises(Refusal) as caught:
        gateway.start(msgspec.structs.replace(made, amount=2000))
    assert caught.value.code == Code.PAYMENT_REFUSED
    assert caught.value.values["reason"].startswith("OUT_TRADE_NO_USED")


def test_a_query_tells_what_was_paid(gateway, wechat):
    made = charge()
    assert gateway.query(made).verdict is Verdict.MISSING
    gateway.start(made)
    assert gateway.query(made).verdict is Verdict.OPEN
    transaction = wechat.do("pay", reference=made.reference, quiet=True)["transaction_id"]
    found = gateway.query(made)
    assert (found.verdict, found.transaction, found.amount, found.currency) == (
        Verdict.SUCCEEDED, transaction, 1999, "CNY",
    )  # fmt: skip


def test_closing_ends_an_order_and_tells_when_it_was_paid_or_never_was(gateway, wechat):
    made, known = charge(), paid(gateway, wechat)
    assert gateway.close(made).verdict is Verdict.MISSING
    gateway.start(made)
    assert [gateway.close(made).verdict, gateway.close(made).verdict] == [Verdict.CLOSED, Verdict.CLOSED]
    assert gateway.query(made).verdict is Verdict.CLOSED
    assert gateway.close(known).verdict is Verdict.SUCCEEDED
    with pytest.raises(Refusal) as caught:
        gateway.start(made)
    assert caught.value.values["reason"].startswith("ORDER_CLOSED")


def test_other_money_than_yuan_is_refused_without_asking(gateway, wechat):
    before = len(wechat.asked("create"))
    with pytest.raises(Refusal) as caught:
        gateway.start(charge(currency="USD"))
    assert caught.value.code == Code.PAYMENT_REFUSED
    assert len(wechat.asked("create")) == before


TITLES = ["茶 } {", 'a "quoted" title', "绿茶 🍵", "𠮷野家", "Tom &amp; Jerry", "two\nlines", "\\", "长" * 100]


@pytest.mark.parametrize("title", TITLES)
def test_p63_strange_titles_are_paid_asked_about_and_refunded(gateway, wechat, title):
    made = paid(gateway, wechat, description=title)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    assert gateway.refund(repayment(made, gateway, reason=title)).verdict is RefundVerdict.PENDING
    assert wechat.charge(made.reference)["details"]["asked"]["description"] == title.replace("\n", " ")[:42]


BROKEN = ["unsigned", "signature", "signtest", "serial", "stale", "garbage", "error-after", "cut", "half", "bomb"]


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("operation", ["query", "close", "refund", "query_refund", "create"])
def test_p52_an_answer_that_cannot_be_believed_is_no_answer(gateway, wechat, operation, name):
    made = paid(gateway, wechat)
    back = repayment(made, gateway)
    if operation == "query_refund":
        gateway.refund(back)
    wechat.plan(operation, name, bytes=10 * 1024 * 1024)
    if operation == "create":
        with pytest.raises(Refusal) as caught:
            gateway.start(charge())
        assert caught.value.code == Code.PAYMENT_UNREACHABLE
    elif operation in {"query", "close"}:
        assert getattr(gateway, operation)(made).verdict is Verdict.UNKNOWN
    else:
        assert getattr(gateway, operation)(back).verdict is RefundVerdict.UNKNOWN
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


def test_p53_an_answer_of_a_hundred_megabytes_is_cut_short(gateway, wechat):
    made = paid(gateway, wechat)
    wechat.plan("query", "huge", bytes=100 * 1024 * 1024)
    assert gateway.query(made).verdict is Verdict.UNKNOWN


def test_p50_an_answer_after_a_minute_is_not_waited_for(wechat, tmp_path):
    quick = load(wechat, tmp_path)
    quick._send = over_http(wechat.address, 0.5)
    made = charge()
    wechat.plan("create", "hang", seconds=60)
    with pytest.raises(Refusal) as caught:
        quick.start(made)
    assert caught.value.code == Code.PAYMENT_UNREACHABLE
    assert quick.query(made).verdict is Verdict.OPEN


def test_p51_work_done_behind_a_lost_answer_is_done_once(gateway, wechat):
    made = charge()
    wechat.plan("create", "cut")
    with pytest.raises(Refusal):
        gateway.start(made)
    assert gateway.start(made).code
    assert len([each for each in wechat.books()["charges"] if each["reference"] == made.reference]) == 1
    wechat.do("pay", reference=made.reference, quiet=True)
    back = repayment(made, gateway)
    wechat.plan("refund", "cut")
    assert gateway.refund(back).verdict is RefundVerdict.UNKNOWN
    assert gateway.refund(back).verdict in {RefundVerdict.PENDING, RefundVerdict.SUCCEEDED}
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED)
    assert [each["amount"] for each in wechat.moved("refund", charge=made.reference)] == [1999]


def test_p48_a_close_that_fails_says_nothing(gateway, wechat):
    made = charge()
    gateway.start(made)
    wechat.plan("close", "error")
    assert gateway.close(made).verdict is Verdict.UNKNOWN
    assert wechat.charge(made.reference)["state"] == "NOTPAY"
    wechat.plan("close", "error-after")
    assert gateway.close(made).verdict is Verdict.UNKNOWN
    assert gateway.query(made).verdict is Verdict.CLOSED


def test_p46_money_that_lands_after_the_close_is_found_by_asking(gateway, wechat):
    made = charge()
    gateway.start(made)
    gateway.close(made)
    wechat.do("pay", reference=made.reference, late=True, quiet=True)
    assert (gateway.query(made).verdict, gateway.query(made).amount) == (Verdict.SUCCEEDED, 1999)


def test_p77_a_refund_repeated_ten_times_is_one_refund(gateway, wechat):
    made = paid(gateway, wechat)
    back = repayment(made, gateway, amount=999)
    verdicts = {gateway.refund(back).verdict for _ in range(10)}
    assert verdicts <= {RefundVerdict.PENDING, RefundVerdict.SUCCEEDED}
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED)
    assert [each["amount"] for each in wechat.moved("refund", charge=made.reference)] == [999]
    assert (gateway.query_refund(back).amount, gateway.query_refund(back).currency) == (999, "CNY")


def test_p75_together_refunds_never_exceed_what_was_paid(gateway, wechat):
    made = paid(gateway, wechat)
    assert gateway.refund(repayment(made, gateway, amount=1200, number="R-first-" + made.reference[-8:])).verdict in {
        RefundVerdict.PENDING, RefundVerdict.SUCCEEDED,
    }  # fmt: skip
    second = gateway.refund(repayment(made, gateway, amount=1200, number="R-second-" + made.reference[-8:]))
    assert second.verdict is RefundVerdict.STUCK


def test_p79_an_abnormal_refund_waits_for_the_merchant_and_may_still_come_through(gateway, wechat):
    made = paid(gateway, wechat)
    back = repayment(made, gateway)
    wechat.plan("refund-outcome", "abnormal")
    gateway.refund(back)
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.STUCK)
    assert wechat.moved("refund", charge=made.reference) == []
    wechat.do("settle", number=back.number, state="SUCCESS")
    assert gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED


def test_a_number_that_another_refund_has_moves_nothing_and_needs_the_merchant(gateway, wechat):
    first, second = paid(gateway, wechat), paid(gateway, wechat)
    number = repayment(first, gateway).number
    gateway.refund(repayment(first, gateway))
    until(lambda: wechat.moved("refund", charge=first.reference))
    report = gateway.refund(repayment(second, gateway, number=number))
    assert (report.verdict, report.reason) == (RefundVerdict.STUCK, f"the number {number} belongs to another refund")
    assert wechat.moved("refund", charge=second.reference) == []


def test_p80_a_closed_refund_has_failed(gateway, wechat):
    made = paid(gateway, wechat)
    back = repayment(made, gateway)
    wechat.plan("refund-outcome", "closed")
    gateway.refund(back)
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.FAILED)
    assert wechat.moved("refund", charge=made.reference) == []


def test_p82_a_refund_of_nothing_paid_fails(gateway):
    made = charge()
    gateway.start(made)
    assert gateway.refund(repayment(made, gateway)).verdict is RefundVerdict.FAILED
    assert gateway.query_refund(repayment(made, gateway)).verdict is RefundVerdict.MISSING


def test_p60_certificates_rotate_while_the_shop_runs(wechat, tmp_path):
    gateway = load(wechat, tmp_path, public_keys=None)
    made = paid(gateway, wechat)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    wechat.do("rotate", kind="certificate")
    gateway._keyring._asked = None
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


def test_a_new_merchant_has_no_certificates_and_needs_a_public_key(wechat, tmp_path):
    wechat.do("certificates", available=False)
    try:
        with pytest.raises(Refusal) as caught:
            load(wechat, tmp_path, public_keys=None).start(charge())
        assert caught.value.code == Code.PAYMENT_UNREACHABLE
    finally:
        wechat.do("certificates", available=True)


def beijing_today():
    return datetime.now(bills.BEIJING).date()


@pytest.mark.usefixtures("one_day")
def test_a_bill_lists_payments_and_refunds_of_a_day(gateway, wechat):
    made = paid(gateway, wechat, amount=10000, description="a, b")
    back = repayment(made, gateway, amount=2500)
    gateway.refund(back)
    until(lambda: wechat.moved("refund", charge=made.reference))
    wechat.do("age", days=1)
    bill = gateway.bill(beijing_today() - timedelta(days=1))
    rows = [row for row in bill.rows if made.reference in {row.reference, row.text}]
    assert [(row.kind, row.reference, row.amount, row.fee, row.currency) for row in rows] == [
        (BillKind.PAYMENT, made.reference, 10000, 60, "CNY"),
        (BillKind.REFUND, back.number, 2500, -15, "CNY"),
    ]
    assert [row.transaction for row in rows] == [
        wechat.moved("payment", charge=made.reference)[0]["id"], wechat.moved("refund", charge=made.reference)[0]["id"],
    ]  # fmt: skip


@pytest.mark.usefixtures("one_day")
@pytest.mark.parametrize("day", [date(2020, 1, 1), None, date(2999, 1, 1)])
def test_a_bill_that_is_not_there_yet_is_missing(gateway, day):
    with pytest.raises(Refusal) as caught:
        gateway.bill(day or beijing_today())
    assert caught.value.code == Code.BILL_MISSING


@pytest.mark.usefixtures("one_day")
@pytest.mark.parametrize("name", ["hash", "totals", "other-day"])
def test_p96_a_bill_whose_digest_totals_or_day_are_wrong_is_damaged(gateway, wechat, name):
    paid(gateway, wechat)
    wechat.do("age", days=1)
    wechat.plan("bill", name)
    with pytest.raises(Refusal) as caught:
        gateway.bill(beijing_today() - timedelta(days=1))
    assert caught.value.code == Code.BILL_DAMAGED
    assert gateway.bill(beijing_today() - timedelta(days=1)).rows


@pytest.mark.usefixtures("one_day")
@pytest.mark.parametrize(("name", "change"), [("missing", -1), ("extra", 1), ("twice", 1), ("amount", 0)])
def test_p96_a_bill_that_agrees_with_itself_is_read_as_it_is(gateway, wechat, name, change):
    paid(gateway, wechat)
    wechat.do("age", days=1)
    day = beijing_today() - timedelta(days=1)
    before = gateway.bill(day)
    wechat.plan("bill", name)
    assert len(gateway.bill(day).rows) == len(before.rows) + change
    assert gateway.bill(day) == before


@pytest.mark.usefixtures("one_day")
@pytest.mark.parametrize("name", ["error", "cut", "half", "garbage"])
def test_a_bill_that_does_not_arrive_is_fetched_another_time(gateway, wechat, name):
    paid(gateway, wechat)
    wechat.do("age", days=1)
    wechat.plan("download", name)
    with pytest.raises(Refusal) as caught:
        gateway.bill(beijing_today() - timedelta(days=1))
    assert caught.value.code in {Code.PAYMENT_UNREACHABLE, Code.BILL_DAMAGED}


def test_a_packed_bill_is_unpacked_within_bounds(monkeypatch):
    monkeypatch.setattr(bills, "LARGEST", 1024 * 1024)
    with pytest.raises(bills.DamagedError):
        bills.read(gzip.compress(b" " * 50 * 1024 * 1024), "", date(2026, 11, 22), "wechatpay")


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "WECHATPAY_NOTHING"}, {"secret": "WECHATPAY_SHORT"}, {"private_key": "var/nothing.pem"},
        {"private_key": "/etc/hostname"}, {"private_key": "WECHATPAY_APIV3_KEY"},
        {"public_keys": {"PUB_KEY_ID_1": "var/wechatpay/apiclient_key.crt.pem"}},
    ],
)  # fmt: skip
def test_keys_that_are_not_there_or_no_keys_stop_the_shop(wechat, tmp_path, changes):
    with pytest.raises(SettingError):
        load(wechat, tmp_path, {"WECHATPAY_SHORT": "too short"}, **changes)


def test_p62_a_shop_in_production_asks_no_simulator(wechat, tmp_path):
    with pytest.raises(SettingError):
        load(wechat, tmp_path, {"SHOPWRIGHT_ENV": "production"})
    assert isinstance(load(wechat, tmp_path, {"SHOPWRIGHT_ENV": "production"}, endpoint=None), WechatPay)


def test_no_key_is_shown_in_what_is_printed(gateway, wechat):
    shown = repr(gateway._account) + repr(gateway._account.merchant) + json.dumps(str(vars(gateway)))
    assert wechat.secrets["WECHATPAY_APIV3_KEY"] not in shown
    assert "PRIVATE KEY" not in shown
