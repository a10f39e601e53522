"""The promotions of shop.yaml become values; their shelves are put in when all products are known."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from generator.loading.reader import Path, Reader, Tree
from generator.promotion import (
    BundleItem,
    Condition,
    Coupon,
    Customers,
    Group,
    Promotion,
    PromotionKind,
    PromotionLimit,
    Tier,
)

_PERCENT = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?\s?%?", re.ASCII)
_ZHE = re.compile(r"([1-9](?:\.?[0-9])?)\s*折")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_WHOLE = 10_000
_HOUR = 3600
_LONGEST = 24


def readable(tree: Tree) -> Iterator[tuple[int, Tree]]:
    """Give the promotions that the schema left an id and a kind, with their place in the list."""
    for index, each in enumerate(tree.get("promotions") or ()):
        if isinstance(each, Mapping) and each.get("id") and each.get("kind"):
            yield index, each


def load(tree: Tree, reader: Reader) -> tuple[Promotion, ...]:
    """Return the promotions in the order of ``readable``; ``settle`` completes them."""
    return tuple(_promotion(each, ("promotions", index), reader) for index, each in readable(tree))


def settle(
    promotions: Sequence[Promotion],
    tree: Tree,
    shelves: Mapping[str, Sequence[str]],
    rooms: Mapping[str, Sequence[str]],
) -> tuple[Promotion, ...]:
    """Put in the products of shelves and the live rooms that name a promotion.

    What is about no product is left out, and so is what is paused.
    """
    found = []
    for promotion, (_, said) in zip(promotions, readable(tree), strict=True):
        listed = products(promotion, said, shelves)
        if listed is None or promotion.paused:
            continue
        own = [handle for handle, ids in rooms.items() if promotion.id in ids]
        when = msgspec.structs.replace(
            promotion.when, products=listed, rooms=tuple(dict.fromkeys((*promotion.when.rooms, *own)))
        )
        found.append(msgspec.structs.replace(promotion, when=when))
    return tuple(found)


def products(promotion: Promotion, said: Tree, shelves: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """Return the products that a promotion is about, an empty list for all of them, None if there are none."""
    when: Tree = said.get("when") or {}
    named = [*promotion.when.products, *(each for name in when.get("shelves") or () for each in shelves.get(name, ()))]
    if not (when.get("products") or when.get("shelves")):
        return ()
    return tuple(each for each in dict.fromkeys(named) if each not in promotion.when.without) or None


def _promotion(tree: Tree, path: Path, reader: Reader) -> Promotion:
    kind = PromotionKind(tree["kind"])
    return Promotion(
        id=tree["id"],
        name=reader.text(tree.get("name", tree["id"]), (*path, "name")),
        kind=kind,
        when=_condition(tree.get("when") or {}, kind, (*path, "when"), reader),
        priority=int(tree.get("priority") or 0),
        stacks_with=_stacks(tree.get("stacks_with")),
        limit=_limit(tree.get("limit") or {}),
        coupon=_coupon(tree.get("coupon"), (*path, "coupon"), reader),
        percent=_percent(tree, path, reader, whole=kind is PromotionKind.NTH_ITEM),
        off=reader.find_money(tree, "off", path) or 0,
        price=reader.find_money(tree, "price", path),
        prices=_prices(tree.get("prices") or {}, (*path, "prices"), reader),
        stock=_whole(tree.get("stock")),
        tiers=tuple(_tier(each, (*path, "tiers", index), reader) for index, each in enumerate(tree.get("tiers") or ())),
        nth=int(tree.get("nth") or 0),
        items=tuple(_item(each) for each in tree.get("items") or ()),
        gift=str(tree.get("gift") or ""),
        gifts=int(tree.get("gifts") or 1),
        delivery=tuple(tree.get("delivery") or ()),
        group=_group(tree.get("group")),
        paused=tree.get("paused") is True,
    )


def _whole(value: Any) -> int | None:  # noqa: ANN401  a whole number, if there is one
    return None if value is None else int(value)


def _condition(tree: Tree, kind: PromotionKind, path: Path, reader: Reader) -> Condition:
    starts, ends = _period(tree, ("starts_at", "ends_at"), path, reader)
    usual = Customers.MEMBERS if kind is PromotionKind.MEMBER_PRICE else Customers.EVERYONE
    return Condition(
        starts_at=starts,
        ends_at=ends,
        products=tuple(dict.fromkeys(tree.get("products") or ())),
        without=tuple(dict.fromkeys(tree.get("without") or ())),
        minimum_amount=reader.find_money(tree, "minimum_amount", path) or 0,
        minimum_quantity=int(tree.get("minimum_quantity") or 0),
        customers=Customers(tree.get("customers") or usual),
        rooms=tuple(dict.fromkeys(tree.get("rooms") or ())),
    )


def _period(tree: Tree, keys: tuple[str, str], path: Path, reader: Reader) -> tuple[str | None, str | None]:
    """Return both ends of a period; one that ends before it starts is reported."""
    starts, ends = (reader.find_instant(tree, key, path) for key in keys)
    if starts and ends and ends <= starts:
        reader.report("ends-before-start", (*path, keys[1]))
    return starts, ends


def _stacks(said: Any) -> tuple[str, ...]:  # noqa: ANN401  a list of ids, or *
    return (said,) if isinstance(said, str) else tuple(dict.fromkeys(said or ()))


def _limit(tree: Tree) -> PromotionLimit:
    return PromotionLimit(
        total=_whole(tree.get("total")),
        per_customer=_whole(tree.get("per_customer")),
        pieces_per_order=_whole(tree.get("pieces_per_order")),
        pieces_per_customer=_whole(tree.get("pieces_per_customer")),
    )


def _coupon(tree: Tree | None, path: Path, reader: Reader) -> Coupon | None:
    if tree is None:
        return None
    starts, ends = _period(tree, ("receive_from", "receive_until"), path, reader)
    return Coupon(
        code=str(tree.get("code") or ""),
        shown=tree.get("show") is True or bool(starts or ends),
        receive_from=starts,
        receive_until=ends,
        valid_days=_whole(tree.get("valid_days")),
    )


def _prices(tree: Tree, path: Path, reader: Reader) -> dict[str, int]:
    read = {sku: reader.money(value, (*path, sku)) for sku, value in tree.items() if not str(sku).startswith("x-")}
    return {sku: amount for sku, amount in read.items() if amount is not None}


def _tier(tree: Tree, path: Path, reader: Reader) -> Tier:
    return Tier(
        amount=reader.find_money(tree, "from", path) or 0,
        quantity=int(tree.get("from_quantity") or 0),
        percent=_percent(tree, path, reader),
        off=reader.find_money(tree, "off", path) or 0,
        gift=str(tree.get("gift") or ""),
        every=tree.get("every") is True,
    )


def _item(said: Any) -> BundleItem:  # noqa: ANN401  a handle, or a group
    if not isinstance(said, Mapping):
        return BundleItem(product=str(said))
    return BundleItem(
        product=str(said.get("product") or ""), sku=str(said.get("sku") or ""), quantity=int(said.get("quantity") or 1)
    )


def _group(tree: Tree | None) -> Group | None:
    if not tree:
        return None
    return Group(size=int(tree.get("size") or 2), seconds=int(tree.get("hours") or _LONGEST) * _HOUR)


def _percent(tree: Tree, path: Path, reader: Reader, *, whole: bool = False) -> int:
    """Return a share in basis points, more than nothing and less than all of it (``whole``: or all of it)."""
    value = tree.get("percent")
    if value is None:
        return 0
    found = _PERCENT.fullmatch(str(value))
    if found is None:
        reader.report("percent-form", (*path, "percent"), suggestion=guess_percent(str(value)), value=value)
        return 0
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not 0 < points < _WHOLE + whole:
        reader.report("percent-range", (*path, "percent"), value=value)
        return 0
    return points


def guess_percent(text: str) -> str | None:
    """Return the share probably meant by ``10 ％``, ``12,5%``, ``0.1`` as text or ``8.5折``."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(_DIGITS)
    kept = _ZHE.fullmatch(plain)
    if kept:
        tenths = Decimal(kept[1].ljust(2, "0").replace(".", "")) if "." not in kept[1] else Decimal(kept[1]) * 10
        return f"{format((100 - tenths).normalize(), 'f')}%"
    fixed = plain.removeprefix("-").replace(",", ".").replace("percent", "%")
    return f"{fixed.rstrip('% ')}%" if _PERCENT.fullmatch(fixed) else None
