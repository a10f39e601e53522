"""What the database says about the rooms, read in one moment for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from generator.shop import LiveRoom, Value
from runtime import stock
from runtime.live import broadcasts, chat, flash, numbers, pins, tickets
from runtime.live.hall import Ban
from runtime.live.values import COLUMNS, Broadcast, Flash, Message, Pin, broadcast
from runtime.transaction import Transaction

_ORDERS = (
    "SELECT o.id, o.contact, l.number, l.at FROM live_order l JOIN orders o ON o.id = l.order_id WHERE l.room = ? "
    "AND l.at > ? AND o.state NOT IN ('pending_payment', 'closing', 'cancelled') "
    "ORDER BY l.at DESC, l.order_id DESC LIMIT 5"
)
_RECENT = 30 * 60
"""Seconds for which an order is a recent one."""


class Recent(Value, frozen=True, kw_only=True):
    """An order that just came from a room: who ordered can be told by themselves alone."""

    name: str
    number: int
    at: int


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of all rooms; the keys of ``open``, ``ended`` and ``recent`` are rooms, those of ``pins`` broadcasts.

    ``levels`` are of the skus that were asked for, None where they were not.
    """

    open: dict[str, Broadcast]
    ended: dict[str, Broadcast]
    pins: dict[int, list[Pin]]
    flashes: list[Flash]
    left: dict[int, int]
    notices: dict[str, str]
    bans: list[Ban]
    moderated: list[tuple[Message, int]]
    levels: dict[str, int] | None = None
    recent: dict[str, list[Recent]] | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: moderated messages since then, and now and then the stock of skus and the orders of rooms."""

    since_ms: int
    skus: Sequence[str] | None = None
    rooms: Sequence[str] | None = None


def look(transaction: Transaction, rooms: Sequence[LiveRoom], asked: Asked, now: datetime) -> Board:
    """Read the board."""
    running = _open(transaction)
    flashes = flash.running(transaction, now)
    since = int(now.timestamp()) - _RECENT
    ended = ((room.handle, broadcasts.last_ended(transaction, room.handle)) for room in rooms)
    return Board(
        open=running,
        ended={room: found for room, found in ended if found is not None},
        pins=pins.last(transaction, [each.id for each in running.values()]),
        flashes=flashes,
        left=flash.left(transaction, flashes),
        notices=chat.notices(transaction),
        bans=chat.bans(transaction, now),
        moderated=chat.moderated(transaction, asked.since_ms),
        levels=None if asked.skus is None else stock.levels(transaction, asked.skus),
        recent=None
        if asked.rooms is None
        else {room.handle: _recent(transaction, room, since) for room in rooms if room.handle in asked.rooms},
    )


def sold_out(room: LiveRoom, skus: Mapping[str, Sequence[str]], levels: Mapping[str, int]) -> list[int]:
    """Return the bag numbers of which no variant is left; what is not counted is never sold out."""
    return [
        number
        for number, product in enumerate(room.products, 1)
        if (offered := skus.get(product)) and all(levels.get(sku, 1) <= 0 for sku in offered)
    ]


def _open(transaction: Transaction) -> dict[str, Broadcast]:
    rows = transaction.all(f"SELECT {COLUMNS} FROM live_broadcast WHERE state <> 'ended' AND practice = 0")  # noqa: S608
    return {found.room: found for found in map(broadcast, rows)}


def _recent(transaction: Transaction, room: LiveRoom, since: int) -> list[Recent]:
    rows = transaction.all(_ORDERS, room.handle, since)
    told = numbers.bought(transaction, room.products, {order: number for order, _, number, _ in rows})
    return [
        Recent(name=tickets.shown_name(_name(contact)), number=told[order], at=at) for order, contact, _, at in rows
    ]


def _name(contact: str) -> str:
    return str(msgspec.json.decode(contact).get("name", ""))
