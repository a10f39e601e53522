"""Which price may stand crossed out beside the one of now, and what the log of prices has to say about it.

China counts the 7 days before a reduction (规范促销行为暂行规定 article 21), the EU 30 days (Directive 98/6/EC article
6a, PAngV § 11): a promotion crosses out the list price, or the lowest price of those days where that is lower.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from generator import promoting
from generator.price_log import Log, Lowest, Span, back
from generator.promoting import Current
from generator.promotion import Promotion, PromotionKind
from generator.shop import Product, Shop, Terms, Variant

WINDOWS = {"CN": 7, "DE": 30, "EU": 30}
"""Days before a reduction whose lowest price counts, by legal pack."""
ANNOUNCED = 7
"""Days for which a flash sale is announced before it begins."""


def shown(terms: Terms, product: Product, variant: Variant, now: str, gone: Iterable[str] = ()) -> Current:
    """Return the price of one piece for everybody now, and the price that may be crossed out beside it.

    Pages and /api/v1/offers say this, and the till charges it; ``gone`` are promotions that are used up. Without an
    instant no promotion holds.
    """
    promotions = about(terms.promotions, product) if now and terms.promotions else ()
    found = Current(price=variant.price)
    if promotions:
        found = promoting.current_price(promotions, product, variant, moment(now), frozenset(gone))
    before = variant.compare_at if not found.promotion else variant.price
    if before is not None and found.promotion:
        before = min(before, terms.lowest.get(variant.sku, before))
    crossed = before if before is not None and before > found.price else None
    return msgspec.structs.replace(found, crossed_out=crossed)


def about(promotions: Iterable[Promotion], product: Product) -> list[Promotion]:
    """Return the promotions that make a price for everybody and are about a product."""
    return [each for each in promotions if promoting.is_shown(each) and promoting.covers(each, product.handle)]


def plan(terms: Terms, product: Product, variant: Variant, now: str) -> list[Span]:
    """Return the prices of a variant from now on, as its promotions begin and end."""
    own = about(terms.promotions, product)
    if not own:
        compared = variant.compare_at if variant.compare_at and variant.compare_at > variant.price else None
        return [Span(since=now, price=variant.price, crossed_out=compared)]
    ends = {each for one in own for each in (one.when.starts_at, one.when.ends_at) if each and each > now}
    spans: list[Span] = []
    for instant in (now, *sorted(ends)):
        found = shown(terms, product, variant, instant)
        span = Span(
            since=instant, price=found.price, crossed_out=found.crossed_out, promotion=found.promotion
        )  # fmt: skip
        if not spans or spans[-1].state != span.state:
            spans.append(span)
    return spans


@lru_cache(maxsize=64)
def moment(instant: str) -> datetime:
    """Return an instant that is written in UTC."""
    return datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def announced(promotion: Promotion) -> str | None:
    """Return from when on a flash sale is announced; None for what is not."""
    starts = promotion.when.starts_at
    return back(starts, ANNOUNCED) if starts and promotion.kind is PromotionKind.FLASH_SALE else None


def boundaries(promotions: Iterable[Promotion], now: str) -> Iterator[str]:
    """Give every instant after now at which pages change: a promotion is announced, begins or ends, or may be taken."""
    for each in promotions:
        coupon = each.coupon
        instants = [announced(each), each.when.starts_at, each.when.ends_at]
        instants += [coupon.receive_from, coupon.receive_until] if coupon else []
        yield from (instant for instant in instants if instant and instant > now)


def prior(log: Log, promotion: Promotion, variant: Variant, price: int, when: tuple[str, int]) -> Lowest | None:
    """Return the lowest price of the days before a promotion; ``when`` is now and the number of days."""
    now, days = when
    starts = promotion.when.starts_at
    begun = starts if starts and starts > now else log.reduced_since(variant.sku, now, price)
    return log.lowest(variant.sku, begun, days)


def with_lowest(shop: Shop, log: Log, now: str) -> Shop:
    """Return the shop with the prices that promotions have to cross out instead of the list price.

    The host of a live room may reduce what lies in its bag at any moment, so its goods are looked up as of now.
    """
    days = WINDOWS.get(shop.legal)
    if days is None:
        return shop
    lowest: dict[str, int] = {}
    in_bags = {handle for room in shop.rooms.values() for handle in room.products}
    for product in shop.products.values():
        own = about(shop.promotions, product)
        for variant in product.variants if product.handle in in_bags and not own else ():
            found = log.lowest(variant.sku, now, days)
            if found and found.price < variant.price:
                lowest[variant.sku] = found.price
        for promotion in own:
            if promotion.when.ends_at and promotion.when.ends_at <= now:
                continue
            for variant in product.variants:
                price = promoting.piece_price(promotion, variant.sku, variant.price)
                found = prior(log, promotion, variant, price, (now, days))
                if found and found.price < lowest.get(variant.sku, variant.price):
                    lowest[variant.sku] = found.price
    return msgspec.structs.replace(shop, lowest=lowest)
