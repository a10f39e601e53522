"""Customers found by what a person types and by what they did, a page at a time.

Whoever sees contacts masked finds a contact by all of it or by a phone's last four digits, so that nobody learns one by
searching for pieces of it.
"""

import re
import unicodedata
from datetime import UTC, datetime

from generator.shop import Value
from runtime import customers, numbers
from runtime.transaction import Row, Transaction

PAGE = 40
LONGEST = 100
SORTS = {"newest": "c.last_at DESC, c.id DESC", "spent": "spent DESC, c.id DESC", "orders": "made DESC, c.id DESC"}
"""How they may stand in a list."""
CONSENTS = ("", "email", "phone", "none")
_TAIL = 4
_MEMBER = "EXISTS (SELECT 1 FROM member m JOIN customer_key k ON k.key = m.customer WHERE k.customer_id = c.id)"
_CONSENT = (
    "COALESCE((SELECT x.given FROM customer_consent x WHERE x.customer_id = c.id AND x.purpose = '{}' "
    "ORDER BY x.id DESC LIMIT 1), 0)"
)
_SUMS = (
    "(SELECT w.customer_id, COUNT(*) AS made, SUM(CASE WHEN o.currency = ? THEN o.paid - o.refunded - o.disputed "
    "ELSE 0 END) AS spent FROM customer_order w JOIN orders o ON o.id = w.order_id WHERE o.state <> 'cancelled' {}"
    "GROUP BY w.customer_id)"
)
_ALL, _ONE = _SUMS.format(""), _SUMS.format("AND w.customer_id = ? ")


class Wanted(Value, frozen=True, kw_only=True):
    """What is looked for; ``since`` is the last order's second, ``spent`` minor units of ``currency``, ``page`` from 1.

    ``whole`` is whether who asks may see whole contacts.
    """

    currency: str
    text: str = ""
    since: int = 0
    spent: int = 0
    consent: str = ""
    members: bool = False
    sort: str = "newest"
    page: int = 1
    limit: int = PAGE
    whole: bool = False


class Found(Value, frozen=True, kw_only=True):
    """A customer as lists show them; ``orders`` are those that were not cancelled."""

    id: int
    name: str
    email: str
    phone: str
    since: datetime
    last_at: datetime
    orders: int
    spent: int
    member: bool
    by_email: bool
    by_phone: bool


class Page(Value, frozen=True, kw_only=True):
    """A page of customers, and how many there are in all."""

    rows: tuple[Found, ...]
    total: int
    more: bool


def find(transaction: Transaction, wanted: Wanted) -> Page:
    """Return a page of those who are wanted; who is to be forgotten stands in no list."""
    conditions, values = _conditions(transaction, wanted)
    where = " AND ".join(conditions)
    joined = f"FROM customer c LEFT JOIN {_ALL} s ON s.customer_id = c.id WHERE {where}"
    counted = transaction.find(f"SELECT COUNT(*) {joined}", wanted.currency, *values)
    rows = transaction.all(
        "SELECT c.id, c.name, c.email, c.phone, c.since, c.last_at, COALESCE(s.made, 0) AS made, "
        f"COALESCE(s.spent, 0) AS spent, {_MEMBER}, {_CONSENT.format('email')}, {_CONSENT.format('phone')} "
        f"{joined} ORDER BY {SORTS[wanted.sort]} LIMIT ? OFFSET ?",
        wanted.currency,
        *values,
        wanted.limit + 1,
        (wanted.page - 1) * wanted.limit,
    )
    return Page(
        rows=tuple(_found(row) for row in rows[: wanted.limit]),
        total=int(counted[0]) if counted else 0,
        more=len(rows) > wanted.limit,
    )


def find_one(transaction: Transaction, customer: int, currency: str) -> Found | None:
    """Return one of them, or None."""
    row = transaction.find(
        "SELECT c.id, c.name, c.email, c.phone, c.since, c.last_at, COALESCE(s.made, 0), COALESCE(s.spent, 0), "  # noqa: S608
        f"{_MEMBER}, {_CONSENT.format('email')}, {_CONSENT.format('phone')} "
        f"FROM customer c LEFT JOIN {_ONE} s ON s.customer_id = c.id WHERE c.id = ?",
        currency,
        customer,
        customer,
    )
    return _found(row) if row else None


def _conditions(transaction: Transaction, wanted: Wanted) -> tuple[list[str], list[str | int]]:
    conditions, values = ["c.erase_asked_at IS NULL"], list[str | int]()
    if wanted.since:
        conditions.append("c.last_at >= ?")
        values.append(wanted.since)
    if wanted.spent:
        conditions.append("COALESCE(s.spent, 0) >= ?")
        values.append(wanted.spent)
    if wanted.members:
        conditions.append(_MEMBER)
    if wanted.consent in {"email", "phone"}:
        conditions.append(f"{_CONSENT.format(wanted.consent)} = 1")
    if wanted.consent == "none":
        conditions.append(f"{_CONSENT.format('email')} = 0 AND {_CONSENT.format('phone')} = 0")
    text = unicodedata.normalize("NFKC", wanted.text).strip()[:LONGEST]
    if text:
        asked, given = _by_text(transaction, text, whole=wanted.whole)
        conditions.append(f"({' OR '.join(asked)})")
        values += given
    return conditions, values


def _by_text(transaction: Transaction, text: str, *, whole: bool) -> tuple[list[str], list[str | int]]:
    like = "ILIKE ? ESCAPE '!'" if transaction.postgres else "LIKE ? ESCAPE '!'"
    inside = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    asked, values = [f"c.name {like}"], list[str | int]([inside])
    known = customers.keys(text, "") if "@" in text else ()
    digits = numbers.digits(text)
    if digits and "@" not in text:
        known = customers.keys("", text)
        typed = re.sub(r"\D", "", text)
        if len(typed) == _TAIL or (whole and len(typed) > _TAIL):
            asked.append("c.digits LIKE ?")
            values.append(f"%{typed}")
    for key in known:
        asked.append("c.id IN (SELECT customer_id FROM customer_key WHERE key = ?)")
        values.append(key)
    if whole:
        asked.append(f"c.email {like}")
        values.append(inside)
    return asked, values


def _found(row: Row) -> Found:
    fields = dict(zip(Found.__struct_fields__, row, strict=True))
    for name in ("since", "last_at"):
        fields[name] = datetime.fromtimestamp(fields[name], UTC)
    for name in ("member", "by_email", "by_phone"):
        fields[name] = bool(fields[name])
    for name in ("orders", "spent"):
        fields[name] = int(fields[name])
    return Found(**fields)
