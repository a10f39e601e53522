"""THE PAYMENT'S LIFE: one attempt to pay an order, its State, Event and TRANSITIONS, and its rows.

An order may have many attempts; each has its own reference at the gateway, never used twice. What the money means is
decided in receipts.py; starting and closing attempts at the gateway happens in payments.py.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from generator.shop import Value
from runtime.database import Transaction
from runtime.gateways import Device, Instructions, Started
from runtime.refusals import Code, Refusal

QUERY_PAUSES = (10, 30, 60, 300, 600, 1800, 3600)
"""Seconds until the next question to the gateway, the last one for ever: the shop is right without any notice."""


class State(StrEnum):
    """Where one attempt stands. UNKNOWN: the gateway did not answer, so it may be payable."""

    CREATED = "created"
    OPEN = "open"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    FAILED = "failed"


class Event(StrEnum):
    """What happens to an attempt."""

    OPEN = "open"
    DOUBT = "doubt"
    SUCCEED = "succeed"
    CLOSE = "close"
    FAIL = "fail"


UNRESOLVED = (State.CREATED, State.OPEN, State.UNKNOWN)
TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.CREATED, Event.OPEN): State.OPEN,
    (State.UNKNOWN, Event.OPEN): State.OPEN,
    (State.CREATED, Event.DOUBT): State.UNKNOWN,
    **{(state, Event.CLOSE): State.CLOSED for state in UNRESOLVED},
    **{(state, Event.FAIL): State.FAILED for state in UNRESOLVED},
    # Money is money, also when it comes for an attempt that was thought dead.
    **{(state, Event.SUCCEED): State.SUCCEEDED for state in State if state is not State.SUCCEEDED},
}


class Payment(Value, frozen=True, kw_only=True):
    """One attempt; ``started`` is how the buyer pays, ``receipt`` the gateway's number of the money."""

    id: int
    order: int
    gateway: str
    reference: str
    state: State
    amount: int
    currency: str
    started: Started = Started()
    receipt: str = ""
    queries: int = 0

    @property
    def page(self) -> str:
        """Return the gateway's page that the buyer is sent to, or ''."""
        return self.started.page

    @property
    def instructions(self) -> Instructions | None:
        """Return how the buyer pays by hand, if so."""
        return self.started.instructions

    def fits(self, device: Device, now: datetime) -> bool:
        """Tell whether a buyer with this device can still pay by what was started."""
        known = self.started
        return known.device in {None, device} and (known.renew_at is None or now < known.renew_at)


_COLUMNS = "id, order_id, gateway, reference, state, amount, currency, started, receipt, queries"


def _payment(row: tuple[Any, ...]) -> Payment:
    return Payment(
        id=row[0],
        order=row[1],
        gateway=row[2],
        reference=row[3],
        state=State(row[4]),
        amount=row[5],
        currency=row[6],
        started=msgspec.json.decode(row[7], type=Started) if row[7] else Started(),
        receipt=row[8],
        queries=row[9],
    )


def find(transaction: Transaction, gateway: str, reference: str) -> Payment | None:
    """Return the attempt of a reference at a gateway, or None."""
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM payment WHERE gateway = ? AND reference = ?",  # noqa: S608  our own words
        gateway,
        reference,
    )
    return _payment(row) if row else None


def find_by_receipt(transaction: Transaction, gateway: str, receipt: str) -> Payment | None:
    """Return the attempt whose money came under this number of the gateway, or None."""
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM payment WHERE gateway = ? AND receipt = ?",  # noqa: S608  our own words
        gateway,
        receipt,
    )
    return _payment(row) if row else None


def get(transaction: Transaction, payment: int) -> Payment:
    """Return the attempt with this id."""
    row = transaction.find(f"SELECT {_COLUMNS} FROM payment WHERE id = ?", payment)  # noqa: S608
    if row is None:
        raise LookupError(payment)
    return _payment(row)


def of_order(transaction: Transaction, order: int) -> list[Payment]:
    """Return the attempts of an order, oldest first."""
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM payment WHERE order_id = ? ORDER BY id",  # noqa: S608
        order,
    )
    return [_payment(row) for row in rows]


def unresolved(transaction: Transaction, order: int) -> list[Payment]:
    """Return the attempts of an order that may still bring money."""
    return [payment for payment in of_order(transaction, order) if payment.state in UNRESOLVED]


def due(transaction: Transaction, now: datetime, limit: int) -> list[Payment]:
    """Return unresolved attempts whose gateway should be asked now."""
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM payment WHERE query_at <= ? "  # noqa: S608
        "AND state IN ('created', 'open', 'unknown') ORDER BY query_at LIMIT ?",
        int(now.timestamp()),
        limit,
    )
    return [_payment(row) for row in rows]


def create(transaction: Transaction, order: "Owner", gateway: str, now: datetime) -> Payment:
    """Write a new attempt for an order, with the next reference."""
    row = transaction.find("SELECT COUNT(*) FROM payment WHERE order_id = ?", order.id)
    reference = f"{order.number.replace('-', '')}-{(int(row[0]) if row else 0) + 1}"
    transaction.run(
        "INSERT INTO payment (order_id, gateway, reference, state, amount, currency, receipt, queries, query_at, "
        "created_at) VALUES (?, ?, ?, 'created', ?, ?, '', 0, ?, ?)",
        order.id,
        gateway,
        reference,
        order.total,
        order.currency,
        int((now + timedelta(seconds=QUERY_PAUSES[1])).timestamp()),
        int(now.timestamp()),
    )
    found = find(transaction, gateway, reference)
    if found is None:
        raise LookupError(reference)
    return found


class Owner(msgspec.Struct, frozen=True):
    """What an attempt takes from its order."""

    id: int
    number: str
    total: int
    currency: str


def step(transaction: Transaction, payment: Payment, event: Event, now: datetime, note: str = "") -> State:
    """Move an attempt on, with its history row; raise Refusal (payment-not-allowed)."""
    row = transaction.find("SELECT state FROM payment WHERE id = ?", payment.id)
    before = State(row[0]) if row else payment.state
    after = TRANSITIONS.get((before, event))
    if after is None or not transaction.run(
        "UPDATE payment SET state = ? WHERE id = ? AND state = ?", after, payment.id, before
    ):
        raise Refusal(Code.PAYMENT_NOT_ALLOWED, reference=payment.reference, state=before, event=event)
    transaction.run(
        "INSERT INTO payment_event (payment_id, event, before, after, note, at) VALUES (?, ?, ?, ?, ?, ?)",
        payment.id,
        event,
        before,
        after,
        note,
        int(now.timestamp()),
    )
    return after


def ask_now(transaction: Transaction, gateway: str, reference: str, now: datetime) -> bool:
    """Let the gateway be asked about an unresolved attempt at once; False if there is none."""
    states = ", ".join(f"'{state}'" for state in UNRESOLVED)
    return bool(
        transaction.run(
            f"UPDATE payment SET query_at = ? WHERE gateway = ? AND reference = ? AND state IN ({states})",  # noqa: S608
            int(now.timestamp()),
            gateway,
            reference,
        )
    )


def ask_later(transaction: Transaction, payment: Payment, now: datetime) -> None:
    """Set when the gateway is asked next; pauses grow."""
    pause = QUERY_PAUSES[min(payment.queries, len(QUERY_PAUSES) - 1)]
    transaction.run(
        "UPDATE payment SET queries = queries + 1, query_at = ? WHERE id = ?",
        int((now + timedelta(seconds=pause)).timestamp()),
        payment.id,
    )
