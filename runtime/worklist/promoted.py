"""What became of promotions: how often they were given, what they brought in and gave away, and to whom.

Takings are the money of orders that were paid with a promotion, less what was given back; an order with two promotions
counts for both. What was given away is what the promotion itself took off; a gift has no price.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from generator.shop import Value
from runtime.database import Transaction
from runtime.orders import Address, Contact

PAGE = 50
_COUNTED = "SELECT promotion, orders, pieces FROM promotion_count"
_TAKINGS = (
    "SELECT u.promotion, COUNT(*), SUM(u.pieces), SUM(o.paid - o.refunded) FROM promotion_use u "
    "JOIN orders o ON o.id = u.order_id WHERE u.state = 'used' AND o.currency = ? GROUP BY u.promotion"
)
_GIVEN = {
    False: (
        "SELECT u.promotion, SUM(json_extract(d.value, '$.amount')) FROM promotion_use u "
        "JOIN orders o ON o.id = u.order_id, json_each(o.quote, '$.discounts') d "
        "WHERE u.state = 'used' AND o.currency = ? AND json_extract(d.value, '$.promotion') = u.promotion "
        "GROUP BY u.promotion"
    ),
    True: (
        "SELECT u.promotion, SUM((d.value ->> 'amount')::bigint) FROM promotion_use u "
        "JOIN orders o ON o.id = u.order_id, json_array_elements(o.quote::json -> 'discounts') d "
        "WHERE u.state = 'used' AND o.currency = ? AND d.value ->> 'promotion' = u.promotion GROUP BY u.promotion"
    ),
}
"""What promotions took off, as quotes have it: for SQLite, and for PostgreSQL."""
_USES = (
    "SELECT o.id, o.number, o.state, o.placed_at, o.contact, o.address, u.pieces, u.state, c.tail, c.batch "
    "FROM promotion_use u JOIN orders o ON o.id = u.order_id LEFT JOIN coupon c ON c.id = u.coupon_id "
    "WHERE u.promotion = ? AND o.id < ? ORDER BY o.id DESC LIMIT ?"
)
_CODES = (
    "SELECT c.id, c.batch, c.tail, c.state, c.made_at, o.number, o.placed_at FROM coupon c "
    "LEFT JOIN orders o ON o.id = c.order_id WHERE c.promotion = ? AND c.earned_by_id IS NULL "
    "AND c.id < ? ORDER BY c.id DESC LIMIT ?"
)
_BATCHES = (
    "SELECT batch, MIN(made_at), COUNT(*), SUM(CASE state WHEN 'open' THEN 1 ELSE 0 END), "
    "SUM(CASE state WHEN 'held' THEN 1 ELSE 0 END), SUM(CASE state WHEN 'used' THEN 1 ELSE 0 END) FROM coupon "
    "WHERE promotion = ? AND earned_by_id IS NULL GROUP BY batch ORDER BY MAX(id) DESC LIMIT ?"
)
_HIGHEST = (1 << 53) - 1


class Figure(Value, frozen=True, kw_only=True):
    """A promotion in figures: orders and pieces that hold it now, paid orders, their money, and what it cost."""

    held: int = 0
    pieces: int = 0
    orders: int = 0
    takings: int = 0
    given: int = 0


class Use(Value, frozen=True, kw_only=True):
    """An order that was given a promotion; ``tail`` and ``batch`` name the single-use code it came by."""

    id: int
    number: str
    order_state: str
    placed_at: datetime
    name: str
    pieces: int
    state: str
    tail: str = ""
    batch: str = ""


class Code(Value, frozen=True, kw_only=True):
    """A single-use code: its last letters, where it stands, and the order that holds or used it."""

    id: int
    batch: str
    tail: str
    state: str
    made_at: datetime
    order: str = ""
    ordered_at: datetime | None = None


class Batch(Value, frozen=True, kw_only=True):
    """The codes that were made at once."""

    name: str
    made_at: datetime
    made: int
    open: int
    held: int
    used: int

    @property
    def void(self) -> int:
        """Return how many were taken back."""
        return self.made - self.open - self.held - self.used


def figures(transaction: Transaction, currency: str) -> dict[str, Figure]:
    """Return the figures of every promotion that was ever given."""
    counted = {row[0]: (int(row[1]), int(row[2])) for row in transaction.all(_COUNTED)}
    paid = {row[0]: (int(row[1]), int(row[3] or 0)) for row in transaction.all(_TAKINGS, currency)}
    given = {row[0]: int(row[1] or 0) for row in transaction.all(_GIVEN[transaction.postgres], currency)}
    return {
        name: Figure(
            held=counted.get(name, (0, 0))[0],
            pieces=counted.get(name, (0, 0))[1],
            orders=paid.get(name, (0, 0))[0],
            takings=paid.get(name, (0, 0))[1],
            given=given.get(name, 0),
        )
        for name in {*counted, *paid}
    }


def uses(transaction: Transaction, promotion: str, before: int = 0, limit: int = PAGE) -> list[Use]:
    """Return the orders that were given a promotion, the newest first, from an order (its id) on."""
    rows = transaction.all(_USES, promotion, before or _HIGHEST, limit)
    return [
        Use(
            id=int(row[0]),
            number=row[1],
            order_state=row[2],
            placed_at=moment(row[3]),
            name=called(row[4], row[5]),
            pieces=int(row[6]),
            state=row[7],
            tail=row[8] or "",
            batch=row[9] or "",
        )
        for row in rows
    ]


def codes(transaction: Transaction, promotion: str, before: int = 0, limit: int = PAGE) -> list[Code]:
    """Return a promotion's single-use codes, the newest first, from a code (its id) on."""
    rows = transaction.all(_CODES, promotion, before or _HIGHEST, limit)
    return [
        Code(
            id=int(row[0]),
            batch=row[1],
            tail=row[2],
            state=row[3],
            made_at=moment(row[4]),
            order=row[5] or "",
            ordered_at=moment(row[6]) if row[6] is not None else None,
        )
        for row in rows
    ]


def batches(transaction: Transaction, promotion: str, limit: int = PAGE) -> list[Batch]:
    """Return a promotion's batches of codes, the newest first."""
    rows = transaction.all(_BATCHES, promotion, limit)
    return [
        Batch(
            name=row[0],
            made_at=moment(row[1]),
            made=int(row[2]),
            open=int(row[3]),
            held=int(row[4]),
            used=int(row[5]),
        )
        for row in rows
    ]


def has_batch(transaction: Transaction, promotion: str, batch: str) -> bool:
    """Tell whether a promotion has a batch of this name."""
    return (
        transaction.find("SELECT 1 FROM coupon WHERE promotion = ? AND batch = ? LIMIT 1", promotion, batch) is not None
    )


def moment(at: Any) -> datetime:  # noqa: ANN401  seconds, as a row has them
    """Return an instant of the database."""
    return datetime.fromtimestamp(int(at), UTC)


def called(contact: str, address: str) -> str:
    """Return how the buyer of an order is called, or reached, from its snapshots."""
    buyer, place = msgspec.json.decode(contact, type=Contact), msgspec.json.decode(address, type=Address)
    return place.name or buyer.name or buyer.email or buyer.phone


def marks(values: Sequence[object]) -> str:
    """Return as many question marks as there are values."""
    return ", ".join("?" * len(values))
