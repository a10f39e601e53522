"""What every file of a shop stands on: languages, money and time, from shop.yaml or from its country."""

from zoneinfo import available_timezones

from babel.core import get_global
from babel.localedata import locale_identifiers
from babel.numbers import list_currencies

from generator import regions
from generator.loading import countries
from generator.loading.reader import Ground, Reader, Tree

_FALLBACK = Ground(country="US", locale="en", locales=("en",), currency="USD", timezone="UTC")


def load(tree: Tree, reader: Reader) -> Ground:
    """Return the ground; what is unknown is reported and taken from the country instead."""
    country = str(tree.get("country") or "")
    if country and country not in regions.countries():
        reader.unknown("unknown-country", ("country",), country, regions.countries())
        country = ""
    usual = _usual(country) if country else _FALLBACK
    own = _locale(tree.get("locale"), reader) or usual.locale
    return Ground(
        country=country or usual.country,
        locale=own,
        locales=_locales(tree, own, reader),
        currency=_currency(tree.get("currency"), reader) or usual.currency,
        timezone=_timezone(tree.get("timezone"), reader) or usual.timezone,
        url=str(tree.get("url") or "").rstrip("/"),
        chat=(tree.get("live") or {}).get("chat") or "off",
    )


def fallback() -> Ground:
    """Return a ground to read other files on when shop.yaml cannot be read at all."""
    return _FALLBACK


def _usual(country: str) -> Ground:
    locale = countries.locale(country)
    return Ground(
        country=country, locale=locale, locales=(locale,), currency=countries.currency(country),
        timezone=countries.timezone(country),
    )  # fmt: skip


def is_locale(name: str) -> bool:
    """Return whether a language tag such as ``zh-CN`` is known and written in its usual form."""
    wanted = name.replace("-", "_")
    return wanted in _identifiers() or wanted in get_global("likely_subtags")


def _identifiers() -> frozenset[str]:
    return frozenset(locale_identifiers()) | _REGIONAL


_REGIONAL = frozenset({"zh_CN", "zh_TW", "zh_HK", "zh_MO", "zh_SG", "sr_RS", "pa_IN", "uz_UZ"})


def _locale(value: object, reader: Reader) -> str | None:
    if value is None:
        return None
    if not is_locale(str(value)):
        _unknown_locale(str(value), ("locale",), reader)
        return None
    return str(value)


def _unknown_locale(value: str, path: tuple[str | int, ...], reader: Reader) -> None:
    known = [each.replace("_", "-") for each in _identifiers()]
    reader.unknown("unknown-language", path, value, known)


def _locales(tree: Tree, own: str, reader: Reader) -> tuple[str, ...]:
    found: dict[str, None] = {own: None}
    for index, each in enumerate(tree.get("locales") or ()):
        if is_locale(str(each)):
            found[str(each)] = None
        else:
            _unknown_locale(str(each), ("locales", index), reader)
    return tuple(found)


_CURRENCIES = {"RMB": "CNY", "NTD": "TWD", "YEN": "JPY", "EURO": "EUR", "DOLLAR": "USD", "人民币": "CNY", "元": "CNY"}
"""What people call a currency, and its code."""


def _currency(value: object, reader: Reader) -> str | None:
    if value is None:
        return None
    known = list_currencies()
    if value not in known:
        meant = _CURRENCIES.get(str(value).upper())
        if meant:
            reader.report("unknown-currency", ("currency",), suggestion=meant, name=str(value))
        else:
            reader.unknown("unknown-currency", ("currency",), str(value), known)
        return None
    return str(value)


def _timezone(value: object, reader: Reader) -> str | None:
    if value is None:
        return None
    if not countries.is_timezone(str(value)):
        reader.unknown("unknown-timezone", ("timezone",), str(value), available_timezones())
        return None
    return str(value)
