"""What a page about a customer tells: orders, cases, coupons, friends they brought, notes, consent, addresses."""

from datetime import UTC, datetime

import msgspec

from generator.shop import Value
from runtime.orders import Address, State
from runtime.transaction import Transaction


class Bought(Value, frozen=True, kw_only=True):
    """One of their orders."""

    number: str
    state: State
    placed_at: datetime
    total: int
    currency: str
    what: str
    pieces: int


class Case(Value, frozen=True, kw_only=True):
    """One of their after-sale cases."""

    number: str
    order: str
    kind: str
    state: str
    opened_at: datetime


class Note(Value, frozen=True, kw_only=True):
    """What somebody of the shop wrote about them."""

    id: int
    actor: str
    name: str
    text: str
    at: datetime


class Consent(Value, frozen=True, kw_only=True):
    """That they allowed advertising, or took it back."""

    purpose: str
    given: bool
    way: str
    actor: str
    at: datetime


class Used(Value, frozen=True, kw_only=True):
    """A promotion or coupon that one of their orders was given; ``tail`` are the last letters of the code."""

    promotion: str
    order: str
    tail: str
    state: str


class Friends(Value, frozen=True, kw_only=True):
    """A code that they hand to friends, and how many orders came with it."""

    promotion: str
    code: str
    orders: int


def orders_of(transaction: Transaction, customer: int, limit: int = 50) -> list[Bought]:
    """Return their orders, the newest first."""
    rows = transaction.all(
        "SELECT o.number, o.state, o.placed_at, o.total, o.currency, "
        "(SELECT l.title FROM order_line l WHERE l.order_id = o.id AND l.revision = o.revision "
        "ORDER BY l.position LIMIT 1), (SELECT COALESCE(SUM(l.quantity), 0) FROM order_line l WHERE l.order_id = o.id "
        "AND l.revision = o.revision) FROM orders o JOIN customer_order w ON w.order_id = o.id "
        "WHERE w.customer_id = ? ORDER BY o.id DESC LIMIT ?",
        customer,
        limit,
    )
    return [
        Bought(
            number=number, state=State(state), placed_at=_at(placed), total=int(total), currency=currency,
            what=what or "", pieces=int(pieces),
        )
        for number, state, placed, total, currency, what, pieces in rows
    ]  # fmt: skip


def cases_of(transaction: Transaction, customer: int) -> list[Case]:
    """Return their after-sale cases, the newest first."""
    rows = transaction.all(
        "SELECT a.number, o.number, a.kind, a.state, a.opened_at FROM aftersale a JOIN orders o ON o.id = a.order_id "
        "JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? ORDER BY a.id DESC LIMIT 50",
        customer,
    )
    return [Case(number=row[0], order=row[1], kind=row[2], state=row[3], opened_at=_at(row[4])) for row in rows]


def notes_of(transaction: Transaction, customer: int) -> list[Note]:
    """Return the notes about them, the newest first."""
    rows = transaction.all(
        "SELECT id, actor, name, text, at FROM customer_note WHERE customer_id = ? ORDER BY id DESC", customer
    )
    return [Note(id=row[0], actor=row[1], name=row[2], text=row[3], at=_at(row[4])) for row in rows]


def consents_of(transaction: Transaction, customer: int) -> list[Consent]:
    """Return when and how they allowed advertising or took it back, the newest first."""
    rows = transaction.all(
        "SELECT purpose, given, way, actor, at FROM customer_consent WHERE customer_id = ? ORDER BY id DESC", customer
    )
    return [Consent(purpose=row[0], given=bool(row[1]), way=row[2], actor=row[3], at=_at(row[4])) for row in rows]


def promotions_of(transaction: Transaction, customer: int) -> list[Used]:
    """Return the promotions and coupons of their orders, the newest first."""
    rows = transaction.all(
        "SELECT u.promotion, o.number, COALESCE(c.tail, ''), u.state FROM promotion_use u JOIN orders o "
        "ON o.id = u.order_id JOIN customer_order w ON w.order_id = o.id LEFT JOIN coupon c ON c.id = u.coupon_id "
        "WHERE w.customer_id = ? ORDER BY o.id DESC, u.promotion LIMIT 50",
        customer,
    )
    return [Used(promotion=row[0], order=row[1], tail=row[2], state=row[3]) for row in rows]


def friends_of(transaction: Transaction, customer: int) -> list[Friends]:
    """Return the codes that they hand to friends."""
    rows = transaction.all(
        "SELECT r.promotion, r.code, (SELECT COUNT(*) FROM promotion_use u WHERE u.referral_id = r.id "
        "AND u.state = 'used') FROM referral r JOIN customer_order w ON w.order_id = r.order_id "
        "WHERE w.customer_id = ? ORDER BY r.id DESC",
        customer,
    )
    return [Friends(promotion=row[0], code=row[1], orders=int(row[2])) for row in rows]


def addresses_of(transaction: Transaction, customer: int, limit: int = 5) -> list[Address]:
    """Return the different addresses that their parcels went to, the newest first."""
    rows = transaction.all(
        "SELECT o.address FROM orders o JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? "
        "ORDER BY o.id DESC LIMIT 200",
        customer,
    )
    found = dict.fromkeys(msgspec.json.decode(row[0], type=Address) for row in rows)
    return [each for each in found if each.street][:limit]


def many(transaction: Transaction, customer: int) -> tuple[int, int]:
    """Return how many e-mail addresses and phone numbers they used: more than one may be more than one person."""
    row = transaction.find(
        "SELECT COUNT(DISTINCT NULLIF(o.email, '')), COUNT(DISTINCT NULLIF(o.phone, '')) FROM orders o "
        "JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ?",
        customer,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
