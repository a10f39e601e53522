"""Writes down at every publish what things cost from now on."""

from collections.abc import Iterable
from pathlib import Path

from generator import crossing, price_log
from generator.catalogue import Catalogue
from generator.shop import Product, ProductStatus, Terms


def record(var: Path, terms: Terms, products: Iterable[Product], now: str) -> int:
    """Add the changes of prices to the log; return how many lines that were."""
    path = var / price_log.NAME
    plans = {
        variant.sku: crossing.plan(terms, product, variant, now)
        for product in products
        if product.status is not ProductStatus.DRAFT
        for variant in product.variants
    }
    return price_log.append(path, price_log.read(path, terms.currency), plans, now, terms.currency)


def record_release(var: Path, catalogue: Path, now: str) -> int:
    """Add the changes of prices that an earlier release brings when it is live again."""
    known = Catalogue(catalogue)
    try:
        handles = dict.fromkeys(handle for _, handle, _ in known.all_variants())
        found = [product for handle in handles if (product := known.find_product(handle)) is not None]
        return record(var, known.terms, found, now)
    finally:
        known.close()
