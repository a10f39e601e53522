"""Orders found by what a person types and by where they stand, a page at a time, the newest first.

What looks like a number is looked for in order numbers, phones (also by their last four digits), tracking numbers and
skus; anything else in names, e-mail addresses, tracking numbers, skus and titles.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from generator.shop import Value
from runtime import numbers
from runtime.aftersale import OPEN
from runtime.database import Transaction
from runtime.orders import Address, Contact, State

PAGE = 40
SORTED = ("placed", "buyer", "total")
"""Columns that orders can be sorted by; without one the newest come first."""
LONGEST = 100
_SHORTEST_PHONE = 4
_NUMBER = re.compile(r"[\d\s()+./-]*\d[\d\s()+./-]*")
_OPEN = ", ".join(repr(str(state)) for state in OPEN)
WAITS_FOR_GROUP = (
    "EXISTS (SELECT 1 FROM group_place p JOIN buying_group g ON g.id = p.group_id "
    "WHERE p.order_id = o.id AND p.state <> 'left' AND g.state <> 'complete')"
)
VIEWS: dict[str, str] = {
    "all": "1 = 1",
    "to_ship": f"o.state IN ('confirmed', 'paid', 'partly_shipped') AND NOT {WAITS_FOR_GROUP}",
    "unpaid": "o.state IN ('pending_payment', 'closing')",
    "sent": "o.state = 'shipped'",
    "aftersale": f"o.id IN (SELECT a.order_id FROM aftersale a WHERE a.state IN ({_OPEN}))",  # noqa: S608
    "done": "o.state IN ('received', 'completed')",
    "ended": "o.state IN ('cancelled', 'returned', 'refunded')",
}
"""Where an order may stand, as a merchant goes through them; each is a condition on ``orders o``."""
_PARCEL = "EXISTS (SELECT 1 FROM parcel p WHERE p.order_id = o.id AND p.tracking {})"
_LINE = "EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND {})"
_Asked = tuple[str, tuple[str, ...]]
"""A condition and its values."""
_DUE = f"(SELECT MIN(a.due_at) FROM aftersale a WHERE a.order_id = o.id AND a.state IN ({_OPEN}))"  # noqa: S608
_NOTES = "(SELECT COUNT(*) FROM order_note n WHERE n.order_id = o.id)"
_COLUMNS = (
    "o.id, o.number, o.state, o.placed_at, o.contact, o.address, o.total, o.paid, o.refunded, o.currency, o.gateway"
)


class Wanted(Value, frozen=True, kw_only=True):
    """What is looked for: ``view`` of VIEWS, a text, a span of seconds, and from which order on (ids)."""

    view: str = "all"
    text: str = ""
    since: int = 0
    until: int = 0
    before: int = 0
    after: int = 0
    limit: int = PAGE
    sort: str = ""
    """A column of SORTED, with - before it for the other way round; then pages are counted."""
    page: int = 1
    whole: bool = True
    """Whether who asks may see whole contacts; others find one by all of it or by a phone's last four digits."""


class Piece(Value, frozen=True, kw_only=True):
    """A line of an order, as lists show it."""

    product: str
    sku: str
    title: str
    label: str
    quantity: int


class Row(Value, frozen=True, kw_only=True):
    """An order as lists show it; ``case_due`` is set while a case is open, ``waits`` while its group is not full."""

    id: int
    number: str
    state: State
    placed_at: datetime
    contact: Contact
    address: Address
    total: int
    paid: int
    refunded: int
    currency: str
    gateway: str
    waits: bool
    case_due: datetime | None
    notes: int
    lines: tuple[Piece, ...] = ()

    @property
    def name(self) -> str:
        """Return how the buyer is called, or reached."""
        return self.address.name or self.contact.name or self.contact.email or self.contact.phone


class Page(Value, frozen=True, kw_only=True):
    """A page of orders; ``newer`` and ``older`` are the ids to go on from, 0 where nothing is left."""

    rows: tuple[Row, ...]
    newer: int = 0
    older: int = 0


def find(transaction: Transaction, wanted: Wanted) -> Page:
    """Return a page of the orders that are wanted."""
    if wanted.sort:
        return _sorted(transaction, wanted)
    conditions, values = _conditions(transaction, wanted)
    back = bool(wanted.after)
    if wanted.before or wanted.after:
        conditions.append("o.id > ?" if back else "o.id < ?")
        values.append(wanted.after or wanted.before)
    rows = transaction.all(
        f"SELECT {_COLUMNS}, {WAITS_FOR_GROUP}, {_DUE}, {_NOTES} FROM orders o WHERE {' AND '.join(conditions)} "  # noqa: S608  our own words
        f"ORDER BY o.id {'ASC' if back else 'DESC'} LIMIT ?",
        *values,
        wanted.limit + 1,
    )
    more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
    if back:
        rows.reverse()
    found = _with_lines(transaction, [_row(row) for row in rows])
    if not found:
        return Page(rows=())
    newer = more if back else bool(wanted.before)
    older = True if back else more
    return Page(rows=tuple(found), newer=found[0].id if newer else 0, older=found[-1].id if older else 0)


def _sorted(transaction: Transaction, wanted: Wanted) -> Page:
    """Return a page of orders by a column; first only their ids, so that nothing else is made for all of them."""
    conditions, values = _conditions(transaction, wanted)
    column = wanted.sort.removeprefix("-")
    by = {
        "placed": "o.id",
        "total": "o.total",
        "buyer": " || ".join(f"COALESCE({_of_json(transaction, each)}, '')" for each in ("o.address", "o.contact")),
    }[column]
    way = "ASC" if wanted.sort == column else "DESC"
    ids = [row[0] for row in transaction.all(
        f"SELECT o.id FROM orders o WHERE {' AND '.join(conditions)} ORDER BY {by} {way}, o.id DESC LIMIT ? OFFSET ?",  # noqa: S608  our own words
        *values, wanted.limit + 1, (wanted.page - 1) * wanted.limit,
    )]  # fmt: skip
    more, ids = len(ids) > wanted.limit, ids[: wanted.limit]
    if not ids:
        return Page(rows=())
    rows = transaction.all(
        f"SELECT {_COLUMNS}, {WAITS_FOR_GROUP}, {_DUE}, {_NOTES} FROM orders o "  # noqa: S608  our own words
        f"WHERE o.id IN ({', '.join('?' * len(ids))})",
        *ids,
    )
    found = {row[0]: _row(row) for row in rows}
    listed = _with_lines(transaction, [found[each] for each in ids])
    return Page(rows=tuple(listed), newer=wanted.page - 1, older=wanted.page + 1 if more else 0)


def count(transaction: Transaction, view: str) -> int:
    """Return how many orders stand in a view."""
    row = transaction.find(f"SELECT COUNT(*) FROM orders o WHERE {VIEWS[view]}")  # noqa: S608  our own words
    return int(row[0]) if row else 0


def _conditions(transaction: Transaction, wanted: Wanted) -> tuple[list[str], list[str | int]]:
    conditions, values = [VIEWS[wanted.view]], list[str | int]()
    if wanted.since:
        conditions.append("o.placed_at >= ?")
        values.append(wanted.since)
    if wanted.until:
        conditions.append("o.placed_at < ?")
        values.append(wanted.until)
    text = unicodedata.normalize("NFKC", wanted.text).strip()[:LONGEST]
    if text:
        if _NUMBER.fullmatch(text):
            asked = _by_number(text, whole=wanted.whole)
        else:
            asked = _by_words(transaction, text, whole=wanted.whole)
        conditions.append(f"({' OR '.join(condition for condition, _ in asked)})")
        values += [value for _, given in asked for value in given]
    return conditions, values


def _by_number(text: str, *, whole: bool) -> list[_Asked]:
    plain = re.sub(r"\D", "", text)
    asked: list[_Asked] = [
        ("REPLACE(o.number, '-', '') LIKE ?", (f"%{plain}%",)),
        (_PARCEL.format("LIKE ?"), (f"%{plain}%",)),
        (_LINE.format("l.sku = ?"), (text,)),
    ]
    # Four digits are the end of a phone as they stand: a zero before them is none of a country's.
    phone = plain if len(plain) == _SHORTEST_PHONE else numbers.digits(plain)
    if len(phone) >= _SHORTEST_PHONE:
        part = whole or len(phone) == _SHORTEST_PHONE
        asked.append(("o.phone LIKE ?", (f"%{phone}",)) if part else ("o.phone = ?", (phone,)))
    return asked


def _by_words(transaction: Transaction, text: str, *, whole: bool) -> list[_Asked]:
    like = "ILIKE ? ESCAPE '!'" if transaction.postgres else "LIKE ? ESCAPE '!'"
    inside = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    names = [_of_json(transaction, column) for column in ("o.contact", "o.address")]
    return [
        *((f"{name} {like}", (inside,)) for name in names),
        (f"o.email {like}", (inside,)) if whole else ("o.email = ?", (text.casefold(),)),
        (_PARCEL.format(like), (inside,)),
        (_LINE.format(f"(l.sku {like} OR l.title {like})"), (inside, inside)),
    ]


def _of_json(transaction: Transaction, column: str) -> str:
    """Return what picks the name out of a snapshot."""
    return f"({column}::json ->> 'name')" if transaction.postgres else f"json_extract({column}, '$.name')"


def _row(row: Sequence[Any]) -> Row:
    due = row[12]
    return Row(
        id=row[0],
        number=row[1],
        state=State(row[2]),
        placed_at=datetime.fromtimestamp(row[3], UTC),
        contact=msgspec.json.decode(row[4], type=Contact),
        address=msgspec.json.decode(row[5], type=Address),
        total=row[6],
        paid=row[7],
        refunded=row[8],
        currency=row[9],
        gateway=row[10],
        waits=bool(row[11]),
        case_due=datetime.fromtimestamp(due, UTC) if due is not None else None,
        notes=int(row[13]),
    )


def _with_lines(transaction: Transaction, rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    marks = ", ".join("?" * len(rows))
    lines = transaction.all(
        "SELECT l.order_id, l.product, l.sku, l.title, l.label, l.quantity FROM order_line l JOIN orders o "  # noqa: S608  marks only
        f"ON o.id = l.order_id AND o.revision = l.revision WHERE l.order_id IN ({marks}) "
        "ORDER BY l.order_id, l.position",
        *(row.id for row in rows),
    )
    found: dict[int, list[Piece]] = {}
    for order, *fields in lines:
        found.setdefault(order, []).append(Piece(**dict(zip(Piece.__struct_fields__, fields, strict=True))))
    return [msgspec.structs.replace(row, lines=tuple(found.get(row.id, ()))) for row in rows]
