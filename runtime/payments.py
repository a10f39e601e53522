"""THE PAYMENT'S LIFE: attempts with their own TRANSITIONS; a report of a gateway is applied once, however often and however late it comes.

Offers: ``start`` (buyer pays), ``confirm`` (notice or query), ``refresh`` (ask the gateway now), ``confirm_transfer`` / ``collect`` (merchant has the money),
``cancel`` (close at the gateway, then cancel), ``poll_due`` and ``expire_due`` (jobs). HTTP to gateways happens outside transactions.
"""

from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime.gateways import Instructions, Report
from runtime.orders import Order
from runtime.till import Till


class State(StrEnum):
    """Where one attempt stands. UNKNOWN: the gateway did not answer, so it may be payable."""

    CREATED = "created"
    OPEN = "open"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    FAILED = "failed"


class Payment(Value, frozen=True, kw_only=True):
    """One attempt: send the buyer to ``page``, or show ``instructions``."""

    id: int
    order: int
    gateway: str
    reference: str
    state: State
    amount: int
    currency: str
    page: str
    instructions: Instructions | None


class Outcome(StrEnum):
    """What a report meant."""

    PAID = "paid"
    REPEATED = "repeated"
    NOTHING = "nothing"
    LATE = "late"
    DOUBLE = "double"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    UNKNOWN_REFERENCE = "unknown_reference"
    PARTIAL = "partial"


def start(till: Till, order: Order, gateway: str, base_url: str, now: datetime) -> Payment:
    """Begin to pay a pending order, or return the attempt that is already open with this gateway; ``base_url`` is this shop's own address."""
    raise NotImplementedError


def confirm(till: Till, report: Report, now: datetime) -> Outcome:
    """Apply what a gateway says, once; money that fits no order goes to suspense or to refund, never lost."""
    raise NotImplementedError


def refresh(till: Till, order: Order, now: datetime) -> None:
    """Ask the gateways of the order's unresolved attempts and apply their reports (the buyer came back)."""
    raise NotImplementedError


def cancel(till: Till, number: str, *, actor: str, now: datetime) -> Order:
    """Cancel an unpaid order: closing, gateway closed, cancelled. It stays closing while a gateway does not answer."""
    raise NotImplementedError


def confirm_transfer(till: Till, number: str, *, amount: int | None, transaction: str, actor: str, now: datetime) -> Outcome:
    """Note money that the merchant saw arriving for an order (transfer or cash); None is the whole open amount."""
    raise NotImplementedError
