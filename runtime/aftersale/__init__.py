"""THE AFTER-SALE: one state machine for refunds without return, returns, exchanges and the EU withdrawal.

``open_case`` begins one, ``withdraw_contract`` is the buyer's right that nobody has to agree to; moves.py holds what
merchant and buyer do; ``advance_due`` takes the next step when a deadline has passed; ``is_open`` pauses what waits
for the end of all trouble (receipt by time, settlement). Evidence pictures are in evidence.py.
"""

from runtime.aftersale.deadlines import advance_due, next_step
from runtime.aftersale.life import TRANSITIONS, step
from runtime.aftersale.moves import (
    agree,
    ask_again,
    confirm,
    decline,
    receive,
    replace,
    send_back,
    take_back,
)
from runtime.aftersale.opening import Wish, open_case, withdraw_contract
from runtime.aftersale.rows import IS_OPEN, find, get, history, is_open, listing, of_order, pictures
from runtime.aftersale.rules import Offer, Offers, offers, window
from runtime.aftersale.values import (
    OPEN,
    OUR_FAULT,
    REASONS,
    Case,
    CaseLine,
    Event,
    HistoryRow,
    Kind,
    State,
)

__all__ = [
    "IS_OPEN",
    "OPEN",
    "OUR_FAULT",
    "REASONS",
    "TRANSITIONS",
    "Case",
    "CaseLine",
    "Event",
    "HistoryRow",
    "Kind",
    "Offer",
    "Offers",
    "State",
    "Wish",
    "advance_due",
    "agree",
    "ask_again",
    "confirm",
    "decline",
    "find",
    "get",
    "history",
    "is_open",
    "listing",
    "next_step",
    "of_order",
    "offers",
    "open_case",
    "pictures",
    "receive",
    "replace",
    "send_back",
    "step",
    "take_back",
    "window",
    "withdraw_contract",
]
