"""Taxes: which rate holds for a thing at a destination, and how much tax an amount holds or gets on top. Pure."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from generator.delivery import Place, match
from generator.shop import Tax


@lru_cache(maxsize=256)
def _rate(text: str) -> Decimal:
    return Decimal(text)


def rate(tax: Tax, tax_class: str, place: Place) -> str:
    """Return the rate as text ("0.19"): a region's before its country's before ``*``; "0" where none is given."""
    best, found = 0, "0"
    for entry in tax.rates:
        if entry.tax_class != tax_class:
            continue
        closeness = match(entry.country, place)
        if closeness and entry.region:
            closeness = match(f"{place.country}-{entry.region}", place)
        if closeness > best:
            best, found = closeness, entry.rate
    return found


def included(amount: int, text: str) -> int:
    """Return the tax inside an amount that contains it, halves rounded up."""
    value = _rate(text)
    return int((amount * value / (1 + value)).quantize(Decimal(1), ROUND_HALF_UP))


def added(amount: int, text: str) -> int:
    """Return the tax that comes on top of an amount, halves rounded up."""
    return int((amount * _rate(text)).quantize(Decimal(1), ROUND_HALF_UP))
