"""Numbers of papers: one row for each, counted without a gap, never changed.

An invoice is issued once for an order that is paid or on its way; a correction once for each refund that was sent.
"""

from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from generator.shop import Value
from runtime import orders
from runtime.database import Database, Transaction
from runtime.orders import Order, State
from runtime.refusals import Code, Refusal

_ISSUABLE = {
    State.CONFIRMED, State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.RECEIVED, State.COMPLETED, State.REFUNDED,
}  # fmt: skip


class PaperKind(StrEnum):
    """What a paper says: this was sold, or this was given back."""

    INVOICE = "invoice"
    CORRECTION = "correction"


class Paper(Value, frozen=True, kw_only=True):
    """One issued paper: ``number`` counts the shop's papers of a year, ``reference`` is '' or the refund's number.

    ``amount`` is the total, or what was given back, in minor units of the order's currency.
    """

    number: str
    kind: PaperKind
    order: int
    reference: str
    amount: int
    issued_at: datetime


_COLUMNS = "number, kind, order_id, reference, amount, issued_at"


def issue(database: Database, number: str, timezone: str, now: datetime) -> Paper:
    """Return the invoice of an order, issued now if it has none; raise Refusal (order-unknown, paper-too-early)."""

    def unit(transaction: Transaction) -> Paper:
        order = orders.get_locked(transaction, number)
        if order.state not in _ISSUABLE:
            raise Refusal(Code.PAPER_TOO_EARLY, number=order.number, state=order.state)
        return _write(transaction, order, (PaperKind.INVOICE, "", order.total), timezone, now)

    return database.write(unit)


def correct(transaction: Transaction, order: Order, refund: str, amount: int, timezone: str, now: datetime) -> Paper:
    """Return the correction for a refund, issued now if there is none; it belongs in the refund's own step."""
    return _write(transaction, order, (PaperKind.CORRECTION, refund, amount), timezone, now)


def _write(
    transaction: Transaction, order: Order, what: tuple[PaperKind, str, int], timezone: str, now: datetime
) -> Paper:
    kind, reference, amount = what
    known = find(transaction, order.id, kind, reference)
    if known is not None:
        return known
    if transaction.postgres:
        transaction.run("SELECT pg_advisory_xact_lock(hashtext('paper'))")
    year = str(now.astimezone(ZoneInfo(timezone)).year)
    row = transaction.find("SELECT COUNT(*) FROM paper WHERE number LIKE ?", f"{year}-%")
    transaction.run(
        f"INSERT INTO paper ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  our own words
        f"{year}-{(int(row[0]) if row else 0) + 1:06d}",
        kind,
        order.id,
        reference,
        amount,
        int(now.timestamp()),
    )
    made = find(transaction, order.id, kind, reference)
    if made is None:
        raise LookupError(order.number)
    return made


def find(transaction: Transaction, order: int, kind: PaperKind, reference: str = "") -> Paper | None:
    """Return an order's paper of a kind, or None."""
    return next(
        (each for each in listing(transaction, order) if (each.kind, each.reference) == (kind, reference)), None
    )


def listing(transaction: Transaction, order: int) -> list[Paper]:
    """Return the papers of an order, oldest first."""
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM paper WHERE order_id = ? ORDER BY number",  # noqa: S608  our own words
        order,
    )
    return [
        Paper(
            number=row[0], kind=PaperKind(row[1]), order=row[2], reference=row[3], amount=row[4],
            issued_at=datetime.fromtimestamp(row[5], UTC),
        )
        for row in rows
    ]  # fmt: skip
