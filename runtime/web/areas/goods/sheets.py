"""Products as the shop's own table: what is exported here can be put into a shop as products.csv."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from generator import money
from generator.shop import Product, Text, Variant
from runtime import stock
from runtime.database import Database
from runtime.funds.tables import safe
from runtime.web.areas.goods.standing import Good
from runtime.web.areas.shop_text import ShopText


def levels(database: Database, found: Sequence[Good]) -> dict[str, int]:
    """Return what can be sold now of the products."""
    skus = [variant.sku for each in found for variant in each.variants]
    return database.read(lambda look: stock.levels(look, skus))


def lines(found: Sequence[Good], text: ShopText, counted: dict[str, int]) -> Iterator[str]:
    """Yield the lines of a CSV file, a row a variant; the mark at its beginning is for spreadsheets."""
    others = text.base.locales[1:]
    options = list(dict.fromkeys(each.name for good in found if good.product for each in good.product.options))
    texts = [f"{name}{ending}" for name in ("title", "subtitle") for ending in ("", *(f".{each}" for each in others))]
    own = [*texts, "status", "tags", "images"]
    each_row = ["sku", "barcode", "price", "compare_at", "stock"]
    yield "\ufeff" + _line(["handle", *own, *(f"options.{name}" for name in options), *each_row])
    for good in found:
        for number, variant in enumerate(good.variants):
            if good.product is None:
                continue
            shared = _own(good.product, text) if not number else [""] * len(own)
            kinds = dict(zip((each.name for each in good.product.options), variant.options, strict=False))
            cells = [good.handle, *shared, *(kinds.get(name, "") for name in options)]
            yield _line([*cells, *_variant(variant, text.base.currency, counted)])


def _own(product: Product, text: ShopText) -> list[str]:
    locales = text.base.locales
    words = [_text(each, locales) for each in (product.title, product.subtitle)]
    return [
        *(cell for each in words for cell in each),
        str(product.status),
        "|".join(product.tags),
        "|".join(each.file for each in product.pictures),
    ]


def _text(text: Text | None, locales: Sequence[str]) -> list[str]:
    """Return a text in every language; a translation that only stands in for another is left out."""
    if text is None:
        return [""] * len(locales)
    own = text.get(locales[0], "")
    return [own, *("" if text.get(each) == own else text.get(each, "") for each in locales[1:])]


def _variant(variant: Variant, currency: str, counted: dict[str, int]) -> list[str]:
    pieces = counted.get(variant.sku, variant.stock)
    return [
        variant.sku,
        variant.barcode,
        money.plain(variant.price, currency),
        money.plain(variant.compare_at, currency) if variant.compare_at is not None else "",
        "" if pieces is None else str(pieces),
    ]


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return written.getvalue()
