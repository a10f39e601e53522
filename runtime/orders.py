"""THE ORDER'S LIFE: State, Event and TRANSITIONS; each step is one transaction {state, history, stock, money, outbox}.

Looking: ``find_by_token`` (its page), ``look_up`` by number and phone or e-mail, ``get`` by number, ``history``,
``listing``. Moving: ``ship``, ``receive``, ``refuse``, ``complete``. Placing is ``placing.place``; paying and
cancelling go through payments.py, because a gateway is asked first.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from generator.shop import DeliveryKind, Text, Value
from runtime import funds, notices, numbers, stock
from runtime.database import Database, Transaction
from runtime.notices import Topic
from runtime.pricing import Destination, Quote
from runtime.refusals import Code, Refusal


class State(StrEnum):
    """Where an order stands. CONFIRMED is to be shipped and paid at the door.

    CLOSING waits for the gateway to close.
    """

    PENDING_PAYMENT = "pending_payment"
    CLOSING = "closing"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    RETURNED = "returned"


class Event(StrEnum):
    """What happens to an order."""

    PLACE = "place"
    PAY = "pay"
    CLOSE = "close"
    CANCEL = "cancel"
    SHIP = "ship"
    RECEIVE = "receive"
    REFUSE = "refuse"
    COMPLETE = "complete"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PENDING_PAYMENT, Event.PAY): State.PAID,
    (State.PENDING_PAYMENT, Event.CLOSE): State.CLOSING,
    (State.CLOSING, Event.PAY): State.PAID,
    (State.CLOSING, Event.CANCEL): State.CANCELLED,
    (State.CONFIRMED, Event.SHIP): State.SHIPPED,
    (State.CONFIRMED, Event.CANCEL): State.CANCELLED,
    (State.PAID, Event.SHIP): State.SHIPPED,
    (State.SHIPPED, Event.RECEIVE): State.RECEIVED,
    (State.SHIPPED, Event.REFUSE): State.RETURNED,
    (State.RECEIVED, Event.COMPLETE): State.COMPLETED,
}


class CartLine(Value, frozen=True, kw_only=True):
    """A sku and how many; the same sku may stand twice, it is merged."""

    sku: str
    quantity: int


class Contact(Value, frozen=True, kw_only=True):
    """How the buyer is reached; e-mail or phone must be given."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Address(Value, frozen=True, kw_only=True):
    """Where the parcel goes."""

    destination: Destination
    name: str = ""
    phone: str = ""
    street: str = ""
    street2: str = ""


class Invoice(Value, frozen=True, kw_only=True):
    """The buyer's wish for an invoice (发票)."""

    title: str
    tax_number: str = ""
    email: str = ""


class Placement(Value, frozen=True, kw_only=True):
    """Everything a buyer says when ordering.

    ``key`` is the form's token: the same key places one order, however often it is sent.

    ``expected_total`` is the total on the page the buyer agreed to; another price is refused with the new quote.
    """

    key: str
    lines: tuple[CartLine, ...]
    locale: str
    contact: Contact
    address: Address
    delivery: str
    gateway: str
    expected_total: int
    remarks: str = ""
    invoice: Invoice | None = None
    consents: tuple[str, ...] = ()


class Delivery(Value, frozen=True, kw_only=True):
    """The chosen delivery method as it was when ordered; ``kind`` is None when nothing had to be delivered."""

    method: str = ""
    kind: DeliveryKind | None = None
    name: Text = msgspec.field(default_factory=dict)
    place: Text | None = None
    hours: Text | None = None


class OrderLine(Value, frozen=True, kw_only=True):
    """A line as it was when ordered: never changed afterwards. ``label`` joins the chosen options."""

    sku: str
    product: str
    title: str
    label: str
    picture: str
    quantity: int
    unit_price: int
    discount: int
    amount: int
    tax_rate: str
    tax: int
    total: int


class HistoryRow(Value, frozen=True, kw_only=True):
    """One thing that happened; ``before`` is empty for the placing."""

    event: Event
    before: str
    after: State
    actor: str
    note: str = ""
    at: datetime


class Order(Value, frozen=True, kw_only=True):
    """One order with its lines; ``number`` is for people, ``token`` opens its page, ``paid`` is the money it has."""

    id: int
    number: str
    token: str
    state: State
    gateway: str
    locale: str
    currency: str
    contact: Contact
    address: Address
    delivery: Delivery
    quote: Quote
    total: int
    paid: int
    remarks: str
    invoice: Invoice | None
    consents: tuple[str, ...]
    carrier: str
    tracking: str
    placed_at: datetime
    expires_at: datetime | None
    lines: tuple[OrderLine, ...]


_COLUMNS = (
    "id, number, token, state, gateway, locale, currency, contact, address, delivery, quote, total, paid, remarks, "
    "invoice, consents, carrier, tracking, placed_at, expires_at"
)
_LINES = f"SELECT {', '.join(OrderLine.__struct_fields__)} FROM order_line WHERE order_id = ? ORDER BY position"  # noqa: S608
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
    return Order(**fields, lines=rows)


def get(transaction: Transaction, number: str) -> Order:
    """Return the order with this number, however it is spaced; raise Refusal (order-unknown)."""
    found = find(transaction, "number = ?", numbers.spaced(number))
    if found is None:
        raise Refusal(Code.ORDER_UNKNOWN)
    return found


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


def step(transaction: Transaction, order: int, event: Event, *, actor: str, now: datetime, note: str = "") -> State:
    """Move an order on, with its history row, its stock and its message; raise Refusal (order-not-allowed)."""
    row = transaction.find("SELECT state, number, email FROM orders WHERE id = ?", order)
    if row is None:
        raise Refusal(Code.ORDER_UNKNOWN)
    before, number, email = State(row[0]), row[1], row[2]
    after = TRANSITIONS.get((before, event))
    if after is None or not transaction.run(
        "UPDATE orders SET state = ? WHERE id = ? AND state = ?", after, order, before
    ):
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=number, state=before, event=event)
    row_written = HistoryRow(event=event, before=before, after=after, actor=actor, note=note, at=now)
    record(transaction, order, row_written)
    if event in _STOCK:
        _STOCK[event](transaction, order, actor, now)
    if event in _TOPICS and email:
        notices.write(transaction, _TOPICS[event], str(order), now, order=order, recipient=email)
    return after


def record(transaction: Transaction, order: int, row: HistoryRow) -> None:
    """Write a row of an order's history."""
    transaction.run(
        "INSERT INTO order_event (order_id, event, before, after, actor, note, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        order,
        row.event,
        row.before,
        row.after,
        row.actor,
        row.note,
        int(row.at.timestamp()),
    )


_STOCK: dict[Event, Callable[[Transaction, int, str, datetime], None]] = {
    Event.PAY: stock.sell,
    Event.SHIP: stock.sell,
    Event.CANCEL: stock.release,
    Event.REFUSE: stock.give_back,
}
_TOPICS = {
    Event.PAY: Topic.ORDER_PAID,
    Event.SHIP: Topic.ORDER_SHIPPED,
    Event.CANCEL: Topic.ORDER_CANCELLED,
}


def ship(database: Database, number: str, *, carrier: str, tracking: str, actor: str, now: datetime) -> Order:
    """Hand the goods over (or lay them ready for pickup); raise Refusal (order-not-allowed) unless it is due."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        step(transaction, order.id, Event.SHIP, actor=actor, now=now, note=f"{carrier} {tracking}".strip())
        transaction.run("UPDATE orders SET carrier = ?, tracking = ? WHERE id = ?", carrier, tracking, order.id)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def receive(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Note that the buyer has the goods; what is still owed becomes a receivable."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        hand_over(transaction, order, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def hand_over(transaction: Transaction, order: Order, *, actor: str, now: datetime) -> None:
    """Move a shipped order to received, with the receivable of what is still owed."""
    step(transaction, order.id, Event.RECEIVE, actor=actor, now=now)
    if order.paid < order.total:
        where = funds.Where(order.currency, now)
        funds.post(
            transaction,
            "delivered",
            order.number,
            funds.sale(funds.RECEIVABLE, funds.parts(order.quote)),
            order.id,
            where,
        )


def refuse(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Note that the buyer did not take a parcel that was to be paid at the door; raise Refusal if money has arrived."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        if order.paid or not order.total:
            raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.REFUSE)
        step(transaction, order.id, Event.REFUSE, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def complete(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Close the books of a received order."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        step(transaction, order.id, Event.COMPLETE, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def renew_link(database: Database, number: str) -> Order:
    """Give an order's page a new address; the old one, which went to the wrong hands, opens nothing any more."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        transaction.run("UPDATE orders SET token = ? WHERE id = ?", new_token(), order.id)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def new_token() -> str:
    """Return the secret part of an order's address: 192 random bits."""
    return secrets.token_urlsafe(24)
