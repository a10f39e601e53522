"""What moves an order after it is paid or confirmed: shipping, receiving, refusing, completing; a new link."""

import secrets
from datetime import datetime

import msgspec

from runtime import funds, notices
from runtime.database import Database, Transaction
from runtime.notices import Topic
from runtime.orders.life import step
from runtime.orders.reading import get, get_by_id, get_locked
from runtime.orders.values import Address, Contact, Dispatch, Event, Order
from runtime.pricing import Quote, QuoteLine
from runtime.refusals import Code, Refusal


def ship(database: Database, number: str, dispatch: Dispatch, *, actor: str, now: datetime) -> Order:
    """Hand a parcel over (or lay it ready for pickup); the last one makes the order shipped.

    Raises Refusal: order-not-allowed unless shipping is due, parcel-too-full for more pieces than are still here.
    """

    def unit(transaction: Transaction) -> Order:
        order = get_locked(transaction, number)
        left = order.unshipped
        wanted = dispatch.quantities or left
        for position, quantity in wanted.items():
            if not 0 < quantity <= left.get(position, 0):
                raise _too_full(order, position, quantity)
        event = Event.SHIP if wanted == left else Event.SHIP_PART
        note = f"{dispatch.carrier} {dispatch.tracking}".strip()
        step(transaction, order.id, event, actor=actor, now=now, note=note)
        parcel = _write_parcel(transaction, order.id, dispatch, wanted, now)
        about = f"{order.id}/{parcel}"
        email = order.contact.email
        notices.write(transaction, Topic.ORDER_SHIPPED, about, now, order=order.id, recipient=email)
        return get_by_id(transaction, order.id)

    return database.write(unit)


def _too_full(order: Order, position: int, quantity: int) -> Refusal:
    line = order.lines[position] if 0 <= position < len(order.lines) else None
    left = order.unshipped.get(position, 0)
    title = line.title if line else str(position + 1)
    return Refusal(Code.PARCEL_TOO_FULL, number=order.number, title=title, quantity=quantity, left=left)


def _write_parcel(
    transaction: Transaction, order: int, dispatch: Dispatch, quantities: dict[int, int], now: datetime
) -> int:
    transaction.run(
        "INSERT INTO parcel (order_id, carrier, tracking, shipped_at) VALUES (?, ?, ?, ?)",
        order,
        dispatch.carrier,
        dispatch.tracking,
        int(now.timestamp()),
    )
    row = transaction.find("SELECT MAX(id) FROM parcel WHERE order_id = ?", order)
    parcel = int(row[0]) if row else 0
    rows = [(parcel, position, quantity) for position, quantity in sorted(quantities.items())]
    transaction.run_many("INSERT INTO parcel_line (parcel_id, position, quantity) VALUES (?, ?, ?)", rows)
    return parcel


def mend_tracking(database: Database, number: str, parcel: int, carrier: str, tracking: str) -> Order:
    """Write another carrier or number on a parcel (counted from 1): it was mistyped or handed on."""

    def unit(transaction: Transaction) -> Order:
        order = get_locked(transaction, number)
        if not 0 < parcel <= len(order.parcels):
            raise Refusal(Code.PARCEL_UNKNOWN, number=order.number, parcel=parcel)
        chosen = order.parcels[parcel - 1].id
        transaction.run("UPDATE parcel SET carrier = ?, tracking = ? WHERE id = ?", carrier, tracking, chosen)
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


def revise(transaction: Transaction, order: Order, quote: Quote) -> None:
    """Give an order another price: its lines as they are now become a new revision, the old ones stay."""
    rows = [
        (
            order.id, position, line.sku, line.product, line.title, line.label, line.picture, line.quantity,
            line.unit_price, priced.discount, priced.amount, line.tax_rate, priced.tax, priced.total,
        )
        for position, (line, priced) in enumerate(zip(order.lines, _in_order(order, quote), strict=True))
    ]  # fmt: skip
    transaction.run(
        "UPDATE orders SET revision = revision + 1, quote = ?, total = ? WHERE id = ?",
        msgspec.json.encode(quote).decode(),
        quote.total,
        order.id,
    )
    transaction.run_many(
        "INSERT INTO order_line (order_id, position, sku, product, title, label, picture, quantity, unit_price, "
        "discount, amount, tax_rate, tax, total, revision) "
        "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, revision FROM orders WHERE id = ?",
        [(*row, order.id) for row in rows],
    )


def _in_order(order: Order, quote: Quote) -> list[QuoteLine]:
    """Return the priced lines in the order of the order's own; a sku that stands twice is taken in turn."""
    left = list(quote.lines)
    return [left.pop(next(index for index, each in enumerate(left) if each.sku == line.sku)) for line in order.lines]


def redirect(transaction: Transaction, order: int, address: Address, contact: Contact) -> None:
    """Write where an order goes now."""
    transaction.run(
        "UPDATE orders SET address = ?, contact = ? WHERE id = ?",
        msgspec.json.encode(address).decode(),
        msgspec.json.encode(contact).decode(),
        order,
    )
