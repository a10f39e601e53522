"""THE STOCK LEDGER: every change is a guarded update and an append-only row with its reason.

A level is the sum of its rows.

``levels`` tells what can be sold, ``open_new`` gives new skus their opening stock, ``adjust`` is the merchant's
correction. ``reserve``, ``release``, ``sell``, ``give_back`` and ``give_back_some`` belong to an order's step and run
in its transaction. A sku without a row is unlimited.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from generator.shop import Value
from runtime.database import Database, Transaction
from runtime.refusals import Code, Refusal

CHUNK = 500


class HoldState(StrEnum):
    """What became of pieces that an order took out of stock."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"
    RETURNED = "returned"


class Take(msgspec.Struct, frozen=True):
    """How many pieces of a sku an order takes.

    ``opening`` is its opening stock, should it never have been seen before.
    """

    sku: str
    quantity: int
    opening: int | None = None


class Move(Value, frozen=True, kw_only=True):
    """One row of the ledger: ``quantity`` changes what can be sold, ``held`` what is held for unpaid orders."""

    sku: str
    quantity: int
    held: int
    reason: str
    order: int | None
    actor: str
    note: str
    at: int


class Level(Value, frozen=True, kw_only=True):
    """What can be sold of a sku now, and what unpaid orders hold."""

    sku: str
    level: int
    held: int


_MOVE = (
    "INSERT INTO stock_move (sku, quantity, held, reason, order_id, actor, note, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def levels(transaction: Transaction, skus: Sequence[str]) -> dict[str, int]:
    """Return what can be sold of the skus that are counted; one that is missing is unlimited."""
    found: dict[str, int] = {}
    for start in range(0, len(skus), CHUNK):
        part = skus[start : start + CHUNK]
        marks = ", ".join("?" * len(part))
        found.update(transaction.all(f"SELECT sku, level FROM stock WHERE sku IN ({marks})", *part))  # noqa: S608
    return found


def listing(transaction: Transaction) -> list[Level]:
    """Return every counted sku."""
    rows = transaction.all(
        "SELECT s.sku, s.level, COALESCE((SELECT SUM(h.quantity) FROM stock_hold h "
        "WHERE h.sku = s.sku AND h.state = 'held'), 0) FROM stock s ORDER BY s.sku"
    )
    return [Level(sku=sku, level=level, held=int(held)) for sku, level, held in rows]


def moves(transaction: Transaction, sku: str, limit: int = 100) -> list[Move]:
    """Return the last movements of a sku, newest first."""
    rows = transaction.all(
        "SELECT sku, quantity, held, reason, order_id, actor, note, at FROM stock_move "
        "WHERE sku = ? ORDER BY id DESC LIMIT ?",
        sku,
        limit,
    )
    return [Move(**dict(zip(Move.__struct_fields__, row, strict=True))) for row in rows]


def open_new(database: Database, opening: Mapping[str, int | None], now: datetime) -> int:
    """Give skus that are seen for the first time their opening stock, once; return how many. None is unlimited."""
    counted = {sku: stock for sku, stock in opening.items() if stock is not None}
    known = database.read(lambda transaction: levels(transaction, list(counted)))
    fresh = sorted(set(counted) - set(known))
    if not fresh:
        return 0
    return database.write(lambda transaction: sum(_open(transaction, sku, counted[sku], now) for sku in fresh))


def _open(transaction: Transaction, sku: str, quantity: int, now: datetime) -> bool:
    """Write the opening stock of a sku unless it has one."""
    if not transaction.run("INSERT INTO stock (sku, level) VALUES (?, ?) ON CONFLICT DO NOTHING", sku, quantity):
        return False
    transaction.run(_MOVE, sku, quantity, 0, "opening", None, "publish", "", int(now.timestamp()))
    return True


def reserve(transaction: Transaction, order: int, takes: Iterable[Take], now: datetime) -> None:
    """Take pieces out of stock for an order and hold them; raise Refusal (sold-out).

    The guarded updates come last, by sku.

    Short locks on the rows that everyone wants, and always in the same order, so that orders cannot block each other
    for good.
    """
    ordered = sorted(takes, key=lambda take: take.sku)
    counted = levels(transaction, [take.sku for take in ordered])
    at = int(now.timestamp())
    for take in ordered:
        if take.sku not in counted and take.opening is not None:
            _open(transaction, take.sku, take.opening, now)
            counted[take.sku] = take.opening
    limited = [take for take in ordered if take.sku in counted]
    for take in limited:
        transaction.run(_MOVE, take.sku, -take.quantity, take.quantity, "reserve", order, "", "", at)
        transaction.run(
            "INSERT INTO stock_hold (order_id, sku, quantity, state) VALUES (?, ?, ?, 'held')",
            order,
            take.sku,
            take.quantity,
        )
    for take in limited:
        changed = transaction.run(
            "UPDATE stock SET level = level - ? WHERE sku = ? AND level >= ?", take.quantity, take.sku, take.quantity
        )
        if not changed:
            left = levels(transaction, [take.sku])[take.sku]
            raise Refusal(Code.SOLD_OUT, sku=take.sku, left=left)


def release(transaction: Transaction, order: int, actor: str, now: datetime) -> None:
    """Put what an unpaid order holds back on sale; a second call changes nothing."""
    for sku, quantity in _settle(transaction, order, HoldState.HELD, HoldState.RELEASED):
        _put_back(transaction, sku, quantity)
        transaction.run(_MOVE, sku, quantity, -quantity, "release", order, actor, "", int(now.timestamp()))


def sell(transaction: Transaction, order: int, actor: str, now: datetime) -> None:
    """Make held pieces sold; a second call changes nothing."""
    for sku, quantity in _settle(transaction, order, HoldState.HELD, HoldState.SOLD):
        transaction.run(_MOVE, sku, 0, -quantity, "sell", order, actor, "", int(now.timestamp()))


def give_back(transaction: Transaction, order: int, actor: str, now: datetime) -> None:
    """Put all sold pieces that did not come back yet on sale again; a second call changes nothing."""
    rows = transaction.all(
        "SELECT sku, quantity - returned FROM stock_hold WHERE order_id = ? AND state = 'sold' ORDER BY sku", order
    )
    for sku, quantity in rows:
        give_back_some(transaction, order, Take(sku, int(quantity)), actor, now)


def give_back_some(transaction: Transaction, order: int, take: Take, actor: str, now: datetime) -> bool:
    """Put some sold pieces of an order on sale again; False, and nothing changes, if not so many are still out."""
    if not transaction.run(
        "UPDATE stock_hold SET returned = returned + ?, state = CASE WHEN returned + ? = quantity THEN 'returned' "
        "ELSE state END WHERE order_id = ? AND sku = ? AND state = 'sold' AND returned + ? <= quantity",
        take.quantity,
        take.quantity,
        order,
        take.sku,
        take.quantity,
    ):
        return False
    _put_back(transaction, take.sku, take.quantity)
    transaction.run(_MOVE, take.sku, take.quantity, 0, "return", order, actor, "", int(now.timestamp()))
    return True


def replace(transaction: Transaction, order: int, takes: Iterable[Take], *, said: tuple[str, str, datetime]) -> None:
    """Take pieces that replace some of an order out of stock; ``said`` is who, why and when.

    What is not counted stays so. Raises Refusal (stock-too-low).
    """
    actor, note, now = said
    ordered = sorted(takes, key=lambda take: take.sku)
    counted = levels(transaction, [take.sku for take in ordered])
    for take in ordered:
        if take.sku not in counted:
            continue
        transaction.run(_MOVE, take.sku, -take.quantity, 0, "adjust", order, actor, note, int(now.timestamp()))
        if not transaction.run(
            "UPDATE stock SET level = level - ? WHERE sku = ? AND level >= ?", take.quantity, take.sku, take.quantity
        ):
            raise Refusal(Code.STOCK_TOO_LOW, sku=take.sku, left=levels(transaction, [take.sku])[take.sku])


def adjust(database: Database, sku: str, change: int, *, actor: str, note: str, now: datetime) -> int:
    """Correct the stock of a sku by a difference and return what can be sold now.

    A sku that was unlimited is counted from now on. Raises Refusal (stock-too-low) below zero.
    """

    def unit(transaction: Transaction) -> int:
        transaction.run("INSERT INTO stock (sku, level) VALUES (?, 0) ON CONFLICT DO NOTHING", sku)
        if not transaction.run(
            "UPDATE stock SET level = level + ? WHERE sku = ? AND level + ? >= 0", change, sku, change
        ):
            raise Refusal(Code.STOCK_TOO_LOW, sku=sku, left=levels(transaction, [sku])[sku])
        transaction.run(_MOVE, sku, change, 0, "adjust", None, actor, note, int(now.timestamp()))
        return levels(transaction, [sku])[sku]

    return database.write(unit)


def differences(transaction: Transaction) -> list[str]:
    """Return what disagrees between levels, holds and the ledger; an empty list is a sound ledger."""
    rows = transaction.all(
        "SELECT s.sku, s.level, COALESCE((SELECT SUM(m.quantity) FROM stock_move m WHERE m.sku = s.sku), 0) "
        "FROM stock s"
    )
    found = [
        f"{sku}: level {level}, but the ledger says {total}" for sku, level, total in rows if int(level) != int(total)
    ]
    held = transaction.all(
        "SELECT m.sku, SUM(m.held), COALESCE((SELECT SUM(h.quantity) FROM stock_hold h "
        "WHERE h.sku = m.sku AND h.state = 'held'), 0) FROM stock_move m GROUP BY m.sku"
    )
    found += [
        f"{sku}: orders hold {holds}, but the ledger says {total}"
        for sku, total, holds in held
        if int(total) != int(holds)
    ]
    back = transaction.all(
        "SELECT h.order_id, h.sku, h.returned, COALESCE((SELECT SUM(m.quantity) FROM stock_move m "
        "WHERE m.order_id = h.order_id AND m.sku = h.sku AND m.reason = 'return'), 0) FROM stock_hold h "
        "WHERE h.returned > 0 OR h.state = 'returned'"
    )
    found += [
        f"{sku}: {count} came back from order {order}, but the ledger says {total}"
        for order, sku, count, total in back
        if int(total) != int(count)
    ]
    return found


def _settle(transaction: Transaction, order: int, before: HoldState, after: HoldState) -> list[tuple[str, int]]:
    """Move an order's holds from one state to another and return those that were moved."""
    rows = transaction.all(
        "SELECT sku, quantity FROM stock_hold WHERE order_id = ? AND state = ? ORDER BY sku", order, before
    )
    return [
        (sku, quantity)
        for sku, quantity in rows
        if transaction.run(
            "UPDATE stock_hold SET state = ? WHERE order_id = ? AND sku = ? AND state = ?", after, order, sku, before
        )
    ]


def _put_back(transaction: Transaction, sku: str, quantity: int) -> None:
    transaction.run("UPDATE stock SET level = level + ? WHERE sku = ?", quantity, sku)
