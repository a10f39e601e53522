"""What each kind of promotion needs and takes, and that it makes something cheaper."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from generator import money
from generator.loading import promoting
from generator.loading.assembly import stocked
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.promotion import Customers, Promotion, PromotionKind, Tier
from generator.shop import Product, Variant
from generator.source import nearest
from generator.value import Value

_ALWAYS = ("id", "name", "kind", "coupon", "when", "priority", "stacks_with", "limit", "paused")
_PIECE = ("price", "prices", "percent", "off")
_WHOLE = 10_000


class Effect(Value, frozen=True, kw_only=True):
    """The keys of a kind: all of ``needs``, one of ``one_of``, any of ``may``; ``pieces`` can be limited."""

    needs: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    pieces: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Return all keys that say what a promotion of this kind does."""
        return (*self.needs, *self.one_of, *self.may)


EFFECTS = {
    PromotionKind.PERCENT_OFF: Effect(needs=("percent",), pieces=True),
    PromotionKind.AMOUNT_OFF: Effect(needs=("off",)),
    PromotionKind.FIXED_PRICE: Effect(one_of=("price", "prices"), pieces=True),
    PromotionKind.FLASH_SALE: Effect(one_of=_PIECE, may=("stock",), pieces=True),
    PromotionKind.TIERS: Effect(needs=("tiers",)),
    PromotionKind.NTH_ITEM: Effect(needs=("nth",), one_of=("percent", "off", "price"), pieces=True),
    PromotionKind.BUNDLE_PRICE: Effect(needs=("items",), one_of=("price", "percent", "off")),
    PromotionKind.GIFT: Effect(needs=("gift",), may=("gifts",)),
    PromotionKind.FREE_DELIVERY: Effect(may=("delivery",)),
    PromotionKind.MEMBER_PRICE: Effect(one_of=_PIECE, pieces=True),
    PromotionKind.GROUP_BUY: Effect(needs=("group",), one_of=_PIECE, pieces=True),
    PromotionKind.REFERRAL: Effect(one_of=("off", "percent")),
}
_EXAMPLES = {
    "percent": "percent: 10%", "off": "off: 20", "price": "price: 99", "tiers": "tiers: [{from: 200, off: 20}]",
    "nth": "nth: 2", "items": "items: [tea, cup]", "gift": "gift: sku", "group": "group: {size: 3, hours: 24}",
}  # fmt: skip

Row = tuple[int, Mapping[str, Any], Promotion]


def rows(draft: Draft) -> Iterator[Row]:
    """Give each readable promotion with its place in the list and what is written."""
    for promotion, (index, said) in zip(draft.shop.promotions, promoting.readable(draft.tree), strict=True):
        yield index, said, promotion


def keys(draft: Draft) -> Iterator[Problem]:
    """A promotion has the keys that its kind needs, and none that say nothing in it."""
    for index, said, promotion in rows(draft):
        effect, path = EFFECTS[promotion.kind], ("promotions", index)
        kind = promotion.kind.value
        explained = set()
        for key in said:
            if key not in effect.known and key not in _ALWAYS and not key.startswith("x-"):
                lacking = [each for each in (*effect.needs, *effect.one_of) if each not in said]
                meant = nearest.find(key, lacking) or (lacking[0] if lacking else None)
                explained.add(meant)
                known = ", ".join(effect.known) or "–"
                yield in_shop("promotion-key-not-here", (*path, key), suggestion=meant, key=key, kind=kind, known=known)
        yield from (
            each for each in _needed(draft, said, effect, path, kind) if each.values.get("keys") not in explained
        )
        limited = said.get("limit") or {}
        for key in ("pieces_per_order", "pieces_per_customer"):
            if key in limited and not effect.pieces:
                yield in_shop("limit-without-pieces", (*path, "limit", key), kind=kind)


def _needed(
    draft: Draft, said: Mapping[str, Any], effect: Effect, path: tuple[str | int, ...], kind: str
) -> Iterator[Problem]:
    given = [key for key in effect.one_of if key in said]
    hidden = any((*path, key) in draft.broken for key in effect.one_of)
    missing = [key for key in effect.needs if key not in said and (*path, key) not in draft.broken]
    if effect.one_of and not given and not hidden:
        missing.append(" / ".join(effect.one_of))
    for each in missing:
        yield in_shop(
            "promotion-effect-missing", path, kind=kind, keys=each, example=_EXAMPLES[each.split(" / ", maxsplit=1)[0]]
        )
    for key in given[1:]:
        yield in_shop("promotion-effect-twice", (*path, key), key=key, first=given[0])


def cheaper(draft: Draft) -> Iterator[Problem]:
    """A promotion's price is below the list price of everything that it is about; prices name skus that exist."""
    variants = {each.sku: (product, each) for product in draft.products.values() for each in product.variants}
    shelves = stocked(draft)
    for index, said, promotion in rows(draft):
        path: tuple[str | int, ...] = ("promotions", index)
        for sku in promotion.prices:
            if sku not in variants:
                yield unknown_sku((*path, "prices", sku), sku, variants)
        if "price" in EFFECTS[promotion.kind].one_of and promotion.kind is not PromotionKind.BUNDLE_PRICE:
            about = promoting.products(promotion, said, shelves)
            yield from _cheaper(draft, promotion, path, about or (() if about is None else tuple(draft.products)))
        elif promotion.kind is PromotionKind.BUNDLE_PRICE:
            yield from _bundle(draft, promotion, path, variants)


def unknown_sku(path: tuple[str | int, ...], sku: str, known: Mapping[str, object]) -> Problem:
    """Make the problem of a sku that no product has."""
    return in_shop("unknown-sku", path, suggestion=nearest.find(sku, known), name=sku)


def _cheaper(
    draft: Draft, promotion: Promotion, path: tuple[str | int, ...], about: tuple[str, ...]
) -> Iterator[Problem]:
    for handle in about:
        product = draft.products.get(handle)
        for variant in product.variants if product else ():
            found = _own_price(promotion, variant)
            if product and found and variant.price and found[1] >= variant.price:
                yield _not_lower(draft, (product,), (*path, *found[0]), variant.price, found[1])
                break
            if product and found is None and promotion.off >= variant.price > 0:
                yield _nothing_left(draft, promotion, (product,), path, variant.price)
                break


def _own_price(promotion: Promotion, variant: Variant) -> tuple[tuple[str, ...], int] | None:
    """Return the written price of a variant and its key."""
    if variant.sku in promotion.prices:
        return ("prices", variant.sku), promotion.prices[variant.sku]
    if promotion.price is not None:
        return ("price",), promotion.price
    return None


def _not_lower(
    draft: Draft, about: Sequence[Product], path: tuple[str | int, ...], usual: int, promoted: int
) -> Problem:
    currency = draft.ground.currency
    price, cheaper = money.plain(usual, currency), money.plain(promoted, currency)
    return in_shop("promotion-price-not-lower", path, title=_titles(draft, about), price=price, promoted=cheaper)


def _nothing_left(
    draft: Draft, promotion: Promotion, about: Sequence[Product], path: tuple[str | int, ...], usual: int
) -> Problem:
    currency = draft.ground.currency
    off, price = money.plain(promotion.off, currency), money.plain(usual, currency)
    return in_shop("promotion-off-too-much", (*path, "off"), title=_titles(draft, about), off=off, price=price)


def _titles(draft: Draft, about: Sequence[Product]) -> str:
    return " + ".join(each.title[draft.ground.locale] for each in about)


def _bundle(
    draft: Draft, promotion: Promotion, path: tuple[str | int, ...], variants: Mapping[str, tuple[Product, Variant]]
) -> Iterator[Problem]:
    total, titles = 0, list[Product]()
    for index, item in enumerate(promotion.items):
        here = (*path, "items", index)
        if bool(item.product) == bool(item.sku):
            yield in_shop("bundle-item-twice", here)
        elif item.sku and item.sku not in variants:
            yield unknown_sku((*here, "sku"), item.sku, variants)
        else:
            product = variants[item.sku][0] if item.sku else draft.products.get(item.product)
            if product is None:
                continue
            price = variants[item.sku][1].price if item.sku else min(each.price for each in product.variants)
            total += price * item.quantity
            titles.append(product)
    if promotion.items and sum(item.quantity for item in promotion.items) == 1:
        yield in_shop("bundle-of-one", (*path, "items"))
    if not total or len(titles) != len(promotion.items):
        return
    if promotion.price is not None and promotion.price >= total:
        yield _not_lower(draft, titles, (*path, "price"), total, promotion.price)
    elif promotion.off >= total:
        yield _nothing_left(draft, promotion, titles, path, total)


def tiers(draft: Draft) -> Iterator[Problem]:
    """Tiers rise, all count the same thing, and each gives one thing that leaves something to pay."""
    for index, said, promotion in rows(draft):
        written = said.get("tiers") or ()
        for number, (tier, one) in enumerate(zip(promotion.tiers, written, strict=True)):
            path = ("promotions", index, "tiers", number)
            if len({"percent", "off", "gift"} & one.keys()) != 1:
                yield in_shop("tier-gives", path)
            mixed = bool(tier.amount) != bool(promotion.tiers[0].amount)
            if mixed or len({"from", "from_quantity"} & one.keys()) != 1:
                yield in_shop("tier-start", path)
            if tier.amount and tier.off >= tier.amount:
                yield _too_much(draft, tier, (*path, "off"))
        for number, (before, after) in enumerate(pairwise(promotion.tiers)):
            same = bool(before.amount) == bool(after.amount)
            if same and not _rises(before, after):
                yield in_shop("tiers-not-rising", ("promotions", index, "tiers", number + 1))


def _too_much(draft: Draft, tier: Tier, path: tuple[str | int, ...]) -> Problem:
    currency = draft.ground.currency
    return in_shop(
        "tier-off-too-much", path, off=money.plain(tier.off, currency), start=money.plain(tier.amount, currency)
    )


def _rises(before: Tier, after: Tier) -> bool:
    higher = (before.amount, before.quantity) < (after.amount, after.quantity)
    comparable = bool(before.percent) == bool(after.percent) and bool(before.off) == bool(after.off)
    more = (before.percent, before.off) < (after.percent, after.off) or bool(after.gift or before.gift)
    return higher and (more or not comparable)


def members(draft: Draft) -> Iterator[Problem]:
    """A member price is for members."""
    for index, _, promotion in rows(draft):
        if promotion.kind is PromotionKind.MEMBER_PRICE and promotion.when.customers is not Customers.MEMBERS:
            path = ("promotions", index, "when", "customers")
            yield in_shop("member-price-for-others", path, customers=promotion.when.customers.value)
