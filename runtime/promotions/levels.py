"""Which promotions are reckoned when: prices of pieces, sets of pieces, the whole order, then what comes along.

``minimum`` tells whether a cart has enough of what a promotion is about.
"""

from enum import IntEnum

from generator.promotion import Promotion, PromotionKind
from runtime.promotions import conditions
from runtime.promotions.sheet import Portion, Sheet, count
from runtime.promotions.values import Step

_BY_KIND = {
    PromotionKind.FIXED_PRICE: 0,
    PromotionKind.FLASH_SALE: 0,
    PromotionKind.MEMBER_PRICE: 0,
    PromotionKind.GROUP_BUY: 0,
    PromotionKind.NTH_ITEM: 1,
    PromotionKind.BUNDLE_PRICE: 1,
    PromotionKind.AMOUNT_OFF: 2,
    PromotionKind.TIERS: 2,
    PromotionKind.REFERRAL: 2,
    PromotionKind.GIFT: 3,
    PromotionKind.FREE_DELIVERY: 3,
}


class Level(IntEnum):
    """The four rounds of the engine, in their order."""

    PIECE = 0
    SET = 1
    ORDER = 2
    EXTRA = 3


def of(promotion: Promotion) -> Level:
    """Return the round of a promotion.

    A share off is a price of pieces where it holds without a code and a minimum, or for some pieces only; otherwise
    it is reckoned on what is left of the whole order.
    """
    if promotion.kind is not PromotionKind.PERCENT_OFF:
        return Level(_BY_KIND[promotion.kind])
    limit, when = promotion.limit, promotion.when
    if limit.pieces_per_order is not None or limit.pieces_per_customer is not None:
        return Level.PIECE
    conditional = promotion.coupon is not None or when.minimum_amount or when.minimum_quantity > 1
    return Level.ORDER if conditional else Level.PIECE


def minimum(promotion: Promotion, sheet: Sheet) -> Step | None:
    """Return what is missing until a promotion holds for this cart, None if it does."""
    covered, portions = sheet.covered(promotion), sheet.open_to(promotion)
    if not covered or not _is_there(promotion, sheet):
        return conditions.said("promotion-no-items", promotion)
    when = promotion.when
    reached = (_reached(promotion, covered), _reached(promotion, portions))
    if reached == (True, False) or not portions:
        other = sheet.blocker(promotion)
        return conditions.said("promotion-beside", promotion, other=other.name if other else {})
    if reached[1]:
        return None
    if base(portions) < when.minimum_amount:
        missing = when.minimum_amount - base(portions)
        return conditions.said("promotion-short", promotion, missing=missing, needed=when.minimum_amount)
    missing = when.minimum_quantity - count(portions)
    return conditions.said("promotion-few", promotion, quantity=missing)


def _is_there(promotion: Promotion, sheet: Sheet) -> bool:
    """Tell whether something of every item that a bundle asks for is in the cart; others ask for nothing."""
    found = [(each.product.handle, each.variant.sku) for each in sheet.items]
    return all(any(item.sku == sku or item.product == handle for handle, sku in found) for item in promotion.items)


def base(portions: list[Portion]) -> int:
    """Return what minimums and tiers count: the pieces at their own prices, before anything is taken off the order."""
    return sum(portion.base for portion in portions)


def _reached(promotion: Promotion, portions: list[Portion]) -> bool:
    when = promotion.when
    return base(portions) >= when.minimum_amount and count(portions) >= when.minimum_quantity
