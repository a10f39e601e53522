"""Our client of Alipay against the simulator in its own process: pages, codes, refunds, and answers gone wrong."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from alipay_merchant import CERTIFICATES, back_of, charge, load, opened, paid, repayment, visit
from simulated import until

from runtime.gateways import Device, RefundVerdict, Verdict
from runtime.gateways.alipay import money, talk
from runtime.gateways.alipay.gateway import ADDRESS, Alipay
from runtime.gateways.wire import over_http
from runtime.refusals import Code, Refusal
from runtime.settings import SettingError


@pytest.fixture
def gateway(ali, tmp_path):
    return load(ali, tmp_path)


@pytest.mark.parametrize(
    ("device", "method", "product"),
    [
        (Device.DESKTOP, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
        (Device.PHONE, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
        (Device.WECHAT, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    ],
)
def test_the_buyer_goes_to_a_page_of_alipay_that_ends_with_the_order(gateway, ali, device, method, product):
    made = charge(device=device)
    page = gateway.start(made).page
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    wish = msgspec.json.decode(asked["biz_content"])
    assert page.startswith(f"{ali.address}/gateway.do?")
    assert len(page) < 2000
    assert (asked["method"], asked["notify_url"], asked["return_url"]) == (method, made.notify_url, made.return_url)
    assert (wish["product_code"], wish["total_amount"], wish["out_trade_no"]) == (product, "19.99", made.reference)
    assert talk.moment(wish["time_expire"]) == made.expires_at
    assert visit(page)[:1] == (302,)


def test_a_charge_without_an_end_gets_one(gateway):
    page = gateway.start(charge(expires_at=None)).page
    wish = msgspec.json.decode(parse_qs(urlsplit(page).query)["biz_content"][0])
    left = talk.moment(wish["time_expire"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_the_longest_title_leaves_an_address_that_browsers_and_servers_take(gateway):
    made = charge(description="𠮷" * 500)
    page = gateway.start(made).page
    assert len(page) < 6000
    assert visit(page)[0] == 302


def test_buttons_of_the_cashier_pay_and_lead_back_to_the_shop(gateway, ali):
    made, cashier = opened(gateway, ali)
    assert "¥19.99" in visit(cashier)[2]
    assert visit(cashier, {"choice": "quiet"})[:2] == (303, made.return_url)
    found = gateway.query(made)
    assert (found.verdict, found.amount, found.currency) == (Verdict.SUCCEEDED, 1999, "CNY")
    assert found.transaction == ali.moved(charge=made.reference)[0]["id"]
    assert visit(cashier, {"choice": "pay"})[0] == 409
    assert len(ali.moved(charge=made.reference)) == 1


def test_a_computer_may_show_a_code_instead_and_a_phone_opens_it(ali, tmp_path):
    by_code = load(ali, tmp_path, product="qr")
    made = charge()
    started = by_code.start(made)
    assert (started.page, started.code.startswith(f"{ali.address}/qr/")) == ("", True)
    assert started.renew_at - datetime.now(UTC) < timedelta(minutes=111)
    assert by_code.query(made).verdict is Verdict.MISSING
    phone = by_code.start(charge(device=Device.PHONE))
    assert phone.page == phone.code
    assert visit(started.code, {"choice": "quiet"})[0] == 200
    assert by_code.query(made).verdict is Verdict.SUCCEEDED


def test_a_code_asked_for_after_it_was_paid_leaves_the_question_open(ali, tmp_path):
    by_code = load(ali, tmp_path, product="qr")
    made = charge()
    visit(by_code.start(made).code, {"choice": "quiet"})
    with pytest.raises(Refusal) as caught:
        by_code.start(made)
    assert caught.value.code == Code.PAYMENT_UNREACHABLE


def test_other_money_than_yuan_is_refused(gateway):
    with pytest.raises(Refusal) as caught:
        gateway.start(charge(currency="USD"))
    assert caught.value.code == Code.PAYMENT_REFUSED


def test_p49_until_the_buyer_signs_in_there_is_no_trade_yet_it_can_be_paid_even_after_the_close(gateway, ali):
    made, cashier = opened(gateway, ali)
    assert gateway.query(made).verdict is Verdict.MISSING
    assert gateway.close(made).verdict is Verdict.MISSING
    visit(cashier, {"choice": "quiet"})
    found = gateway.query(made)
    assert (found.verdict, found.amount) == (Verdict.SUCCEEDED, 1999)


def test_a_trade_that_waits_is_open_and_can_be_closed_once(gateway, ali):
    made, cashier = opened(gateway, ali)
    visit(cashier, {"choice": "sign-in"})
    assert gateway.query(made).verdict is Verdict.OPEN
    assert [gateway.close(made).verdict, gateway.close(made).verdict] == [Verdict.CLOSED, Verdict.CLOSED]
    assert gateway.query(made).verdict is Verdict.CLOSED
    assert visit(cashier, {"choice": "pay"})[0] == 409


def test_a_close_that_comes_after_the_money_says_so(gateway, ali):
    made = paid(gateway, ali)
    found = gateway.close(made)
    assert (found.verdict, found.amount, bool(found.transaction)) == (Verdict.SUCCEEDED, 1999, True)


def test_p48_a_close_that_fails_says_nothing(gateway, ali):
    made, cashier = opened(gateway, ali)
    visit(cashier, {"choice": "sign-in"})
    ali.plan("close", "error")
    assert gateway.close(made).verdict is Verdict.UNKNOWN
    assert ali.charge(made.reference)["state"] == "WAIT_BUYER_PAY"
    ali.plan("close", "error-after")
    assert gateway.close(made).verdict is Verdict.UNKNOWN
    assert gateway.query(made).verdict is Verdict.CLOSED


def test_nobody_pays_after_the_end_and_the_trade_closes_by_itself(gateway, ali):
    made, cashier = opened(gateway, ali)
    visit(cashier, {"choice": "sign-in"})
    ali.clock(1800)
    until(lambda: ali.charge(made.reference)["state"] == "TRADE_CLOSED")
    ali.clock(0)
    assert gateway.query(made).verdict is Verdict.CLOSED
    ali.do("pay", reference=made.reference, late=True, quiet=True)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


def test_what_was_finished_or_wholly_refunded_was_paid_all_the_same(gateway, ali):
    first, second = paid(gateway, ali), paid(gateway, ali)
    ali.do("finish", reference=first.reference)
    gateway.refund(repayment(second, gateway))
    assert ali.charge(second.reference)["state"] == "TRADE_CLOSED"
    for made in (first, second):
        assert (gateway.query(made).verdict, gateway.query(made).amount) == (Verdict.SUCCEEDED, 1999)


TITLES = [
    "茶 } {",
    "a } b",
    'a "quoted" title',
    "绿茶 🍵",
    "𠮷野家",
    "Tom &amp; Jerry",
    "two\nlines",
    "\\",
    "a/b=c&d",
    "长" * 300,
]


@pytest.mark.parametrize("title", TITLES)
def test_p63_strange_titles_are_paid_asked_about_and_refunded(gateway, ali, title):
    made = paid(gateway, ali, description=title)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    assert gateway.refund(repayment(made, gateway, reason=title)).verdict is RefundVerdict.SUCCEEDED
    kept = ali.charge(made.reference)["details"]["subject"]
    assert kept == " ".join("".join(" " if sign in "/=&\n" else sign for sign in title).split())[:128]


BROKEN = ["unsigned", "signature", "other-number", "garbage", "error", "error-after", "cut", "half", "bomb"]


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("operation", ["query", "close", "refund", "query_refund", "create"])
def test_p52_an_answer_that_cannot_be_believed_is_no_answer(ali, tmp_path, operation, name):
    gateway = load(ali, tmp_path, product="qr")
    made = charge()
    visit(gateway.start(made).code, {"choice": "sign-in" if operation == "close" else "quiet"})
    back = repayment(made, gateway)
    if operation == "query_refund":
        gateway.refund(back)
    ali.plan(operation, name, bytes=10 * 1024 * 1024)
    if operation == "create":
        with pytest.raises(Refusal) as caught:
            gateway.start(charge())
        wanted = Code.PAYMENT_REFUSED if name == "other-number" else Code.PAYMENT_UNREACHABLE
        assert caught.value.code == wanted
    elif operation in {"query", "close"}:
        assert getattr(gateway, operation)(made).verdict is Verdict.UNKNOWN
        assert gateway.query(made).verdict in {Verdict.SUCCEEDED, Verdict.OPEN, Verdict.CLOSED}
    elif operation == "refund" and name == "other-number":
        assert gateway.refund(back).verdict is RefundVerdict.SUCCEEDED
        assert len(ali.asked("query_refund")) >= 1
    else:
        assert getattr(gateway, operation)(back).verdict is RefundVerdict.UNKNOWN


def test_p53_an_answer_of_a_hundred_megabytes_is_cut_short(gateway, ali):
    made = paid(gateway, ali)
    ali.plan("query", "huge", bytes=100 * 1024 * 1024)
    assert gateway.query(made).verdict is Verdict.UNKNOWN


def test_p50_an_answer_after_a_minute_is_not_waited_for(ali, tmp_path):
    gateway = load(ali, tmp_path)
    made = paid(gateway, ali)
    gateway._talk._send = over_http(f"{ali.address}/gateway.do", 0.5)
    ali.plan("query", "hang", seconds=60)
    assert gateway.query(made).verdict is Verdict.UNKNOWN
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


def test_p51_work_done_behind_a_lost_answer_is_done_once(gateway, ali):
    made = paid(gateway, ali)
    back = repayment(made, gateway)
    ali.plan("refund", "cut")
    assert gateway.refund(back).verdict is RefundVerdict.UNKNOWN
    assert gateway.refund(back).verdict is RefundVerdict.SUCCEEDED
    assert back_of(ali, made) == [1999]


def test_both_modes_of_signing_are_spoken(ali, tmp_path):
    certified = load(ali, tmp_path, **CERTIFICATES)
    made = paid(certified, ali)
    assert certified.query(made).verdict is Verdict.SUCCEEDED
    assert certified.refund(repayment(made, certified)).verdict is RefundVerdict.SUCCEEDED


def test_an_answer_that_names_another_certificate_is_not_believed(ali, tmp_path):
    gateway = load(ali, tmp_path, **CERTIFICATES)
    made = paid(gateway, ali)
    serials = msgspec.structs.replace(gateway._talk.account.serials, alipay="0" * 32)
    gateway._talk.account = msgspec.structs.replace(gateway._talk.account, serials=serials)
    assert gateway.query(made).verdict is Verdict.UNKNOWN


def test_srar_alipayf2f_14_the_timestamp_is_chinas_wherever_the_shop_runs(gateway, ali, monkeypatch):
    made = paid(gateway, ali)
    for zone in ("America/New_York", "Asia/Shanghai", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert gateway.query(made).verdict is Verdict.SUCCEEDED
    monkeypatch.undo()
    time.tzset()
    gateway._talk._clock = lambda: datetime.now(UTC) - timedelta(hours=8)
    assert gateway.query(made).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("ahead", [-8 * 3600, 8 * 3600])
def test_a_wrong_key_or_clock_is_told_to_the_merchant_in_the_log(ali, tmp_path, caplog, ahead):
    gateway = load(ali, tmp_path)
    gateway._talk._clock = lambda: datetime.now(UTC) + timedelta(seconds=ahead)
    assert gateway.query(charge()).verdict is Verdict.UNKNOWN
    assert "isv.invalid-timestamp" in caplog.text


def test_somebody_elses_application_is_answered_without_a_signature_and_not_believed(ali, tmp_path, caplog):
    gateway = load(ali, tmp_path, app_id="2021000000000009")
    assert gateway.query(charge()).verdict is Verdict.UNKNOWN
    assert "isv.invalid-app-id" in caplog.text
    assert "无效的AppID参数" in visit(gateway.start(charge()).page)[2]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"sign":1}', b'{"alipay_trade_query_response":{}}', b"\xff\xfe", b'{"a":' + b"[" * 100_000,
     b'{"alipay_trade_query_response":{"code":"10000"},"sign":"\xe4"}',
     b'{"alipay_trade_query_response":"x","sign":"eA=="}'],
)  # fmt: skip
def test_no_answer_however_odd_is_an_exception(gateway, body):
    assert talk.read_answer(gateway._talk.account, "alipay.trade.query", body) is None


@pytest.mark.parametrize(
    ("text", "fen"),
    [("19.99", 1999), ("0.01", 1), ("20", 2000), ("20.0", 2000), ("20.5", 2050), ("-1.20", -120), (" 1.00\t", 100),
     ("1.999", None), ("1e3", None), ("", None), ("NaN", None), (19.99, None), (None, None), ("１.00", None)],
)  # fmt: skip
def test_amounts_are_read_exactly_or_not_at_all(text, fen):
    assert money.fen(text) == fen


@pytest.mark.parametrize(("fen", "text"), [(1, "0.01"), (114, "1.14"), (1998, "19.98"), (10**12, "10000000000.00")])
def test_amounts_are_written_exactly(fen, text):
    assert money.yuan(fen) == text


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"app_id": None}, "payment.app_id"),
        ({"seller_id": ""}, "payment.seller_id"),
        ({"private_key": "ALIPAY_NOT_SET"}, "ALIPAY_NOT_SET"),
        ({"private_key": "alipay/nothing.pem"}, "payment.private_key"),
        ({"private_key": "/etc/hostname"}, "payment.private_key"),
        ({"private_key": "../secret.pem"}, "payment.private_key"),
        ({"private_key": "alipay/alipay_public_key.pem"}, "payment.private_key"),
        ({"alipay_public_key": "alipay/app_private_key.public.pem"}, "payment.alipay_public_key"),
        ({"alipay_public_key": None}, "payment.alipay_public_key"),
        ({**CERTIFICATES, "app_certificate": None}, "payment.app_certificate"),
        ({**CERTIFICATES, "alipay_certificate": "alipay/alipay_public_key.pem"}, "payment.alipay_certificate"),
        ({**CERTIFICATES, "alipay_root_certificate": "alipay/app_private_key.pem"}, "payment.alipay_root_certificate"),
    ],
)
def test_keys_that_are_not_there_or_no_keys_stop_the_shop(ali, tmp_path, changes, name):
    with pytest.raises(SettingError) as caught:
        load(ali, tmp_path, **changes)
    assert caught.value.name == name


@pytest.mark.parametrize("packed", [False, True])
def test_a_key_may_stand_in_the_environment_as_alipays_tool_prints_it(ali, tmp_path, packed):
    pem = (ali.folder / "merchant" / "app_private_key.pem").read_text()
    lines = [line for line in pem.splitlines() if "KEY" not in line]
    given = "".join(lines) if packed else pem.strip().replace("\n", "\\n")
    gateway = load(ali, tmp_path, {"ALIPAY_KEY": given}, private_key="ALIPAY_KEY")
    assert gateway.query(charge()).verdict is Verdict.MISSING


def test_p62_a_shop_in_production_asks_no_simulator(ali, tmp_path):
    production = {"SHOPWRIGHT_ENV": "production"}
    for address in (f"{ali.address}/gateway.do", "https://openapi-sandbox.dl.alipaydev.com/gateway.do"):
        with pytest.raises(SettingError) as caught:
            load(ali, tmp_path, production, endpoint=address)
        assert caught.value.name == "payment.endpoint"
    live = load(ali, tmp_path, production, endpoint=None)
    assert isinstance(live, Alipay)
    assert live.start(charge()).page.startswith(f"{ADDRESS}?")


def test_no_key_is_shown_in_what_is_printed(gateway):
    shown = repr(gateway._talk.account) + str(vars(gateway)) + str(vars(gateway._talk))
    assert "PRIVATE KEY" not in shown
    assert repr(gateway._talk.account) == "Account(app_id='2021004100000001')"
