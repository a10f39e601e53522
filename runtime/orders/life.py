"""THE ORDER'S LIFE: TRANSITIONS, and the one step that moves an order with its history, stock and message."""

from collections.abc import Callable
from datetime import datetime

from runtime import groups, notices, stock, uses
from runtime.database import Transaction
from runtime.notices import Topic
from runtime.orders.values import Event, HistoryRow, State
from runtime.refusals import Code, Refusal

_SHIPPING = (Event.SHIP, Event.SHIP_PART)
_TO_SHIP = (State.CONFIRMED, State.PAID, State.PARTLY_SHIPPED)
TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PENDING_PAYMENT, Event.PAY): State.PAID,
    (State.PENDING_PAYMENT, Event.CLOSE): State.CLOSING,
    (State.CLOSING, Event.PAY): State.PAID,
    (State.CLOSING, Event.CANCEL): State.CANCELLED,
    **{(state, Event.CHANGE): state for state in (State.PENDING_PAYMENT, State.CONFIRMED, State.PAID)},
    **{(state, Event.SHIP_PART): State.PARTLY_SHIPPED for state in _TO_SHIP},
    **{(state, Event.SHIP): State.SHIPPED for state in _TO_SHIP},
    (State.CONFIRMED, Event.CANCEL): State.CANCELLED,
    (State.PAID, Event.REFUND): State.REFUNDED,
    (State.SHIPPED, Event.RECEIVE): State.RECEIVED,
    (State.SHIPPED, Event.REFUSE): State.RETURNED,
    (State.RECEIVED, Event.COMPLETE): State.COMPLETED,
}


def step(transaction: Transaction, order: int, event: Event, *, actor: str, now: datetime, note: str = "") -> State:
    """Move an order on, with its history row, its stock and its message; raise Refusal (order-not-allowed)."""
    row = transaction.find("SELECT state, number, email FROM orders WHERE id = ?", order)
    if row is None:
        raise Refusal(Code.ORDER_UNKNOWN)
    before, number, email = State(row[0]), row[1], row[2]
    after = TRANSITIONS.get((before, event))
    if after is None or not transaction.run(
        "UPDATE orders SET state = ? WHERE id = ? AND state = ?", after, order, before
    ):
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=number, state=before, event=event)
    row_written = HistoryRow(event=event, before=before, after=after, actor=actor, note=note, at=now)
    record(transaction, order, row_written)
    if event in _SHIPPING and groups.waits(transaction, order):
        raise Refusal(Code.GROUP_WAITS, number=number)
    if event is Event.PAY:
        uses.settle(transaction, order)
        groups.pay(transaction, order, now)
    elif event in {Event.CANCEL, Event.REFUND}:
        uses.release(transaction, order)
        groups.leave(transaction, order)
    if event in _STOCK:
        _STOCK[event](transaction, order, actor, now)
    if event in _TOPICS:
        notices.write(transaction, _TOPICS[event], str(order), now, order=order, recipient=email)
    return after


def record(transaction: Transaction, order: int, row: HistoryRow) -> None:
    """Write a row of an order's history."""
    transaction.run(
        "INSERT INTO order_event (order_id, event, before, after, actor, note, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        order,
        row.event,
        row.before,
        row.after,
        row.actor,
        row.note,
        int(row.at.timestamp()),
    )


_STOCK: dict[Event, Callable[[Transaction, int, str, datetime], None]] = {
    Event.PAY: stock.sell,
    Event.SHIP_PART: stock.sell,
    Event.SHIP: stock.sell,
    Event.CANCEL: stock.release,
    Event.REFUSE: stock.give_back,
}
_TOPICS = {
    Event.PAY: Topic.ORDER_PAID,
    Event.CANCEL: Topic.ORDER_CANCELLED,
}
