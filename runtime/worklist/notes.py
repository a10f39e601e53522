"""What the merchant's people write at an order for each other; its buyer never reads it."""

from datetime import UTC, datetime

from generator.shop import Value
from runtime.database import Transaction
from runtime.refusals import Code, Refusal

LONGEST = 2000


class Note(Value, frozen=True, kw_only=True):
    """One note: ``name`` is the writer's at that time."""

    id: int
    actor: str
    name: str
    text: str
    at: datetime


def write(transaction: Transaction, order: int, by: tuple[str, str], text: str, now: datetime) -> None:
    """Write a note; ``by`` is (actor, name). Raises Refusal: field-missing, field-invalid where it is too long."""
    said = text.strip()
    if not said:
        raise Refusal(Code.FIELD_MISSING, field="note")
    if len(said) > LONGEST:
        raise Refusal(Code.FIELD_INVALID, field="note")
    transaction.run(
        "INSERT INTO order_note (order_id, actor, name, text, at) VALUES (?, ?, ?, ?, ?)",
        order,
        *by,
        said,
        int(now.timestamp()),
    )


def of_order(transaction: Transaction, order: int) -> list[Note]:
    """Return the notes at an order, oldest first."""
    rows = transaction.all("SELECT id, actor, name, text, at FROM order_note WHERE order_id = ? ORDER BY id", order)
    return [
        Note(id=row[0], actor=row[1], name=row[2], text=row[3], at=datetime.fromtimestamp(row[4], UTC)) for row in rows
    ]
