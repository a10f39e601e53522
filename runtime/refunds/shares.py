"""How a refund is made up: of goods, delivery and tax. Pure.

The k-th of n pieces is worth the difference of cumulative floors, so that any sequence of part refunds adds up exactly
to the line, and so does its tax; a free sum is spread over what is left by largest remainder, so that the last one
takes exactly the rest.
"""

import msgspec

from generator import money
from runtime import funds
from runtime.orders import Order, OrderLine


class Shares(msgspec.Struct, frozen=True):
    """An amount by what it was paid for, each without tax, and the tax."""

    goods: int
    delivery: int
    tax: int

    @property
    def amount(self) -> int:
        """Return the sum."""
        return self.goods + self.delivery + self.tax

    def __add__(self, other: "Shares") -> "Shares":
        """Return both together."""
        return Shares(self.goods + other.goods, self.delivery + other.delivery, self.tax + other.tax)


NOTHING = Shares(0, 0, 0)


def whole(order: Order) -> Shares:
    """Return how the whole order's money is made up."""
    parts = funds.parts(order.quote)
    return Shares(parts.goods - parts.discount, parts.delivery, parts.tax)


def of_line(line: OrderLine, begun: int, count: int) -> Shares:
    """Return the shares of some pieces of a line, when ``begun`` pieces were refunded before."""
    before, after = (line.total * pieces // line.quantity for pieces in (begun, begun + count))
    tax = line.tax * after // line.total - line.tax * before // line.total if line.total else 0
    return Shares(after - before - tax, 0, tax)


def of_delivery(order: Order, left: Shares) -> Shares:
    """Return what is left of the delivery, with its tax."""
    if not left.delivery:
        return NOTHING
    parts = funds.parts(order.quote)
    tax = order.quote.delivery_tax
    return Shares(0, left.delivery, tax - tax * (parts.delivery - left.delivery) // parts.delivery)


def spread(amount: int, over: Shares) -> Shares:
    """Spread an amount by the weight of shares."""
    return Shares(*money.split(amount, (over.goods, over.delivery, over.tax)))


def fit(wished: Shares, left: Shares) -> Shares:
    """Return shares of the same amount, none of which is above what is left of it."""
    pairs = tuple(zip(_tuple(wished), _tuple(left), strict=True))
    within = [min(mine, most) for mine, most in pairs]
    rooms = [most - mine for mine, (_, most) in zip(within, pairs, strict=True)]
    moved = money.split(wished.amount - sum(within), rooms)
    return Shares(*(mine + more for mine, more in zip(within, moved, strict=True)))


def _tuple(shares: Shares) -> tuple[int, int, int]:
    return (shares.goods, shares.delivery, shares.tax)
