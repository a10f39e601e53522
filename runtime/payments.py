"""Paying an order: attempts are started, asked about and closed at their gateway, always outside transactions.

``start`` (the buyer pays), ``take`` (a gateway's notice), ``confirm`` (its word about a charge), ``refresh`` (ask now,
the buyer came back), ``current`` (the open attempt), ``confirm_transfer`` (the merchant has the money), ``cancel``
(close at the gateway, then cancel), ``poll_due`` and ``expire_due`` (jobs).
"""

import logging
from datetime import datetime

import msgspec

from runtime import attempts, orders, receipts, refunds
from runtime.attempts import Owner, Payment, State
from runtime.database import Transaction
from runtime.faults import Fault
from runtime.funds import disputes
from runtime.gateways import (
    Charge,
    Device,
    Gateway,
    Kind,
    Notice,
    RefundReport,
    Report,
    Started,
    Verdict,
)
from runtime.orders import Event, Order
from runtime.receipts import Cash, Outcome
from runtime.refusals import Code, Refusal
from runtime.till import Till

__all__ = [
    "Buyer", "Cash", "Outcome", "Payment", "State", "cancel", "confirm", "confirm_transfer", "current", "expire_due",
    "poll_due", "refresh", "start", "take",
]  # fmt: skip

log = logging.getLogger(__name__)
BATCH = 50
_PENDING = orders.State.PENDING_PAYMENT
_AWAITING = (orders.State.PENDING_PAYMENT, orders.State.CLOSING)


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway may need to know of who pays: device, address on the internet, id at the gateway."""

    device: Device = Device.DESKTOP
    client_ip: str = ""
    payer: str = ""


_ANYBODY = Buyer()


def start(till: Till, order: Order, gateway: str, base_url: str, now: datetime, buyer: Buyer = _ANYBODY) -> Payment:
    """Begin to pay a pending order, or return the attempt that is open already, if this buyer can go on with it.

    ``base_url`` is this shop's own address.

    Raises Refusal: gateway-unknown, payment-not-open, payment-refused, payment-unreachable.
    """
    provider = till.gateways.get(gateway)
    if provider is None or provider.kind is Kind.ON_DELIVERY:
        raise Refusal(Code.GATEWAY_UNKNOWN, gateway=gateway)
    payment = till.database.read(lambda transaction: _find_prepared(transaction, order, gateway))
    if payment is None:
        for other in till.database.read(lambda transaction: attempts.unresolved(transaction, order.id)):
            if other.gateway != gateway:
                _close(till, other, now)
        payment = till.database.write(lambda transaction: _prepare(transaction, order, provider, now))
    if payment.state is State.OPEN and not payment.fits(buyer.device, now):
        _close(till, payment, now)
        payment = till.database.write(lambda transaction: _prepare(transaction, order, provider, now))
    if payment.state is State.OPEN:
        return payment
    charge = _charge(till, order, payment, base_url, buyer)
    try:
        started = provider.start(charge)
    except Refusal as refusal:
        event = attempts.Event.FAIL if refusal.code is Code.PAYMENT_REFUSED else attempts.Event.DOUBT
        reason = str(refusal.values.get("reason", ""))
        till.database.write(lambda transaction: _give_up(transaction, payment, (event, reason), now))
        raise
    opened = till.database.write(lambda transaction: _open(transaction, payment, started, provider.kind, now))
    if opened.state is not State.OPEN:
        provider.close(charge)
        raise Refusal(Code.PAYMENT_NOT_OPEN, number=order.number, state=order.state)
    return opened


def confirm(till: Till, report: Report, now: datetime) -> Outcome:
    """Apply what a gateway says, once; money that fits no order is set aside for the merchant to see, never lost.

    A buyer who agreed has not paid yet: the gateway is asked, and takes the money, at the next moment.
    """
    if report.verdict is Verdict.AGREED:
        till.database.write(lambda transaction: attempts.ask_now(transaction, report.gateway, report.reference, now))
        return Outcome.NOTHING
    outcome = receipts.confirm(till.database, report, now)
    if outcome not in {Outcome.PAID, Outcome.REPEATED, Outcome.NOTHING}:
        log.warning("money set aside: %s", outcome, extra={"gateway": report.gateway, "reference": report.reference})
    return outcome


def take(till: Till, notice: Notice, now: datetime) -> bool:
    """Apply what a gateway's notice says, of a payment, a refund or a dispute; False for what somebody must look at."""
    if isinstance(notice, Report):
        return confirm(till, notice, now) in {Outcome.PAID, Outcome.REPEATED, Outcome.NOTHING}
    if isinstance(notice, RefundReport):
        outcome = refunds.confirm(till.database, notice, now)
        return outcome in {refunds.Outcome.SUCCEEDED, refunds.Outcome.REPEATED, refunds.Outcome.NOTHING}
    return not till.database.write(lambda transaction: disputes.apply(transaction, notice, now))


def confirm_transfer(till: Till, number: str, cash: Cash, now: datetime) -> Outcome:
    """Note money that the merchant saw for an order, by transfer or from its delivery; raise Refusal."""
    return receipts.confirm_transfer(till.database, number, cash, now)


def current(till: Till, order: Order) -> Payment | None:
    """Return the order's newest attempt that is open, or None."""
    found = till.database.read(lambda transaction: attempts.unresolved(transaction, order.id))
    return next((payment for payment in reversed(found) if payment.state is State.OPEN), None)


def failed(till: Till, order: Order) -> bool:
    """Tell whether the newest attempt to pay an order came to nothing."""
    found = till.database.read(lambda transaction: attempts.of_order(transaction, order.id))
    return bool(found) and found[-1].state is State.FAILED


def refresh(till: Till, order: Order, now: datetime) -> Order:
    """Ask the gateways of the order's unresolved attempts, apply their answers, and return the order as it is then."""
    for payment in till.database.read(lambda transaction: attempts.unresolved(transaction, order.id)):
        provider = till.gateways.get(payment.gateway)
        if provider is not None and provider.kind is Kind.ONLINE:
            confirm(till, provider.query(_plain_charge(payment)), now)
    return till.database.read(lambda transaction: orders.get_by_id(transaction, order.id))


def cancel(till: Till, number: str, *, actor: str, now: datetime, note: str = "") -> Order:
    """Cancel an unpaid order: closing, closed at the gateway, cancelled; raise Refusal (order-not-allowed).

    It stays closing, with its stock, while a gateway does not answer; and it becomes paid if the buyer was faster.
    """

    def begin(transaction: Transaction) -> Order:
        order = orders.get(transaction, number)
        if order.state is orders.State.CONFIRMED:
            orders.step(transaction, order.id, Event.CANCEL, actor=actor, now=now, note=note)
        elif order.state is not orders.State.CLOSING:
            orders.step(transaction, order.id, Event.CLOSE, actor=actor, now=now, note=note)
        return orders.get_by_id(transaction, order.id)

    order = till.database.write(begin)
    if order.state is orders.State.CLOSING:
        close_attempts(till, order, now)
        till.database.write(lambda transaction: _finish(transaction, order, actor, now))
    return till.database.read(lambda transaction: orders.get_by_id(transaction, order.id))


def close_attempts(till: Till, order: Order, now: datetime) -> bool:
    """Close everything by which an order could be paid now; return whether nothing is left open."""
    for payment in till.database.read(lambda transaction: attempts.unresolved(transaction, order.id)):
        _close(till, payment, now)
    return not till.database.read(lambda transaction: attempts.unresolved(transaction, order.id))


def expire_due(till: Till, now: datetime) -> int:
    """Cancel orders whose time to pay is over, and go on with those still closing; return how many were looked at."""
    at = int(now.timestamp())
    rows = till.database.read(
        lambda transaction: transaction.all(
            "SELECT number FROM orders WHERE state = 'pending_payment' AND expires_at <= ? "
            "UNION ALL SELECT o.number FROM orders o WHERE o.state = 'closing' AND NOT EXISTS (SELECT 1 FROM payment p "
            "WHERE p.order_id = o.id AND p.state IN ('created', 'open', 'unknown') AND p.query_at > ?) LIMIT ?",
            at,
            at,
            BATCH,
        )
    )
    for (number,) in rows:
        try:
            cancel(till, number, actor="system", now=now, note="not paid in time")
        except (Refusal, Fault):
            log.exception("an order could not be expired")
    return len(rows)


def poll_due(till: Till, now: datetime) -> int:
    """Ask gateways about attempts that were silent for a while; return how many were asked."""
    found = till.database.read(lambda transaction: attempts.due(transaction, now, BATCH))
    for payment in found:
        try:
            _poll(till, payment, now)
        except (Refusal, Fault):
            log.exception("a payment could not be asked about")
    return len(found)


def _poll(till: Till, payment: Payment, now: datetime) -> None:
    provider = till.gateways.get(payment.gateway)
    till.database.write(lambda transaction: attempts.ask_later(transaction, payment, now))
    if provider is None or provider.kind is not Kind.ONLINE:
        return
    order = till.database.read(lambda transaction: orders.get_by_id(transaction, payment.order))
    if order.state in _AWAITING:
        confirm(till, provider.query(_plain_charge(payment)), now)
    else:
        _close(till, payment, now)


def _find_prepared(transaction: Transaction, order: Order, gateway: str) -> Payment | None:
    """Return the attempt that was written with the order, if it is still all there is and the order can be paid."""
    row = transaction.find("SELECT state, gateway FROM orders WHERE id = ?", order.id)
    found = attempts.unresolved(transaction, order.id)
    if row is None or tuple(row) != (_PENDING, gateway) or len(found) != 1:
        return None
    return found[0] if found[0].gateway == gateway and found[0].state is State.CREATED else None


def _prepare(transaction: Transaction, order: Order, provider: Gateway, now: datetime) -> Payment:
    """Return the attempt to open: one that is unresolved already, or a new one."""
    if transaction.postgres:
        transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", order.id)
    row = transaction.find("SELECT state, total FROM orders WHERE id = ?", order.id)
    if row is None or row[0] != _PENDING:
        raise Refusal(Code.PAYMENT_NOT_OPEN, number=order.number, state=row[0] if row else "")
    if order.gateway != provider.id:
        hold = int(order.placed_at.timestamp()) + (provider.hold_seconds or 0)
        transaction.run(
            "UPDATE orders SET gateway = ?, expires_at = CASE WHEN expires_at < ? THEN ? ELSE expires_at END "
            "WHERE id = ?",
            provider.id,
            hold,
            hold,
            order.id,
        )
    known = [each for each in attempts.unresolved(transaction, order.id) if each.gateway == provider.id]
    owner = Owner(order.id, order.number, int(row[1]), order.currency)
    return known[-1] if known else attempts.create(transaction, owner, provider.id, now)


def _give_up(transaction: Transaction, payment: Payment, why: tuple[attempts.Event, str], now: datetime) -> None:
    """Note that the gateway refused or did not answer, unless the attempt has moved on."""
    found = attempts.get(transaction, payment.id)
    if (found.state, why[0]) in attempts.TRANSITIONS and found.state in attempts.UNRESOLVED:
        attempts.step(transaction, payment, why[0], now, note=why[1])


def _open(transaction: Transaction, payment: Payment, started: Started, kind: Kind, now: datetime) -> Payment:
    """Write where the buyer goes; an attempt that was closed or paid meanwhile stays as it is."""
    found = attempts.get(transaction, payment.id)
    if found.state not in {State.CREATED, State.UNKNOWN}:
        return found
    attempts.step(transaction, payment, attempts.Event.OPEN, now)
    transaction.run(
        "UPDATE payment SET started = ?, query_at = ? WHERE id = ?",
        msgspec.json.encode(started).decode(),
        int(now.timestamp()) + attempts.QUERY_PAUSES[0] if kind is Kind.ONLINE else None,
        payment.id,
    )
    return attempts.get(transaction, payment.id)


def _close(till: Till, payment: Payment, now: datetime) -> None:
    """Close an attempt at its gateway; without an answer it stays as it is and is asked about later."""
    provider = till.gateways.get(payment.gateway)
    report = _closed(provider, payment) if provider else None
    if report is None or report.verdict in {Verdict.UNKNOWN, Verdict.OPEN}:
        till.database.write(lambda transaction: attempts.ask_later(transaction, payment, now))
        return
    if report.verdict is Verdict.MISSING:
        report = msgspec.structs.replace(report, verdict=Verdict.CLOSED)
    confirm(till, report, now)


def _closed(provider: Gateway, payment: Payment) -> Report:
    """Ask for the closing; a provider that says "paid" is asked for the details."""
    charge = _plain_charge(payment)
    report = provider.close(charge)
    if report.verdict is Verdict.SUCCEEDED and not report.transaction:
        return provider.query(charge)
    return report


def _finish(transaction: Transaction, order: Order, actor: str, now: datetime) -> None:
    """Cancel a closing order whose attempts are all resolved, and make its stray money due for refund."""
    row = transaction.find("SELECT state FROM orders WHERE id = ?", order.id)
    if row is None or row[0] != orders.State.CLOSING or attempts.unresolved(transaction, order.id):
        return
    orders.step(transaction, order.id, Event.CANCEL, actor=actor, now=now)
    receipts.release_suspense(transaction, order, now)


def _plain_charge(payment: Payment) -> Charge:
    return Charge(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        transaction=payment.started.transaction,
    )


def _charge(till: Till, order: Order, payment: Payment, base_url: str, buyer: Buyer) -> Charge:
    base = base_url.rstrip("/")
    name = till.terms.name.get(order.locale) or till.terms.name.get(till.terms.locale, "")
    return Charge(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        description=f"{name} {order.number}".strip(),
        locale=order.locale,
        return_url=f"{base}/orders/{order.token}",
        notify_url=f"{base}/pay/{payment.gateway}/notify",
        expires_at=order.expires_at,
        device=buyer.device,
        client_ip=buyer.client_ip,
        payer=buyer.payer,
    )
