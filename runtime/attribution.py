"""What a live room sold: an order belongs to the broadcast and the explained product that the buyer last bought from.

``write`` runs in the transaction that places the order; ``note_cart`` counts what goes into carts from a room. A touch
counts for a day. A practice is nothing that anybody could have bought from.
"""

from datetime import datetime

from generator.shop import Value
from runtime.database import Transaction

WITHIN = 24 * 60 * 60
"""Seconds for which a room is what an order came from."""
_LATEST = (
    "SELECT id, ended_at FROM live_broadcast WHERE room = ? AND practice = 0 AND started_at <= ? "
    "ORDER BY started_at DESC, id DESC LIMIT 1"
)
_PINNED = (
    "SELECT p.id, p.broadcast_id, p.number FROM live_pin p JOIN live_broadcast b ON b.id = p.broadcast_id "
    "WHERE p.id = ? AND b.room = ? AND b.practice = 0 AND p.at_ms <= ?"
)
_CURRENT = (
    "SELECT id, number FROM live_pin WHERE broadcast_id = ? AND at_ms <= ? AND (until_ms IS NULL OR until_ms > ?) "
    "ORDER BY at_ms DESC, id DESC LIMIT 1"
)
_COUNT = (
    "INSERT INTO live_interest (broadcast_id, minute, product, clicks, carts) VALUES (?, ?, ?, 0, ?) "
    "ON CONFLICT (broadcast_id, minute, product) DO UPDATE SET carts = live_interest.carts + excluded.carts"
)


class Touch(Value, frozen=True, kw_only=True):
    """When a buyer put something into the cart from which room, and the pin that was shown there, if any."""

    room: str
    at: int
    pin: int = 0


class Source(Value, frozen=True, kw_only=True):
    """Where an order comes from: a broadcast, the pin current then, and its bag number (0: none)."""

    broadcast: int | None = None
    pin: int | None = None
    number: int = 0


def write(transaction: Transaction, order: int, touch: Touch, now: datetime) -> bool:
    """Note with an order that is being placed where it comes from; False where that is no room, or too long ago."""
    if not touch.room or int(now.timestamp()) - touch.at >= WITHIN:
        return False
    found = source(transaction, touch)
    transaction.run(
        "INSERT INTO live_order (order_id, broadcast_id, room, pin_id, number, at) VALUES (?, ?, ?, ?, ?, ?)",
        order, found.broadcast, touch.room, found.pin, found.number, int(now.timestamp()),
    )  # fmt: skip
    return True


def source(transaction: Transaction, touch: Touch) -> Source:
    """Return what was on when a buyer put something into the cart.

    The buyer's page says which pin it showed, be it of a replay; what no broadcast of the room had is not believed.
    """
    moment = touch.at * 1000 + 999
    if touch.pin:
        named = transaction.find(_PINNED, touch.pin, touch.room, moment)
        if named is not None:
            return Source(pin=named[0], broadcast=named[1], number=named[2])
    latest = transaction.find(_LATEST, touch.room, touch.at)
    if latest is None:
        return Source()
    broadcast, ended = latest
    current = transaction.find(_CURRENT, broadcast, moment, moment) if ended is None or ended >= touch.at else None
    if current is None:
        return Source(broadcast=broadcast)
    return Source(broadcast=broadcast, pin=current[0], number=current[1])


def note_cart(transaction: Transaction, touch: Touch, product: str, pieces: int) -> bool:
    """Count pieces of a product that went into a cart from a room; False where it never sent anything."""
    found = source(transaction, touch)
    if found.broadcast is None:
        return False
    transaction.run(_COUNT, found.broadcast, touch.at // 60, product, pieces)
    return True
