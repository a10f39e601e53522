"""Reports of a span: the whole shop by day with its funnel, and a row for each product, channel and live room.

A rate is told only of days on which visits were counted, and of no more than there were visitors.
"""

from datetime import date

from generator.shop import Value
from runtime.database import Transaction
from runtime.figures import counted, sold
from runtime.figures.counted import Interest, Visits
from runtime.figures.sold import Good, Orders
from runtime.figures.spans import Span
from runtime.worklist import takings

_BROADCASTS = (
    "SELECT room, COUNT(*), MAX(peak) FROM live_broadcast "
    "WHERE practice = 0 AND started_at >= ? AND started_at < ? GROUP BY room"
)
_WATCHED = (
    "SELECT b.room, SUM(m.seconds) FROM live_minute m JOIN live_broadcast b ON b.id = m.broadcast_id "
    "WHERE b.practice = 0 AND m.minute >= ? AND m.minute < ? GROUP BY b.room"
)
_PICKED = (
    "SELECT b.room, SUM(i.carts) FROM live_interest i JOIN live_broadcast b ON b.id = i.broadcast_id "
    "WHERE b.practice = 0 AND i.minute >= ? AND i.minute < ? GROUP BY b.room"
)


def rate(part: int, whole: int) -> float | None:
    """Return a share; None where there is no whole, or more parts than it has."""
    return part / whole if 0 <= part <= whole and whole else None


class Day(Value, frozen=True, kw_only=True):
    """One day: ``sales`` is what became the shop's, ``refunds`` what went back."""

    day: date
    visits: Visits = Visits()
    orders: Orders = Orders()
    sales: int = 0
    sold: int = 0
    refunds: int = 0


class Funnel(Value, frozen=True, kw_only=True):
    """From visits to paid orders, of the days on which visits were counted."""

    span: Span
    visits: Visits
    orders: Orders

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Return the steps by name, from the first to the last."""
        return (
            ("visitors", self.visits.visitors),
            ("lookers", self.visits.lookers),
            ("carts", self.visits.carts),
            ("checkouts", self.visits.checkouts),
            ("orders", self.orders.placed),
            ("paid", self.orders.paid),
        )


class Overview(Value, frozen=True, kw_only=True):
    """A span of the whole shop; there is no funnel where no visits were counted."""

    span: Span
    begun: date | None
    days: tuple[Day, ...]
    funnel: Funnel | None

    @property
    def visits(self) -> Visits:
        """Return all visits."""
        return sum((each.visits for each in self.days), Visits())

    @property
    def orders(self) -> Orders:
        """Return all orders."""
        return sum((each.orders for each in self.days), Orders())

    @property
    def sales(self) -> int:
        """Return all sales."""
        return sum(each.sales for each in self.days)

    @property
    def sold(self) -> int:
        """Return in how many orders that was."""
        return sum(each.sold for each in self.days)

    @property
    def refunds(self) -> int:
        """Return all that was given back."""
        return sum(each.refunds for each in self.days)

    @property
    def is_counted(self) -> bool:
        """Tell whether visits were counted on all its days."""
        return self.begun is not None and self.begun <= self.span.first


class ProductRow(Value, frozen=True, kw_only=True):
    """What a product sold, and what visitors did with it; ``bought`` are orders of days that were counted."""

    product: str
    good: Good = Good()
    interest: Interest = Interest()
    bought: int = 0

    @property
    def conversion(self) -> float | None:
        """Return which share of those who looked at it bought it."""
        return rate(self.bought, self.interest.visitors)


class ChannelRow(Value, frozen=True, kw_only=True):
    """What came by a channel; '' are orders of which none is known."""

    channel: str
    visits: Visits = Visits()
    orders: Orders = Orders()

    @property
    def conversion(self) -> float | None:
        """Return which share of its visitors paid for something."""
        return rate(self.orders.paid, self.visits.visitors) if self.channel else None


class RoomRow(Value, frozen=True, kw_only=True):
    """What a live room brought; ``watched`` is the seconds that all viewers watched together."""

    room: str
    broadcasts: int = 0
    peak: int = 0
    watched: int = 0
    carts: int = 0
    interest: Interest = Interest()
    orders: Orders = Orders()


def overview(transaction: Transaction, currency: str, span: Span) -> Overview:
    """Return a span of the whole shop."""
    begun = counted.begun(transaction)
    visits = counted.by_day(transaction, span)
    orders = sold.by_day(transaction, currency, span)
    refunds = sold.refunds(transaction, currency, span)
    sales = {each.day: each for each in takings.between(transaction, currency, span.zone, span.first, span.last)}
    days = tuple(
        Day(
            day=day,
            visits=visits[day],
            orders=orders[day],
            sales=sales[day].amount,
            sold=sales[day].orders,
            refunds=refunds[day],
        )
        for day in span.every()
    )
    part = span.counted(begun)
    within = [each for each in days if part and each.day >= part.first]
    funnel = None
    if part is not None:
        visits_then = sum((each.visits for each in within), Visits())
        orders_then = sum((each.orders for each in within), Orders())
        funnel = Funnel(span=part, visits=visits_then, orders=orders_then)
    return Overview(span=span, begun=begun, days=days, funnel=funnel)


def products(transaction: Transaction, currency: str, span: Span) -> list[ProductRow]:
    """Return every product that was looked at or sold, what sold for most first."""
    goods, interest = sold.by_product(transaction, currency, span), counted.of_products(transaction, span)
    part = span.counted(counted.begun(transaction))
    bought = goods if part == span else sold.by_product(transaction, currency, part) if part else {}
    rows = [
        ProductRow(
            product=product,
            good=goods.get(product, Good()),
            interest=interest.get(product, Interest()),
            bought=bought.get(product, Good()).orders,
        )
        for product in sorted({*goods, *interest})
    ]
    return sorted(rows, key=lambda row: (-row.good.amount, -row.good.pieces, -row.interest.visitors))


def channels(transaction: Transaction, currency: str, span: Span) -> list[ChannelRow]:
    """Return every channel by which somebody came or bought, the one with most visitors first."""
    visits, orders = counted.by_channel(transaction, span), sold.by_channel(transaction, currency, span)
    rows = [
        ChannelRow(channel=name, visits=visits.get(name, Visits()), orders=orders.get(name, Orders()))
        for name in sorted({*visits, *orders})
    ]
    return sorted(rows, key=lambda row: (not row.channel, -row.visits.visitors, -row.orders.kept))


def rooms(transaction: Transaction, currency: str, span: Span) -> list[RoomRow]:
    """Return every live room that sent, was looked at or sold, what brought most first."""
    minutes = (span.since // 60, span.until // 60)
    sent = {row[0]: (int(row[1]), int(row[2])) for row in transaction.all(_BROADCASTS, span.since, span.until)}
    watched = {row[0]: int(row[1]) for row in transaction.all(_WATCHED, *minutes)}
    picked = {row[0]: int(row[1]) for row in transaction.all(_PICKED, *minutes)}
    orders, interest = sold.by_room(transaction, currency, span), counted.of_rooms(transaction, span)
    rows = [
        RoomRow(
            room=room,
            broadcasts=sent.get(room, (0, 0))[0],
            peak=sent.get(room, (0, 0))[1],
            watched=watched.get(room, 0),
            carts=picked.get(room, 0),
            interest=interest.get(room, Interest()),
            orders=orders.get(room, Orders()),
        )
        for room in sorted({*sent, *watched, *orders, *interest})
    ]
    return sorted(rows, key=lambda row: (-row.orders.kept, -row.peak, -row.interest.visitors))
