"""Whether a promotion holds under the circumstances, and how many pieces it may still be given for."""

from generator import promoting
from generator.promotion import Customers, Promotion, PromotionKind
from runtime.promotions.circumstances import Circumstances, Used
from runtime.promotions.values import Step

UNLIMITED = 10**9


def refused(promotion: Promotion, here: Circumstances) -> Step | None:
    """Return why a promotion does not hold, None if it does; a Step without a code is nobody's business."""
    asked = is_asked(promotion, here)
    if not asked and _waits_to_be_asked(promotion):
        return Step(code="")
    if not promoting.runs(promotion, here.now):
        return _untimely(promotion, here) if asked else Step(code="")
    if promotion.when.rooms and here.room not in promotion.when.rooms:
        return said("promotion-room", promotion) if asked else Step(code="")
    if promotion.id in here.earned:
        return None
    return _not_for(promotion, here) or _used_up(promotion, here)


def is_asked(promotion: Promotion, here: Circumstances) -> bool:
    """Tell whether the buyer asked for a promotion: by a code, or by taking part in its group."""
    return promotion.id in here.asked or promotion.id == here.group


def pieces_left(promotion: Promotion, here: Circumstances) -> int:
    """Return for how many pieces of this order a promotion may be given."""
    used, limit = here.used.get(promotion.id, Used()), promotion.limit
    found = UNLIMITED
    if limit.pieces_per_order is not None:
        found = min(found, limit.pieces_per_order)
    if limit.pieces_per_customer is not None:
        found = min(found, limit.pieces_per_customer - used.own_pieces)
    if promotion.stock is not None:
        found = min(found, promotion.stock - used.pieces)
    return max(0, found)


def customers(promotion: Promotion) -> Customers:
    """Return whom a promotion is for: a friend's reward is always for somebody new."""
    return Customers.NEW if promotion.kind is PromotionKind.REFERRAL else promotion.when.customers


def own_limit(promotion: Promotion) -> int | None:
    """Return how many orders of a customer may have a promotion: what is for new customers is given once."""
    return 1 if customers(promotion) is Customers.NEW else promotion.limit.per_customer


def said(code: str, promotion: Promotion, **values: object) -> Step:
    """Return a step about a promotion."""
    return Step(code=code, values={"promotion": promotion.id, "name": promotion.name, **values})


def _waits_to_be_asked(promotion: Promotion) -> bool:
    return promotion.coupon is not None or promotion.kind in {PromotionKind.GROUP_BUY, PromotionKind.REFERRAL}


def _untimely(promotion: Promotion, here: Circumstances) -> Step:
    starts, ends = promotion.when.starts_at, promotion.when.ends_at
    if ends is not None and ends <= here.now:
        return said("promotion-over", promotion, moment=ends)
    return said("promotion-not-begun", promotion, moment=starts)


def _not_for(promotion: Promotion, here: Circumstances) -> Step | None:
    meant, buyer = customers(promotion), here.customer
    if meant is Customers.EVERYONE:
        return None
    if not buyer.known:
        return said(f"promotion-{meant}-later", promotion)
    if meant is Customers.NEW:
        return None if buyer.new else said("promotion-new", promotion)
    return None if buyer.member else said("promotion-members", promotion)


def _used_up(promotion: Promotion, here: Circumstances) -> Step | None:
    used, limit = here.used.get(promotion.id, Used()), promotion.limit
    own = own_limit(promotion)
    if own is not None and used.own_orders >= own:
        return said("promotion-used", promotion)
    if limit.pieces_per_customer is not None and used.own_pieces >= limit.pieces_per_customer:
        return said("promotion-used", promotion)
    return said("promotion-gone", promotion) if is_given_away(promotion, used) else None


def is_given_away(promotion: Promotion, used: Used) -> bool:
    """Tell whether nobody gets a promotion any more: its orders or its own stock are used up."""
    total, stock = promotion.limit.total, promotion.stock
    return (total is not None and used.orders >= total) or (stock is not None and used.pieces >= stock)


def is_limited(promotion: Promotion) -> bool:
    """Tell whether it matters how often a promotion was given before."""
    limit = promotion.limit
    counted = (limit.total, limit.pieces_per_customer, promotion.stock, own_limit(promotion))
    return any(each is not None for each in counted)


def gifts(promotion: Promotion) -> tuple[str, ...]:
    """Return the skus that a promotion may give along."""
    return tuple(sku for sku in (promotion.gift, *(tier.gift for tier in promotion.tiers)) if sku)
