"""Money that arrives, and what it means: each receipt is posted once, however often and however late it is told.

``confirm(database, report, now)`` applies a gateway's report; ``confirm_transfer`` notes money that the merchant saw.
Money that fits no order as it is goes to suspense or to refunds_due with a finding for the merchant, never into a
log.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from runtime import attempts, findings, funds, numbers, orders, refunds
from runtime.attempts import Payment
from runtime.database import Database, Transaction
from runtime.findings import Found
from runtime.funds import Entry, Where
from runtime.gateways import Report, Verdict
from runtime.orders import Event, Order, State
from runtime.refusals import Code, Refusal


class Outcome(StrEnum):
    """What a report meant."""

    PAID = "paid"
    REPEATED = "repeated"
    NOTHING = "nothing"
    PARTIAL = "partial"
    OVERPAID = "overpaid"
    LATE = "late"
    DOUBLE = "double"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    UNKNOWN_REFERENCE = "unknown_reference"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that arrived: where it lies now (``account``) and the number under which it came."""

    gateway: str
    reference: str
    number: str
    account: str
    amount: int
    currency: str

    @property
    def key(self) -> str:
        """Return what the money is posted under, once."""
        return f"{self.gateway}:{self.number}"


_ATTEMPT_EVENTS = {Verdict.FAILED: attempts.Event.FAIL, Verdict.CLOSED: attempts.Event.CLOSE}
_AWAITING = (State.PENDING_PAYMENT, State.CLOSING)
_IN_SUSPENSE = {Outcome.PARTIAL, Outcome.WRONG_AMOUNT, Outcome.WRONG_CURRENCY}


def confirm(database: Database, report: Report, now: datetime) -> Outcome:
    """Apply what a gateway says of a charge, once; what changes nothing does not wait for those who write."""
    if report.verdict is Verdict.SUCCEEDED:
        if database.read(lambda transaction: _is_known(transaction, _receipt(report))):
            return Outcome.REPEATED
    elif report.verdict not in _ATTEMPT_EVENTS:
        return Outcome.NOTHING
    return database.write(lambda transaction: apply(transaction, report, now))


def apply(transaction: Transaction, report: Report, now: datetime) -> Outcome:
    """Apply a report inside the caller's transaction."""
    payment = _locked(transaction, report.gateway, report.reference)
    if report.verdict is not Verdict.SUCCEEDED:
        event = _ATTEMPT_EVENTS.get(report.verdict)
        if payment is not None and event is not None and payment.state in attempts.UNRESOLVED:
            attempts.step(transaction, payment, event, now)
        return Outcome.NOTHING
    receipt = _receipt(report)
    if _is_known(transaction, receipt):
        return Outcome.REPEATED
    if payment is None:
        return _set_aside(transaction, receipt, Outcome.UNKNOWN_REFERENCE, None, now)
    if payment.state is not attempts.State.SUCCEEDED:
        attempts.step(transaction, payment, attempts.Event.SUCCEED, now, note=receipt.number)
        transaction.run("UPDATE payment SET receipt = ? WHERE id = ?", receipt.number, payment.id)
    return _settle(transaction, receipt, payment, now)


def _receipt(report: Report) -> Receipt:
    return Receipt(
        gateway=report.gateway,
        reference=report.reference,
        number=report.transaction or report.reference,
        account=funds.pending(report.gateway),
        amount=report.amount,
        currency=report.currency,
    )


def _locked(transaction: Transaction, gateway: str, reference: str) -> Payment | None:
    """Return the attempt; on PostgreSQL its order is locked first, so that two reports of one payment queue up."""
    if transaction.postgres:
        transaction.find(
            "SELECT o.id FROM orders o JOIN payment p ON p.order_id = o.id "
            "WHERE p.gateway = ? AND p.reference = ? FOR UPDATE OF o",
            gateway,
            reference,
        )
    return attempts.find(transaction, gateway, reference)


def _is_known(transaction: Transaction, receipt: Receipt) -> bool:
    """Return whether this money is already in the books."""
    return transaction.find("SELECT 1 FROM transfer WHERE event = 'receipt' AND reference = ?", receipt.key) is not None


def _settle(transaction: Transaction, receipt: Receipt, payment: Payment, now: datetime) -> Outcome:
    """Decide what the money of an attempt does."""
    order = orders.get_by_id(transaction, payment.order)
    if order.state not in _AWAITING:
        late = order.state is State.CANCELLED
        return _set_aside(transaction, receipt, Outcome.LATE if late else Outcome.DOUBLE, order, now)
    if receipt.currency != order.currency:
        return _set_aside(transaction, receipt, Outcome.WRONG_CURRENCY, order, now)
    if receipt.amount != order.total:
        return _set_aside(transaction, receipt, Outcome.WRONG_AMOUNT, order, now)
    _pay(transaction, order, receipt, receipt.account, now)
    return Outcome.PAID


def _pay(transaction: Transaction, order: Order, receipt: Receipt, source: str, now: datetime) -> None:
    """Make an order paid by money that lies in ``source``."""
    actor = f"gateway:{receipt.gateway}"
    orders.step(transaction, order.id, Event.PAY, actor=actor, now=now, note=receipt.number)
    transaction.run("UPDATE orders SET paid = ? WHERE id = ?", order.total, order.id)
    event = "receipt" if source == receipt.account else "sale"
    where = Where(order.currency, now)
    funds.post(transaction, event, receipt.key, funds.sale(source, funds.parts(order.quote)), order.id, where)


def _set_aside(
    transaction: Transaction, receipt: Receipt, outcome: Outcome, order: Order | None, now: datetime
) -> Outcome:
    """Keep money that pays nothing: sent back at once if that is clear, else in suspense until somebody decides."""
    side = funds.REFUNDS_DUE if outcome in refunds.DUE_AT_ONCE else funds.SUSPENSE
    where = Where(receipt.currency, now)
    entries = [Entry(debit=receipt.account, credit=side, amount=receipt.amount)]
    funds.post(transaction, "receipt", receipt.key, entries, order.id if order else None, where)
    note_finding(transaction, receipt, outcome, order.id if order else None, now)
    return outcome


def note_stray(transaction: Transaction, receipt: Receipt, now: datetime) -> Outcome:
    """Keep money that names no order in suspense, once."""
    if _is_known(transaction, receipt):
        return Outcome.REPEATED
    return _set_aside(transaction, receipt, Outcome.UNKNOWN_REFERENCE, None, now)


def note_finding(
    transaction: Transaction, receipt: Receipt, outcome: Outcome, order: int | None, now: datetime
) -> None:
    """Write what was found and tell the merchant by mail; what is due for refund is sent back by itself."""
    found = Found(
        kind=outcome,
        gateway=receipt.gateway,
        reference=receipt.reference,
        receipt=receipt.number,
        amount=receipt.amount,
        currency=receipt.currency,
        order=order,
    )
    finding = findings.note(transaction, found, now)
    if outcome in refunds.DUE_AT_ONCE and not finding.settled and finding.amount > 0:
        refunds.return_finding(transaction, finding, actor="system", now=now)


class Cash(msgspec.Struct, frozen=True, kw_only=True):
    """Money that the merchant saw: ``amount`` None is all that is open.

    ``number`` is the bank's, '' for one of our own.
    """

    amount: int | None = None
    number: str = ""
    actor: str = "merchant"


def confirm_transfer(database: Database, number: str, cash: Cash, now: datetime) -> Outcome:
    """Note money that arrived for an order by transfer or from its delivery; raise Refusal (order-not-allowed)."""

    def unit(transaction: Transaction) -> Outcome:
        if transaction.postgres:
            transaction.find("SELECT id FROM orders WHERE number = ? FOR UPDATE", numbers.spaced(number))
        order = orders.get(transaction, number)
        if order.state is State.CONFIRMED:
            raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.PAY)
        return _take_cash(transaction, order, cash, now)

    return database.write(unit)


def _take_cash(transaction: Transaction, order: Order, cash: Cash, now: datetime) -> Outcome:
    waiting = -funds.of_order(transaction, order.id, funds.SUSPENSE, order.currency)
    open_amount = order.total - order.paid - (waiting if order.state in _AWAITING else 0)
    amount = cash.amount if cash.amount is not None else open_amount
    count = transaction.find("SELECT COUNT(*) FROM transfer WHERE order_id = ? AND event = 'receipt'", order.id)
    receipt = Receipt(
        gateway=order.gateway,
        reference=order.number,
        number=cash.number or f"{order.number}/{(int(count[0]) if count else 0) + 1}",
        account=funds.BANK,
        amount=amount,
        currency=order.currency,
    )
    if _is_known(transaction, receipt):
        return Outcome.REPEATED
    if amount <= 0:
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.PAY)
    if order.state in _AWAITING:
        return _collect(transaction, order, receipt, waiting, now)
    owed = funds.of_order(transaction, order.id, funds.RECEIVABLE, order.currency)
    if order.state is State.SHIPPED and order.paid < order.total:
        orders.hand_over(transaction, order, actor=cash.actor, now=now)
        owed = order.total - order.paid
    if owed > 0:
        return _remit(transaction, order, receipt, owed, now)
    late = order.state in {State.CANCELLED, State.RETURNED}
    return _set_aside(transaction, receipt, Outcome.LATE if late else Outcome.DOUBLE, order, now)


def _collect(transaction: Transaction, order: Order, receipt: Receipt, waiting: int, now: datetime) -> Outcome:
    """Gather transfers in suspense until they reach the total; what is above it is to be refunded."""
    where, total = Where(order.currency, now), waiting + receipt.amount
    entries = [Entry(debit=receipt.account, credit=funds.SUSPENSE, amount=receipt.amount)]
    funds.post(transaction, "receipt", receipt.key, entries, order.id, where)
    if total < order.total:
        note_finding(transaction, receipt, Outcome.PARTIAL, order.id, now)
        return Outcome.PARTIAL
    for payment in attempts.unresolved(transaction, order.id):
        if payment.gateway == order.gateway:
            attempts.step(transaction, payment, attempts.Event.SUCCEED, now, note=receipt.number)
            transaction.run("UPDATE payment SET receipt = ? WHERE id = ?", receipt.number, payment.id)
    _pay(transaction, order, receipt, funds.SUSPENSE, now)
    transaction.run(
        "UPDATE finding SET settled_at = ? WHERE order_id = ? AND kind IN ('partial', 'wrong_amount') "
        "AND settled_at IS NULL",
        int(now.timestamp()),
        order.id,
    )
    if total > order.total:
        extra = [Entry(debit=funds.SUSPENSE, credit=funds.REFUNDS_DUE, amount=total - order.total)]
        funds.post(transaction, "overpaid", receipt.key, extra, order.id, where)
        over = msgspec.structs.replace(receipt, amount=total - order.total)
        note_finding(transaction, over, Outcome.OVERPAID, order.id, now)
        return Outcome.OVERPAID
    return Outcome.PAID


def _remit(transaction: Transaction, order: Order, receipt: Receipt, owed: int, now: datetime) -> Outcome:
    """Take what was owed at the door; what is above it is to be refunded."""
    taken = min(owed, receipt.amount)
    entries = [
        Entry(debit=funds.BANK, credit=funds.RECEIVABLE, amount=taken),
        Entry(debit=funds.BANK, credit=funds.REFUNDS_DUE, amount=receipt.amount - taken),
    ]
    funds.post(transaction, "receipt", receipt.key, entries, order.id, Where(order.currency, now))
    transaction.run("UPDATE orders SET paid = paid + ? WHERE id = ?", taken, order.id)
    if receipt.amount > taken:
        over = msgspec.structs.replace(receipt, amount=receipt.amount - taken)
        note_finding(transaction, over, Outcome.OVERPAID, order.id, now)
        return Outcome.OVERPAID
    return Outcome.PAID if taken == owed else Outcome.PARTIAL


def release_suspense(transaction: Transaction, order: Order, now: datetime) -> None:
    """Send back what a cancelled order still has in suspense."""
    for finding in findings.unsettled(transaction, order.id):
        if finding.kind in _IN_SUSPENSE and finding.amount > 0:
            refunds.return_finding(transaction, finding, actor="system", now=now)
