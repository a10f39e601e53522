"""Prices as they are printed: the price, what it was, and the price of a unit where the law wants it."""

from fractions import Fraction
from functools import lru_cache

import msgspec

from generator import crossing, money
from generator.display.edition import Edition
from generator.display.phrases import phrase
from generator.promoting import Current
from generator.shop import Product, Terms, UnitPrice, Variant
from generator.views import Price

# Directive 98/6/EC article 2(b): kilogram, litre, metre, square metre, cubic metre, or one unit.
_UNITS = {
    "mg": ("kg", Fraction(1, 10**6)), "g": ("kg", Fraction(1, 1000)), "kg": ("kg", Fraction(1)),
    "ml": ("l", Fraction(1, 1000)), "cl": ("l", Fraction(1, 100)), "l": ("l", Fraction(1)),
    "mm": ("m", Fraction(1, 1000)), "cm": ("m", Fraction(1, 100)), "m": ("m", Fraction(1)),
    "m2": ("m²", Fraction(1)), "m3": ("m³", Fraction(1)),
}  # fmt: skip
_SMALL = {"kg": "100 g", "l": "100 ml"}
_SMALL_UP_TO = Fraction(1, 4)


@lru_cache(maxsize=4096)
def unit_amount(price: int, amount: str, unit: str, legal: str) -> tuple[int, str] | None:
    """Return the price of one unit and its name: 250 g for 42.00 is (168.00, "kg"); None where nothing can be said.

    Germany wants whole kilograms and litres always (PAngV § 5); elsewhere packs of up to 250 g or ml are shown per 100.
    """
    name, factor = _UNITS.get(unit.lower().replace("²", "2").replace("³", "3"), (unit, Fraction(1)))
    quantity = Fraction(amount) * factor
    if quantity <= 0:
        return None
    whole = Fraction(price) / quantity
    if name in _SMALL and quantity <= _SMALL_UP_TO and legal != "DE":
        return money.rounded(whole / 10), _SMALL[name]
    return money.rounded(whole), name


def unit_of(price: int, unit: UnitPrice | None, terms: Terms, locale: str) -> str:
    """Write the unit price of a piece: ``¥168.00 / kg``; empty without one."""
    found = unit_amount(price, unit.amount, unit.unit, terms.legal) if unit else None
    return f"{money.text(found[0], terms.currency, locale)} / {found[1]}" if found else ""


def current(edition: Edition, product: Product, variant: Variant) -> Current:
    """Return the price of a variant at the edition's time, and what may be crossed out beside it."""
    found = edition.current.get(variant.sku)
    if found is None:
        found = edition.current[variant.sku] = crossing.shown(edition.shop, product, variant, edition.now)
    return found


def of_variant(edition: Edition, product: Product, variant: Variant) -> Price:
    """Return the price of one variant."""
    found = current(edition, product, variant)
    crossed = edition.price(found.crossed_out) if found.crossed_out is not None else ""
    return Price(
        text=edition.price(found.price),
        amount=money.plain(found.price, edition.shop.currency),
        compare_at=crossed,
        unit=unit_of(found.price, variant.unit_price, edition.shop, edition.locale),
        until=found.ends_at,
        note=lowest_note(edition.shop.legal, edition.locale, crossed),
    )


def lowest_note(legal: str, locale: str, crossed: str) -> str:
    """Say that a crossed-out price is the lowest of the last days, where the law wants it said (PAngV § 11)."""
    if legal not in {"DE", "EU"} or not crossed:
        return ""
    return phrase("lowest_before", locale, n=crossing.WINDOWS[legal], price=crossed)


def of_product(edition: Edition, product: Product) -> Price:
    """Return the lowest price of a product, and whether its variants differ."""
    prices = [current(edition, product, each).price for each in product.variants]
    price = of_variant(edition, product, product.variants[prices.index(min(prices))])
    return price if len(set(prices)) == 1 else msgspec.structs.replace(price, varies=True)


def tax_note(edition: Edition) -> str:
    """Say whether prices contain tax, and that delivery is extra, where shoppers have to be told."""
    shop = edition.shop
    if not shop.tax.prices_include_tax:
        return phrase("tax_excluded", edition.locale)
    if shop.legal not in {"DE", "EU"}:
        return ""
    parts = [phrase("tax_included", edition.locale)] if shop.tax.rates else []
    if any(method.rates for method in shop.delivery):
        parts.append(phrase("plus_delivery", edition.locale))
    return ", ".join(parts)
