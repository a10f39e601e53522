"""Refunds in the database: reading them, and the one step that moves a refund with its history."""

from datetime import UTC, datetime
from typing import Any

from runtime.database import Database, Transaction
from runtime.refunds.shares import NOTHING, Shares
from runtime.refunds.values import TRANSITIONS, Event, HistoryRow, Refund, RefundLine, State
from runtime.refusals import Code, Refusal

PAUSES = (5, 10, 30, 60, 300, 600, 1800, 3600)
"""Seconds until the next question to the gateway, the last one for ever: money is right without any notice."""
COLUMNS = (
    "id, number, order_id, finding_id, gateway, reference, receipt, charged, charged_at, amount, currency, goods, "
    "delivery, tax, state, reason, outside, tries, created_at"
)


def _refund(row: tuple[Any, ...]) -> Refund:
    fields = dict(zip(Refund.__struct_fields__, row, strict=True))
    fields["state"] = State(fields["state"])
    for name in ("charged_at", "created_at"):
        fields[name] = datetime.fromtimestamp(fields[name], UTC) if fields[name] is not None else None
    return Refund(**fields)


def select(transaction: Transaction, condition: str, *values: str | int) -> list[Refund]:
    """Return the refunds that a condition on table refund picks."""
    rows = transaction.all(f"SELECT {COLUMNS} FROM refund WHERE {condition}", *values)  # noqa: S608  our own words
    return [_refund(row) for row in rows]


def find(transaction: Transaction, number: str) -> Refund | None:
    """Return the refund with this number, or None."""
    return next(iter(select(transaction, "number = ?", number)), None)


def get(transaction: Transaction, number: str) -> Refund:
    """Return the refund with this number; raise Refusal (refund-unknown)."""
    found = find(transaction, number)
    if found is None:
        raise Refusal(Code.REFUND_UNKNOWN, number=number)
    return found


def of_order(transaction: Transaction, order: int) -> list[Refund]:
    """Return the refunds of an order and of its stray money, oldest first."""
    return select(transaction, "order_id = ? ORDER BY id", order)


def listing(database: Database, state: State | None = None, limit: int = 100) -> list[Refund]:
    """Return the newest refunds, of one state or of all."""
    condition, values = ("state = ?", [str(state)]) if state else ("1 = 1", [])
    return database.read(lambda look: select(look, f"{condition} ORDER BY id DESC LIMIT ?", *values, limit))


def lines_of(transaction: Transaction, refund: int) -> tuple[RefundLine, ...]:
    """Return the pieces that a refund is for."""
    rows = transaction.all(
        "SELECT position, quantity, amount, restocked FROM refund_line WHERE refund_id = ? ORDER BY position", refund
    )
    return tuple(RefundLine(**dict(zip(RefundLine.__struct_fields__, row, strict=True))) for row in rows)


def units(transaction: Transaction, order: int) -> dict[int, int]:
    """Return how many pieces of each line of an order were or will be refunded."""
    rows = transaction.all(
        "SELECT l.position, SUM(l.quantity) FROM refund_line l JOIN refund r ON r.id = l.refund_id "
        "WHERE r.order_id = ? AND r.state <> 'failed' GROUP BY l.position",
        order,
    )
    return {position: int(count) for position, count in rows}


def taken(transaction: Transaction, order: int) -> Shares:
    """Return how the money is made up that was or will be sent back of an order."""
    row = transaction.find(
        "SELECT COALESCE(SUM(goods), 0), COALESCE(SUM(delivery), 0), COALESCE(SUM(tax), 0) FROM refund "
        "WHERE order_id = ? AND finding_id IS NULL AND state <> 'failed'",
        order,
    )
    return Shares(*(int(value) for value in row)) if row else NOTHING


def history(transaction: Transaction, refund: int) -> tuple[HistoryRow, ...]:
    """Return what happened to a refund, oldest first."""
    rows = transaction.all(
        "SELECT event, before, after, actor, note, at FROM refund_event WHERE refund_id = ? ORDER BY id", refund
    )
    return tuple(
        HistoryRow(
            event=Event(event), before=before, after=State(after), actor=actor, note=note,
            at=datetime.fromtimestamp(at, UTC),
        )
        for event, before, after, actor, note, at in rows
    )  # fmt: skip


def step(
    transaction: Transaction, refund: Refund, event: Event, *, actor: str, now: datetime, note: str = ""
) -> Refund:
    """Move a refund on, with its history row; raise Refusal (refund-not-allowed)."""
    before = get(transaction, refund.number).state
    after = TRANSITIONS.get((before, event))
    if after is None or not transaction.run(
        "UPDATE refund SET state = ? WHERE id = ? AND state = ?", after, refund.id, before
    ):
        raise Refusal(Code.REFUND_NOT_ALLOWED, number=refund.number, state=before.word, event=event)
    record(transaction, refund.id, HistoryRow(event=event, before=before, after=after, actor=actor, note=note, at=now))
    return get(transaction, refund.number)


def record(transaction: Transaction, refund: int, row: HistoryRow) -> None:
    """Write a row of a refund's history."""
    transaction.run(
        "INSERT INTO refund_event (refund_id, event, before, after, actor, note, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        refund,
        row.event,
        row.before,
        row.after,
        row.actor,
        row.note[:500],
        int(row.at.timestamp()),
    )


def ask_at(transaction: Transaction, refund: Refund, moment: datetime | None) -> None:
    """Set when the gateway is asked next, or that nobody has to be asked."""
    seconds = int(moment.timestamp()) if moment else None
    transaction.run("UPDATE refund SET ask_at = ? WHERE id = ?", seconds, refund.id)
