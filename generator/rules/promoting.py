"""When a promotion holds, what it names, and how it stands beside others."""

from collections.abc import Iterator, Mapping

from generator import coupon_codes
from generator.loading import promoting
from generator.loading.assembly import stocked
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.promotion import Promotion, PromotionKind
from generator.rules.effects import rows, unknown_sku
from generator.rules.references import Names
from generator.source import nearest

_ALL = "*"


def named(draft: Draft) -> Iterator[Problem]:
    """Products, live rooms, skus, delivery methods and promotions that a promotion names exist."""
    names = Names(draft)
    skus = {each.sku: each for product in draft.products.values() for each in product.variants}
    methods = {each.id for each in draft.shop.delivery}
    ids = {promotion.id for _, _, promotion in rows(draft)}
    for index, said, promotion in rows(draft):
        path: tuple[str | int, ...] = ("promotions", index)
        for number, each in enumerate((said.get("when") or {}).get("without") or ()):
            yield from names.unknown(None, "product", each, (*path, "when", "without", number))
        for number, each in enumerate((said.get("when") or {}).get("rooms") or ()):
            yield from names.unknown(None, "live", each, (*path, "when", "rooms", number))
        for number, item in enumerate(promotion.items):
            if item.product:
                whole = isinstance(said["items"][number], str)
                here = (*path, "items", number) if whole else (*path, "items", number, "product")
                yield from names.unknown(None, "product", item.product, here)
        yield from _gifts(promotion, path, skus)
        for number, each in enumerate(promotion.delivery):
            if each not in methods and not draft.lacks("delivery"):
                meant = nearest.find(each, methods)
                yield in_shop("unknown-delivery", (*path, "delivery", number), suggestion=meant, name=each)
        for number, each in enumerate(promotion.stacks_with):
            if each != _ALL and each not in ids and not draft.lacks("promotions"):
                meant = nearest.find(each, ids)
                yield in_shop("unknown-promotion", (*path, "stacks_with", number), suggestion=meant, name=each)


def _gifts(promotion: Promotion, path: tuple[str | int, ...], skus: Mapping[str, object]) -> Iterator[Problem]:
    if promotion.gift and promotion.gift not in skus:
        yield unknown_sku((*path, "gift"), promotion.gift, skus)
    for number, tier in enumerate(promotion.tiers):
        if tier.gift and tier.gift not in skus:
            yield unknown_sku((*path, "tiers", number, "gift"), tier.gift, skus)


def periods(draft: Draft) -> Iterator[Problem]:
    """A flash sale has an end; a promotion that is over is told."""
    for index, said, promotion in rows(draft):
        path = ("promotions", index)
        ends = promotion.when.ends_at
        written = (said.get("when") or {}).get("ends_at")
        if promotion.kind is PromotionKind.FLASH_SALE and written is None and (*path, "when") not in draft.broken:
            yield in_shop("promotion-end-missing", path)
        if ends and ends <= draft.now:
            name = promotion.name[draft.ground.locale]
            yield in_shop("promotion-ended", (*path, "when", "ends_at"), name=name, ended=written)


def about_something(draft: Draft) -> Iterator[Problem]:
    """A promotion is about some product of the shop."""
    shelves = stocked(draft)
    for index, said, promotion in rows(draft):
        if promoting.products(promotion, said, shelves) is None:
            name = promotion.name[draft.ground.locale]
            yield in_shop("promotion-without-products", ("promotions", index, "when"), name=name)


def flash_stock(draft: Draft) -> Iterator[Problem]:
    """A flash sale promises no more pieces than its products open with."""
    shelves = stocked(draft)
    for index, said, promotion in rows(draft):
        about = promoting.products(promotion, said, shelves)
        if promotion.stock is None or about is None:
            continue
        chosen = [draft.products[each] for each in about or draft.products if each in draft.products]
        stocks = [
            variant.stock
            for product in chosen
            for variant in product.variants
            if not promotion.prices or variant.sku in promotion.prices
        ]
        known = [each for each in stocks if each is not None]
        if stocks and len(known) == len(stocks) and sum(known) < promotion.stock:
            path = ("promotions", index, "stock")
            yield in_shop("flash-stock-above", path, stock=promotion.stock, opening=sum(known))


def stacking(draft: Draft) -> Iterator[Problem]:
    """Two promotions that may stand beside each other both say so."""
    every = {promotion.id: promotion for _, _, promotion in rows(draft)}
    for index, _, promotion in rows(draft):
        for number, each in enumerate(promotion.stacks_with):
            other = every.get(each)
            if other is not None and other.id != promotion.id and not {promotion.id, _ALL} & set(other.stacks_with):
                path = ("promotions", index, "stacks_with", number)
                yield in_shop("stacking-one-sided", path, id=each, own=promotion.id)


def codes(draft: Draft) -> Iterator[Problem]:
    """A public code can be typed, and no other reads like it."""
    seen: dict[str, tuple[int, str]] = {}
    for index, _, promotion in rows(draft):
        code = promotion.coupon.code if promotion.coupon else ""
        path = ("promotions", index, "coupon", "code")
        if not code:
            continue
        if not coupon_codes.is_readable(code):
            yield in_shop("coupon-code-form", path, typed=code)
        first = seen.setdefault(coupon_codes.plain(code), (index, code))
        if first[0] != index:
            yield in_shop("coupon-code-twice", path, typed=code, first=first[1])
