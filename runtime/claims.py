"""What a priced order takes hold of: its promotions with their coupons, and its place in a group.

``claim`` runs in the transaction that places the order; what is used up meanwhile refuses it whole.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from generator.promotion import Group
from generator.shop import Terms
from runtime import groups, uses
from runtime.occasions import Occasion
from runtime.pricing import Item, Quote
from runtime.refusals import Code, Refusal
from runtime.stock import Take
from runtime.transaction import Transaction

_USUAL = Group(size=2, seconds=24 * 60 * 60)


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """A cart with its price, and the circumstances that it holds under."""

    terms: Terms
    items: tuple[Item, ...]
    quote: Quote
    occasion: Occasion


def check_group(priced: Priced) -> None:
    """Refuse an order for a group that takes nobody any more: group-full, group-over."""
    notes = {step.code for step in priced.occasion.circumstances.notes}
    for code in (Code.GROUP_FULL, Code.GROUP_OVER):
        if code in notes:
            raise Refusal(code)


def claim(transaction: Transaction, order: int, priced: Priced, now: datetime) -> None:
    """Count an order's promotions against their limits, then take its place in a group.

    Raises Refusal: promotion-gone, group-over, group-full, group-own.
    """
    known = {promotion.id: promotion for promotion in priced.terms.promotions}
    occasion, discounts = priced.occasion, priced.quote.discounts
    claimed = [uses.of(known[each.promotion], each, occasion.meanings.get(each.promotion)) for each in discounts]
    uses.claim(transaction, order, claimed, occasion.customers)
    group = next((each for each in discounts if each.promotion == occasion.circumstances.group), None)
    if group is None:
        return
    if occasion.joins:
        groups.join(transaction, order, occasion.joins, occasion.customers, now)
        return
    ordered = sorted(priced.items, key=lambda item: item.variant.sku)
    product = next(item.product.handle for item, share in zip(ordered, group.shares, strict=True) if share)
    rule = known[group.promotion].group or _USUAL
    groups.open_new(transaction, order, (group.promotion, product), rule, occasion.customers, now)


def confirm(transaction: Transaction, order: int, now: datetime) -> None:
    """Count an order that is paid at the door like one that is paid: its promotions are used, its place is taken."""
    uses.settle(transaction, order)
    groups.pay(transaction, order, now)


def goods(priced: Priced) -> list[Item]:
    """Return what an order hands out: what is bought in the cart's order, then what is given along."""
    gifts = priced.occasion.circumstances.gifts
    return [
        *priced.items,
        *(
            Item(product=gifts[line.sku].product, variant=gifts[line.sku].variant, quantity=line.quantity)
            for line in priced.quote.lines
            if line.gift
        ),
    ]


def takes(handed_out: Sequence[Item]) -> list[Take]:
    """Return what is taken out of stock: each sku once, bought and given along together."""
    counts: dict[str, int] = {}
    for item in handed_out:
        counts[item.variant.sku] = counts.get(item.variant.sku, 0) + item.quantity
    opening = {item.variant.sku: item.variant.stock for item in handed_out}
    return [Take(sku, count, opening[sku]) for sku, count in counts.items()]
