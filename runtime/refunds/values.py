"""What a refund is: its states, events and transitions, and the values that make it up."""

from datetime import datetime
from enum import StrEnum

from generator.shop import Value


class State(StrEnum):
    """Where a refund stands. STUCK is the merchant's task; SENT may have been done, so it is asked about."""

    REQUESTED = "requested"
    SENT = "sent"
    STUCK = "stuck"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def word(self) -> str:
        """Return the word for people: a payment that succeeded is paid, a refund is sent back."""
        return "repaid" if self is State.SUCCEEDED else self.value


class Event(StrEnum):
    """What happens to a refund."""

    REQUEST = "request"
    SEND = "send"
    RETRY = "retry"
    SUCCEED = "succeed"
    GET_STUCK = "get_stuck"
    FAIL = "fail"


OPEN = (State.REQUESTED, State.SENT, State.STUCK)
"""While a refund is open its money is due."""
TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.SEND): State.SENT,
    (State.REQUESTED, Event.GET_STUCK): State.STUCK,
    (State.SENT, Event.GET_STUCK): State.STUCK,
    (State.STUCK, Event.RETRY): State.SENT,
    **{(state, Event.SUCCEED): State.SUCCEEDED for state in OPEN},
    **{(state, Event.FAIL): State.FAILED for state in OPEN},
    # A bank may send money back days after it took it.
    (State.SUCCEEDED, Event.FAIL): State.FAILED,
}


class LineWish(Value, frozen=True, kw_only=True):
    """So many pieces of a line; ``restock`` puts them on sale again."""

    position: int
    quantity: int
    restock: bool = False


class Wish(Value, frozen=True, kw_only=True):
    """What to send back: pieces of lines, the delivery, a sum, or everything that is left.

    A sum beside lines is what is paid for them; a sum alone is spread over what is left. ``restock`` is for everything.
    """

    lines: tuple[LineWish, ...] = ()
    amount: int | None = None
    delivery: bool = False
    everything: bool = False
    restock: bool = False
    reason: str = ""


class Refund(Value, frozen=True, kw_only=True):
    """Money that goes back: of an order, or of a finding. ``receipt`` is '' when the merchant sends it by hand."""

    id: int
    number: str
    order: int | None
    finding: int | None
    gateway: str
    reference: str
    receipt: str
    charged: int
    charged_at: datetime | None
    amount: int
    currency: str
    goods: int
    delivery: int
    tax: int
    state: State
    reason: str
    outside: str
    tries: int
    created_at: datetime

    @property
    def by_hand(self) -> bool:
        """Return whether the merchant sends this money back themselves."""
        return not self.receipt


class RefundLine(Value, frozen=True, kw_only=True):
    """Pieces of an order's line that a refund is for, and how many of them went back on sale."""

    position: int
    quantity: int
    amount: int
    restocked: int


class HistoryRow(Value, frozen=True, kw_only=True):
    """One thing that happened to a refund."""

    event: Event
    before: str
    after: State
    actor: str
    note: str
    at: datetime
