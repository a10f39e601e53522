"""What the host explains (讲解中): products by their stable bag numbers, from when until when by the server's clock.

A bag number is the place of a product in the room's list, counted from 1; it stays when something is sold out.
"""

from collections.abc import Sequence
from datetime import datetime

from generator.shop import LiveRoom
from runtime.database import Database
from runtime.live import life
from runtime.live.values import Pin, milliseconds
from runtime.refusals import Code, Refusal
from runtime.transaction import Transaction

_COLUMNS = ", ".join(Pin.__struct_fields__)
SHOWN = 3
"""Pins that a room's state tells of."""


def product(room: LiveRoom, number: int) -> str:
    """Return the handle of a bag number; raise Refusal (live-number-unknown)."""
    if not 1 <= number <= len(room.products):
        raise Refusal(Code.LIVE_NUMBER_UNKNOWN, room=room.handle, number=number)
    return room.products[number - 1]


def pin(database: Database, identity: int, room: LiveRoom, number: int, *, by: str, now: datetime) -> Pin:
    """Show a product of a broadcast as the one that is explained, instead of the one before it.

    Raises Refusal: live-number-unknown, live-not-open.
    """
    handle, at = product(room, number), milliseconds(now)

    def unit(transaction: Transaction) -> Pin:
        # Two who pin at once wait for each other here, so that one product is explained and not two.
        transaction.run("UPDATE live_broadcast SET version = version WHERE id = ?", identity)
        found = life.find(transaction, identity)
        if found is None or not found.open:
            raise Refusal(Code.LIVE_NOT_OPEN, room=room.handle)
        _close(transaction, identity, at)
        transaction.run(
            "INSERT INTO live_pin (broadcast_id, number, product, at_ms, actor) VALUES (?, ?, ?, ?, ?)",
            *(identity, number, handle, at, by),
        )
        return _list(transaction, identity, 1)[0]

    return database.write(unit)


def unpin(database: Database, identity: int, now: datetime) -> bool:
    """Show no product any more; return False if none was shown."""
    return bool(database.write(lambda transaction: _close(transaction, identity, milliseconds(now))))


def of_broadcast(database: Database, identity: int) -> list[Pin]:
    """Return all pins of a broadcast in their order: these are the chapters of its replay."""
    return sorted(database.read(lambda look: _list(look, identity, 10_000)), key=lambda each: each.id)


def last(transaction: Transaction, broadcasts: Sequence[int]) -> dict[int, list[Pin]]:
    """Return the last pins of some broadcasts, each in its order."""
    return {each: _list(transaction, each, SHOWN)[::-1] for each in broadcasts}


def current(transaction: Transaction, identity: int) -> Pin | None:
    """Return what is explained now."""
    found = _list(transaction, identity, 1)
    return found[0] if found and found[0].until_ms is None else None


def _close(transaction: Transaction, identity: int, at: int) -> int:
    return transaction.run("UPDATE live_pin SET until_ms = ? WHERE broadcast_id = ? AND until_ms IS NULL", at, identity)


def _list(transaction: Transaction, identity: int, limit: int) -> list[Pin]:
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM live_pin WHERE broadcast_id = ? ORDER BY id DESC LIMIT ?",  # noqa: S608  our own words
        identity,
        limit,
    )
    return [Pin(**dict(zip(Pin.__struct_fields__, row, strict=True))) for row in rows]
