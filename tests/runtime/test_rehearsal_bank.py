"""The rehearsal bank refuses what a real one refuses, and its notices reach the shop over HTTP, signed."""

import http.server
import threading
from datetime import timedelta

import msgspec
import pytest
from tills import NOW, make_settings, order, rows
from werkzeug.test import Client

from runtime import gateways, orders, payments
from runtime.gateways import Charge, Verdict
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import Answer, inside, over_http
from runtime.orders import State
from runtime.payments import Outcome
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank, signing
from runtime.settings import SettingError


def charge(**changes):
    plain = Charge(
        reference="123456789012-1", amount=1999, currency="CNY", description="Tea shop 1", locale="zh-CN",
        return_url="http://127.0.0.1:9/orders/x", notify_url="http://127.0.0.1:9/pay/rehearsal/notify",
        expires_at=NOW + timedelta(minutes=30),
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def ask(the_bank, body, headers=None, path="/v1/charges", method="POST"):
    text = msgspec.json.encode(body)
    signed = signing.sign(the_bank.keys.merchant, f"{method} {path}", text, NOW) if headers is None else headers
    return Client(the_bank.wsgi).open(path, method=method, data=text, headers=signed)


def page_of(gateway, wish=None):
    return gateway.start(wish or charge()).page.removeprefix("/rehearsal-bank")


def press(the_bank, page, choice):
    return Client(the_bank.wsgi).post(page, data={"choice": choice})


def test_the_same_charge_again_is_the_same_page_and_another_one_under_its_reference_is_refused(gateway):
    assert page_of(gateway) == page_of(gateway)
    for change in ({"amount": 2000}, {"currency": "EUR"}, {"notify_url": "http://127.0.0.1:9/other"}):
        with pytest.raises(Refusal) as caught:
            gateway.start(charge(**change))
        assert (caught.value.code, caught.value.values["reason"]) == (Code.PAYMENT_REFUSED, "REFERENCE_USED")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reference": "short"}, "reference"),
        ({"reference": "x" * 33}, "reference"),
        ({"reference": "with space"}, "reference"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"currency": "yuan"}, "currency"),
        ({"notify_url": "http://shop/notify?x=1"}, "address"),
        ({"notify_url": "javascript:alert(1)"}, "address"),
        ({"return_url": ""}, "address"),
        ({"expires_at": NOW}, "expires_at"),
    ],
)
def test_the_bank_refuses_what_a_real_one_refuses(gateway, change, reason):
    with pytest.raises(Refusal) as caught:
        gateway.start(charge(**change))
    assert caught.value.values["reason"] == f"PARAM_ERROR: {reason}"


def test_only_the_shops_own_fresh_and_unused_signature_is_accepted(the_bank):
    wish = {
        "reference": "123456-1",
        "amount": 1,
        "currency": "CNY",
        "notify_url": "http://a/b",
        "return_url": "http://a/c",
    }
    text = msgspec.json.encode(wish)

    def signed(key=None, subject="POST /v1/charges", body=text, now=NOW):
        return signing.sign(key or the_bank.keys.merchant, subject, body, now)

    good = signed()
    wrong = [
        ({}, "no signature"),
        (signed(key=the_bank.keys.bank), "wrong signature"),
        (signed(subject="POST /v1/other"), "wrong signature"),
        (signed(body=text + b" "), "wrong signature"),
        (signed(now=NOW - timedelta(seconds=301)), "too old"),
        (signed(now=NOW + timedelta(seconds=301)), "too old"),
        ({**good, signing.SIGNATURE: ""}, "no signature"),
    ]
    for headers, reason in wrong:
        found = ask(the_bank, wish, headers)
        assert (found.status_code, found.get_json()) == (401, {"error": f"SIGN_ERROR: {reason}"})
        assert signing.SIGNATURE not in found.headers
    assert ask(the_bank, wish, good).status_code == 200
    assert ask(the_bank, wish, good).get_json() == {"error": "SIGN_ERROR: replayed"}
    assert ask(the_bank, {**wish, "free": True}).status_code == 400
    assert ask(the_bank, [1]).status_code == 400


@pytest.mark.parametrize(
    ("choice", "verdict", "notices"),
    [("approve", "succeeded", 1), ("refuse", "failed", 1), ("twice", "succeeded", 2), ("double", "succeeded", 2),
     ("never", "succeeded", 0), ("delay", "succeeded", 0)],
)  # fmt: skip
def test_each_button_does_what_it_says(the_bank, gateway, clock, choice, verdict, notices):
    page = page_of(gateway)
    found = press(the_bank, page, choice)
    assert (found.status_code, found.headers["Location"]) == (303, "http://127.0.0.1:9/orders/x")
    report = gateway.query(charge())
    assert report.verdict == verdict
    assert (report.amount, bool(report.transaction)) == ((1999, True) if verdict == "succeeded" else (0, False))
    assert len(the_bank.books.due_notices(the_bank.now())) == notices
    assert len(the_bank.books.movements(page.rpartition("/")[2])) == {"refuse": 0, "double": 2}.get(choice, 1)
    assert press(the_bank, page, "approve").status_code == 409
    if choice == "delay":
        clock.now += timedelta(seconds=30)
        assert len(the_bank.books.due_notices(the_bank.now())) == 1


def test_an_unknown_button_or_page_does_nothing(the_bank, gateway):
    page = page_of(gateway)
    assert press(the_bank, page, "steal").status_code == 409
    assert press(the_bank, "/pay/unknown", "approve").status_code == 404
    assert gateway.query(charge()).verdict is Verdict.OPEN


def test_a_closed_charge_cannot_be_paid_but_late_money_still_comes(the_bank, gateway, clock):
    page = page_of(gateway)
    press(the_bank, page, "late")
    assert gateway.close(charge()).verdict is Verdict.CLOSED
    assert press(the_bank, page, "approve").status_code == 409
    clock.now += timedelta(minutes=30, seconds=20)
    assert the_bank.courier.deliver_due() == 1
    assert gateway_at(the_bank, clock).query(charge()).verdict is Verdict.SUCCEEDED


def gateway_at(the_bank, clock):
    """Return a look at the bank's books without the signature of a clock that was moved."""

    class Look:
        def query(self, wish):
            status, data = the_bank.query(wish.reference)
            assert (status, clock.now > NOW) == (200, True)
            return msgspec.convert(
                {**data, "verdict": {"paid": "succeeded"}[data["state"]], "gateway": "rehearsal"}, gateways.Report
            )

    return Look()


def test_closing_says_paid_when_the_buyer_was_faster_and_missing_for_the_unknown(the_bank, gateway):
    assert gateway.close(charge(reference="unknown-1")).verdict is Verdict.MISSING
    page = page_of(gateway)
    press(the_bank, page, "never")
    report = gateway.close(charge())
    assert (report.verdict, report.amount, bool(report.transaction)) == (Verdict.SUCCEEDED, 1999, True)
    with pytest.raises(Refusal):
        gateway.start(charge())


@pytest.mark.parametrize("locale", ["zh-CN", "en", "de", "fr"])
def test_the_page_speaks_the_buyers_language_and_runs_no_script(the_bank, gateway, locale):
    page = page_of(gateway, charge(locale=locale, description='<script>alert("1")</script>'))
    found = Client(the_bank.wsgi).get(page, base_url="http://shop.test/rehearsal-bank")
    text = found.get_data(as_text=True)
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in text
    assert 'href="/rehearsal-bank/bank.css"' in text
    language = {"fr": "en"}.get(locale, locale)
    assert f'<html lang="{language}">' in text
    assert {"zh-CN": "确认付款", "en": "Approve the payment", "de": "Zahlung freigeben"}[language] in text
    assert Client(the_bank.wsgi).get("/bank.css").mimetype == "text/css"


def test_an_expired_charge_shows_that_its_time_is_over(the_bank, gateway, clock):
    page = page_of(gateway)
    clock.now += timedelta(hours=1)
    assert "付款时间已过" in Client(the_bank.wsgi).get(page).get_data(as_text=True)


def test_p62_there_is_no_rehearsal_bank_in_production(tmp_path, till):
    settings = make_settings(tmp_path / "production", SHOPWRIGHT_ENV="production")
    with pytest.raises(SettingError):
        bank.get(settings)
    with pytest.raises(SettingError):
        gateways.load(till.terms, settings)
    assert not (settings.var / "rehearsal-bank.db").exists()


@pytest.mark.parametrize("damage", ["status", "body", "signature", "late", "none"])
def test_p52_an_answer_that_the_bank_did_not_sign_says_nothing(the_bank, tmp_path, clock, damage):
    send = inside(the_bank.wsgi)

    def tampered(request):
        answer = send(request)
        headers = {
            name: value for name, value in answer.headers.items() if damage != "signature" or name != signing.SIGNATURE
        }
        if damage == "late":
            headers |= signing.sign(the_bank.keys.bank, f"{answer.status} x", answer.body, NOW - timedelta(days=1))
        body = answer.body.replace(b'"amount":0', b'"amount":1') if damage == "body" else answer.body
        return None if damage == "none" else Answer(404 if damage == "status" else answer.status, headers, body)

    gateway = Rehearsal(make_settings(tmp_path), send, clock)
    gateway.start(charge())
    distrustful = Rehearsal(make_settings(tmp_path), tampered, clock)
    assert distrustful.query(charge()).verdict is Verdict.UNKNOWN
    assert distrustful.close(charge()).verdict is Verdict.UNKNOWN


def notice(the_bank, **changes):
    fields = {"reference": "123456-1", "verdict": "succeeded", "transaction": "t", "amount": 1, "currency": "CNY"}
    body = msgspec.json.encode({**fields, **changes})
    return signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", body, NOW), body


def test_p30_to_p35_only_fresh_notices_signed_by_the_bank_are_read(the_bank, gateway):
    headers, body = notice(the_bank)
    assert gateway.read_notice(headers, body, NOW).verdict is Verdict.SUCCEEDED
    other, _ = notice(the_bank, amount=2)
    forged = [
        (headers, body.replace(b'"amount":1', b'"amount":9')),
        (other, body),
        ({}, body),
        ({**headers, signing.SIGNATURE: ""}, body),
        (signing.sign(the_bank.keys.merchant, "POST /pay/rehearsal/notify", body, NOW), body),
        (signing.sign(the_bank.keys.bank, "POST /pay/other/notify", body, NOW), body),
        (signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", body, NOW - timedelta(days=30)), body),
        (signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", b"{}", NOW), b"{}"),
        (signing.sign(the_bank.keys.bank, "POST /pay/rehearsal/notify", b"\xff", NOW), b"\xff"),
    ]
    for wrong, text in forged:
        with pytest.raises(Refusal) as caught:
            gateway.read_notice(wrong, text, NOW)
        assert (caught.value.code, caught.value.status) == (Code.NOTICE_FORGED, 401)


class Shop:
    """A real HTTP server that takes notices and hands them to the till; ``answers`` are its next status codes."""

    def __init__(self, till):
        self.till, self.outcomes, self.answers = till, [], []
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = shop.answers.pop(0) if shop.answers else 204
                if status == 204:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    report = shop.till.gateways["rehearsal"].read_notice(headers, body, NOW)
                    shop.outcomes.append(payments.confirm(shop.till, report, NOW))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def shop(till, gateway):
    till.gateways["rehearsal"] = gateway
    made = Shop(till)
    yield made
    made.stop()


def pay(shop, the_bank, choice):
    found = order(shop.till)
    payment = payments.start(shop.till, found, "rehearsal", shop.address, NOW)
    press(the_bank, payment.page.removeprefix("/rehearsal-bank"), choice)
    the_bank.courier.deliver_due()
    return orders.find_by_token(shop.till.database, found.token)


@pytest.mark.parametrize(
    ("choice", "state", "outcomes"),
    [
        ("approve", State.PAID, [Outcome.PAID]),
        ("twice", State.PAID, [Outcome.PAID, Outcome.REPEATED]),
        ("double", State.PAID, [Outcome.PAID, Outcome.DOUBLE]),
        ("refuse", State.PENDING_PAYMENT, [Outcome.NOTHING]),
        ("never", State.PENDING_PAYMENT, []),
    ],
)
def test_notices_over_http_do_what_they_mean(shop, the_bank, choice, state, outcomes):
    assert pay(shop, the_bank, choice).state is state
    assert sorted(shop.outcomes) == sorted(outcomes)


def test_p37_a_notice_that_the_shop_did_not_take_comes_again(shop, the_bank, clock):
    shop.answers = [503, 500]
    assert pay(shop, the_bank, "approve").state is State.PENDING_PAYMENT
    for pause in (2, 5):
        assert the_bank.courier.deliver_due() == 0
        clock.now += timedelta(seconds=pause)
        assert the_bank.courier.deliver_due() == 1
    assert shop.outcomes == [Outcome.PAID]
    clock.now += timedelta(days=1)
    assert the_bank.courier.deliver_due() == 0
    assert rows(shop.till, "SELECT state FROM orders") == [("paid",)]


def test_a_bank_that_does_not_listen_is_unreachable_and_its_state_unknown(tmp_path):
    silent = Rehearsal(make_settings(tmp_path), over_http("http://127.0.0.1:9", timeout=1))
    with pytest.raises(Refusal) as caught:
        silent.start(charge())
    assert caught.value.code == Code.PAYMENT_UNREACHABLE
    assert silent.query(charge()).verdict is Verdict.UNKNOWN
