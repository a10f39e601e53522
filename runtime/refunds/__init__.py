"""THE REFUND'S LIFE: requested → sent → succeeded, failed or stuck; each step is one transaction.

``request`` reserves the amount against the order at once and may run in the caller's transaction; ``return_finding``
sends stray money back; ``apply`` takes what a gateway says; ``note`` is the merchant's word about money returned by
hand; ``send_due`` talks to the gateways, with the same number at every try; ``retry`` sends a stuck one again.
Arithmetic is in shares.py.
"""

from runtime.refunds.outcomes import Outcome, apply, confirm, note
from runtime.refunds.requesting import DUE_AT_ONCE, RETURNABLE, request, return_finding, worth
from runtime.refunds.rows import find, get, history, lines_of, listing, of_order, step, units
from runtime.refunds.sending import query_now, retry, send_due
from runtime.refunds.values import (
    OPEN,
    TRANSITIONS,
    Event,
    HistoryRow,
    LineWish,
    Refund,
    RefundLine,
    State,
    Wish,
)

__all__ = [
    "DUE_AT_ONCE",
    "OPEN",
    "RETURNABLE",
    "TRANSITIONS",
    "Event",
    "HistoryRow",
    "LineWish",
    "Outcome",
    "Refund",
    "RefundLine",
    "State",
    "Wish",
    "apply",
    "confirm",
    "find",
    "get",
    "history",
    "lines_of",
    "listing",
    "note",
    "of_order",
    "query_now",
    "request",
    "retry",
    "return_finding",
    "send_due",
    "step",
    "units",
    "worth",
]
