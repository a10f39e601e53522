"""What a publish would change about the goods: products that come and go, prices, and what it means for stock."""

from pathlib import Path

import msgspec

from generator import money
from generator.catalogue import Catalogue
from generator.display import options
from generator.shop import Product, Variant


class VariantChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sku: ``kind`` is added, changed or removed; prices are minor units, None where the sku was or is not there.

    ``stock`` is the opening stock before and after, None where it is not counted.
    """

    kind: str
    sku: str
    label: str = ""
    price: tuple[int | None, int | None]
    compare_at: tuple[int | None, int | None] = (None, None)
    stock: tuple[int | None, int | None] = (None, None)


class ProductChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product: ``kind`` is added, changed or removed; ``title`` and ``status`` are those before and after."""

    kind: str
    product: str
    title: tuple[str, str]
    status: tuple[str, str]
    variants: tuple[VariantChange, ...] = ()


class GoodsChanges(msgspec.Struct, frozen=True, kw_only=True):
    """All products that a publish adds, changes or removes; ``currencies`` are those before and after."""

    currencies: tuple[str, str]
    products: tuple[ProductChange, ...]


def between(before: Path | None, after: Path) -> GoodsChanges:
    """Compare the catalogues of two releases, given as files; without a first one everything is new."""
    new = Catalogue(after)
    old = Catalogue(before) if before else None
    try:
        locale, was, now = new.terms.locale, old.raw() if old else {}, new.raw()
        currencies = (old.terms.currency if old else new.terms.currency, new.terms.currency)
        found = [
            _change(old.read(was[handle]) if old and handle in was else None,
                    new.read(now[handle]) if handle in now else None, locale, all=currencies[0] != currencies[1])
            for handle in dict.fromkeys([*now, *was])
            if was.get(handle) != now.get(handle) or currencies[0] != currencies[1]
        ]  # fmt: skip
        return GoodsChanges(currencies=currencies, products=tuple(each for each in found if each))
    finally:
        new.close()
        if old:
            old.close()


def _change(old: Product | None, new: Product | None, locale: str, *, all: bool) -> ProductChange | None:  # noqa: A002
    known = new or old
    if known is None:
        return None
    variants = tuple(_variants(old, new, locale, all=all))
    titles, states = (_title(old, locale), _title(new, locale)), (_status(old), _status(new))
    if old and new and not variants and titles[0] == titles[1] and states[0] == states[1]:
        return None
    return ProductChange(
        kind=_kind(old, new), product=known.handle, title=titles, status=states, variants=variants
    )  # fmt: skip


def _variants(old: Product | None, new: Product | None, locale: str, *, all: bool) -> list[VariantChange]:  # noqa: A002
    before = {each.sku: each for each in old.variants} if old else {}
    after = {each.sku: each for each in new.variants} if new else {}
    found = []
    for sku in dict.fromkeys([*after, *before]):
        was, now = before.get(sku), after.get(sku)
        owner, variant = (new, now) if new and now else (old, was)
        if _facts(was) != _facts(now) or all:
            found.append(
                VariantChange(
                    kind=_kind(was, now),
                    sku=sku,
                    label=_label(owner, variant, locale),
                    price=(_facts(was)[0], _facts(now)[0]),
                    compare_at=(_facts(was)[1], _facts(now)[1]),
                    stock=(_facts(was)[2], _facts(now)[2]),
                )
            )
    return found


def _facts(variant: Variant | None) -> tuple[int | None, int | None, int | None]:
    return (variant.price, variant.compare_at, variant.stock) if variant else (None, None, None)


def _kind(old: object, new: object) -> str:
    return "changed" if old and new else "added" if new else "removed"


def _title(product: Product | None, locale: str) -> str:
    return product.title.get(locale) or next(iter(product.title.values()), "") if product else ""


def _status(product: Product | None) -> str:
    return str(product.status) if product else ""


def _label(product: Product | None, variant: Variant | None, locale: str) -> str:
    try:
        return options.label(product, variant, locale) if product and variant else ""
    except KeyError:
        return ""


_MARKS = {"added": "+", "changed": "~", "removed": "-"}
_WORDS = {
    "en": {
        "price": "{sku}: {before} → {after}", "crossed": "{sku}: crossed-out price {before} → {after}",
        "stock": "{sku}: opening stock {before} → {after}; a sku that was sold before keeps the stock it has",
        "added": "{sku}: {after}, {stock}", "removed": "{sku}: {before}, no longer sold; its stock stays in the ledger",
        "counted": "opening stock {number}", "uncounted": "stock not counted", "none": "none", "open": "not counted",
        "status": "{before} → {after}", "title": "was “{before}”",
    },
    "zh": {
        "price": "{sku}：{before} → {after}", "crossed": "{sku}：划线价 {before} → {after}",
        "stock": "{sku}：初始库存 {before} → {after}；已上架过的 sku 沿用现有库存",
        "added": "{sku}：{after}，{stock}", "removed": "{sku}：{before}，不再出售；库存仍留在账上",
        "counted": "初始库存 {number}", "uncounted": "不计库存", "none": "无", "open": "不计",
        "status": "{before} → {after}", "title": "原名“{before}”",
    },
}  # fmt: skip


def text(found: GoodsChanges, lang: str) -> list[str]:
    """Return lines for people: one a product, and below it one for each fact that changes."""
    lines = []
    for change in found.products:
        title = change.title[1] or change.title[0]
        quoted = f"“{title}”" if lang == "zh" else f' "{title}"'
        lines.append(f"{_MARKS[change.kind]} {change.product}{quoted}")
        lines += [f"    {line}" for line in _lines(change, found.currencies, _WORDS[lang], lang)]
    return lines


def _lines(change: ProductChange, currencies: tuple[str, str], words: dict[str, str], lang: str) -> list[str]:
    found = []
    if change.kind == "changed":
        if change.title[0] != change.title[1]:
            found.append(words["title"].format(before=change.title[0]))
        if change.status[0] != change.status[1]:
            found.append(words["status"].format(before=change.status[0], after=change.status[1]))
    for variant in change.variants:
        sku = f"{variant.sku} ({variant.label})" if variant.label else variant.sku
        before, after = (_money(*each, words, lang) for each in zip(variant.price, currencies, strict=True))
        if variant.kind != "changed":
            stock = _stock(variant.stock[1], words)
            found.append(words[variant.kind].format(sku=sku, before=before, after=after, stock=stock))
            continue
        if before != after:
            found.append(words["price"].format(sku=sku, before=before, after=after))
        if variant.compare_at[0] != variant.compare_at[1]:
            crossed = (_money(*each, words, lang) for each in zip(variant.compare_at, currencies, strict=True))
            found.append(words["crossed"].format(sku=sku, **dict(zip(("before", "after"), crossed, strict=True))))
        if variant.stock[0] != variant.stock[1]:
            levels = (words["open"] if each is None else str(each) for each in variant.stock)
            found.append(words["stock"].format(sku=sku, **dict(zip(("before", "after"), levels, strict=True))))
    return found


def _money(amount: int | None, currency: str, words: dict[str, str], lang: str) -> str:
    return words["none"] if amount is None else money.text(amount, currency, "zh-CN" if lang == "zh" else "en")


def _stock(number: int | None, words: dict[str, str]) -> str:
    return words["uncounted"] if number is None else words["counted"].format(number=number)
