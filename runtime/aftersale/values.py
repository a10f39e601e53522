"""What a case is: its kinds, states and events, and the values that make it up."""

from datetime import datetime
from enum import StrEnum

from generator.shop import Value


class Kind(StrEnum):
    """What the buyer wants. WITHDRAWAL is the right to withdraw from a contract: nobody has to agree."""

    REFUND = "refund"
    RETURN = "return"
    EXCHANGE = "exchange"
    WITHDRAWAL = "withdrawal"


class State(StrEnum):
    """Where a case stands; who has to act is in DEADLINES."""

    ASKED = "asked"
    DECLINED = "declined"
    TO_SEND_BACK = "to_send_back"
    SENT_BACK = "sent_back"
    TO_REPLACE = "to_replace"
    REPLACED = "replaced"
    REFUNDED = "refunded"
    DONE = "done"
    CLOSED = "closed"
    TAKEN_BACK = "taken_back"

    @property
    def word(self) -> str:
        """Return under which word a state is told: agreed to is not yet paid back."""
        return "granted" if self is State.REFUNDED else self.value


class Event(StrEnum):
    """What happens to a case."""

    OPEN = "open"
    AGREE = "agree"
    DECLINE = "decline"
    ASK_AGAIN = "ask_again"
    SEND_BACK = "send_back"
    RECEIVE = "receive"
    REPLACE = "replace"
    CONFIRM = "confirm"
    REMIND = "remind"
    CLOSE = "close"
    TAKE_BACK = "take_back"


OPEN = (
    State.ASKED,
    State.DECLINED,
    State.TO_SEND_BACK,
    State.SENT_BACK,
    State.TO_REPLACE,
    State.REPLACED,
)
"""While a case is open somebody still has to act."""
REASONS: dict[Kind, tuple[str, ...]] = {
    Kind.REFUND: ("changed_mind", "not_arrived", "damaged", "not_as_described", "parts_missing", "other"),
    Kind.RETURN: ("no_reason", "damaged", "not_as_described", "wrong_item", "quality", "other"),
    Kind.EXCHANGE: ("wrong_item", "damaged", "wrong_size", "other"),
    Kind.WITHDRAWAL: ("",),
}
OUR_FAULT = frozenset({"damaged", "not_as_described", "wrong_item", "quality", "parts_missing"})
"""Reasons for which the seller pays the way back whatever the shop says.

China: Consumer Rights Law art. 24. EU: directive (EU) 2019/771 art. 14.
"""


class CaseLine(Value, frozen=True, kw_only=True):
    """So many pieces of a line of the order."""

    position: int
    quantity: int


class Case(Value, frozen=True, kw_only=True):
    """One case; ``amount`` is what the buyer wants or the merchant agreed to, None for what the pieces are worth.

    ``carrier`` and ``tracking`` are the buyer's parcel back, ``new_carrier`` and ``new_tracking`` the replacement's.
    """

    id: int
    number: str
    order: int
    kind: Kind
    state: State
    reason: str
    amount: int | None
    carrier: str
    tracking: str
    new_carrier: str
    new_tracking: str
    refund: str
    due_at: datetime | None
    opened_at: datetime
    lines: tuple[CaseLine, ...] = ()


class HistoryRow(Value, frozen=True, kw_only=True):
    """One thing that happened to a case, and what was said with it."""

    event: Event
    before: str
    after: State
    actor: str
    text: str
    at: datetime

    @property
    def told(self) -> str:
        """What is said of it: where nothing had left the shop, nothing came back."""
        unsent = self.event is Event.RECEIVE and self.actor == "system" and self.before == State.TO_SEND_BACK
        return "unsent" if unsent else str(self.event)
