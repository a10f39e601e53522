"""Statements: what an account held, what moved in it day by day, and what it holds now."""

from collections.abc import Iterator
from datetime import UTC, datetime

from generator.shop import Value
from runtime.database import Transaction

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)


class Span(Value, frozen=True):
    """From a moment on, until before another."""

    start: datetime = BEGINNING
    end: datetime = END

    @property
    def seconds(self) -> tuple[int, int]:
        """Return both as the database has them."""
        return int(self.start.timestamp()), int(self.end.timestamp())


class Posted(Value, frozen=True, kw_only=True):
    """A transfer as it is read: ``order`` is the number of its order, or ''."""

    id: int
    event: str
    reference: str
    debit: str
    credit: str
    amount: int
    currency: str
    order: str
    at: datetime


class Line(Value, frozen=True, kw_only=True):
    """One change of an account, and what it held then."""

    posted: Posted
    change: int
    balance: int


class Statement(Value, frozen=True, kw_only=True):
    """An account over a span of time."""

    account: str
    currency: str
    opening: int
    lines: tuple[Line, ...]
    closing: int


_COLUMNS = "t.id, t.event, t.reference, t.debit, t.credit, t.amount, t.currency, o.number, t.at"
_FROM = "FROM transfer t LEFT JOIN orders o ON o.id = t.order_id WHERE t.at >= ? AND t.at < ?"


def transfers(transaction: Transaction, span: Span) -> Iterator[Posted]:
    """Yield the transfers of a span of time, as they were written, some hundred at a time."""
    last = 0
    while True:
        rows = transaction.all(f"SELECT {_COLUMNS} {_FROM} AND t.id > ? ORDER BY t.id LIMIT 1000", *span.seconds, last)
        for row in rows:
            yield _posted(row)
        if not rows:
            return
        last = int(rows[-1][0])


def statement(transaction: Transaction, account: str, currency: str, span: Span) -> Statement:
    """Return an account's statement."""
    start, _ = span.seconds
    row = transaction.find(
        "SELECT COALESCE(SUM(CASE WHEN debit = ? THEN amount ELSE -amount END), 0) FROM transfer "
        "WHERE currency = ? AND at < ? AND ? IN (debit, credit)",
        account, currency, start, account,
    )  # fmt: skip
    opening = held = int(row[0]) if row else 0
    lines = []
    for found in transaction.all(
        f"SELECT {_COLUMNS} {_FROM} AND t.currency = ? AND ? IN (t.debit, t.credit) ORDER BY t.at, t.id",
        *span.seconds, currency, account,
    ):  # fmt: skip
        posted = _posted(found)
        change = posted.amount if posted.debit == account else -posted.amount
        held += change
        lines.append(Line(posted=posted, change=change, balance=held))
    return Statement(account=account, currency=currency, opening=opening, lines=tuple(lines), closing=held)


def opening(transaction: Transaction, span: Span) -> dict[tuple[str, str], int]:
    """Return what every account held at the beginning of a span."""
    start, _ = span.seconds
    rows = transaction.all(
        "SELECT account, currency, SUM(amount) FROM (SELECT debit AS account, currency, amount FROM transfer "
        "WHERE at < ? UNION ALL SELECT credit, currency, -amount FROM transfer WHERE at < ?) AS side "
        "GROUP BY account, currency HAVING SUM(amount) <> 0 ORDER BY account, currency",
        start,
        start,
    )
    return {(account, currency): int(total) for account, currency, total in rows}


def _posted(row: tuple[object, ...]) -> Posted:
    fields = dict(zip(Posted.__struct_fields__, row, strict=True))
    fields["order"] = fields["order"] or ""
    fields["at"] = datetime.fromtimestamp(int(str(fields["at"])), UTC)
    return Posted(**fields)  # type: ignore[arg-type]
