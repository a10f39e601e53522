"""What the price log has to say about a promotion before it is saved: the lowest price of the days before it."""

from typing import Any

import msgspec

from generator import crossing, price_log, promoting
from generator.loading.draft import Draft
from generator.promotion import Promotion
from runtime.web.areas.goods import standing as goods_standing
from runtime.web.areas.promotions import effects
from runtime.web.areas.telling import Teller

_SHOWN = 6


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One variant: its list price, the lowest one of the days before, and what it would cost."""

    title: str
    price: str
    promoted: str
    lowest: str = ""
    since: str = ""
    false: bool = False
    """True where it is no cheaper than it was: then it may not be called a promotion."""
    crossed: str = ""
    """What may stand crossed out beside it."""


def look(draft: Draft, promotion: Promotion, teller: Teller) -> dict[str, Any] | None:
    """Return what is shown of the law of prices at a promotion's form; None where it has nothing to say."""
    days = crossing.WINDOWS.get(draft.shop.legal)
    if days is None or not promoting.is_shown(promotion):
        return None
    log = price_log.read(draft.folder / price_log.FILE, draft.ground.currency)
    about = [each for each in draft.products.values() if promoting.covers(promotion, each.handle)]
    found = list[Held]()
    for product in about:
        for variant in product.variants:
            price = promoting.piece_price(promotion, variant.sku, variant.price)
            if price >= variant.price:
                continue
            lowest = crossing.prior(
                log, promotion, variant, price, (teller.here.now.strftime("%Y-%m-%dT%H:%M:%SZ"), days)
            )
            named = goods_standing.title(product.title, product.handle)
            crossed = min(variant.price, lowest.price) if lowest else variant.price
            found.append(
                Held(
                    title=" ".join([named, *variant.options]),
                    price=teller.money(variant.price),
                    promoted=teller.money(price),
                    lowest=teller.money(lowest.price) if lowest else "",
                    since=teller.day(effects.at(lowest.since)) if lowest else "",
                    false=lowest is not None and price >= lowest.price,
                    crossed=teller.money(crossed) if crossed > price else "",
                )
            )
    found.sort(key=lambda each: not each.false)
    wrong = sum(1 for each in found if each.false)
    return {
        "days": days,
        "rows": found[:_SHOWN],
        "rest": max(0, len(found) - _SHOWN),
        "wrong": wrong,
        "log": bool(log.skus()),
    }
