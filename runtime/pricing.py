"""What a cart costs: terms + items + destination + delivery method → Quote, with a trace of why. Pure: no database, no clock.

Every amount is integer minor units of the shop's currency. ``quote`` is the only price that is ever charged.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from generator.shop import DeliveryMethod, Product, Terms, Value, Variant


class Item(Value, frozen=True, kw_only=True):
    """A variant of a product and how many of it; a cart holds each sku once."""

    product: Product
    variant: Variant
    quantity: int


class Destination(Value, frozen=True, kw_only=True):
    """Where goods go and which taxes hold: ISO country, then names as the buyer chose them (省, 市, 区, or state/province)."""

    country: str
    region: str = ""
    city: str = ""
    district: str = ""
    postcode: str = ""


class Step(Value, frozen=True, kw_only=True):
    """One reason in the trace; ``words.say("trace." + code, locale, **values)`` says it. Amounts in values are minor units."""

    code: str
    values: dict[str, Any] = {}


class Discount(Value, frozen=True, kw_only=True):
    """A promotion's part of the quote; the next issue fills these, now there are none."""

    promotion: str
    amount: int


class QuoteLine(Value, frozen=True, kw_only=True):
    """One line: ``amount`` = unit_price * quantity - discount, ``tax`` is in it (prices include tax) or on top; ``total`` is what is paid for it."""

    sku: str
    product: str
    quantity: int
    unit_price: int
    discount: int
    amount: int
    tax_rate: str
    tax: int
    total: int


class Quote(Value, frozen=True, kw_only=True):
    """The whole price. ``total`` = goods - discount + delivery + (tax, where prices don't include it). ``tax`` counts all tax, included or added."""

    currency: str
    lines: tuple[QuoteLine, ...]
    discounts: tuple[Discount, ...] = ()
    method: str
    goods: int
    discount: int
    delivery: int
    delivery_tax: int
    tax: int
    tax_included: bool
    total: int
    trace: tuple[Step, ...] = ()


class Offer(Value, frozen=True, kw_only=True):
    """A delivery method that serves a cart at a destination, and its fee."""

    method: DeliveryMethod
    fee: int


def quote(terms: Terms, items: Sequence[Item], destination: Destination, method: str) -> Quote:
    """Price a cart for a destination by a delivery method's id ('' when nothing needs delivery).

    Raises Refusal: cart-empty, delivery-unknown, delivery-not-for-product, address-not-served, total-too-large.
    """
    raise NotImplementedError


def offers(terms: Terms, items: Sequence[Item], destination: Destination) -> tuple[Offer, ...]:
    """Return the delivery methods that serve these items there, in the shop's order, with their fees."""
    raise NotImplementedError


def needs_delivery(items: Sequence[Item]) -> bool:
    """Return whether any item is a thing that has to reach the buyer."""
    return any(not item.product.digital for item in items)


_ = msgspec
