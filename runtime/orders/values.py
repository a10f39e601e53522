"""What an order is: its states and events, and the values that make it up."""

from datetime import datetime
from enum import StrEnum

import msgspec

from generator.shop import DeliveryKind, Text, Value
from runtime.coupons import Taken
from runtime.pricing import Destination, Quote


class State(StrEnum):
    """Where an order stands. CONFIRMED is to be shipped and paid at the door.

    CLOSING waits for the gateway to close.
    """

    PENDING_PAYMENT = "pending_payment"
    CLOSING = "closing"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    PAID = "paid"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    RETURNED = "returned"
    REFUNDED = "refunded"


class Event(StrEnum):
    """What happens to an order."""

    PLACE = "place"
    PAY = "pay"
    CLOSE = "close"
    CANCEL = "cancel"
    CHANGE = "change"
    SHIP_PART = "ship_part"
    SHIP = "ship"
    RECEIVE = "receive"
    REFUSE = "refuse"
    COMPLETE = "complete"
    REFUND = "refund"


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

    ``codes`` are coupons and referrals; ``opens`` is the group-buy to begin, ``joins`` the group to take a place in;
    ``room`` is the live room that the buyer came from, ``room_at`` when (seconds), ``pin`` what was explained there.
    ``link`` is the share link that they followed last, ``link_at`` when (seconds).
    ``channel`` is what brought them to the shop when they filled the cart; empty where that is not counted.
    ``quoted_at`` is when the page that the buyer agreed to was made (seconds); 0 where no such page was signed.
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
    codes: tuple[Taken, ...] = ()
    opens: str = ""
    joins: str = ""
    room: str = ""
    room_at: int = 0
    pin: int = 0
    link: str = ""
    link_at: int = 0
    channel: str = ""
    quoted_at: int = 0


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


class Parcel(Value, frozen=True, kw_only=True):
    """What left the shop together: ``quantities`` by the line's place in the order, counted from 0."""

    id: int
    carrier: str
    tracking: str
    shipped_at: datetime
    quantities: dict[int, int]


class Dispatch(Value, frozen=True, kw_only=True):
    """A parcel to hand over; no ``quantities`` is all that is still here. Lines count from 0."""

    carrier: str = ""
    tracking: str = ""
    quantities: dict[int, int] = msgspec.field(default_factory=dict)


class HistoryRow(Value, frozen=True, kw_only=True):
    """One thing that happened; ``before`` is empty for the placing."""

    event: Event
    before: str
    after: State
    actor: str
    note: str = ""
    at: datetime


class Order(Value, frozen=True, kw_only=True):
    """One order with its lines; ``number`` is for people, ``token`` opens its page, ``paid`` is the money it has.

    ``refunded`` is what was or will be sent back of it, ``disputed`` what the buyer's bank took back.
    """

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
    refunded: int
    disputed: int
    remarks: str
    invoice: Invoice | None
    consents: tuple[str, ...]
    placed_at: datetime
    expires_at: datetime | None
    lines: tuple[OrderLine, ...]
    parcels: tuple[Parcel, ...] = ()
    paid_back: dict[int, int] = msgspec.field(default_factory=dict)
    """How many pieces of each line were refunded: those that are still here stay here."""

    @property
    def unshipped(self) -> dict[int, int]:
        """Return how many pieces of each line are still here, by the line's place."""
        gone: dict[int, int] = dict(self.paid_back)
        for parcel in self.parcels:
            for position, quantity in parcel.quantities.items():
                gone[position] = gone.get(position, 0) + quantity
        left = {position: line.quantity - gone.get(position, 0) for position, line in enumerate(self.lines)}
        return {position: quantity for position, quantity in left.items() if quantity > 0}
