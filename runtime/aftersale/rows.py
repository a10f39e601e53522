"""Cases in the database: reading them, their lines, history and pictures."""

from datetime import UTC, datetime
from typing import Any

from runtime.aftersale.values import OPEN, Case, CaseLine, Event, HistoryRow, Kind, State
from runtime.database import Database, Transaction
from runtime.refusals import Code, Refusal

_COLUMNS = (
    "id, number, order_id, kind, state, reason, amount, carrier, tracking, new_carrier, new_tracking, refund, due_at, "
    "opened_at"
)
_FIELDS = Case.__struct_fields__[:-1]
IS_OPEN = f"state IN ({', '.join(repr(str(state)) for state in OPEN)})"


def select(transaction: Transaction, condition: str, *values: str | int) -> list[Case]:
    """Return the cases that a condition on table aftersale picks."""
    rows = transaction.all(f"SELECT {_COLUMNS} FROM aftersale WHERE {condition}", *values)  # noqa: S608  our own words
    return [_case(transaction, row) for row in rows]


def _case(transaction: Transaction, row: tuple[Any, ...]) -> Case:
    fields: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    fields["kind"], fields["state"] = Kind(fields["kind"]), State(fields["state"])
    fields["due_at"] = _moment(fields["due_at"]) if fields["due_at"] is not None else None
    fields["opened_at"] = _moment(fields["opened_at"])
    lines = transaction.all(
        "SELECT position, quantity FROM aftersale_line WHERE aftersale_id = ? ORDER BY position", fields["id"]
    )
    return Case(**fields, lines=tuple(CaseLine(position=position, quantity=count) for position, count in lines))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def find(transaction: Transaction, number: str) -> Case | None:
    """Return the case with this number, or None."""
    return next(iter(select(transaction, "number = ?", number)), None)


def get(transaction: Transaction, number: str) -> Case:
    """Return the case with this number; raise Refusal (case-unknown)."""
    found = find(transaction, number)
    if found is None:
        raise Refusal(Code.CASE_UNKNOWN, number=number)
    return found


def of_order(transaction: Transaction, order: int) -> list[Case]:
    """Return the cases of an order, oldest first."""
    return select(transaction, "order_id = ? ORDER BY id", order)


def listing(database: Database, *, only_open: bool = False, limit: int = 100) -> list[Case]:
    """Return the newest cases, or those in which somebody has to act."""
    condition = IS_OPEN if only_open else "1 = 1"
    return database.read(lambda look: select(look, f"{condition} ORDER BY id DESC LIMIT ?", limit))


def is_open(transaction: Transaction, order: int) -> bool:
    """Tell whether an order has a case in which somebody still has to act."""
    query = f"SELECT 1 FROM aftersale WHERE order_id = ? AND {IS_OPEN} LIMIT 1"  # noqa: S608  our own words
    return transaction.find(query, order) is not None


def engaged(transaction: Transaction, order: int) -> dict[int, int]:
    """Return how many pieces of each line of an order open cases are about."""
    rows = transaction.all(
        "SELECT l.position, SUM(l.quantity) FROM aftersale_line l JOIN aftersale a ON a.id = l.aftersale_id "  # noqa: S608
        f"WHERE a.order_id = ? AND a.{IS_OPEN} GROUP BY l.position",
        order,
    )
    return {position: int(count) for position, count in rows}


def history(transaction: Transaction, case: int) -> tuple[HistoryRow, ...]:
    """Return what happened to a case, oldest first."""
    rows = transaction.all(
        "SELECT event, before, after, actor, text, at FROM aftersale_event WHERE aftersale_id = ? ORDER BY id", case
    )
    return tuple(
        HistoryRow(event=Event(event), before=before, after=State(after), actor=actor, text=text, at=_moment(at))
        for event, before, after, actor, text, at in rows
    )


def record(transaction: Transaction, case: int, row: HistoryRow) -> int:
    """Write a row of a case's history and return its place."""
    transaction.run(
        "INSERT INTO aftersale_event (aftersale_id, event, before, after, actor, text, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        case,
        row.event,
        row.before,
        row.after,
        row.actor,
        row.text[:2000],
        int(row.at.timestamp()),
    )
    found = transaction.find("SELECT COUNT(*) FROM aftersale_event WHERE aftersale_id = ?", case)
    return int(found[0]) if found else 0


def pictures(transaction: Transaction, case: int) -> list[str]:
    """Return the names of a case's pictures."""
    rows = transaction.all("SELECT name FROM aftersale_picture WHERE aftersale_id = ? ORDER BY id", case)
    return [str(row[0]) for row in rows]
