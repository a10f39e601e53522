"""What stands crossed out beside a price was true: the log of prices says what was asked in the days before."""

from collections.abc import Iterator
from typing import Any

from generator import crossing, money, price_log, promoting
from generator.loading import promoting as written
from generator.loading.assembly import stocked
from generator.loading.draft import Draft
from generator.messages import problem
from generator.price_log import Log, Lowest
from generator.problems import Mark, Problem
from generator.promotion import Promotion
from generator.rules.effects import rows
from generator.shop import Product, Variant


def logged(draft: Draft) -> Iterator[Problem]:
    """Every line of the price log can be read, and no reduction is announced that the log shows to be none."""
    log = price_log.read(draft.folder / price_log.FILE, draft.ground.currency)
    for number in log.damaged:
        yield problem("price-log-damaged", price_log.FILE, Mark(line=number, column=1))
    days = crossing.WINDOWS.get(draft.shop.legal)
    if days is None or not log.skus():
        return
    for handle, product in draft.products.items():
        for index, variant in enumerate(product.variants):
            if variant.compare_at is not None and variant.compare_at > variant.price:
                yield from _compared(draft, log, (handle, index, days), variant)
    yield from _promoted(draft, log, days)


def _compared(draft: Draft, log: Log, where: tuple[str, int, int], variant: Variant) -> Iterator[Problem]:
    handle, index, days = where
    begun = log.reduced_since(variant.sku, draft.now, variant.price)
    lowest = log.lowest(variant.sku, begun, days)
    if lowest is None or variant.compare_at is None or variant.compare_at <= lowest.price:
        return
    shared = len({each.compare_at for each in draft.products[handle].variants}) == 1
    path: tuple[str | int, ...] = ("compare_at",) if shared else ("variants", index, "compare_at")
    currency = draft.ground.currency
    yield draft.at(
        "product",
        handle,
        "compare-at-false",
        path,
        compare_at=money.plain(variant.compare_at, currency),
        **_told(lowest, days, currency),
    )


def _told(lowest: Lowest, days: int, currency: str) -> dict[str, Any]:
    return {"days": days, "lowest": money.plain(lowest.price, currency), "date": lowest.since[:10]}


def _promoted(draft: Draft, log: Log, days: int) -> Iterator[Problem]:
    shelves = stocked(draft)
    for index, said, promotion in rows(draft):
        over = promotion.when.ends_at is not None and promotion.when.ends_at <= draft.now
        handles = written.products(promotion, said, shelves)
        if over or promotion.paused or handles is None or not promoting.is_shown(promotion):
            continue
        about = [draft.products[each] for each in handles or draft.products if each in draft.products]
        yield from _not_below(draft, log, (index, days), promotion, about)


def _not_below(
    draft: Draft, log: Log, where: tuple[int, int], promotion: Promotion, about: list[Product]
) -> Iterator[Problem]:
    index, days = where
    currency = draft.ground.currency
    for product in about:
        if not promoting.covers(promotion, product.handle):
            continue
        for variant in product.variants:
            price = promoting.piece_price(promotion, variant.sku, variant.price)
            lowest = crossing.prior(log, promotion, variant, price, (draft.now, days))
            if lowest is not None and price < variant.price and price >= lowest.price:
                yield problem(
                    "promotion-not-below-lowest",
                    "shop.yaml",
                    None,
                    ("promotions", index),
                    title=product.title[draft.ground.locale],
                    price=money.plain(price, currency),
                    **_told(lowest, days, currency),
                )
                break
