"""What a delivery method costs: which zone a place lies in, and the fee for so many pieces, grams or minor units."""

from functools import lru_cache

import msgspec

from generator.shop import DeliveryMethod, Rates, Zone

_RANKS = (
    "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "地区",
    "省", "市", "区", "县", "盟", "旗",
)  # fmt: skip
PROVINCES = {
    "AH": "安徽", "BJ": "北京", "CQ": "重庆", "FJ": "福建", "GD": "广东", "GS": "甘肃", "GX": "广西", "GZ": "贵州",
    "HA": "河南", "HB": "湖北", "HE": "河北", "HI": "海南", "HK": "香港", "HL": "黑龙江", "HN": "湖南", "JL": "吉林",
    "JS": "江苏", "JX": "江西", "LN": "辽宁", "MO": "澳门", "NM": "内蒙古", "NX": "宁夏", "QH": "青海", "SC": "四川",
    "SD": "山东", "SH": "上海", "SN": "陕西", "SX": "山西", "TJ": "天津", "TW": "台湾", "XJ": "新疆", "XZ": "西藏",
    "YN": "云南", "ZJ": "浙江",
}  # fmt: skip
"""ISO 3166-2:CN codes and the short names that people write."""
_PROVINCE_NAMES = frozenset(PROVINCES.values())
ELSEWHERE, COUNTRY, REGION, TOWN = 1, 2, 3, 4


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where goods go: ISO country, then names of the divisions as the address has them."""

    country: str
    region: str = ""
    city: str = ""
    district: str = ""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What is delivered: pieces, grams, and minor units of money after discounts."""

    quantity: int
    weight: int
    amount: int


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """A fee and why: ``reason`` is flat, first, further or free_over.

    ``steps`` counts the further parts, ``zone`` names the regions.
    """

    amount: int
    reason: str
    by: str = ""
    units: int = 0
    steps: int = 0
    zone: str = ""


class NotServedError(LookupError):
    """The method does not go to that place."""


@lru_cache(maxsize=4096)
def short(name: str) -> str:
    """Return a division's name without its rank: 新疆维吾尔自治区 and 新疆 are the same place."""
    for rank in _RANKS:
        if name.endswith(rank) and len(name) > len(rank) + 1:
            return name.removesuffix(rank).casefold()
    return name.strip().casefold()


def match(region: str, place: Place) -> int:
    """Return how closely a region as merchants write it names the place.

    0 not at all, 1 elsewhere, 2 country, 3 region, 4 town.
    """
    if region == "*" or region.upper() == place.country:
        return ELSEWHERE if region == "*" else COUNTRY
    country, dash, name = region.partition("-")
    if dash and len(country) == len("CN") and country.isascii():
        if country.upper() != place.country:
            return 0
        region = PROVINCES.get(name.upper(), name) if place.country == "CN" else name
    elif place.country != "CN":
        return 0
    wanted = short(region)
    if wanted == short(place.region):
        return REGION
    if wanted in _PROVINCE_NAMES:
        return 0
    return TOWN if wanted in {short(place.city), short(place.district)} else 0


def find_zone(rates: Rates, place: Place) -> Zone | None:
    """Return the zone that names the place most closely, the first of equals; None where the method does not go."""
    if any(match(region, place) for region in rates.excluded):
        return None
    best, found = 0, None
    for zone in rates.zones:
        closeness = max((match(region, place) for region in zone.regions), default=0)
        if closeness > best:
            best, found = closeness, zone
    return found


def fee(method: DeliveryMethod, place: Place, load: Load) -> Fee:
    """Return what the method costs for the load; raise NotServedError."""
    if method.rates is None:
        return Fee(amount=0, reason="flat")
    zone = find_zone(method.rates, place)
    if zone is None:
        raise NotServedError(method.id)
    by = method.rates.by
    units = {"quantity": load.quantity, "weight": load.weight, "amount": load.amount}[by]
    name = ", ".join(zone.regions)
    if zone.free_over is not None and load.amount >= zone.free_over:
        return Fee(amount=0, reason="free_over", by=by, units=units, zone=name)
    further = max(0, units - zone.first_up_to)
    steps = -(-further // zone.each) if zone.each else 0
    reason = "further" if steps else "first"
    return Fee(amount=zone.first_fee + steps * zone.each_fee, reason=reason, by=by, units=units, steps=steps, zone=name)
