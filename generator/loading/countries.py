"""What a country implies: language, money, time, and the pack of legal rules."""

import re
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.numbers import get_territory_currencies

EU = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    }
)
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_TAGGED = {"CN": "zh-CN", "HK": "zh-HK", "MO": "zh-HK", "TW": "zh-TW", "SG": "en", "BR": "pt-BR", "IN": "en"}
_CAPITALS = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
}


def locale(country: str) -> str:
    """Return the language most people of the country read: ``zh-CN``, ``de``, ``en``."""
    if country in _TAGGED:
        return _TAGGED[country]
    likely = get_global("likely_subtags").get(f"und_{country}")
    return str(likely).split("_", maxsplit=1)[0] if likely else "en"


def currency(country: str) -> str:
    """Return the country's money as ISO 4217 code."""
    current = get_territory_currencies(country)
    return str(current[0]) if current else "USD"


def timezone(country: str) -> str:
    """Return the country's timezone; where it has several, that of its seat of government or largest city."""
    if country in _CAPITALS:
        return _CAPITALS[country]
    zones = sorted(zone for zone, place in get_global("zone_territories").items() if place == country)
    return next((zone for zone in zones if is_timezone(zone)), "UTC")


def is_timezone(name: str) -> bool:
    """Return whether the IANA database has this timezone."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def legal(country: str) -> str:
    """Return the name of the legal pack that holds for a seller in the country: CN, DE, EU, US or empty."""
    if country in {"CN", "DE", "US"}:
        return country
    return "EU" if country in EU else ""
