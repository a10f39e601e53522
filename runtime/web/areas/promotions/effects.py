"""What a promotion does, when and for whom, in one line each."""

from datetime import UTC, datetime

from generator import promoting
from generator.promotion import Customers, Promotion, PromotionKind, Tier
from runtime.promotions import Used, conditions
from runtime.web.areas.goods import standing as goods_standing
from runtime.web.areas.telling import Teller

STATES = ("runs", "planned", "paused", "over")
TONES = {"runs": "good", "planned": "info", "paused": "warn", "over": "", "gone": ""}
_HOUR = 3600


def state(promotion: Promotion, now: datetime) -> str:
    """Return where a promotion stands: runs, planned, paused or over."""
    at = promoting.moment(now)
    if promotion.when.ends_at is not None and promotion.when.ends_at <= at:
        return "over"
    if promotion.paused:
        return "paused"
    return "runs" if promoting.runs(promotion, at) else "planned"


def is_gone(promotion: Promotion, orders: int, pieces: int) -> bool:
    """Tell whether all of it was given out."""
    return conditions.is_given_away(promotion, Used(orders=orders, pieces=pieces))


def name(promotion: Promotion) -> str:
    """Return what shoppers read, in the reader's language."""
    return goods_standing.title(promotion.name, promotion.id)


def told(promotion: Promotion, teller: Teller) -> str:
    """Say what a promotion does."""
    kind, say = promotion.kind, teller.say
    if kind is PromotionKind.TIERS:
        return " · ".join(_tier(each, teller) for each in promotion.tiers[:4])
    if kind is PromotionKind.GIFT:
        return say("promotions.told.gift", what=_goods("", promotion.gift, teller), count=promotion.gifts)
    if kind is PromotionKind.FREE_DELIVERY:
        return say("promotions.told.free_delivery")
    price = _price(promotion, teller)
    if kind is PromotionKind.BUNDLE_PRICE:
        parts = " + ".join(
            f"{_goods(each.product, each.sku, teller)}{_times(each.quantity)}" for each in promotion.items[:4]
        )
        price = say("promotions.told.bundle", items=parts, price=price)
    elif kind is PromotionKind.NTH_ITEM:
        price = say("promotions.told.nth", nth=promotion.nth, price=price)
    elif kind is PromotionKind.GROUP_BUY and promotion.group is not None:
        hours = promotion.group.seconds // _HOUR
        price = say("promotions.told.group", size=promotion.group.size, hours=hours, price=price)
    return price


def share(points: int) -> str:
    """Write a share of so many basis points: 12.5%."""
    return f"{points / 100:g}%"


def folded(points: int) -> str:
    """Write what is left after a share as Chinese shops do: 九折 is 9 of 10, 八五折 is 8.5."""
    return f"{(promoting.WHOLE - points) / 1000:g}"


def period(promotion: Promotion, teller: Teller) -> str:
    """Say from when until when a promotion holds, by the shop's clock."""
    when = promotion.when
    starts, ends = (teller.moment(at(each)).text if each else "" for each in (when.starts_at, when.ends_at))
    if starts and ends:
        return teller.say("promotions.period.both", starts=starts, ends=ends)
    if ends:
        return teller.say("promotions.period.until", ends=ends)
    return teller.say("promotions.period.from", starts=starts) if starts else teller.say("promotions.period.always")


def whom(promotion: Promotion, teller: Teller) -> str:
    """Say for whom and from what on a promotion holds; nothing where it is for everybody and everything."""
    when, found = promotion.when, list[str]()
    if when.minimum_amount:
        found.append(teller.say("promotions.whom.amount", amount=teller.money(when.minimum_amount)))
    if when.minimum_quantity > 1:
        found.append(teller.say("promotions.whom.pieces", count=when.minimum_quantity))
    if conditions.customers(promotion) is not Customers.EVERYONE:
        found.append(teller.say(f"promotions.whom.{conditions.customers(promotion)}"))
    if when.rooms:
        found.append(teller.say("promotions.whom.rooms", count=len(when.rooms)))
    return " · ".join(found)


def at(instant: str) -> datetime:
    """Return an instant as promotions write it."""
    return datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _goods(handle: str, sku: str, teller: Teller) -> str:
    """Name a product, or the variant of a sku; what is not in the shop yet is named as it is written."""
    catalogue = teller.here.catalogue
    found = catalogue.find_variant(sku) if sku else None
    product = found[0] if found else (catalogue.find_product(handle) if handle else None)
    if product is None:
        return handle or sku
    return " ".join([goods_standing.title(product.title, product.handle), *(found[1].options if found else ())])


def _times(quantity: int) -> str:
    return f" × {quantity}" if quantity > 1 else ""


def _price(promotion: Promotion, teller: Teller) -> str:
    if promotion.prices:
        listed = sorted(promotion.prices.values())
        ends = [teller.money(each) for each in dict.fromkeys((listed[0], listed[-1]))]
        return " – ".join(ends)
    if promotion.price is not None:
        return teller.say("promotions.told.price", price=teller.money(promotion.price))
    if promotion.percent:
        return _percent(promotion.percent, teller)
    return teller.say("promotions.told.off", amount=teller.money(promotion.off))


def _percent(points: int, teller: Teller) -> str:
    if points >= promoting.WHOLE:
        return teller.say("promotions.told.free")
    return teller.say("promotions.told.percent", share=folded(points) if teller.locale == "zh-CN" else share(points))


def _tier(tier: Tier, teller: Teller) -> str:
    start = (
        teller.say("promotions.tier.amount", amount=teller.money(tier.amount))
        if tier.amount
        else teller.say("promotions.tier.pieces", count=tier.quantity)
    )
    if tier.gift:
        gives = teller.say("promotions.told.gift", what=_goods("", tier.gift, teller), count=1)
    elif tier.percent:
        gives = _percent(tier.percent, teller)
    else:
        gives = teller.say("promotions.told.off", amount=teller.money(tier.off))
    return teller.say("promotions.tier.every" if tier.every else "promotions.tier", start=start, gives=gives)
