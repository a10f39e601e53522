"""A shop that is paid by WeChat, with the simulator in a process of its own: pages, notices, what must not count."""

import http.client
import json
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from markets import state
from simulated import Simulated, until
from wechat_shop import Shop, answers

from runtime import payments, refunds, settings
from runtime.gateways import load
from runtime.gateways.wechatpay import keyring

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
INSIDE = f"{PHONE} MicroMessenger/8.0.50"


@pytest.fixture(scope="module")
def wechat(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("wechatpay"), "wechatpay", "--speed", "100")
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def fair_weather(wechat):
    yield
    wechat.fair()


@pytest.fixture
def fresh(tmp_path):
    """A provider that knows no refund yet: a new shop counts its refunds from one."""
    provider = Simulated(tmp_path / "wechatpay", "wechatpay", "--speed", "100")
    made = Shop(provider, tmp_path / "shop")
    yield made
    made.close()
    provider.stop()


@pytest.fixture
def shop(wechat, tmp_path):
    made = Shop(wechat, tmp_path / "shop")
    yield made
    made.close()


def test_p25_a_code_is_shown_scanned_and_paid_once(shop, wechat):
    buyer = shop.buyer()
    path = shop.order(buyer)
    page = buyer.client.get(path)
    assert state(page) == "待付款"
    assert re.search(r'<img src="data:image/svg\+xml[^"]+" alt="微信支付付款二维码"', page.text)
    assert '<meta http-equiv="refresh" content="8">' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    shop.paid()
    assert answers(wechat, shop.reference) == [204]
    page = buyer.client.get(path)
    assert (state(page), "http-equiv" in page.text, shop.newest.paid) == ("已付款", False, 16800)
    assert len(shop.rows("SELECT 1 FROM transfer WHERE event = 'receipt' GROUP BY reference")) == 1


def test_p26_the_same_notice_many_times_at_once_is_one_payment(shop, wechat):
    shop.order(shop.buyer())
    wechat.ask("POST", "faults", {"on": "notice", "name": "duplicate", "values": {"times": 50}})
    shop.paid()
    assert answers(wechat, shop.reference) == [204] * 50
    assert shop.newest.paid == 16800
    assert len(shop.rows("SELECT 1 FROM notice WHERE topic = 'order-paid'")) <= 1


def test_p27_a_notice_before_the_answer_to_our_order_pays_it(shop, wechat):
    buyer = shop.buyer()
    wechat.plan("create", "hang", seconds=1.5)
    waiting = threading.Thread(target=shop.order, args=(buyer,))
    waiting.start()
    until(lambda: wechat.books()["charges"] and shop.rows("SELECT 1 FROM orders") and wechat.charge(shop.reference))
    shop.paid()
    assert answers(wechat, shop.reference) == [204]
    waiting.join()
    assert (state(buyer.client.get(f"/orders/{shop.newest.token}")), shop.newest.paid) == ("已付款", 16800)


def test_p29_without_any_notice_the_page_asks_and_so_does_the_job(shop, wechat):
    buyer = shop.buyer()
    path = shop.order(buyer)
    wechat.plan("notice", "drop")
    shop.paid()
    assert answers(wechat, shop.reference) == []
    assert state(buyer.client.get(path)) == "已付款"


FORGED = {
    "p30-body": "body", "p31-signature": "signature", "p32-unsigned": "unsigned", "p33-signtest": "signtest",
    "p34-serial": "serial", "nonce": "nonce", "p35-timestamp": "timestamp", "p37-other-merchant": "other-merchant",
    "p37-other-app": "other-app", "p55-xml": "other-type",
}  # fmt: skip


@pytest.mark.parametrize("fault", FORGED.values(), ids=FORGED)
def test_a_forged_notice_is_turned_away_and_the_true_one_follows(shop, wechat, fault):
    """WxJava#1890, supersheep/wechat-pay#54: an empty or a missing signature skipped the check."""
    shop.order(shop.buyer())
    wechat.plan("notice", fault)
    shop.paid()
    assert answers(wechat, shop.reference) == [401, 204]
    assert shop.newest.paid == 16800


@pytest.mark.parametrize("given", ["NOTPAY", "PAYERROR", "USERPAYING"])
def test_p42_a_signed_notice_of_no_payment_pays_nothing(shop, wechat, given):
    shop.order(shop.buyer())
    wechat.plan("notice", "wrong-state", state=given)
    shop.paid()
    assert answers(wechat, shop.reference) == [204]
    assert (shop.newest.paid, shop.newest.state) == (0, "pending_payment")


@pytest.mark.parametrize(("fault", "finding"), [("wrong-amount", "wrong_amount"), ("wrong-currency", "wrong_currency")])
def test_p38_p39_another_amount_or_currency_pays_nothing_and_is_set_aside(shop, wechat, fault, finding):
    shop.order(shop.buyer())
    wechat.plan("notice", fault)
    shop.paid()
    assert answers(wechat, shop.reference) == [204]
    assert (shop.newest.paid, shop.newest.state) == (0, "pending_payment")
    assert [row[0] for row in shop.rows("SELECT kind FROM finding")] == [finding]


def test_p40_money_for_a_number_nobody_gave_is_taken_note_of(shop, wechat):
    shop.order(shop.buyer())
    wechat.plan("notice", "other-reference")
    shop.paid()
    assert answers(wechat, shop.reference) == [204]
    assert [row[0] for row in shop.rows("SELECT kind FROM finding")] == ["unknown_reference"]
    assert shop.newest.paid == 0


def test_p41_a_notice_pays_the_order_it_names_whatever_order_is_looked_at(shop, wechat):
    first = shop.order(shop.buyer())
    reference = shop.reference
    second = shop.order(shop.buyer())
    wechat.do("pay", reference=reference)
    assert answers(wechat, reference) == [204]
    buyer = shop.buyer()
    assert [state(buyer.client.get(path)) for path in (first, second)] == ["已付款", "待付款"]


def test_p34_a_thousand_forged_serials_are_one_question_for_certificates(wechat, tmp_path):
    """wechatpayv3: an unknown serial cleared its certificates and asked for new ones with every forged request."""
    shop = Shop(wechat, tmp_path / "shop", public_keys={"PUB_KEY_ID_9": "var/wechatpay/pub_key_1.pem"})
    try:
        before = len(wechat.asked("certificates"))
        headers = {
            "Wechatpay-Timestamp": str(int(wechat.ask("POST", "clock", {"ahead": 0})[1]["now"])),
            "Wechatpay-Nonce": "0" * 32, "Wechatpay-Signature": "QUJD", "Content-Type": "application/json",
        }  # fmt: skip
        told = [shop.tell((b"{}", {**headers, "Wechatpay-Serial": f"{number:040X}"})) for number in range(1000)]
        assert set(told) == {401}
        assert len(wechat.asked("certificates")) - before == 1
        assert shop.tell((b"{}", {**headers, "Wechatpay-Serial": "PUB_KEY_ID_77"})) == 401
    finally:
        shop.close()


def refunded(shop):
    """Send what waits to be given back, and return the state of the refund once the gateway has told."""
    assert refunds.send_due(shop.front.find_till(), shop.base, datetime.now(UTC)) == 1
    until(lambda: [each for each in shop.wechat.notices(shop.reference) if each["topic"].startswith("REFUND")])
    answers(shop.wechat, shop.reference)
    return shop.rows("SELECT state FROM refund")[0][0]


@pytest.mark.parametrize(("fault", "end"), [("", "succeeded"), ("abnormal", "stuck"), ("closed", "failed")])
def test_p78_p79_p80_notices_of_a_refund_end_it(fresh, fault, end):
    shop, wechat = fresh, fresh.wechat
    shop.order(shop.buyer())
    shop.paid()
    answers(wechat, shop.reference)
    shop.paid(again=True)
    answers(wechat, shop.reference)
    if fault:
        wechat.plan("refund-outcome", fault)
    assert refunded(shop) == end
    moved = [each["amount"] for each in wechat.moved("refund", charge=shop.reference)]
    assert moved == ([16800] if end == "succeeded" else [])


def test_p36_notices_that_come_again_after_the_refund_change_nothing(fresh):
    shop, wechat = fresh, fresh.wechat
    shop.order(shop.buyer())
    shop.paid()
    answers(wechat, shop.reference)
    shop.paid(again=True)
    answers(wechat, shop.reference)
    assert refunded(shop) == "succeeded"
    before = shop.rows("SELECT event, reference, amount FROM transfer ORDER BY id")
    assert wechat.do("repeat", reference=shop.reference) == {"repeated": 3}
    assert answers(wechat, shop.reference) == [204] * 6
    assert shop.rows("SELECT event, reference, amount FROM transfer ORDER BY id") == before
    assert (shop.newest.paid, shop.newest.state) == (16800, "paid")


def test_p45_a_second_capture_is_set_aside_and_the_order_is_paid_once(shop, wechat):
    """ruoyi-vue-pro#1152: the second success threw and made the provider repeat its notice for ever."""
    shop.order(shop.buyer())
    shop.paid()
    shop.paid(again=True)
    assert answers(wechat, shop.reference) == [204, 204]
    assert shop.newest.paid == 16800
    assert [row[0] for row in shop.rows("SELECT kind FROM finding")] == ["double"]


def test_p46_money_after_the_cancel_is_given_back(shop, wechat):
    buyer = shop.buyer()
    path = shop.order(buyer)
    reference = shop.reference
    assert buyer.post(f"{path}/cancel", {}).status_code == 303
    assert wechat.charge(reference)["state"] == "CLOSED"
    shop.paid(late=True)
    assert answers(wechat, reference) == [204]
    assert state(buyer.client.get(path)) == "已取消"
    assert shop.rows("SELECT amount FROM transfer WHERE credit = 'refunds_due'") == [(16800,)]


def test_p54_only_posts_reach_the_notices(shop):
    assert shop.buyer().client.get("/pay/wechatpay/notify").status_code == 405


def test_p53_a_hundred_megabytes_are_no_notice(shop):
    assert shop.buyer().client.post("/pay/wechatpay/notify", data=b" " * (65 * 1024)).status_code == 413


def test_p60_certificates_change_while_the_shop_runs_and_no_payment_is_lost(wechat, tmp_path, monkeypatch):
    monkeypatch.setattr(keyring, "PAUSE", keyring.PAUSE / 600)
    shop = Shop(wechat, tmp_path / "shop", public_keys=None)
    try:
        for _ in range(3):
            shop.order(shop.buyer())
            wechat.do("rotate", kind="certificate")
            shop.paid()
            assert answers(wechat, shop.reference)[-1] == 204
            assert shop.newest.paid == 16800
    finally:
        shop.close()


def test_p59_an_old_and_a_new_public_key_are_both_believed(tmp_path):
    provider = Simulated(tmp_path / "wechatpay", "wechatpay", "--speed", "100")
    old, serial = next(iter(provider.method["public_keys"])), provider.do("rotate", kind="public-key")["serial"]
    keys = {old: "var/wechatpay/pub_key_1.pem", serial: "var/wechatpay/pub_key_2.pem"}
    shop = Shop(provider, tmp_path / "shop", public_keys=keys)
    try:
        shop.order(shop.buyer())
        shop.paid()
        assert answers(provider, shop.reference) == [204]
        assert shop.newest.paid == 16800
    finally:
        shop.close()
        provider.stop()


def test_a_phone_is_led_to_wechats_page_by_a_page_of_ours(shop, wechat):
    buyer = shop.buyer(PHONE)
    away = shop.order(buyer)
    assert away == f"/orders/{shop.newest.token}/leave"
    page = buyer.client.get(away)
    target = re.search(r'content="0;url=([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert target.startswith(f"{wechat.address}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=")
    assert page.headers["Referrer-Policy"] == "origin"
    connection = http.client.HTTPConnection("127.0.0.1", wechat.port, timeout=20)
    connection.request("POST", target.removeprefix(wechat.address), b"")
    assert connection.getresponse().headers["Location"] == f"{shop.base}/orders/{shop.newest.token}"
    assert answers(wechat, shop.reference) == [204]
    assert state(buyer.client.get(away.removesuffix("/leave"))) == "已付款"


def sign_in(shop, buyer, away):
    """Go through WeChat's sign-in; return the path that WeChat sends the buyer back to."""
    page = buyer.client.get(away)
    target = re.search(r'content="0;url=([^"#]+)', page.text)[1].replace("&amp;", "&")
    connection = http.client.HTTPConnection("127.0.0.1", shop.wechat.port, timeout=20)
    connection.request("GET", target.removeprefix(shop.wechat.address))
    return connection.getresponse().headers["Location"].removeprefix(shop.base)


def test_inside_wechat_the_buyer_is_signed_in_and_pays_without_leaving(shop, wechat):
    buyer = shop.buyer(INSIDE)
    away = shop.order(buyer)
    back = sign_in(shop, buyer, away)
    answer = buyer.client.get(back)
    path = f"/orders/{shop.newest.token}"
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = buyer.client.get(path)
    assert json.loads(re.search(r"data-bridge=\"([^\"]+)\"", page.text)[1].replace("&#34;", '"'))["signType"] == "RSA"
    assert re.search(r'<script src="[^"]*pay[^"]*\.js" defer>', page.text)
    assert wechat.charge(shop.reference)["details"]["asked"]["payer"] == {"openid": "oSimulatedBuyer000000000001"}
    assert shop.order(buyer) == f"/orders/{shop.newest.token}"


def test_a_sign_in_of_another_browser_or_a_changed_state_is_refused(shop):
    buyer = shop.buyer(INSIDE)
    back = sign_in(shop, buyer, shop.order(buyer))
    assert shop.buyer(INSIDE).client.get(back).status_code == 400
    assert buyer.client.get(back.replace("state=", "state=x")).status_code == 400
    assert buyer.client.get(back.partition("?")[0]).status_code == 400
    assert buyer.client.get(back).status_code == 303


def test_another_device_gets_its_own_way_and_the_old_code_is_closed(shop, wechat):
    path = shop.order(shop.buyer())
    first = shop.reference
    phone = shop.buyer(PHONE)
    assert phone.post(f"{path}/pay", {}).headers["Location"] == f"{path}/leave"
    assert wechat.charge(first)["state"] == "CLOSED"
    assert wechat.charge(first.removesuffix("1") + "2")["details"]["way"] == "h5"


def test_p62_a_shop_in_production_with_a_simulator_does_not_open(shop):
    front = shop.front
    found = settings.read(front.settings.folder, {"SHOPWRIGHT_ENV": "production", **shop.wechat.secrets})
    with pytest.raises(settings.SettingError):
        load(front.live.current().terms, found)


def test_the_job_finds_a_payment_that_nobody_told_of(shop, wechat):
    shop.order(shop.buyer())
    wechat.plan("notice", "drop")
    shop.paid()
    assert payments.poll_due(shop.front.find_till(), shop.newest.placed_at + timedelta(minutes=1)) == 1
    assert shop.newest.paid == 16800
