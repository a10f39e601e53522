"""Findings: money that fits nothing as it is. Each is told to the merchant once and stays until it is settled."""

from datetime import datetime

import msgspec

from generator.shop import Value
from runtime import notices
from runtime.database import Transaction
from runtime.notices import Topic


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: ``receipt`` is the gateway's number of the money, ``reference`` ours."""

    kind: str
    gateway: str
    reference: str
    receipt: str
    amount: int
    currency: str
    order: int | None = None


class Finding(Value, frozen=True, kw_only=True):
    """A finding as it is kept; ``settled`` when nobody has to decide any more."""

    id: int
    kind: str
    gateway: str
    reference: str
    receipt: str
    amount: int
    currency: str
    order: int | None
    settled: bool


_COLUMNS = "id, kind, gateway, reference, receipt, amount, currency, order_id, settled_at IS NOT NULL"


def note(transaction: Transaction, found: Found, now: datetime) -> Finding:
    """Write what was found, once, and tell the merchant by mail."""
    transaction.run(
        "INSERT INTO finding (kind, gateway, reference, receipt, amount, currency, order_id, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        found.kind,
        found.gateway,
        found.reference,
        found.receipt,
        found.amount,
        found.currency,
        found.order,
        int(now.timestamp()),
    )
    reference = f"{found.kind}:{found.gateway}:{found.receipt}"
    notices.write(transaction, Topic.MONEY_FOUND, reference, now, order=found.order)
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM finding WHERE gateway = ? AND receipt = ? AND kind = ?",  # noqa: S608  our own words
        found.gateway,
        found.receipt,
        found.kind,
    )
    if row is None:
        raise LookupError(reference)
    return _finding(row)


def find(transaction: Transaction, finding: int) -> Finding | None:
    """Return the finding with this id, or None."""
    row = transaction.find(f"SELECT {_COLUMNS} FROM finding WHERE id = ?", finding)  # noqa: S608  our own words
    return _finding(row) if row else None


def unsettled(transaction: Transaction, order: int | None = None) -> list[Finding]:
    """Return what waits for a decision, of one order or of all, oldest first."""
    condition, values = ("AND order_id = ?", (order,)) if order is not None else ("", ())
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM finding WHERE settled_at IS NULL {condition} ORDER BY id",  # noqa: S608
        *values,
    )
    return [_finding(row) for row in rows]


def settle(transaction: Transaction, finding: int, now: datetime) -> bool:
    """Note that nothing has to be decided any more; False if that was so already."""
    settled = "UPDATE finding SET settled_at = ? WHERE id = ? AND settled_at IS NULL"
    return bool(transaction.run(settled, int(now.timestamp()), finding))


def reopen(transaction: Transaction, finding: int) -> None:
    """Note that somebody has to decide again."""
    transaction.run("UPDATE finding SET settled_at = NULL WHERE id = ?", finding)


def _finding(row: tuple[object, ...]) -> Finding:
    fields = dict(zip(Finding.__struct_fields__, row, strict=True))
    return msgspec.convert({**fields, "settled": bool(fields["settled"])}, Finding)
