"""The whole order: amounts and shares off what the promotion is about, and tiers."""

from collections.abc import Mapping

from generator import promoting
from generator.promotion import Promotion, PromotionKind, Tier
from runtime.promotions import conditions, levels
from runtime.promotions.plans import Part, Plan, Planner
from runtime.promotions.sheet import Sheet, count, total
from runtime.promotions.values import Step


def plan_off(sheet: Sheet, promotion: Promotion, left: int) -> Plan | None:
    """Take an amount or a share off all that the promotion is about, once."""
    del left
    if levels.minimum(promotion, sheet):
        return None
    cost = total(sheet.open_to(promotion))
    off = promotion.off or cost - promoting.less(cost, promotion.percent)
    return _plan(sheet, promotion, min(off, cost))


def plan_tiers(sheet: Sheet, promotion: Promotion, left: int) -> Plan | None:
    """Take off what the highest tier that is reached gives."""
    del left
    tier = find_tier(sheet, promotion)
    if tier is None or levels.minimum(promotion, sheet):
        return None
    often = times(sheet, promotion, tier)
    cost = total(sheet.open_to(promotion))
    off = tier.off or cost - promoting.less(cost, tier.percent)
    plan = _plan(sheet, promotion, min(off * often, cost), gift=(tier.gift, often) if tier.gift else ("", 0))
    if plan is not None:
        plan.hint = hint(sheet, promotion)
    return plan


def hint(sheet: Sheet, promotion: Promotion) -> Step | None:
    """Return what is missing until the next tier, or None on the highest."""
    tier, portions = find_next(sheet, promotion), sheet.open_to(promotion)
    if tier is None or not portions:
        return None
    if tier.amount:
        missing = tier.amount - levels.base(portions)
        return conditions.said("promotion-short", promotion, missing=missing, needed=tier.amount)
    return conditions.said("promotion-few", promotion, quantity=tier.quantity - count(portions))


def find_tier(sheet: Sheet, promotion: Promotion) -> Tier | None:
    """Return the highest tier that is reached, or None."""
    portions = sheet.open_to(promotion)
    amount, quantity = levels.base(portions), count(portions)
    reached = [tier for tier in promotion.tiers if tier.amount <= amount and tier.quantity <= quantity]
    return max(reached, key=lambda tier: (tier.amount, tier.quantity), default=None) if portions else None


def find_next(sheet: Sheet, promotion: Promotion) -> Tier | None:
    """Return the lowest tier that is not reached yet, or None."""
    portions = sheet.open_to(promotion)
    amount, quantity = levels.base(portions), count(portions)
    above = [tier for tier in promotion.tiers if tier.amount > amount or tier.quantity > quantity]
    return min(above, key=lambda tier: (tier.amount, tier.quantity), default=None)


def times(sheet: Sheet, promotion: Promotion, tier: Tier) -> int:
    """Return how often a tier is given: once, or for every time that it is reached."""
    if not tier.every:
        return 1
    portions = sheet.open_to(promotion)
    if tier.amount:
        return levels.base(portions) // tier.amount
    return count(portions) // tier.quantity if tier.quantity else 1


def _plan(sheet: Sheet, promotion: Promotion, off: int, gift: tuple[str, int] = ("", 0)) -> Plan | None:
    if off <= 0 and not gift[1]:
        return None
    portions = sheet.open_to(promotion)
    parts = [Part(portion, portion.quantity, 0) for portion in portions]
    return Plan(promotion=promotion, parts=parts, pieces=count(portions), spread=off, gift=gift)


PLANNERS: Mapping[str, Planner] = {
    PromotionKind.PERCENT_OFF: plan_off,
    PromotionKind.AMOUNT_OFF: plan_off,
    PromotionKind.REFERRAL: plan_off,
    PromotionKind.TIERS: plan_tiers,
}
