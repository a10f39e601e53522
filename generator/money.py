"""Money as integer minor units and a currency; the only place that parses, rounds or formats it."""

import copy
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.numbers import NumberPattern

# ISO 4217 minor units other than 2 (the published table, not CLDR: CLDR says 0 for MGA and IQD).
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_PRICE = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,18}))?")
_COUNTRY = re.compile(r"[A-Z]{1,3}(?=[$¥£₩₪₫€₹₱])")
"""Letters that tell CN¥ from JP¥: a shop has one currency, so its prices go without them."""
MAXIMUM = 10**12
"""The largest amount of minor units in one price; sums of bounded carts stay far below 64 bits."""


class NotMoneyError(ValueError):
    """The text is not an amount; ``reason`` is form, precision, negative or maximum."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def exponent(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def parse(text: str, currency: str) -> int:
    """Read an amount as people write it (``168``, ``168.00``) into minor units, exactly; raise NotMoneyError."""
    found = _PRICE.fullmatch(text)
    if not found or not text.isascii():
        raise NotMoneyError("form")
    sign, whole, fraction = found[1], found[2], (found[3] or "")
    decimals = exponent(currency)
    if len(fraction.rstrip("0")) > decimals:
        raise NotMoneyError("precision")
    amount = int(whole + fraction[:decimals].ljust(decimals, "0"))
    if sign:
        raise NotMoneyError("negative")
    if amount > MAXIMUM:
        raise NotMoneyError("maximum")
    return amount


def decimal(amount: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal number of the currency."""
    return Decimal(amount).scaleb(-exponent(currency))


def plain(amount: int, currency: str) -> str:
    """Return minor units as machine-readable text: ``16800`` CNY is ``168.00``."""
    decimals = exponent(currency)
    if not decimals:
        return str(amount)
    digits = str(abs(amount)).zfill(decimals + 1)
    return f"{'-' if amount < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int) -> tuple[Locale, NumberPattern]:
    parsed = Locale.parse(locale.replace("-", "_"))
    pattern = copy.copy(parsed.currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return parsed, pattern


def _exact(amount: int, currency: str, locale: str) -> str:
    parsed, pattern = _pattern(locale, exponent(currency))
    written = str(pattern.apply(decimal(amount, currency), parsed, currency=currency, currency_digits=False))
    return _COUNTRY.sub("", written)


class _Form(NamedTuple):
    """How a locale writes a currency: what stands around the digits, the separators, and the sizes of groups."""

    before: str
    after: str
    point: str
    group: str
    first: int
    further: int
    shortest: int


@lru_cache(maxsize=256)
def _form(currency: str, locale: str) -> _Form:
    """Learn the form from two examples that Babel writes: it takes twenty times as long for every price."""
    unit = int(10 ** exponent(currency))
    found = _DIGITS.match(_exact(12345678 * unit, currency, locale))
    if found is None:
        raise ValueError(locale)
    decimals = exponent(currency)
    body = found[2]
    point = body[-decimals - 1] if decimals else ""
    whole = body[: -decimals - 1] if decimals else body
    runs = re.findall(r"\d+", whole)
    group = re.sub(r"\d", "", whole)[:1]
    short = _DIGITS.match(_exact(1234 * unit, currency, locale))
    grouped = short is not None and group in short[2][: -decimals - 1 if decimals else None]
    sizes = (len(runs[-1]), len(runs[-2]) if len(runs) > 1 else 3)
    return _Form(found[1], found[3], point, group, *sizes, shortest=4 if grouped else 5)


_DIGITS = re.compile(r"(\D*)(\d.*\d)(\D*)$", re.DOTALL)


@lru_cache(maxsize=65536)
def text(amount: int, currency: str, locale: str) -> str:
    """Write minor units for people of a locale: ``¥168.00``, ``168,00 €``."""
    if amount < 0:
        return _exact(amount, currency, locale)
    form = _form(currency, locale)
    decimals = exponent(currency)
    digits = str(amount).zfill(decimals + 1)
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    if form.group and len(whole) >= form.shortest:
        whole = _grouped(whole, form)
    return f"{form.before}{whole}{form.point}{fraction}{form.after}"


def _grouped(whole: str, form: _Form) -> str:
    head, tail = whole[: -form.first], whole[-form.first :]
    parts = [tail]
    while head:
        parts.append(head[-form.further :])
        head = head[: -form.further]
    return form.group.join(reversed(parts))


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total out by weights: largest remainder, ties to the first; the shares add up exactly."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    rest = total - sum(shares)
    order = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in order[:rest]:
        shares[index] += 1
    return shares


def rounded(amount: Fraction) -> int:
    """Round an exact number of minor units half up, as people do."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
