"""What may still be changed about an order: its price before it is paid, and where it goes before it is shipped.

``change_price`` (the merchant makes it cheaper) and ``change_address`` (the buyer or the merchant). Old lines stay
where they are: a new price is a new revision of them.
"""

from datetime import datetime

import msgspec

from generator import delivery, money
from generator.delivery import Load, NotServedError
from generator.shop import Tax, Value
from runtime import attempts, funds, notices, orders, payments, pricing
from runtime import tax as taxes
from runtime.database import Transaction
from runtime.notices import Topic
from runtime.orders import Address, Event, Order, State
from runtime.pricing import Discount, Item, Quote, QuoteLine, Step
from runtime.refusals import Code, Refusal
from runtime.till import Till

MERCHANT = "merchant"
"""Stands in a quote where a promotion's id stands: the merchant took this off by hand."""


class PriceChange(Value, frozen=True, kw_only=True):
    """``off``: this much less for the goods; ``delivery``: the new fee, never more than before; None leaves it."""

    off: int = 0
    delivery: int | None = None
    why: str = ""


def adjusted(quote: Quote, change: PriceChange) -> Quote:
    """Return a quote with a change in it, tax and all; raise Refusal (change-not-cheaper)."""
    fee = quote.delivery if change.delivery is None else change.delivery
    left = sum(line.amount for line in quote.lines)
    if (
        change.off < 0
        or not 0 <= fee <= quote.delivery
        or change.off > left
        or (change.off, fee) == (0, quote.delivery)
    ):
        raise Refusal(Code.CHANGE_NOT_CHEAPER, off=change.off, delivery=fee, currency=quote.currency)
    shares = money.split(change.off, [line.amount for line in quote.lines]) if left else [0] * len(quote.lines)
    lines = tuple(_cheaper(line, share, quote) for line, share in zip(quote.lines, shares, strict=True))
    delivery_tax = pricing.delivery_tax(Tax(prices_include_tax=quote.tax_included), lines, fee)
    tax = sum(line.tax for line in lines) + delivery_tax
    discount = quote.discount + change.off
    total = quote.goods - discount + fee + (0 if quote.tax_included else tax)
    if total < 1:
        raise Refusal(Code.CHANGE_NOT_CHEAPER, off=change.off, delivery=fee, currency=quote.currency)
    taken = (Discount(promotion=MERCHANT, amount=change.off, shares=tuple(shares)),) if change.off else ()
    reason = Step(code="changed", values={"amount": change.off, "fee": fee, "why": change.why})
    trace = (
        *(step for step in quote.trace if step.code != "total"),
        reason,
        Step(code="total", values={"amount": total}),
    )
    return msgspec.structs.replace(
        quote, lines=lines, discounts=(*quote.discounts, *taken), discount=discount, delivery=fee,
        delivery_tax=delivery_tax, tax=tax, total=total, trace=trace,
    )  # fmt: skip


def _cheaper(line: QuoteLine, share: int, quote: Quote) -> QuoteLine:
    amount = line.amount - share
    duty = (taxes.included if quote.tax_included else taxes.added)(amount, line.tax_rate)
    return msgspec.structs.replace(
        line,
        discount=line.discount + share,
        amount=amount,
        tax=duty,
        total=amount + (0 if quote.tax_included else duty),
    )


def change_price(till: Till, number: str, change: PriceChange, *, actor: str, now: datetime) -> Order:
    """Make an order cheaper that is not paid yet; what the buyer was about to pay is closed at its gateway first.

    Raises Refusal: order-not-allowed (also when the buyer was faster), change-not-cheaper, payment-unreachable while
    a gateway does not answer.
    """
    order = till.database.read(lambda transaction: orders.get(transaction, number))
    if order.state is not State.PENDING_PAYMENT:
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.CHANGE)
    adjusted(order.quote, change)
    if not payments.close_attempts(till, order, now):
        raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=order.gateway)

    def unit(transaction: Transaction) -> Order:
        found = orders.get_locked(transaction, number)
        waiting = funds.of_order(transaction, found.id, funds.SUSPENSE, found.currency)
        open_still = attempts.unresolved(transaction, found.id)
        if found.state is not State.PENDING_PAYMENT or waiting or open_still:
            raise Refusal(Code.ORDER_NOT_ALLOWED, number=found.number, state=found.state, event=Event.CHANGE)
        quote = adjusted(found.quote, change)
        orders.step(transaction, found.id, Event.CHANGE, actor=actor, now=now, note=change.why)
        orders.revise(transaction, found, quote)
        _tell(transaction, found, now)
        return orders.get_by_id(transaction, found.id)

    return till.database.write(unit)


def change_address(till: Till, number: str, address: Address, *, actor: str, now: datetime) -> Order:
    """Send an order that has not left elsewhere, as long as its price stays what it is.

    Raises Refusal: order-not-allowed, address-not-served, address-changes-price.
    """

    def unit(transaction: Transaction) -> Order:
        order = orders.get_locked(transaction, number)
        _check_same_price(till, order, address)
        before = ", ".join(part for part in (order.address.name, order.address.street) if part)
        orders.step(transaction, order.id, Event.CHANGE, actor=actor, now=now, note=before)
        contact = msgspec.structs.replace(order.contact, name=address.name or order.contact.name)
        orders.redirect(transaction, order.id, address, contact)
        _tell(transaction, order, now)
        return orders.get_by_id(transaction, order.id)

    return till.database.write(unit)


def _check_same_price(till: Till, order: Order, address: Address) -> None:
    """Refuse an address that another fee or another tax holds for: that would be another contract."""
    place = address.destination.place
    items = [found for line in order.lines if (found := _item(till, line.sku, line.unit_price, line.quantity))]
    same_place = order.address.destination.place == place
    if len(items) < len(order.lines) and not same_place:
        raise Refusal(Code.ADDRESS_CHANGES_PRICE, number=order.number)
    method = next((each for each in till.terms.delivery if each.id == order.delivery.method), None)
    if method is None or same_place:
        return
    load = Load(
        quantity=sum(item.quantity for item in items if not item.product.digital),
        weight=sum(item.quantity * item.variant.weight for item in items if not item.product.digital),
        amount=sum(line.amount for line in order.lines),
    )
    try:
        fee = delivery.fee(method, place, load).amount
    except NotServedError as error:
        region = address.destination.region or address.destination.country
        raise Refusal(Code.ADDRESS_NOT_SERVED, method=method.name, region=region) from error
    old = delivery.fee(method, order.address.destination.place, load).amount
    rates = [taxes.rate(till.terms.tax, item.product.tax_class, place) for item in items]
    if fee != old or rates != [line.tax_rate for line in order.lines]:
        raise Refusal(Code.ADDRESS_CHANGES_PRICE, number=order.number)


def _item(till: Till, sku: str, price: int, quantity: int) -> Item | None:
    found = till.goods.find_variant(sku)
    if found is None:
        return None
    product, variant = found
    return Item(product=product, variant=msgspec.structs.replace(variant, price=price), quantity=quantity)


def _tell(transaction: Transaction, order: Order, now: datetime) -> None:
    row = transaction.find("SELECT COUNT(*) FROM order_event WHERE order_id = ? AND event = 'change'", order.id)
    reference = f"{order.id}/{int(row[0]) if row else 0}"
    notices.write(transaction, Topic.ORDER_CHANGED, reference, now, order=order.id, recipient=order.contact.email)
