"""What was ordered and sold, read by day, product, channel and room; money is minor units of the shop's currency.

An order counts as bought once it was paid, or placed to be paid at the door, unless it was called off; ``kept`` is what
was paid less what was paid back or is disputed.
"""

from datetime import date

from generator.shop import Value
from runtime.database import Transaction
from runtime.figures.spans import Span

_QUARTER = 15 * 60
"""Every time zone of today differs from UTC by whole quarters of an hour."""
_BOUGHT = "o.state NOT IN ('pending_payment', 'closing', 'cancelled')"
_PAID = f"(o.paid > 0 OR {_BOUGHT})"
_WITHIN = "o.currency = ? AND o.placed_at >= ? AND o.placed_at < ?"
_SUMS = (
    f"COUNT(*), SUM(CASE WHEN {_PAID} THEN 1 ELSE 0 END), SUM(CASE WHEN {_BOUGHT} THEN o.total ELSE 0 END), "
    "SUM(o.paid - o.refunded - o.disputed)"
)
_BY_QUARTER = (
    f"SELECT o.placed_at / {_QUARTER}, {_SUMS} FROM orders o WHERE {_WITHIN} "  # noqa: S608  our own words
    f"GROUP BY o.placed_at / {_QUARTER}"
)
_BY_CHANNEL = (
    f"SELECT COALESCE(c.channel, ''), {_SUMS} FROM orders o LEFT JOIN order_channel c ON c.order_id = o.id "  # noqa: S608
    f"WHERE {_WITHIN} GROUP BY COALESCE(c.channel, '')"
)
_BY_ROOM = (
    f"SELECT l.room, {_SUMS} FROM live_order l JOIN orders o ON o.id = l.order_id WHERE {_WITHIN} GROUP BY l.room"  # noqa: S608
)
_BY_PRODUCT = (
    "SELECT l.product, SUM(l.quantity), SUM(l.total), COUNT(DISTINCT o.id), MAX(l.title) FROM order_line l "  # noqa: S608
    f"JOIN orders o ON o.id = l.order_id AND o.revision = l.revision WHERE {_WITHIN} AND {_BOUGHT} GROUP BY l.product"
)
_BACK = (
    "SELECT l.product, SUM(n.quantity), SUM(n.amount) FROM refund r JOIN refund_line n ON n.refund_id = r.id "  # noqa: S608
    "JOIN orders o ON o.id = r.order_id "
    "JOIN order_line l ON l.order_id = o.id AND l.revision = o.revision AND l.position = n.position "
    f"WHERE r.state <> 'failed' AND {_WITHIN} AND {_BOUGHT} GROUP BY l.product"
)
_REFUNDS = (
    "SELECT r.created_at, r.amount FROM refund r WHERE r.finding_id IS NULL AND r.state <> 'failed' "
    "AND r.currency = ? AND r.created_at >= ? AND r.created_at < ?"
)


class Orders(Value, frozen=True, kw_only=True):
    """Orders that were placed, and their money: ``total`` is what the bought ones come to."""

    placed: int = 0
    paid: int = 0
    total: int = 0
    kept: int = 0

    def __add__(self, other: "Orders") -> "Orders":
        """Return both together."""
        return Orders(
            placed=self.placed + other.placed,
            paid=self.paid + other.paid,
            total=self.total + other.total,
            kept=self.kept + other.kept,
        )


class Good(Value, frozen=True, kw_only=True):
    """What was sold of a product, and what of it was given back since."""

    title: str = ""
    pieces: int = 0
    amount: int = 0
    orders: int = 0
    returned: int = 0
    refunded: int = 0


def has_any(transaction: Transaction) -> bool:
    """Tell whether anything was ever ordered."""
    return transaction.find("SELECT 1 FROM orders LIMIT 1") is not None


def by_day(transaction: Transaction, currency: str, span: Span) -> dict[date, Orders]:
    """Return the orders of all days, by when they were placed."""
    found = {day: Orders() for day in span.every()}
    for quarter, *sums in transaction.all(_BY_QUARTER, currency, span.since, span.until):
        found[span.day_of(int(quarter) * _QUARTER)] += _orders(sums)
    return found


def by_channel(transaction: Transaction, currency: str, span: Span) -> dict[str, Orders]:
    """Return the orders of each channel; '' are those of which none is known."""
    rows = transaction.all(_BY_CHANNEL, currency, span.since, span.until)
    return {str(channel): _orders(sums) for channel, *sums in rows}


def by_room(transaction: Transaction, currency: str, span: Span) -> dict[str, Orders]:
    """Return the orders that came from live rooms and their replays."""
    rows = transaction.all(_BY_ROOM, currency, span.since, span.until)
    return {str(room): _orders(sums) for room, *sums in rows}


def by_product(transaction: Transaction, currency: str, span: Span) -> dict[str, Good]:
    """Return what was sold of each product that sold at all."""
    within = (currency, span.since, span.until)
    back = {row[0]: (int(row[1]), int(row[2])) for row in transaction.all(_BACK, *within)}
    found = {}
    for product, pieces, amount, orders, title in transaction.all(_BY_PRODUCT, *within):
        returned, refunded = back.get(product, (0, 0))
        found[str(product)] = Good(
            title=title,
            pieces=int(pieces),
            amount=int(amount),
            orders=int(orders),
            returned=returned,
            refunded=refunded,
        )
    return found


def refunds(transaction: Transaction, currency: str, span: Span) -> dict[date, int]:
    """Return what was given back on each day."""
    found = dict.fromkeys(span.every(), 0)
    for at, amount in transaction.all(_REFUNDS, currency, span.since, span.until):
        found[span.day_of(at)] += amount
    return found


def _orders(sums: list[object]) -> Orders:
    return Orders(**dict(zip(Orders.__struct_fields__, (int(str(each)) for each in sums), strict=True)))
