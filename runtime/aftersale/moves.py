"""What merchant and buyer do in a case: each is one transaction with the refund, stock and message it causes."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from runtime import orders, refunds, stock
from runtime.aftersale.life import step
from runtime.aftersale.rows import get
from runtime.aftersale.values import Case, Event, Kind, State
from runtime.database import Database, Transaction
from runtime.orders import Order
from runtime.refunds import LineWish
from runtime.refusals import Code, Refusal
from runtime.stock import Take


class Parcel(msgspec.Struct, frozen=True):
    """Who carries something, under which number."""

    carrier: str = ""
    tracking: str = ""


def agree(
    database: Database, number: str, *, actor: str, now: datetime, amount: int | None = None, text: str = ""
) -> Case:
    """Agree to what the buyer asks; ``amount`` is what is agreed to if it is less."""

    def work(transaction: Transaction, case: Case) -> Case:
        if amount is not None:
            left = _left(order := orders.get_by_id(transaction, case.order))
            if not 1 <= amount <= left:
                raise Refusal(Code.CASE_AMOUNT, left=left, currency=order.currency)
            transaction.run("UPDATE aftersale SET amount = ? WHERE id = ?", amount, case.id)
        after = step(transaction, case, Event.AGREE, actor=actor, now=now, text=text)
        return (
            pay_back(transaction, after, restock=False, said=(actor, now)) if after.state is State.REFUNDED else after
        )

    return _run(database, number, work)


def decline(database: Database, number: str, *, actor: str, now: datetime, text: str) -> Case:
    """Decline, and say why."""
    if not text.strip():
        raise Refusal(Code.FIELD_MISSING, field="text")
    return _run(database, number, lambda look, case: step(look, case, Event.DECLINE, actor=actor, now=now, text=text))


def ask_again(database: Database, number: str, *, now: datetime, text: str) -> Case:
    """Ask once more after the merchant declined."""
    return _run(
        database, number, lambda look, case: step(look, case, Event.ASK_AGAIN, actor="buyer", now=now, text=text)
    )


def send_back(database: Database, number: str, parcel: Parcel, *, now: datetime) -> Case:
    """Note that the buyer has sent the goods back, under a number that the merchant can follow; raise Refusal.

    From here on time works for the buyer, so a parcel that nobody can find does not count.
    """

    def work(transaction: Transaction, case: Case) -> Case:
        transaction.run(
            "UPDATE aftersale SET carrier = ?, tracking = ? WHERE id = ?", parcel.carrier, parcel.tracking, case.id
        )
        said = f"{parcel.carrier} {parcel.tracking}".strip()
        after = step(transaction, case, Event.SEND_BACK, actor="buyer", now=now, text=said)
        if not parcel.tracking:
            raise Refusal(Code.FIELD_MISSING, field="tracking")
        return after

    return _run(database, number, work)


def receive(
    database: Database, number: str, *, actor: str, now: datetime, restock: bool = False, text: str = ""
) -> Case:
    """Note that the goods are back; their money goes back, or the replacement is due. Raises Refusal."""
    return _run(
        database,
        number,
        lambda look, case: received(look, case, restock=restock, said=(actor, now), text=text),
    )


def received(
    transaction: Transaction, case: Case, *, restock: bool, said: tuple[str, datetime], text: str = ""
) -> Case:
    """Take the step of receiving inside the caller's transaction."""
    actor, now = said
    after = step(transaction, case, Event.RECEIVE, actor=actor, now=now, text=text)
    if after.state is State.REFUNDED:
        return pay_back(transaction, after, restock=restock, said=said)
    if restock:
        order = orders.get_by_id(transaction, case.order)
        for line in case.lines:
            take = Take(order.lines[line.position].sku, line.quantity)
            stock.give_back_some(transaction, case.order, take, actor, now)
    return after


def replace(database: Database, number: str, parcel: Parcel, *, actor: str, now: datetime) -> Case:
    """Note that the replacement is on its way: it comes out of stock. Raises Refusal (stock-too-low)."""

    def work(transaction: Transaction, case: Case) -> Case:
        order = orders.get_by_id(transaction, case.order)
        takes = [Take(order.lines[line.position].sku, line.quantity) for line in case.lines]
        stock.replace(transaction, order.id, takes, said=(actor, case.number, now))
        transaction.run(
            "UPDATE aftersale SET new_carrier = ?, new_tracking = ? WHERE id = ?",
            parcel.carrier,
            parcel.tracking,
            case.id,
        )
        said = f"{parcel.carrier} {parcel.tracking}".strip()
        return step(transaction, case, Event.REPLACE, actor=actor, now=now, text=said)

    return _run(database, number, work)


def confirm(database: Database, number: str, *, now: datetime) -> Case:
    """Note that the buyer has the replacement."""
    return _run(database, number, lambda look, case: step(look, case, Event.CONFIRM, actor="buyer", now=now))


def take_back(database: Database, number: str, *, now: datetime) -> Case:
    """Note that the buyer wants nothing any more."""
    return _run(database, number, lambda look, case: step(look, case, Event.TAKE_BACK, actor="buyer", now=now))


def settle_unsent(transaction: Transaction, case: Case, now: datetime) -> Case:
    """End a withdrawal from an order that never left: nothing has to come back."""
    return received(transaction, case, restock=True, said=("system", now))


def pay_back(transaction: Transaction, case: Case, *, restock: bool, said: tuple[str, datetime]) -> Case:
    """Begin the refund of a case; nothing is refunded of an order that has no money.

    What was refunded beside the case meanwhile is not refunded again, and hinders nothing.
    """
    actor, now = said
    order = orders.get_by_id(transaction, case.order)
    left, owed = _left(order), _owed(transaction, order, case)
    unsent = order.state is orders.State.PAID
    lines = tuple(LineWish(position=position, quantity=count, restock=restock or unsent) for position, count in owed)
    keeps = case.kind is Kind.REFUND and case.amount is not None and not unsent
    wish = refunds.Wish(
        lines=() if keeps else lines,
        amount=min(case.amount, left) if case.amount is not None and owed else None,
        delivery=case.amount is None and is_whole(order, case) and (unsent or case.kind is Kind.WITHDRAWAL),
        reason=case.reason or str(case.kind),
    )
    paid = left > 0 and (wish.amount or refunds.worth(transaction, order, wish))
    if restock:
        _restock(transaction, order, case, dict(owed) if paid else {}, said)
    if not paid:
        return _without_money(transaction, case, order, said)
    refund = refunds.request(transaction, order, wish, actor=actor, now=now)
    transaction.run("UPDATE aftersale SET refund = ? WHERE id = ?", refund.number, case.id)
    return get(transaction, case.number)


def _left(order: Order) -> int:
    return max(0, order.paid - order.refunded - order.disputed)


def _owed(transaction: Transaction, order: Order, case: Case) -> list[tuple[int, int]]:
    """Return by line how many pieces of a case nobody sent the money of back yet."""
    done = refunds.units(transaction, order.id)
    rest = (
        (line.position, min(line.quantity, order.lines[line.position].quantity - done.get(line.position, 0)))
        for line in case.lines
    )
    return [(position, count) for position, count in rest if count > 0]


def _restock(
    transaction: Transaction, order: Order, case: Case, refunded: dict[int, int], said: tuple[str, datetime]
) -> None:
    """Put those pieces of a case on sale again that come back without a refund of their own."""
    for line in case.lines:
        count = line.quantity - refunded.get(line.position, 0)
        if count > 0:
            stock.give_back_some(transaction, order.id, Take(order.lines[line.position].sku, count), *said)


def _without_money(transaction: Transaction, case: Case, order: Order, said: tuple[str, datetime]) -> Case:
    """End what was never paid: an order that waits to be paid at the door is cancelled."""
    actor, now = said
    if order.state is orders.State.CONFIRMED:
        orders.step(transaction, order.id, orders.Event.CANCEL, actor=actor, now=now, note=case.number)
    return case


def is_whole(order: Order, case: Case) -> bool:
    """Tell whether a case is about everything that was ordered: only then the delivery is given back, too."""
    asked = {line.position: line.quantity for line in case.lines}
    return all(asked.get(position, 0) == line.quantity for position, line in enumerate(order.lines))


def _run(database: Database, number: str, work: Callable[[Transaction, Case], Case]) -> Case:
    def unit(transaction: Transaction) -> Case:
        case = get(transaction, number)
        if transaction.postgres:
            transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", case.order)
            case = get(transaction, number)
        return work(transaction, case)

    return database.write(unit)
