"""THE ORDER'S LIFE: State, Event and TRANSITIONS; each step is one transaction {state, history, stock, money, outbox}.

Offers: ``place(till, placement, now)`` in runtime/placing.py; here ``find``/``get`` by token or number, ``look_up`` by number + contact,
``ship``, ``receive``, ``complete``, ``listing``. Cancelling goes through ``payments.cancel`` (the gateway is closed first).
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from generator.shop import Value
from runtime.database import Database
from runtime.pricing import Destination, Quote


class State(StrEnum):
    """Where an order stands. CONFIRMED is to be shipped and paid at the door; CLOSING waits for the gateway to close."""

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
    """Everything a buyer says when ordering. ``key`` is the form's token: the same key places one order, however often it is sent.

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
    note: str
    at: datetime


class Order(Value, frozen=True, kw_only=True):
    """One order with its lines. ``number`` is for people, ``token`` opens its page, ``paid`` is the money that arrived for it."""

    id: int
    number: str
    token: str
    state: State
    gateway: str
    locale: str
    currency: str
    contact: Contact
    address: Address
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


def find_by_token(database: Database, token: str) -> Order | None:
    """Return the order of a page address, or None."""
    raise NotImplementedError


def look_up(database: Database, number: str, contact: str) -> Order | None:
    """Return the order with this number whose phone or e-mail is given, or None (also for a wrong contact, in the same time)."""
    raise NotImplementedError


def history(database: Database, order: Order) -> tuple[HistoryRow, ...]:
    """Return what happened to an order, oldest first."""
    raise NotImplementedError


def ship(database: Database, number: str, *, carrier: str, tracking: str, actor: str, now: datetime) -> Order:
    """Hand the parcel over; raise Refusal (order-not-allowed) unless it is due."""
    raise NotImplementedError


def receive(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Note that the buyer has the goods; money owed at the door becomes a receivable."""
    raise NotImplementedError


_ = msgspec
