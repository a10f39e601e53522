"""THE ORDER'S LIFE: State, Event and TRANSITIONS; each step is one transaction {state, history, stock, money, outbox}.

Looking: ``find_by_token`` (its page), ``look_up`` by number and phone or e-mail, ``get`` by number, ``history``,
``listing``. Moving: ``ship``, ``receive``, ``refuse``, ``complete``. Placing is ``placing.place``; paying and
cancelling go through payments.py, because a gateway is asked first.
"""

from runtime.orders.life import TRANSITIONS, record, step
from runtime.orders.moves import (
    complete,
    hand_over,
    mend_tracking,
    new_token,
    receive,
    redirect,
    refuse,
    renew_link,
    revise,
    ship,
)
from runtime.orders.reading import find, find_by_token, get, get_by_id, get_locked, history, listing, look_up
from runtime.orders.values import (
    Address,
    CartLine,
    Contact,
    Delivery,
    Dispatch,
    Event,
    HistoryRow,
    Invoice,
    Order,
    OrderLine,
    Parcel,
    Placement,
    State,
)

__all__ = [
    "TRANSITIONS",
    "Address",
    "CartLine",
    "Contact",
    "Delivery",
    "Dispatch",
    "Event",
    "HistoryRow",
    "Invoice",
    "Order",
    "OrderLine",
    "Parcel",
    "Placement",
    "State",
    "complete",
    "find",
    "find_by_token",
    "get",
    "get_by_id",
    "get_locked",
    "hand_over",
    "history",
    "listing",
    "look_up",
    "mend_tracking",
    "new_token",
    "receive",
    "record",
    "redirect",
    "refuse",
    "renew_link",
    "revise",
    "ship",
    "step",
]
