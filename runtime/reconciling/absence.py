"""What the shop has and the gateway's bill has not.

A movement happened between the moment the charge was made and the moment the shop heard of it. It is absent when the
bills of all days between them are there and none of them has it: around midnight, tomorrow's bill is waited for.
"""

from datetime import UTC, date, datetime, timedelta

import msgspec

from runtime import findings, funds
from runtime.database import Transaction
from runtime.findings import Found
from runtime.reconciling.values import FINDINGS, Problem

SKEW = timedelta(minutes=2)
"""Clocks of shop and gateway differ by less."""


class Movement(msgspec.Struct, frozen=True):
    """Money that moved at a gateway between ``after`` and ``before``."""

    kind: str
    receipt: str
    reference: str
    order: int | None
    amount: int
    currency: str
    after: int
    before: int


def note_absent(transaction: Transaction, gateway: str, day: date, east: int, now: datetime) -> None:
    """Tell the merchant of every movement that must be in the bill of a day, and is in none."""
    zone = timedelta(hours=east)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - zone
    read = {row[0] for row in transaction.all("SELECT day FROM bill WHERE gateway = ?", gateway)}
    for movement in _payments(transaction, gateway, start) + _refunds(transaction, gateway, start):
        first = (datetime.fromtimestamp(movement.after, UTC) - SKEW + zone).date()
        last = (datetime.fromtimestamp(movement.before, UTC) + SKEW + zone).date()
        days = {(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)}
        if days <= read:
            _note(transaction, gateway, movement, now)


def _payments(transaction: Transaction, gateway: str, start: datetime) -> list[Movement]:
    rows = transaction.all(
        "SELECT t.reference, MIN(p.reference), MIN(t.order_id), SUM(t.amount), MIN(t.currency), MIN(p.created_at), "
        "MAX(t.at) FROM transfer t JOIN payment p ON p.gateway = ? AND p.order_id = t.order_id "
        "AND t.reference = p.gateway || ':' || p.receipt WHERE t.event = 'receipt' AND t.debit = ? AND t.at >= ? "
        "AND p.created_at < ? AND NOT EXISTS (SELECT 1 FROM bill_row b WHERE b.gateway = p.gateway "
        "AND b.receipt = p.receipt AND b.kind = 'payment') GROUP BY t.reference ORDER BY t.reference",
        gateway, funds.pending(gateway), *_span(start),
    )  # fmt: skip
    return [Movement("payment", key.partition(":")[2], *rest) for key, *rest in rows]


def _refunds(transaction: Transaction, gateway: str, start: datetime) -> list[Movement]:
    rows = transaction.all(
        "SELECT r.number, r.order_id, r.amount, r.currency, r.created_at, e.at FROM refund r "
        "JOIN refund_event e ON e.refund_id = r.id AND e.event = 'succeed' WHERE r.gateway = ? AND r.receipt <> '' "
        "AND r.state = 'succeeded' AND e.at >= ? AND r.created_at < ? AND NOT EXISTS (SELECT 1 FROM bill_row b "
        "WHERE b.gateway = r.gateway AND b.kind = 'refund' AND (b.receipt = r.number OR b.receipt = r.outside)) "
        "ORDER BY r.id",
        gateway, *_span(start),
    )  # fmt: skip
    return [Movement("refund", number, number, *rest) for number, *rest in rows]


def _span(start: datetime) -> tuple[int, int]:
    return int((start - SKEW).timestamp()), int((start + timedelta(days=1) + SKEW).timestamp())


def _note(transaction: Transaction, gateway: str, movement: Movement, now: datetime) -> None:
    found = Found(
        kind=FINDINGS[Problem.ABSENT],
        gateway=gateway,
        reference=movement.reference,
        receipt=movement.receipt,
        amount=int(movement.amount),
        currency=movement.currency,
        order=movement.order,
    )
    findings.note(transaction, found, now)


def settle_found(transaction: Transaction, gateway: str, receipt: str, now: datetime) -> None:
    """Close what was told absent and now stands in a bill."""
    transaction.run(
        "UPDATE finding SET settled_at = ? WHERE gateway = ? AND receipt = ? AND kind = ? AND settled_at IS NULL",
        int(now.timestamp()), gateway, receipt, FINDINGS[Problem.ABSENT],
    )  # fmt: skip
