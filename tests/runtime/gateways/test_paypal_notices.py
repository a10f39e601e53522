"""Notices of PayPal: the forged are refused, the true ones count once, disputes are told; its own SDK sells as well."""

from datetime import UTC, datetime, timedelta

import pytest
from doorstep import Doorstep
from node import packages
from paypal_merchant import charge, load, press
from simulated import until
from tills import make_terms, make_till, order, rows
from tunnel import Tunnel

from runtime import audit, orders, payments, refunds
from runtime.gateways import Charge, DisputeReport, DisputeState, Verdict
from runtime.orders import State
from runtime.refunds import Wish
from runtime.refusals import Refusal


@pytest.fixture
def door(database, settings, pal):
    till = make_till(database, settings, terms=make_terms(payment=()))
    till.gateways["paypal"] = load(pal, settings.folder)
    made = Doorstep(till, "paypal")
    pal.do("endpoint", url=f"{made.address}/pay/paypal/notify")
    yield made
    pal.do("endpoint", url="")
    made.stop()


def started(door):
    found = order(door.till, gateway="paypal")
    return found, payments.start(door.till, found, "paypal", door.address, datetime.now(UTC))


def state(door, found):
    return door.till.database.read(lambda look: orders.get_by_id(look, found.id)).state


def delivered(pal, payment, count):
    until(lambda: [each["state"] for each in pal.notices(payment.reference)] == ["delivered"] * count)
    return pal.notices(payment.reference)


def test_a_notice_that_the_buyer_agreed_lets_the_money_be_taken_at_the_next_moment(door, pal):
    found, payment = started(door)
    assert press(payment.page, "agree")[0] == 303
    delivered(pal, payment, 1)
    assert state(door, found) is State.PENDING_PAYMENT
    assert pal.moved(charge=payment.reference) == []
    assert payments.poll_due(door.till, datetime.now(UTC)) == 1
    assert state(door, found) is State.PAID
    delivered(pal, payment, 2)
    assert rows(door.till, "SELECT COUNT(*) FROM transfer WHERE event = 'receipt' AND debit LIKE 'gateway%'")[0][0] >= 1
    assert door.till.database.read(audit.report).differences == ()


def test_a_buyer_who_agreed_after_the_cancelling_keeps_their_money(door, pal):
    found, payment = started(door)
    payments.cancel(door.till, found.number, actor="buyer", now=datetime.now(UTC))
    press(payment.page, "agree")
    delivered(pal, payment, 1)
    assert payments.poll_due(door.till, datetime.now(UTC) + timedelta(hours=1)) == 0
    assert (state(door, found), pal.moved(charge=payment.reference)) == (State.CANCELLED, [])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("body", "wrong signature"), ("signature", "wrong signature"), ("nonce", "wrong signature"),
     ("unsigned", "no signature"), ("timestamp", "too old"), ("serial", "certificate"),
     ("other-merchant", "wrong signature")],
)  # fmt: skip
def test_p30_to_p37_what_is_forged_is_refused_and_the_true_one_that_follows_counts(door, pal, fault, reason):
    found, payment = started(door)
    pal.do("pay", reference=payment.reference, quiet=True)
    pal.plan("PAYMENT.CAPTURE.COMPLETED", fault)
    till = door.till
    till.gateways["paypal"].query(payments_charge(payment))
    assert delivered(pal, payment, 1)[0]["answers"] == [401, 200 if till.gateways["paypal"].thanks else 204]
    assert door.said == [reason, True]
    assert state(door, found) is State.PAID


def payments_charge(payment):
    return Charge(
        reference=payment.reference, amount=payment.amount, currency=payment.currency,
        transaction=payment.started.transaction,
    )  # fmt: skip


def test_p34_forged_addresses_of_certificates_are_never_fetched(door, pal):
    gateway, now = door.till.gateways["paypal"], datetime.now(UTC)
    _, payment = started(door)
    press(payment.page, "agree")
    delivered(pal, payment, 1)
    headers, body = door.letters[0]
    before = len(pal.asked("certificates"))
    for address in (
        "https://evil.example/v1/notifications/certs/CERT-1", f"{pal.address}.evil.example/v1/notifications/certs/C",
        f"{pal.address}@evil.example/v1/notifications/certs/C", f"{pal.address}/v1/notifications/certs/../../c",
        f"{pal.address}/v1/notifications/certs/C?x=1", "file:///etc/hostname", "",
    ):  # fmt: skip
        with pytest.raises(Refusal) as caught:
            gateway.read_notice({**headers, "paypal-cert-url": address}, body, now)
        assert caught.value.values["reason"] == "certificate"
    assert len(pal.asked("certificates")) == before
    pal.plan("certificates", "garbage", times=-1)
    for number in range(100):
        forged = f"{pal.address}/v1/notifications/certs/CERT-{number}"
        with pytest.raises(Refusal):
            gateway.read_notice({**headers, "paypal-cert-url": forged}, body, now)
    assert len(pal.asked("certificates")) - before == 1
    assert gateway.read_notice(headers, body, now).verdict is Verdict.AGREED


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("wrong-amount", "wrong_amount"), ("wrong-currency", "wrong_currency"), ("other-reference", "unknown_reference")],
)
def test_p38_to_p40_signed_money_that_is_not_the_orders_waits_in_suspense(door, pal, fault, kind):
    found, payment = started(door)
    pal.do("pay", reference=payment.reference, quiet=True)
    pal.plan("PAYMENT.CAPTURE.COMPLETED", fault)
    door.till.gateways["paypal"].query(payments_charge(payment))
    delivered(pal, payment, 1)
    assert door.said == [False]
    assert state(door, found) is State.PENDING_PAYMENT
    assert rows(door.till, "SELECT kind FROM finding") == [(kind,)]


def test_p78_a_refund_by_answer_and_by_notice_is_posted_once(door, pal):
    found, payment = started(door)
    pal.do("pay", reference=payment.reference, quiet=True)
    payments.poll_due(door.till, datetime.now(UTC) + timedelta(seconds=11))
    fresh = door.till.database.read(lambda look: orders.get_by_id(look, found.id))
    now = datetime.now(UTC)
    made = door.till.database.write(
        lambda transaction: refunds.request(transaction, fresh, Wish(amount=500), actor="merchant", now=now)
    )
    refunds.send_due(door.till, door.address, now)
    delivered(pal, payment, 2)
    after = door.till.database.read(lambda look: refunds.get(look, made.number))
    assert after.state is refunds.State.SUCCEEDED
    assert rows(door.till, "SELECT SUM(amount) FROM transfer WHERE event = 'refunded'") == [(500,)]
    assert [each["amount"] for each in pal.moved("refund", charge=payment.reference)] == [500]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(None, DisputeState.OPENED), ("RESOLVED_SELLER_FAVOUR", DisputeState.WON),
     ("RESOLVED_BUYER_FAVOUR", DisputeState.LOST)],
)  # fmt: skip
def test_disputes_are_told(door, pal, outcome, expected):
    _, payment = started(door)
    pal.do("pay", reference=payment.reference, quiet=True)
    payments.poll_due(door.till, datetime.now(UTC) + timedelta(seconds=11))
    pal.do("dispute", reference=payment.reference, **({"outcome": outcome} if outcome else {}))
    delivered(pal, payment, 2)
    found = door.till.gateways["paypal"].read_notice(*door.letters[-1], datetime.now(UTC))
    assert isinstance(found, DisputeReport)
    assert (found.state, found.reference, found.amount, found.currency) == (expected, payment.reference, 2000, "CNY")


WITNESS = """
import { Client, Environment, OrdersController, PaymentsController } from '@paypal/paypal-server-sdk';
const [port, tunnel, id, secret, reference] = JSON.parse(process.argv[2]);
const client = new Client({
  environment: Environment.Sandbox, timeout: 20000,
  clientCredentialsAuthCredentials: { oAuthClientId: id, oAuthClientSecret: secret },
  unstable_httpClientOptions: { proxy: { protocol: 'http', host: '127.0.0.1', port: tunnel } },
});
const orders = new OrdersController(client), payments = new PaymentsController(client);
const body = { intent: 'CAPTURE', purchaseUnits: [{ customId: reference, invoiceId: reference,
  amount: { currencyCode: 'EUR', value: '19.99' } }] };
const again = { body, paypalRequestId: reference, prefer: 'return=representation' };
const made = (await orders.createOrder(again)).result, same = (await orders.createOrder(again)).result;
await fetch(`http://127.0.0.1:${port}/checkoutnow?token=${made.id}`, { method: 'POST', redirect: 'manual',
  headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'choice=quiet' });
const seen = (await orders.getOrder({ id: made.id })).result;
const done = (await orders.captureOrder({ id: made.id, paypalRequestId: 'c' + reference })).result;
const capture = done.purchaseUnits[0].payments.captures[0];
let twice = '';
try { await orders.captureOrder({ id: made.id }); } catch (error) { twice = error.result.details[0].issue; }
const refund = (await payments.refundCapturedPayment({ captureId: capture.id, paypalRequestId: 'r' + reference,
  body: { amount: { currencyCode: 'EUR', value: '5.00' } } })).result;
const after = (await payments.getCapturedPayment({ captureId: capture.id })).result;
console.log(JSON.stringify([made.status, made.id === same.id, seen.status, done.status, capture.status,
  capture.amount.value, twice, refund.status, after.status]));
"""


def test_paypals_own_sdk_is_a_merchant_of_our_simulator(pal, tmp_path):
    """Its address is fixed, so a proxy that it is told of leads PayPal's host to the simulator, TLS and all."""
    node = packages("@paypal/paypal-server-sdk@2.5.0")
    reference, tunnel = charge().reference, Tunnel(tmp_path, "api-m.sandbox.paypal.com", pal.port)
    try:
        given = (pal.port, tunnel.port, pal.method["client_id"], pal.secrets["PAYPAL_SECRET"], reference)
        said = node.run(WITNESS, *given, NODE_EXTRA_CA_CERTS=str(tunnel.authority))
    finally:
        tunnel.stop()
    assert said == [
        "PAYER_ACTION_REQUIRED", True, "APPROVED", "COMPLETED", "COMPLETED", "19.99", "ORDER_ALREADY_CAPTURED",
        "COMPLETED", "PARTIALLY_REFUNDED",
    ]  # fmt: skip
    moved = [(each["kind"], each["amount"]) for each in pal.books()["movements"] if each["charge"] == reference]
    assert moved == [("payment", 1999), ("refund", 500)]
