"""Trying promotions before they are published: on example carts, and on orders that were placed without them.

Nothing is written. Past orders are priced again from their own lines, so that what is no longer sold counts as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from generator import coupon_codes, promoting, regions
from generator.promotion import Customers, Promotion
from generator.shop import Product, Shop, Value, Variant
from runtime import pricing, promotions
from runtime.orders import Order
from runtime.pricing import Destination, Offer
from runtime.promotions import Applied, Circumstances, Customer, Item, conditions
from runtime.promotions.conditions import UNLIMITED, gifts


class Example(Value, frozen=True, kw_only=True):
    """A cart to try: skus and how many, and under which circumstances; ``codes`` are ids or public codes.

    ``to`` is a region as delivery rates name it: then what delivery costs there is told as well.
    """

    name: str = ""
    cart: dict[str, int]
    codes: tuple[str, ...] = ()
    customer: str = ""
    room: str = ""
    group: str = ""
    at: str = ""
    to: str = ""


class Tried(Value, frozen=True, kw_only=True):
    """What came of an example: list price, what is left of it, and what promotions did; what its place can choose.

    ``items`` are in the order in which the shares of discounts are.
    """

    name: str
    goods: int
    total: int
    applied: Applied
    unknown: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    offers: tuple[Offer, ...] = ()


class Compared(Value, frozen=True, kw_only=True):
    """What promotions would have done to a past order: what was taken off then, and what would have been."""

    number: str
    goods: int
    before: int
    after: int


def try_cart(shop: Shop, example: Example, now: datetime, only: Sequence[str] = ()) -> Tried:
    """Return what the promotions of a shop's text give to an example; ``only`` looks at some of them."""
    known = {variant.sku: (product, variant) for product in shop.products.values() for variant in product.variants}
    items = [
        Item(product=known[sku][0], variant=known[sku][1], quantity=number)
        for sku, number in example.cart.items()
        if sku in known and number > 0
    ]
    items.sort(key=lambda item: item.variant.sku)
    rules = _chosen(shop.promotions, only)
    circumstances = _circumstances(rules, known, example, now)
    applied = promotions.apply(rules, items, circumstances)
    goods = sum(item.amount for item in items)
    return Tried(
        name=example.name or ", ".join(f"{number} × {sku}" for sku, number in example.cart.items()),
        goods=goods,
        total=goods - sum(each.amount for each in applied.discounts),
        applied=applied,
        unknown=tuple(sku for sku in example.cart if sku not in known),
        items=tuple(items),
        offers=_offers(msgspec.structs.replace(shop, promotions=tuple(rules)), items, example.to, circumstances),
    )


def compare(shop: Shop, orders: Iterable[Order], only: Sequence[str] = ()) -> list[Compared]:
    """Return what the promotions of a shop's text would have taken off past orders, at the moment of each.

    The buyer is taken for somebody who was known and had nothing before; codes are those that the order used, and who
    had what is for new customers or members is one here, too.
    """
    rules = [_timeless(each) for each in _chosen(shop.promotions, only)]
    found = []
    for order in orders:
        bought = [line for line in order.quote.lines if not line.gift]
        items = [_item(shop, line.sku, line.product, line.unit_price, line.quantity) for line in bought]
        asked = tuple(each.promotion for each in order.quote.discounts)
        meant = {conditions.customers(each) for each in rules if each.id in asked}
        buyer = Customer(known=True, new=Customers.NEW in meant, member=Customers.MEMBERS in meant)
        under = Circumstances(now=promoting.moment(order.placed_at), asked=asked, customer=buyer)
        applied = promotions.apply(rules, items, under)
        after = sum(each.amount for each in applied.discounts)
        found.append(Compared(number=order.number, goods=order.quote.goods, before=order.quote.discount, after=after))
    return found


def _offers(shop: Shop, items: list[Item], to: str, circumstances: Circumstances) -> tuple[Offer, ...]:
    """Return the ways of delivery to a region with their fees; none where the region is not known."""
    place = regions.find_place(to) if to and items else None
    if place is None:
        return ()
    there = Destination(country=place.country, region=place.region, city=place.city, district=place.district)
    return pricing.offers(shop, items, there, circumstances)


def _chosen(rules: Sequence[Promotion], only: Sequence[str]) -> list[Promotion]:
    return [each for each in rules if not only or each.id in only]


def _timeless(rule: Promotion) -> Promotion:
    """Return a promotion without its period: the question is what it would have given then."""
    return msgspec.structs.replace(rule, when=msgspec.structs.replace(rule.when, starts_at=None, ends_at=None))


def _circumstances(
    rules: Sequence[Promotion], known: Mapping[str, tuple[Product, Variant]], example: Example, now: datetime
) -> Circumstances:
    given = {sku for rule in rules for sku in gifts(rule) if sku in known}
    asked = {coupon_codes.plain(code) for code in example.codes}
    return Circumstances(
        now=example.at or promoting.moment(now),
        asked=tuple(
            each.id
            for each in rules
            if coupon_codes.plain(each.id) in asked
            or (each.coupon and each.coupon.code and coupon_codes.plain(each.coupon.code) in asked)
        ),
        customer=Customer(
            known=bool(example.customer), new=example.customer == "new", member=example.customer == "member"
        ),
        room=example.room,
        group=example.group,
        gifts={sku: Item(product=known[sku][0], variant=known[sku][1], quantity=UNLIMITED) for sku in sorted(given)},
    )


def _item(shop: Shop, sku: str, handle: str, price: int, quantity: int) -> Item:
    """Return a line of a past order at its own price; a product that is gone is known by its handle alone."""
    variant = Variant(sku=sku, price=price)
    product = shop.products.get(handle) or Product(handle=handle, title={}, variants=(variant,))
    return Item(product=product, variant=variant, quantity=quantity)
