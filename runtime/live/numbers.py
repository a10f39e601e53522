"""What a room brought: who watched, what was looked at, what was put into carts, and what was sold, net.

An order counts by the broadcast that ``attribution`` wrote with it. Cancelled orders count as cancelled and nothing
else; takings are what was paid less what was paid back or is disputed, and what is left of an order's money is shared
among its lines and its delivery to the last cent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from generator import money
from generator.shop import Value
from runtime.live.values import milliseconds
from runtime.transaction import Row, Transaction

_ORDERS = (
    "SELECT o.id, o.state, o.total, o.paid, o.refunded, o.disputed, l.at FROM live_order l "
    "JOIN orders o ON o.id = l.order_id WHERE l.broadcast_id = ? AND o.currency = ? ORDER BY o.id"
)
_LINES = (
    "SELECT l.order_id, n.position, n.product, n.quantity, n.total FROM live_order l "
    "JOIN orders o ON o.id = l.order_id JOIN order_line n ON n.order_id = o.id AND n.revision = o.revision "
    "WHERE l.broadcast_id = ? AND o.currency = ? AND o.state <> 'cancelled' ORDER BY l.order_id, n.position"
)
_BACK = (
    "SELECT r.order_id, n.position, SUM(n.quantity), SUM(n.amount) FROM live_order l "
    "JOIN refund r ON r.order_id = l.order_id AND r.finding_id IS NULL AND r.state <> 'failed' "
    "JOIN refund_line n ON n.refund_id = r.id WHERE l.broadcast_id = ? GROUP BY r.order_id, n.position"
)
_SALES = (
    "SELECT COALESCE(SUM(CASE WHEN o.state <> 'cancelled' THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN o.state = 'cancelled' THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(CASE WHEN o.state <> 'cancelled' THEN o.total ELSE 0 END), 0), "
    "COALESCE(SUM(o.paid - o.refunded - o.disputed), 0), COALESCE(SUM(o.refunded), 0) "
    "FROM live_order l JOIN orders o ON o.id = l.order_id WHERE "
)
_MINUTES = (
    "SELECT minute, viewers, seconds, likes, messages FROM live_minute WHERE broadcast_id = ? AND minute >= ? "
    "ORDER BY minute"
)
_PINS = "SELECT number, product, at_ms, until_ms FROM live_pin WHERE broadcast_id = ? ORDER BY at_ms, id"
_BOUGHT = (
    "SELECT n.order_id, n.product FROM order_line n JOIN orders o ON o.id = n.order_id AND n.revision = o.revision "
    "WHERE n.order_id IN ({marks}) ORDER BY n.order_id, n.position"
)
_BACK_WHOLE = frozenset({"refunded", "returned"})


class Sales(Value, frozen=True, kw_only=True):
    """Orders and their money in minor units: ``ordered`` is what they come to, ``takings`` what is paid and kept."""

    orders: int = 0
    cancelled: int = 0
    ordered: int = 0
    takings: int = 0
    refunded: int = 0


class Minute(Value, frozen=True, kw_only=True):
    """A minute of a broadcast; ``at`` is its first second since 1970, ``takings`` are of the orders placed in it."""

    at: int
    viewers: int = 0
    seconds: int = 0
    likes: int = 0
    messages: int = 0
    clicks: int = 0
    carts: int = 0
    orders: int = 0
    takings: int = 0


class ProductNumbers(Value, frozen=True, kw_only=True):
    """What a product brought; ``number`` is its bag number (0: it was never explained), ``explained`` in seconds."""

    product: str
    number: int = 0
    explained: int = 0
    clicks: int = 0
    carts: int = 0
    orders: int = 0
    pieces: int = 0
    takings: int = 0


class Numbers(Value, frozen=True, kw_only=True):
    """The numbers of one broadcast; ``watched`` is the seconds that all viewers watched together."""

    broadcast: int
    room: str
    ordinal: int
    started_at: int
    ended_at: int | None
    currency: str
    peak: int
    watched: int
    likes: int
    messages: int
    clicks: int
    carts: int
    sales: Sales
    products: tuple[ProductNumbers, ...]
    minutes: tuple[Minute, ...]


def of_room(transaction: Transaction, room: str, currency: str, now: datetime) -> list[Numbers]:
    """Return the numbers of every broadcast of a room that was begun, the newest first."""
    rows = transaction.all(
        "SELECT id FROM live_broadcast WHERE room = ? AND practice = 0 AND started_at IS NOT NULL "
        "ORDER BY ordinal DESC",
        room,
    )
    return [of_broadcast(transaction, int(row[0]), currency, now) for row in rows]


def of_broadcast(transaction: Transaction, broadcast: int, currency: str, now: datetime) -> Numbers:
    """Return all numbers of one broadcast; raise LookupError where there is none.

    What is explained at this moment counts until now.
    """
    row = transaction.find(
        "SELECT room, ordinal, started_at, ended_at, peak, likes FROM live_broadcast WHERE id = ?", broadcast
    )
    if row is None:
        raise LookupError(broadcast)
    every = _minutes(transaction, broadcast, currency)
    listed = _products(transaction, broadcast, currency, milliseconds(now))
    return Numbers(
        broadcast=broadcast,
        room=row[0],
        ordinal=row[1],
        started_at=row[2] or 0,
        ended_at=row[3],
        currency=currency,
        peak=max([row[4], *(each.viewers for each in every)]),
        watched=sum(each.seconds for each in every),
        likes=max(row[5], sum(each.likes for each in every)),
        messages=sum(each.messages for each in every),
        clicks=sum(each.clicks for each in listed),
        carts=sum(each.carts for each in listed),
        sales=sales(transaction, broadcast, currency),
        products=listed,
        minutes=every,
    )


def sales(transaction: Transaction, broadcast: int, currency: str) -> Sales:
    """Return orders and takings of a broadcast by one statement, as often as a studio asks."""
    return _sales(transaction.find(f"{_SALES}l.broadcast_id = ? AND o.currency = ?", broadcast, currency))


def sales_of_room(transaction: Transaction, room: str, currency: str) -> Sales:
    """Return orders and takings of a room, with those that no broadcast of it brought."""
    return _sales(transaction.find(f"{_SALES}l.room = ? AND o.currency = ?", room, currency))


def bought(transaction: Transaction, bag: Sequence[str], orders: Mapping[int, int]) -> dict[int, int]:
    """Return the bag number that each order is told by; ``orders`` come with the number that was explained then.

    That is told if it was bought, else the first of an order's goods that the bag has; 0 where it has none.
    """
    if not orders:
        return {}
    places = {product: number for number, product in enumerate(bag, 1)}
    goods: dict[int, list[int]] = {order: [] for order in orders}
    for order, product in transaction.all(_BOUGHT.format(marks=", ".join("?" * len(orders))), *orders):
        if product in places:
            goods[order].append(places[product])
    return {
        order: orders[order] if orders[order] in found else found[0] if found else 0 for order, found in goods.items()
    }


def _sales(row: Row | None) -> Sales:
    return Sales(**dict(zip(Sales.__struct_fields__, map(int, row or (0,) * 5), strict=True)))


def watching(transaction: Transaction, broadcast: int, since: int = 0) -> tuple[tuple[int, int], ...]:
    """Return (first second, viewers) of the minutes of a broadcast from an instant on, for a studio's graph."""
    return tuple((row[0] * 60, row[1]) for row in transaction.all(_MINUTES, broadcast, since // 60))


def _minutes(transaction: Transaction, broadcast: int, currency: str) -> tuple[Minute, ...]:
    """Return the minutes in which anything happened, also those after the end."""
    found: dict[int, dict[str, int]] = {}
    for minute, viewers, seconds, likes, messages in transaction.all(_MINUTES, broadcast, 0):
        found[minute] = {"viewers": viewers, "seconds": seconds, "likes": likes, "messages": messages}
    interest = "SELECT minute, SUM(clicks), SUM(carts) FROM live_interest WHERE broadcast_id = ? GROUP BY minute"
    for minute, clicks, carts in transaction.all(interest, broadcast):
        found.setdefault(minute, {}).update(clicks=int(clicks), carts=int(carts))
    for _, state, _, paid, refunded, disputed, at in transaction.all(_ORDERS, broadcast, currency):
        if state != "cancelled":
            row = found.setdefault(at // 60, {})
            row["orders"] = row.get("orders", 0) + 1
            row["takings"] = row.get("takings", 0) + paid - refunded - disputed
    return tuple(Minute(at=minute * 60, **found[minute]) for minute in sorted(found))


def _products(transaction: Transaction, broadcast: int, currency: str, now_ms: int) -> tuple[ProductNumbers, ...]:
    """Return every product that was explained, looked at or bought: by bag number, then the others by handle."""
    found: dict[str, dict[str, int]] = {}
    for number, product, at, until in transaction.all(_PINS, broadcast):
        row = found.setdefault(product, {})
        row["number"] = number
        row["explained"] = row.get("explained", 0) + max(0, (until or now_ms) - at)
    interest = "SELECT product, SUM(clicks), SUM(carts) FROM live_interest WHERE broadcast_id = ? GROUP BY product"
    for product, clicks, carts in transaction.all(interest, broadcast):
        found.setdefault(product, {}).update(clicks=int(clicks), carts=int(carts))
    for product, order in _sold(transaction, broadcast, currency):
        row = found.setdefault(product, {})
        for name, value in order.items():
            row[name] = row.get(name, 0) + value
    for row in found.values():
        if "explained" in row:
            row["explained"] //= 1000
    listed = [ProductNumbers(product=product, **row) for product, row in found.items()]
    return tuple(sorted(listed, key=lambda each: (each.number == 0, each.number, each.product)))


def _sold(transaction: Transaction, broadcast: int, currency: str) -> Iterable[tuple[str, dict[str, int]]]:
    """Yield what each product of each order came to: once an order, with its pieces and its share of the money."""
    back = {(order, place): (int(n), int(m)) for order, place, n, m in transaction.all(_BACK, broadcast)}
    lines: dict[int, list[Row]] = {}
    for row in transaction.all(_LINES, broadcast, currency):
        lines.setdefault(row[0], []).append(row)
    for order, state, total, paid, refunded, disputed, _ in transaction.all(_ORDERS, broadcast, currency):
        if state == "cancelled":
            continue
        listed = lines.get(order, [])
        returned = [back.get((order, line[1]), (0, 0)) for line in listed]
        weights = [max(0, line[4] - gone[1]) for line, gone in zip(listed, returned, strict=True)]
        shares = _shares(paid - refunded - disputed, [*weights, max(0, total - sum(line[4] for line in listed))])
        counted: dict[str, dict[str, int]] = {}
        for line, gone, share in zip(listed, returned, shares, strict=False):
            product = counted.setdefault(line[2], {"orders": 1, "pieces": 0, "takings": 0})
            product["pieces"] += 0 if state in _BACK_WHOLE else line[3] - gone[0]
            product["takings"] += share
        yield from counted.items()


def _shares(amount: int, weights: list[int]) -> list[int]:
    return money.split(max(0, amount), weights)
