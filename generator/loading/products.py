"""Product files become products: options, variants and everything that a buyer is told."""

from collections.abc import Mapping, Sequence
from itertools import product as combinations
from typing import Any

from generator import money
from generator.loading.reader import Path, Reader, Tree
from generator.shop import (
    Attribute,
    Limit,
    NoReasonReturn,
    Option,
    OptionValue,
    Picture,
    Product,
    ProductStatus,
    Safety,
    Text,
    UnitPrice,
    Variant,
)
from generator.source import nearest

MOST_VARIANTS = 500
"""As many as the largest platforms allow; more is nearly always an option too many."""
_MOST_LISTED = 12
_SHORT = 3


def load(handle: str, tree: Tree, reader: Reader) -> Product:
    """Return the product; problems go to the reader and what is broken is left at its default."""
    title = reader.text(tree.get("title", handle), ("title",))
    options = _options(tree.get("options"), reader)
    returns, safety, limit = tree.get("returns") or {}, tree.get("safety"), tree.get("limit") or {}
    preorder = tree.get("preorder") or {}
    return Product(
        handle=handle,
        title=title,
        subtitle=reader.find_text(tree, "subtitle", ()),
        description=reader.find_text(tree, "description", ()),
        pictures=_pictures(tree, title, reader),
        video=tree.get("video"),
        options=options,
        variants=_variants(handle, tree, options, reader),
        tags=tuple(dict.fromkeys(tree.get("tags") or ())),
        attributes=_attributes(tree.get("attributes"), reader),
        status=ProductStatus(tree.get("status") or "active"),
        publish_at=reader.find_instant(tree, "publish_at", ()),
        delivery=tuple(dict.fromkeys(tree.get("delivery") or ())),
        digital=bool(tree.get("digital")),
        preorder_seconds=reader.find_seconds(preorder, "ships_in", ("preorder",)),
        limit=Limit(per_order=_whole(limit.get("per_order")), per_customer=_whole(limit.get("per_customer"))),
        returns=NoReasonReturn(
            allowed=returns.get("no_reason") is not False, why=reader.find_text(returns, "why", ("returns",))
        ),
        safety=_safety(safety, reader) if safety else None,
        tax_class=tree.get("tax_class") or "standard",
        seo=reader.seo(tree),
        related=tuple(dict.fromkeys(tree.get("related") or ())),
    )


def _whole(value: Any) -> int | None:  # noqa: ANN401  a whole number, perhaps still as text
    return None if value is None else int(value)


def _pictures(tree: Tree, title: Text, reader: Reader) -> tuple[Picture, ...]:
    images = tree.get("images") or ()
    return tuple(reader.picture(image, ("images", index), title) for index, image in enumerate(images))


def _attributes(value: Any, reader: Reader) -> tuple[Attribute, ...]:  # noqa: ANN401  a mapping or a list
    if isinstance(value, Mapping):
        return tuple(
            Attribute(name=reader.text(str(name), ("attributes", name)), value=reader.text(each, ("attributes", name)))
            for name, each in value.items()
        )
    return tuple(
        Attribute(
            name=reader.text(each.get("name", ""), ("attributes", index, "name")),
            value=reader.text(each.get("value", ""), ("attributes", index, "value")),
        )
        for index, each in enumerate(value or ())
    )


def _safety(tree: Tree, reader: Reader) -> Safety:
    return Safety(
        manufacturer=tree.get("manufacturer", ""),
        responsible_person=tree.get("responsible_person", ""),
        warnings=reader.find_text(tree, "warnings", ("safety",)),
    )


def _options(value: Any, reader: Reader) -> tuple[Option, ...]:  # noqa: ANN401  a mapping or a list
    if not value:
        return ()
    if isinstance(value, Mapping):
        rows: list[tuple[Any, Any, Path, Path]] = [
            (name, each, ("options", name), ("options", name)) for name, each in value.items()
        ]
    else:
        rows = [
            (each.get("name", ""), each.get("values", ()), ("options", index, "name"), ("options", index, "values"))
            for index, each in enumerate(value)
        ]
    return tuple(_option(name, values, at, below, reader) for name, values, at, below in rows)


def _option(name: Any, values: Sequence[Any], at: Path, below: Path, reader: Reader) -> Option:  # noqa: ANN401  Text
    label = reader.text(name, at)
    own = reader.ground.locale
    found: dict[str, OptionValue] = {}
    for index, each in enumerate(values):
        words = reader.text(each, (*below, index))
        if words[own] in found:
            reader.report("option-value-twice", (*below, index), value=words[own])
        found[words[own]] = OptionValue(value=words[own], label=words)
    return Option(name=label[own], label=label, values=tuple(found.values()))


def _variants(handle: str, tree: Tree, options: tuple[Option, ...], reader: Reader) -> tuple[Variant, ...]:
    count = 1
    for option in options:
        count *= len(option.values)
    rows = tree.get("variants")
    if max(count, len(rows or ())) > MOST_VARIANTS:
        path = ("variants",) if len(rows or ()) > MOST_VARIANTS else ("options",)
        reader.report("too-many-variants", path, count=max(count, len(rows or ())), limit=MOST_VARIANTS)
        return (_variant(handle, (), ({}, ()), tree, reader),)
    if rows:
        return _written(handle, tree, rows, options, reader)
    if options:
        picked = combinations(*((each.value for each in option.values) for option in options))
        return tuple(_variant(handle, choice, ({}, ()), tree, reader, only=False) for choice in picked)
    return (_variant(handle, (), ({}, ()), tree, reader),)


def _written(
    handle: str, tree: Tree, rows: Sequence[Tree], options: tuple[Option, ...], reader: Reader
) -> tuple[Variant, ...]:
    seen: dict[tuple[str, ...], int] = {}
    variants = []
    known = {option.name: [value.value for value in option.values] for option in options}
    for index, row in enumerate(rows):
        path: Path = ("variants", index)
        choice = _choice(row, path, known, reader)
        if choice in seen:
            reader.report("variant-twice", path, combination=" / ".join(choice) or "–", first=seen[choice] + 1)
        elif all(choice) or not options:
            seen[choice] = index
        variants.append(_variant(handle, choice, (row, path), tree, reader, only=len(rows) == 1))
    return tuple(variants)


def _choice(row: Tree, path: Path, known: dict[str, list[str]], reader: Reader) -> tuple[str, ...]:
    said: Tree = row.get("options") or {}
    for name in said:
        if name not in known and not str(name).startswith("x-"):
            reader.unknown("unknown-option", (*path, "options", name), str(name), known)
    choice = []
    for name, values in known.items():
        value = said.get(name)
        if value is None:
            reader.report("variant-lacks-option", path, option=name, values=", ".join(values))
        elif value not in values:
            more = ", …" if len(values) > _MOST_LISTED else ""
            words = {"name": str(value), "option": name, "values": ", ".join(values[:_MOST_LISTED]) + more}
            meant = _meant(str(value), values) if len(reader.problems) < _MOST_LISTED else None
            reader.report("unknown-option-value", (*path, "options", name), suggestion=meant, **words)
        choice.append("" if value is None else str(value))
    return tuple(choice)


def _meant(value: str, known: list[str]) -> str | None:
    """Return the value that a slip stands for; other digits or one short size for another are no slips."""
    found = nearest.find(value, known)
    if found is None or [*filter(str.isdigit, found)] != [*filter(str.isdigit, value)]:
        return None
    long = min(len(value), len(found)) >= _SHORT or not value.isascii()
    return found if long or found.casefold() == value.casefold() else None


def _variant(
    handle: str, choice: tuple[str, ...], row: tuple[Tree, Path], tree: Tree, reader: Reader, *, only: bool = True
) -> Variant:
    own, path = row
    price = _amount("price", own, path, tree, reader)
    if price is None and not _price_said(own, path, tree, reader):
        reader.report("price-missing", path)
    if price == 0 and not (own.get("free") or tree.get("free")):
        reader.report("price-zero", (*path, "price") if "price" in own else ("price",))
    before = _amount("compare_at", own, path, tree, reader)
    if before is not None and price is not None and before <= price:
        reader.report(
            "compare-at-too-low",
            (*path, "compare_at") if "compare_at" in own else ("compare_at",),
            compare_at=money.plain(before, reader.ground.currency),
            price=money.plain(price, reader.ground.currency),
        )
    default = handle if only else "--".join((handle, *choice))
    sku = own.get("sku") or (tree.get("sku") if only else None) or default
    return Variant(
        sku=str(sku),
        options=choice,
        price=price or 0,
        compare_at=before,
        cost=_amount("cost", own, path, tree, reader),
        stock=_whole(_either("stock", own, tree)),
        weight=_grams(own, path, tree, reader),
        barcode=str(own.get("barcode") or (tree.get("barcode") if only else None) or ""),
        picture=own.get("image"),
        unit_price=_content(_either("unit_price", own, tree)),
    )


def _price_said(own: Tree, path: Path, tree: Tree, reader: Reader) -> bool:
    at = (*path, "price")
    return "price" in own or "price" in tree or reader.is_broken(at) or reader.is_broken(("price",))


def _either(key: str, own: Tree, tree: Tree) -> Any:  # noqa: ANN401  any value of the document
    value = own.get(key)
    return tree.get(key) if value is None else value


def _amount(key: str, own: Tree, path: Path, tree: Tree, reader: Reader) -> int | None:
    value = own.get(key)
    if value is not None:
        return reader.money(value, (*path, key))
    return reader.shared(key, tree.get(key), reader.money)


def _grams(own: Tree, path: Path, tree: Tree, reader: Reader) -> int:
    value = own.get("weight")
    if value is not None:
        return reader.weight(value, (*path, "weight"))
    return reader.shared("weight", tree.get("weight"), reader.weight) or 0


def _content(tree: Tree | None) -> UnitPrice | None:
    if not tree or "amount" not in tree or "unit" not in tree:
        return None
    return UnitPrice(amount=str(tree["amount"]), unit=tree["unit"])
