"""What a product sold lately: pieces, money and orders, without orders that were never paid or were called off."""

from datetime import datetime

from generator.shop import Value
from runtime.database import Transaction

_SOLD = (
    "SELECT COALESCE(SUM(l.quantity), 0), COALESCE(SUM(l.total), 0), COUNT(DISTINCT o.id) FROM order_line l "
    "JOIN orders o ON o.id = l.order_id AND o.revision = l.revision WHERE l.product = ? AND o.currency = ? "
    "AND o.placed_at >= ? AND o.state NOT IN ('pending_payment', 'closing', 'cancelled')"
)


class Sold(Value, frozen=True, kw_only=True):
    """How many pieces, for how much in minor units, in how many orders."""

    pieces: int
    amount: int
    orders: int


def sold(transaction: Transaction, product: str, currency: str, since: datetime) -> Sold:
    """Return what a product sold since a moment."""
    row = transaction.find(_SOLD, product, currency, int(since.timestamp()))
    return (
        Sold(pieces=int(row[0]), amount=int(row[1]), orders=int(row[2])) if row else Sold(pieces=0, amount=0, orders=0)
    )
