"""What moves an order after it is paid or confirmed: shipping, receiving, refusing, completing; a new link."""

import secrets
from datetime import datetime

from runtime import funds
from runtime.database import Database, Transaction
from runtime.orders.life import step
from runtime.orders.reading import get, get_by_id
from runtime.orders.values import Event, Order
from runtime.refusals import Code, Refusal


def ship(database: Database, number: str, *, carrier: str, tracking: str, actor: str, now: datetime) -> Order:
    """Hand the goods over (or lay them ready for pickup); raise Refusal (order-not-allowed) unless it is due."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        step(transaction, order.id, Event.SHIP, actor=actor, now=now, note=f"{carrier} {tracking}".strip())
        transaction.run("UPDATE orders SET carrier = ?, tracking = ? WHERE id = ?", carrier, tracking, order.id)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def receive(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Note that the buyer has the goods; what is still owed becomes a receivable."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        hand_over(transaction, order, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def hand_over(transaction: Transaction, order: Order, *, actor: str, now: datetime) -> None:
    """Move a shipped order to received, with the receivable of what is still owed."""
    step(transaction, order.id, Event.RECEIVE, actor=actor, now=now)
    if order.paid < order.total:
        where = funds.Where(order.currency, now)
        funds.post(
            transaction,
            "delivered",
            order.number,
            funds.sale(funds.RECEIVABLE, funds.parts(order.quote)),
            order.id,
            where,
        )


def refuse(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Note that the buyer did not take a parcel that was to be paid at the door; raise Refusal if money has arrived."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        if order.paid or not order.total:
            raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.REFUSE)
        step(transaction, order.id, Event.REFUSE, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def complete(database: Database, number: str, *, actor: str, now: datetime) -> Order:
    """Close the books of a received order."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        step(transaction, order.id, Event.COMPLETE, actor=actor, now=now)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def renew_link(database: Database, number: str) -> Order:
    """Give an order's page a new address; the old one, which went to the wrong hands, opens nothing any more."""

    def unit(transaction: Transaction) -> Order:
        order = get(transaction, number)
        transaction.run("UPDATE orders SET token = ? WHERE id = ?", new_token(), order.id)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def new_token() -> str:
    """Return the secret part of an order's address: 192 random bits."""
    return secrets.token_urlsafe(24)
