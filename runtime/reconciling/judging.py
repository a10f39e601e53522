"""A row of a bill held against the shop: what is missing here is taken from it, what contradicts is told, never mended.

Payments go through receipts.apply and refunds through refunds.apply, as if their notice had come at last: so an order
that waits is paid, and money for a cancelled one goes back by itself.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from runtime import findings, funds, receipts, refunds
from runtime.database import Transaction
from runtime.findings import Found
from runtime.funds import Entry, Where, disputes, withdrawals
from runtime.gateways import (
    BillKind,
    BillRow,
    DisputeReport,
    DisputeState,
    RefundReport,
    RefundVerdict,
    Report,
    Verdict,
)
from runtime.reconciling.values import FINDINGS, Outcome, Problem

BILL_REFUND = FINDINGS[Problem.SET_ASIDE]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a gateway's bill; ``occurrence`` counts the earlier ones with the same numbers."""

    gateway: str
    day: str
    plain: BillRow
    occurrence: int

    @property
    def receipt(self) -> str:
        """Return the number that the movement has for itself: refunds of one payment may share the gateway's."""
        first, second = self.plain.transaction, self.plain.reference
        return (second or first) if self.plain.kind is BillKind.REFUND else (first or second)

    @property
    def key(self) -> str:
        """Return what is posted under, once."""
        return f"{self.gateway}:{self.receipt}"


class Judged(msgspec.Struct, frozen=True):
    """What a row came to, and the order that its fee belongs to."""

    outcome: Outcome
    order: int | None = None


def judge(transaction: Transaction, row: Row, now: datetime) -> Judged:
    """Decide what a row is, post what it tells, and return its outcome."""
    if _is_double(transaction, row):
        note(transaction, row, Problem.DUPLICATED, None, now)
        return Judged(Outcome.DUPLICATED)
    judged = _JUDGES[row.plain.kind](transaction, row, now)
    if judged.outcome is Outcome.AMOUNT_DIFFERS:
        note(transaction, row, Problem.AMOUNT_DIFFERS, judged.order, now)
    _post_fee(transaction, row, judged.order, now)
    return judged


def _is_double(transaction: Transaction, row: Row) -> bool:
    """Tell whether this movement stands in a bill already; a dispute stands there once for each of its states."""
    if row.plain.kind is BillKind.DISPUTE:
        return False
    if row.occurrence:
        return True
    other = transaction.find(
        "SELECT 1 FROM bill_row WHERE gateway = ? AND receipt = ? AND kind = ? AND day <> ?",
        row.gateway, row.receipt, row.plain.kind, row.day,
    )  # fmt: skip
    return other is not None


def _payment(transaction: Transaction, row: Row, now: datetime) -> Judged:
    known = transaction.find(
        "SELECT SUM(amount), MIN(currency), MIN(order_id) FROM transfer WHERE event = 'receipt' AND reference = ? "
        "AND debit = ?",
        row.key,
        funds.pending(row.gateway),
    )
    if known and known[0] is not None:
        same = (int(known[0]), known[1]) == (row.plain.amount, row.plain.currency)
        return Judged(Outcome.MATCHED if same else Outcome.AMOUNT_DIFFERS, known[2])
    report = Report(
        gateway=row.gateway,
        reference=row.plain.reference,
        verdict=Verdict.SUCCEEDED,
        transaction=row.plain.transaction,
        amount=row.plain.amount,
        currency=row.plain.currency,
    )
    outcome = receipts.apply(transaction, report, now)
    kept = {receipts.Outcome.PAID, receipts.Outcome.LATE, receipts.Outcome.DOUBLE}
    order = transaction.find("SELECT order_id FROM transfer WHERE event = 'receipt' AND reference = ? LIMIT 1", row.key)
    return Judged(Outcome.ATTACHED if outcome in kept else Outcome.SET_ASIDE, order[0] if order else None)


def _refund(transaction: Transaction, row: Row, now: datetime) -> Judged:
    known = refunds.find(transaction, row.plain.reference) or _by_outside(transaction, row)
    if known is None or known.gateway != row.gateway:
        return Judged(_unknown_refund(transaction, row, now))
    if (known.amount, known.currency) != (row.plain.amount, row.plain.currency):
        return Judged(Outcome.AMOUNT_DIFFERS, known.order)
    report = RefundReport(
        gateway=row.gateway,
        number=known.number,
        verdict=RefundVerdict.SUCCEEDED,
        transaction=row.plain.transaction,
        amount=row.plain.amount,
        currency=row.plain.currency,
    )
    outcomes = {
        refunds.Outcome.REPEATED: Outcome.MATCHED,
        refunds.Outcome.SUCCEEDED: Outcome.ATTACHED,
    }
    return Judged(outcomes.get(refunds.apply(transaction, report, now), Outcome.AMOUNT_DIFFERS), known.order)


def _by_outside(transaction: Transaction, row: Row) -> refunds.Refund | None:
    """Return the refund of a row that has the gateway's own number alone."""
    found = transaction.find(
        "SELECT number FROM refund WHERE gateway = ? AND outside = ? AND outside <> '' AND ? = ''",
        row.gateway, row.plain.transaction, row.plain.reference,
    )  # fmt: skip
    return refunds.find(transaction, found[0]) if found else None


def _unknown_refund(transaction: Transaction, row: Row, now: datetime) -> Outcome:
    """Book money that went back without the shop (at the gateway's own site, say): the merchant says what it was."""
    place = funds.spare(transaction, row.gateway, row.plain.currency, row.plain.amount)
    gone = [Entry(debit=funds.SUSPENSE, credit=place, amount=row.plain.amount)]
    funds.post(transaction, "bill-refund", row.key, gone, None, Where(row.plain.currency, now))
    note(transaction, row, Problem.SET_ASIDE, None, now)
    return Outcome.SET_ASIDE


def _payout(transaction: Transaction, row: Row, now: datetime) -> Judged:
    step = withdrawals.Step(
        event=withdrawals.Event.PAY,
        actor=f"gateway:{row.gateway}",
        now=now,
        note=row.receipt,
        fee=max(0, row.plain.fee),
    )
    known = withdrawals.find(transaction, row.plain.reference, row.gateway)
    known = known or withdrawals.find(transaction, row.receipt, row.gateway)
    if known is None:
        money = (row.plain.amount, max(0, row.plain.fee), row.plain.currency)
        withdrawals.note_payout(transaction, row.gateway, row.receipt, money, step)
        return Judged(Outcome.POSTED)
    if (known.amount, known.currency) != (row.plain.amount, row.plain.currency):
        return Judged(Outcome.AMOUNT_DIFFERS)
    if known.state in {withdrawals.State.REQUESTED, withdrawals.State.SENT}:
        withdrawals.move(transaction, known, step)
        return Judged(Outcome.ATTACHED)
    return Judged(Outcome.MATCHED)


def _dispute(transaction: Transaction, row: Row, now: datetime) -> Judged:
    said = row.plain.text if row.plain.text in set(DisputeState) else DisputeState.OPENED
    report = DisputeReport(
        gateway=row.gateway,
        number=row.receipt,
        reference=row.plain.reference,
        state=DisputeState(said),
        amount=row.plain.amount,
        currency=row.plain.currency,
        transaction=row.plain.transaction,
    )
    fresh = disputes.apply(transaction, report, now)
    order = transaction.find("SELECT order_id FROM dispute WHERE gateway = ? AND number = ?", row.gateway, row.receipt)
    return Judged(Outcome.ATTACHED if fresh else Outcome.MATCHED, order[0] if order else None)


def _fee(transaction: Transaction, row: Row, now: datetime) -> Judged:
    """Post a fee that stands in a row of its own."""
    _post_amount(transaction, row, row.plain.amount, None, now)
    return Judged(Outcome.POSTED)


def _other(transaction: Transaction, row: Row, now: datetime) -> Judged:
    del transaction, row, now
    return Judged(Outcome.NOTED)


_JUDGES: dict[BillKind, Callable[[Transaction, Row, datetime], Judged]] = {
    BillKind.PAYMENT: _payment,
    BillKind.REFUND: _refund,
    BillKind.PAYOUT: _payout,
    BillKind.DISPUTE: _dispute,
    BillKind.FEE: _fee,
    BillKind.OTHER: _other,
}


def _post_fee(transaction: Transaction, row: Row, order: int | None, now: datetime) -> None:
    if row.plain.fee and row.plain.kind is not BillKind.PAYOUT:
        _post_amount(transaction, row, row.plain.fee, order, now)


def _post_amount(transaction: Transaction, row: Row, fee: int, order: int | None, now: datetime) -> None:
    """Post a fee, or one that is given back, where the money of its order lies."""
    currency, event = row.plain.currency, "fee" if fee > 0 else "fee-returned"
    if order is None:
        place = funds.spare(transaction, row.gateway, currency, abs(fee))
    else:
        place = funds.source(transaction, order, row.gateway, currency)
    part = row.plain.text if row.plain.kind is BillKind.DISPUTE else ""
    reference = f"{row.key}:{row.plain.kind}{part and ':' + part}"
    moved = funds.entries(event, abs(fee), source=place)
    funds.post(transaction, event, reference, moved, order, Where(currency, now))


def note(transaction: Transaction, row: Row, problem: Problem, order: int | None, now: datetime) -> None:
    """Write a difference that the merchant has to look at, and tell them."""
    found = Found(
        kind=FINDINGS[problem],
        gateway=row.gateway,
        reference=row.plain.reference,
        receipt=row.receipt,
        amount=row.plain.amount,
        currency=row.plain.currency,
        order=order,
    )
    findings.note(transaction, found, now)
