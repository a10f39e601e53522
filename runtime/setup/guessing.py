"""What the wizard fills in before it is asked: the country, and what delivery costs there."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel import Locale
from babel.core import get_global

from generator import regions

_ZONE_FILE = Path("/etc/localtime")
FEES = {
    "CNY": ("8", "99"),
    "TWD": ("60", "999"),
    "HKD": ("30", "400"),
    "USD": ("5", "60"),
    "EUR": ("4.90", "60"),
    "GBP": ("3.95", "50"),
    "CHF": ("7", "80"),
    "JPY": ("600", "8000"),
    "KRW": ("3000", "50000"),
    "AUD": ("9.95", "100"),
    "CAD": ("12", "100"),
    "SGD": ("4", "60"),
    "SEK": ("49", "500"),
    "PLN": ("15", "200"),
}
"""What a parcel costs and from which amount it is free, in usual money; others are asked without a suggestion."""


def country(languages: Iterable[str], zone: str = "") -> str:
    """Guess a country from what a browser reads (``de-AT``, ``zh``) and the clock of the machine."""
    wanted = list(languages)
    near = _territory(zone)
    named = [
        code for each in wanted if (code := each.upper().rpartition("-")[2]) in regions.countries() and "-" in each
    ]
    if near and (not named or near in named):
        return near
    likely = get_global("likely_subtags")
    spoken = [str(likely.get(each.lower().partition("-")[0], "")).rpartition("_")[2] for each in wanted]
    return next((each for each in (*named, *spoken) if each in regions.countries()), "CN")


def machine_zone() -> str:
    """Return the time zone of this machine, such as ``Asia/Shanghai``, or nothing."""
    named = os.environ.get("TZ", "").strip(":")
    if named:
        return named
    try:
        parts = _ZONE_FILE.resolve().parts
    except OSError:
        return ""
    return "/".join(parts[parts.index("zoneinfo") + 1 :]) if "zoneinfo" in parts else ""


def _territory(zone: str) -> str:
    found = str(get_global("zone_territories").get(zone, ""))
    return found if found in regions.countries() else ""


def names(language: str) -> list[tuple[str, str]]:
    """Return all countries by their names in a language, in its order."""
    known = Locale.parse(language.replace("-", "_")).territories
    found = [(code, str(known.get(code, code))) for code in regions.countries()]
    return sorted(found, key=lambda each: each[1].casefold())
