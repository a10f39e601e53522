"""Which colour a state has: green is good, yellow waits for the merchant, blue is under way, grey is over."""

from runtime.aftersale import State as CaseState
from runtime.orders import State
from runtime.refunds import State as RefundState

_TONES = {
    State.PENDING_PAYMENT: "",
    State.CLOSING: "",
    State.CONFIRMED: "warn",
    State.PAID: "warn",
    State.PARTLY_SHIPPED: "warn",
    State.SHIPPED: "info",
    State.RECEIVED: "good",
    State.COMPLETED: "good",
}
_CASES = {
    CaseState.ASKED: "warn",
    CaseState.SENT_BACK: "warn",
    CaseState.TO_REPLACE: "warn",
    CaseState.TO_SEND_BACK: "info",
    CaseState.REPLACED: "info",
    CaseState.DECLINED: "bad",
    CaseState.REFUNDED: "good",
    CaseState.DONE: "good",
}
_REFUNDS = {
    RefundState.REQUESTED: "info",
    RefundState.SENT: "info",
    RefundState.STUCK: "bad",
    RefundState.SUCCEEDED: "good",
    RefundState.FAILED: "bad",
}


def tone(state: State) -> str:
    """Return the colour of an order."""
    return _TONES.get(state, "")


def case_tone(state: CaseState) -> str:
    """Return the colour of an after-sale case."""
    return _CASES.get(state, "")


def refund_tone(state: RefundState) -> str:
    """Return the colour of a refund."""
    return _REFUNDS[state]
