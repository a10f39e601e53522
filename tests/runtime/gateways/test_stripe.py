"""Our client of Stripe against the simulated Stripe in its own process, into a shop on both databases."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import stripe as sdk
from doorstep import Doorstep
from simulated import Simulated, until
from stripe_merchant import COUNT, charge, load, press, sound, started, state
from tills import make_settings, make_terms, make_till, rows

from generator.shop import PaymentMethod
from runtime import gateways, payments, refunds
from runtime.gateways import BillKind, Charge, RefundVerdict, Repayment, Verdict
from runtime.gateways.stripe import money
from runtime.gateways.stripe.money import NotPayableError
from runtime.orders import State
from runtime.refusals import Code, Refusal
from runtime.settings import SettingError


@pytest.fixture(scope="module")
def stripe(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("stripe"), "stripe", "--speed", "1000")
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def clear(stripe):
    yield
    stripe.fair()
    stripe.clock(0)
    stripe.do("refunds", outcome="succeeded")


@pytest.fixture
def gateway(stripe, tmp_path):
    return load(stripe, tmp_path)


@pytest.fixture
def till(database, settings, stripe):
    made = make_till(database, settings, terms=make_terms(payment=()))
    made.gateways["stripe"] = load(stripe, settings.folder)
    return made


@pytest.fixture
def door(till, stripe):
    made = Doorstep(till, "stripe")
    stripe.do("endpoint", url=f"{made.address}/pay/stripe/notify")
    yield made
    stripe.do("endpoint", url="")
    made.stop()


def test_p25_a_buyer_pays_on_stripes_page_and_the_order_is_paid(door, stripe):
    found, payment = started(door)
    assert press(payment.page, "pay") == (303, f"{door.address}/orders/{found.token}")
    until(lambda: state(door, found) is State.PAID)
    assert [each["amount"] for each in stripe.moved(charge=payment.reference)] == [found.total]
    sound(door)


def test_p26_one_event_twenty_times_at_once_is_one_receipt(door, stripe):
    found, payment = started(door)
    stripe.ask("POST", "faults", {"on": "notice", "name": "duplicate", "values": {"times": 20}})
    stripe.do("pay", reference=payment.reference)
    until(lambda: len(door.said) >= 20)
    assert rows(door.till, "SELECT SUM(amount) FROM transfer") == [(found.total,)]
    sound(door)


def test_p29_without_any_event_the_question_finds_the_money(door, stripe):
    found, payment = started(door)
    stripe.do("pay", reference=payment.reference, quiet=True)
    payments.refresh(door.till, found, datetime.now(UTC))
    assert (state(door, found), door.said) == (State.PAID, [])


@pytest.mark.parametrize("fault", ["body", "signature", "unsigned", "timestamp", "other-merchant"])
def test_p30_to_p37_an_event_that_stripe_did_not_sign_now_for_this_mode_is_refused(door, stripe, fault):
    """stripe-node#341, stripe-php#884: only the bytes as they came are signed."""
    found, payment = started(door)
    stripe.plan("notice", fault)
    stripe.do("pay", reference=payment.reference)
    until(lambda: len(door.said) == 2)
    reasons = {"timestamp": "time", "unsigned": "unsigned", "other-merchant": "livemode"}
    assert door.said == [reasons.get(fault, "signature"), True]
    assert state(door, found) is State.PAID
    sound(door)


@pytest.mark.parametrize("fault", ["wrong-amount", "wrong-currency"])
def test_p38_p39_another_amount_or_currency_pays_nothing_and_waits(door, stripe, fault):
    found, payment = started(door)
    stripe.plan("notice", fault)
    stripe.do("pay", reference=payment.reference)
    until(lambda: door.said)
    assert (state(door, found), door.said) == (State.PENDING_PAYMENT, [False])
    sound(door)


def test_p43_what_is_complete_but_not_paid_waits_for_the_money(door, stripe):
    found, payment = started(door)
    press(payment.page, "delayed")
    until(lambda: door.said)
    assert payments.refresh(door.till, found, datetime.now(UTC)).state is State.PENDING_PAYMENT
    stripe.do("arrive", reference=payment.reference)
    until(lambda: state(door, found) is State.PAID)
    sound(door)


def test_p43_money_that_never_came_leaves_an_order_that_can_be_paid_again(door, stripe):
    found, payment = started(door)
    press(payment.page, "delayed")
    stripe.do("arrive", reference=payment.reference, fails=True)
    until(lambda: len(door.said) == 2)
    again = payments.start(door.till, found, "stripe", door.address, datetime.now(UTC))
    assert again.reference != payment.reference
    stripe.do("pay", reference=again.reference)
    until(lambda: state(door, found) is State.PAID)


def test_p46_money_after_the_session_was_closed_goes_back(door, stripe):
    found, payment = started(door)
    payments.cancel(door.till, found.number, actor="buyer", now=datetime.now(UTC))
    assert (state(door, found), stripe.charge(payment.reference)["state"]) == (State.CANCELLED, "expired")
    before = len(door.said)
    intent = stripe.do("pay", reference=payment.reference, late=True)["payment_intent"]
    # That the session expired may be told only now; money that came late does not pay the order.
    assert until(lambda: False in door.said[before:])
    refunds.send_due(door.till, door.address, datetime.now(UTC) + timedelta(seconds=5))
    until(lambda: stripe.moved("refund", charge=intent))
    assert [each["amount"] for each in stripe.moved("refund", charge=intent)] == [found.total]
    sound(door)


def test_p48_a_session_that_cannot_be_closed_keeps_the_stock(door, stripe):
    found, _ = started(door)
    stripe.plan("query", "error", times=9)
    stripe.plan("close", "error", times=9)
    payments.cancel(door.till, found.number, actor="buyer", now=datetime.now(UTC))
    assert state(door, found) is State.CLOSING


def test_p51_an_answer_that_was_lost_makes_no_second_session(gateway, stripe):
    wish = charge()
    stripe.plan("create", "cut")
    with pytest.raises(Refusal) as caught:
        gateway.start(wish)
    assert caught.value.code is Code.PAYMENT_UNREACHABLE
    assert gateway.query(wish).verdict is Verdict.OPEN
    assert gateway.start(wish).transaction == stripe.charge(wish.reference)["id"]
    assert len([each for each in stripe.books()["charges"] if each["reference"] == wish.reference]) == 1


@pytest.mark.parametrize("fault", ["error", "hang", "cut", "half", "garbage", "huge"])
def test_p50_p52_an_answer_that_is_none_says_nothing(gateway, stripe, fault):
    wish = charge()
    begun = gateway.start(wish)
    stripe.ask("POST", "faults", {"on": "query", "name": fault, "values": {"seconds": 15}, "times": 1})
    known = Charge(reference=wish.reference, amount=1, currency="EUR", transaction=begun.transaction)
    assert gateway.query(known).verdict is Verdict.UNKNOWN
    assert gateway.query(known).verdict is Verdict.OPEN


def test_a_charge_that_stripe_never_heard_of_is_missing(gateway):
    assert gateway.query(charge()).verdict is Verdict.MISSING
    assert gateway.close(charge()).verdict is Verdict.MISSING


def test_a_session_of_another_charge_says_nothing_of_this_one(gateway):
    mine, other = charge(), charge()
    begun = gateway.start(other)
    asked = Charge(reference=mine.reference, amount=1, currency="EUR", transaction=begun.transaction)
    assert gateway.query(asked).verdict is Verdict.UNKNOWN


def test_p59_both_signing_secrets_hold_while_one_follows_the_other(stripe, tmp_path):
    old = stripe.secrets["STRIPE_WEBHOOK_SECRET"]
    new = stripe.do("rotate")["secret"]
    try:
        body = json.dumps({"type": "ping", "data": {"object": {}}, "livemode": False}).encode()
        now = datetime.now(UTC)
        for secrets, signer, well in ((old, new, False), (f"{old},{new}", new, True), (f"{old}, {new}", old, True)):
            settings = make_settings(tmp_path, **{**stripe.secrets, "STRIPE_WEBHOOK_SECRET": secrets})
            method = PaymentMethod(
                gateway="stripe", settings={name: value for name, value in stripe.method.items() if name != "gateway"}
            )
            found = gateways.load(make_terms(payment=(method,)), settings)["stripe"]
            at = int(now.timestamp())
            signed = sdk.WebhookSignature._compute_signature(f"{at}.{body.decode()}", signer)
            headers = {"stripe-signature": f"t={at},v1={signed}"}
            if well:
                assert found.read_notice(headers, body, now).verdict is Verdict.UNKNOWN
            else:
                with pytest.raises(Refusal):
                    found.read_notice(headers, body, now)
    finally:
        stripe.secrets["STRIPE_WEBHOOK_SECRET"] = new
        stripe.do("rotate", overlap=False)
        stripe.secrets["STRIPE_WEBHOOK_SECRET"] = json.loads((stripe.folder / "stripe.json").read_bytes())["signing"][0]


@pytest.mark.parametrize("title", ["a } b", 'say "hi"', "🍵 茶", "𠮷野", "&amp; <b>", "line\nbreak", "x" * 400])
def test_p63_any_title_is_paid_asked_and_refunded(gateway, stripe, title):
    wish = charge(description=title)
    begun = gateway.start(wish)
    paid = stripe.do("pay", reference=wish.reference, quiet=True)["payment_intent"]
    known = Charge(reference=wish.reference, amount=1999, currency="EUR", transaction=begun.transaction)
    report = gateway.query(known)
    assert (report.verdict, report.transaction, report.amount, report.currency) == (
        Verdict.SUCCEEDED, paid, 1999, "EUR",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency", "asked"),
    [(500, "JPY", 500), (1230, "KWD", 1230), (1999, "EUR", 1999), (500, "ISK", 50000), (5000, "UGX", 500000),
     (12300, "MGA", 123)],
)  # fmt: skip
def test_p64_stripe_is_asked_in_its_own_minor_units(gateway, stripe, amount, currency, asked):
    """cartalyst/stripe#59, Paymenter#1258, InvoicePlane#1677: a hundred times as many yen."""
    wish = charge(amount, currency)
    gateway.start(wish)
    assert (stripe.charge(wish.reference)["amount"], money.from_stripe(asked, currency)) == (asked, amount)


@pytest.mark.parametrize(("amount", "currency"), [(1234, "KWD"), (150, "MGA")])
def test_p64_an_amount_that_stripe_cannot_take_exactly_is_refused(gateway, amount, currency):
    with pytest.raises(NotPayableError):
        money.to_stripe(amount, currency)
    with pytest.raises(Refusal) as caught:
        gateway.start(charge(amount, currency))
    assert caught.value.code is Code.PAYMENT_REFUSED


def paid(gateway, stripe, amount=1999):
    wish = charge(amount)
    gateway.start(wish)
    return wish, stripe.do("pay", reference=wish.reference, quiet=True)["payment_intent"]


def repayment(wish, intent, amount=500, number=None):
    return Repayment(
        number=number or f"R{next(COUNT)}", reference=wish.reference, transaction=intent, amount=amount,
        charged=wish.amount, currency="EUR",
    )  # fmt: skip


def test_p77_a_refund_asked_for_ten_times_is_sent_once(gateway, stripe):
    wish, intent = paid(gateway, stripe)
    back = repayment(wish, intent)
    stripe.plan("refund", "cut", times=3)
    said = [gateway.refund(back).verdict for _ in range(10)]
    assert said == [RefundVerdict.UNKNOWN] * 3 + [RefundVerdict.PENDING] * 7
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED)
    assert [each["amount"] for each in stripe.moved("refund", charge=intent)] == [500]


def test_p74_more_than_was_paid_does_not_go_back(gateway, stripe):
    wish, intent = paid(gateway, stripe)
    gateway.refund(repayment(wish, intent, 1500))
    refused = gateway.refund(repayment(wish, intent, 500))
    assert (refused.verdict, "greater than unrefunded" in refused.reason) == (RefundVerdict.FAILED, True)


def test_p80_a_refund_that_failed_says_so(gateway, stripe):
    wish, intent = paid(gateway, stripe)
    stripe.do("refunds", outcome="failed")
    back = repayment(wish, intent)
    gateway.refund(back)
    found = until(lambda: (said := gateway.query_refund(back)).verdict is RefundVerdict.FAILED and said)
    assert found.reason == "expired_or_canceled_card"


def test_a_refund_that_stripe_never_heard_of_is_missing(gateway, stripe):
    wish, intent = paid(gateway, stripe)
    assert gateway.query_refund(repayment(wish, intent)).verdict is RefundVerdict.MISSING


def test_p84_p85_a_dispute_is_known_by_its_payment(door, stripe):
    found, payment = started(door)
    intent = stripe.do("pay", reference=payment.reference)["payment_intent"]
    until(lambda: state(door, found) is State.PAID)
    number = stripe.do("dispute", payment_intent=intent)["number"]
    until(lambda: rows(door.till, "SELECT order_id, state FROM dispute") == [(found.id, "opened")])
    stripe.do("dispute", payment_intent=intent, number=number, state="won")
    until(lambda: rows(door.till, "SELECT state FROM dispute") == [("won",)])
    sound(door)


@pytest.mark.usefixtures("one_day")
def test_p96_a_days_bill_has_every_payment_and_refund_with_our_numbers(gateway, stripe):
    wish, intent = paid(gateway, stripe)
    back = repayment(wish, intent)
    gateway.refund(back)
    until(lambda: gateway.query_refund(back).verdict is RefundVerdict.SUCCEEDED)
    stripe.do("age", days=1)
    day = datetime.now(UTC).date() - timedelta(days=1)
    found = [row for row in gateway.bill(day).rows if row.reference in {wish.reference, back.number}]
    assert sorted((row.kind, row.reference, row.amount, row.fee) for row in found) == sorted(
        [(BillKind.PAYMENT, wish.reference, 1999, 55), (BillKind.REFUND, back.number, 500, 0)]
    )
    assert {row.transaction for row in found if row.kind is BillKind.PAYMENT} == {intent}


@pytest.mark.usefixtures("one_day")
def test_p96_there_is_no_bill_of_a_day_that_is_not_over(gateway):
    with pytest.raises(Refusal) as caught:
        gateway.bill(datetime.now(UTC).date())
    assert caught.value.code is Code.BILL_MISSING


@pytest.mark.usefixtures("one_day")
def test_p96_a_bill_goes_on_over_pages(gateway, stripe):
    for _ in range(105):
        paid(gateway, stripe)
    stripe.do("age", days=30)
    day = datetime.now(UTC).date() - timedelta(days=30)
    assert len([row for row in gateway.bill(day).rows if row.kind is BillKind.PAYMENT]) >= 105


@pytest.mark.parametrize(
    ("environment", "key", "well"),
    [("production", "sk_test_x", False), ("rehearsal", "sk_live_x", False), ("rehearsal", "sk_test_x", True)],
)
def test_p62_a_test_key_is_no_key_in_production_and_a_live_one_none_in_a_rehearsal(tmp_path, environment, key, well):
    method = PaymentMethod(gateway="stripe", settings={"secret": "KEY", "webhook_secret": "HOOK"})
    settings = make_settings(tmp_path, KEY=key, HOOK="whsec_x", SHOPWRIGHT_ENV=environment)
    if well:
        assert gateways.load(make_terms(payment=(method,)), settings)["stripe"].id == "stripe"
    else:
        with pytest.raises(SettingError):
            gateways.load(make_terms(payment=(method,)), settings)


@pytest.fixture
def merchant(stripe):
    """The official library as the simulated account's merchant."""
    return sdk.StripeClient(stripe.secrets["STRIPE_KEY"], base_addresses={"api": stripe.address}, max_network_retries=0)


WISH = {
    "mode": "payment", "client_reference_id": "sdk-1",
    "success_url": "http://127.0.0.1:9/a", "cancel_url": "http://127.0.0.1:9/b",
    "line_items": [
        {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 700, "product_data": {"name": "x"}}}
    ],
}  # fmt: skip


def test_the_official_library_sells_and_refunds_at_the_simulated_stripe(merchant, stripe):
    session = merchant.v1.checkout.sessions.create(WISH, {"idempotency_key": "sdk-1"})
    again = merchant.v1.checkout.sessions.create(WISH, {"idempotency_key": "sdk-1"})
    assert (session.id == again.id, session.status, session.amount_total) == (True, "open", 700)
    with pytest.raises(sdk.IdempotencyError):
        merchant.v1.checkout.sessions.create({**WISH, "client_reference_id": "other"}, {"idempotency_key": "sdk-1"})
    intent = stripe.do("pay", reference="sdk-1", quiet=True)["payment_intent"]
    assert merchant.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    with pytest.raises(sdk.InvalidRequestError):
        merchant.v1.checkout.sessions.expire(session.id)
    refund = merchant.v1.refunds.create({"payment_intent": intent, "amount": 300})
    assert (refund.status, refund.amount) == ("pending", 300)
    with pytest.raises(sdk.InvalidRequestError, match="greater than unrefunded"):
        merchant.v1.refunds.create({"payment_intent": intent, "amount": 500})
    assert [each.id for each in merchant.v1.refunds.list({"payment_intent": intent}).data] == [refund.id]


def test_the_official_library_is_refused_what_the_real_one_refuses(merchant, stripe):
    for change in ({"mode": "x"}, {"nonsense": 1}, {"expires_at": 1}, {"line_items": []}, {"success_url": "x"}):
        with pytest.raises(sdk.InvalidRequestError):
            merchant.v1.checkout.sessions.create({**WISH, **change})
    stranger = sdk.StripeClient("sk_test_wrong", base_addresses={"api": stripe.address}, max_network_retries=0)
    with pytest.raises(sdk.AuthenticationError):
        stranger.v1.checkout.sessions.create(WISH)


def test_the_official_library_believes_the_simulated_stripes_events(door, stripe):
    _, payment = started(door)
    stripe.do("pay", reference=payment.reference)
    until(lambda: door.letters)
    headers, body = door.letters[0]
    secret = stripe.secrets["STRIPE_WEBHOOK_SECRET"]
    event = sdk.Webhook.construct_event(body, headers["stripe-signature"], secret)
    assert (event.type, event.data.object.client_reference_id) == ("checkout.session.completed", payment.reference)


def test_the_day_of_a_bill_is_utc(gateway):
    assert gateway.bill(date(2020, 1, 1)).rows == ()
