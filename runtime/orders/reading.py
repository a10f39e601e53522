"""Looking at orders: by number, by id, by the secret of their page; their history and lists."""

import hmac
from datetime import UTC, datetime
from typing import Any

import msgspec

from runtime import numbers
from runtime.database import Database, Transaction
from runtime.orders.values import (
    Address,
    Contact,
    Delivery,
    Event,
    HistoryRow,
    Invoice,
    Order,
    OrderLine,
    Parcel,
    State,
)
from runtime.pricing import Quote
from runtime.refusals import Code, Refusal

_COLUMNS = (
    "id, number, token, state, gateway, locale, currency, contact, address, delivery, quote, total, paid, refunded, "
    "disputed, remarks, invoice, consents, placed_at, expires_at"
)
_LINES = (
    f"SELECT {', '.join(f'l.{name}' for name in OrderLine.__struct_fields__)} FROM order_line l WHERE l.order_id = ? "  # noqa: S608  our words
    "AND l.revision = (SELECT o.revision FROM orders o WHERE o.id = l.order_id) ORDER BY l.position"
)
_STRUCTURED: dict[str, Any] = {
    "contact": Contact, "address": Address, "delivery": Delivery, "quote": Quote, "consents": tuple[str, ...],
}  # fmt: skip


def find(transaction: Transaction, condition: str, *values: str | int) -> Order | None:
    """Return the order that a condition on table orders picks, or None."""
    row = transaction.find(f"SELECT {_COLUMNS} FROM orders WHERE {condition}", *values)  # noqa: S608  our own words
    if row is None:
        return None
    fields: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name, kind in _STRUCTURED.items():
        fields[name] = msgspec.json.decode(fields[name], type=kind)
    fields["state"] = State(fields["state"])
    fields["invoice"] = msgspec.json.decode(fields["invoice"], type=Invoice) if fields["invoice"] else None
    fields["placed_at"] = _moment(fields["placed_at"])
    fields["expires_at"] = _moment(fields["expires_at"]) if fields["expires_at"] else None
    lines = transaction.all(_LINES, fields["id"])
    rows = tuple(OrderLine(**dict(zip(OrderLine.__struct_fields__, line, strict=True))) for line in lines)
    parcels = () if fields["state"] in _NOTHING_LEFT else _parcels(transaction, fields["id"])
    paid_back = _paid_back(transaction, fields["id"]) if fields["refunded"] else {}
    return Order(**fields, lines=rows, parcels=parcels, paid_back=paid_back)


def _paid_back(transaction: Transaction, order: int) -> dict[int, int]:
    rows = transaction.all(
        "SELECT l.position, SUM(l.quantity) FROM refund_line l JOIN refund r ON r.id = l.refund_id "
        "WHERE r.order_id = ? AND r.state <> 'failed' GROUP BY l.position",
        order,
    )
    return {position: int(quantity) for position, quantity in rows}


_NOTHING_LEFT = {State.PENDING_PAYMENT, State.CLOSING, State.CANCELLED, State.CONFIRMED, State.PAID}
"""States before the first parcel: nothing has to be looked up."""


def _parcels(transaction: Transaction, order: int) -> tuple[Parcel, ...]:
    rows = transaction.all(
        "SELECT p.id, p.carrier, p.tracking, p.shipped_at, l.position, l.quantity FROM parcel p "
        "JOIN parcel_line l ON l.parcel_id = p.id WHERE p.order_id = ? ORDER BY p.id, l.position",
        order,
    )
    contents: dict[tuple[int, str, str, int], dict[int, int]] = {}
    for *parcel, position, quantity in rows:
        contents.setdefault((parcel[0], parcel[1], parcel[2], parcel[3]), {})[position] = quantity
    return tuple(
        Parcel(id=number, carrier=carrier, tracking=tracking, shipped_at=_moment(at), quantities=quantities)
        for (number, carrier, tracking, at), quantities in contents.items()
    )


def get(transaction: Transaction, number: str) -> Order:
    """Return the order with this number, however it is spaced; raise Refusal (order-unknown)."""
    found = find(transaction, "number = ?", numbers.spaced(number))
    if found is None:
        raise Refusal(Code.ORDER_UNKNOWN)
    return found


def get_locked(transaction: Transaction, number: str) -> Order:
    """Return the order with this number, and keep others from changing it until this transaction ends."""
    if transaction.postgres:
        transaction.find("SELECT id FROM orders WHERE number = ? FOR UPDATE", numbers.spaced(number))
    return get(transaction, number)


def get_by_id(transaction: Transaction, order: int) -> Order:
    """Return the order with this id; raise Refusal (order-unknown)."""
    found = find(transaction, "id = ?", order)
    if found is None:
        raise Refusal(Code.ORDER_UNKNOWN)
    return found


def find_by_token(database: Database, token: str) -> Order | None:
    """Return the order of a page address, or None."""
    return database.read(lambda transaction: find(transaction, "token = ?", token))


def look_up(database: Database, number: str, contact: str) -> Order | None:
    """Return the order with this number whose phone or e-mail is given, or None; a wrong contact takes as long."""
    found = database.read(lambda transaction: find(transaction, "number = ?", numbers.spaced(number)))
    known = (found.contact.email.casefold(), numbers.digits(found.contact.phone)) if found else ("-", "-")
    given = (contact.strip().casefold(), numbers.digits(contact))
    same = [hmac.compare_digest(mine.encode(), theirs.encode()) for mine, theirs in zip(known, given, strict=True)]
    matching = (same[0] and bool(known[0])) or (same[1] and bool(known[1]))
    return found if matching else None


def history(database: Database, order: Order) -> tuple[HistoryRow, ...]:
    """Return what happened to an order, oldest first."""
    rows = database.read(
        lambda transaction: transaction.all(
            "SELECT event, before, after, actor, note, at FROM order_event WHERE order_id = ? ORDER BY id", order.id
        )
    )
    return tuple(
        HistoryRow(event=Event(event), before=before, after=State(after), actor=actor, note=note, at=_moment(at))
        for event, before, after, actor, note, at in rows
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def listing(database: Database, state: State | None = None, limit: int = 100) -> list[Order]:
    """Return the newest orders, of one state or of all."""

    def look(transaction: Transaction) -> list[Order]:
        condition, values = ("state = ?", [str(state)]) if state else ("1 = 1", [])
        rows = transaction.all(
            f"SELECT id FROM orders WHERE {condition} ORDER BY id DESC LIMIT ?",  # noqa: S608  our own words
            *values,
            limit,
        )
        return [get_by_id(transaction, row[0]) for row in rows]

    return database.read(look)
