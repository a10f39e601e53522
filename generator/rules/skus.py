"""Numbers that must name one thing only."""

from collections.abc import Iterator

from generator.loading.draft import Draft
from generator.problems import Problem
from generator.shop import Product


def unique(draft: Draft) -> Iterator[Problem]:
    """A sku names one variant of one product."""
    seen: dict[str, tuple[str, int]] = {}
    for handle, product in draft.products.items():
        for index, variant in enumerate(product.variants):
            first = seen.setdefault(variant.sku, (handle, index))
            if first != (handle, index):
                file = draft.file("product", first[0])
                place = draft.place("product", first[0], _path(draft.products[first[0]], first[1]))
                yield draft.at(
                    "product",
                    handle,
                    "duplicate-sku",
                    _path(product, index),
                    sku=variant.sku,
                    first=first[0],
                    related=(file, place),
                )


def _path(product: Product, index: int) -> tuple[str | int, ...]:
    return ("variants", index, "sku") if product.options or len(product.variants) > 1 else ("sku",)


def codes(draft: Draft) -> Iterator[Problem]:
    """A bar code stands on one kind of goods, and its check digit is right (GS1)."""
    seen: dict[str, str] = {}
    for handle, product in draft.products.items():
        for index, variant in enumerate(product.variants):
            code = variant.barcode
            if not code:
                continue
            path = ("variants", index, "barcode") if len(product.variants) > 1 else ("barcode",)
            if code.isascii() and code.isdigit() and len(code) in {8, 12, 13, 14} and not checks(code):
                yield draft.at("product", handle, "barcode-check-digit", path, barcode=code)
            if seen.setdefault(code, handle) != handle:
                yield draft.at("product", handle, "duplicate-barcode", path, barcode=code, first=seen[code])


def checks(code: str) -> bool:
    """Return whether the last digit of an EAN or UPC checks the others (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return total % 10 == 0
