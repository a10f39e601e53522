"""Where a delivery rate holds: countries, China's provinces, regions of other countries, or everywhere."""

import re
from functools import cache

from babel import Locale

EVERYWHERE = "*"
PROVINCES = (
    "北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省", "上海市", "江苏省", "浙江省",
    "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "广西壮族自治区", "海南省", "重庆市",
    "四川省", "贵州省", "云南省", "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区",
    "台湾省", "香港特别行政区", "澳门特别行政区",
)  # fmt: skip
"""First-level divisions by their full names (GB/T 2260), as an address form offers them."""
_RANK = re.compile(r"(维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|省|市)$")
_SHORT = {_RANK.sub("", name): name for name in PROVINCES}
_CODED = re.compile(r"([A-Z]{2})(?:-(\S(?:.*\S)?))?")


@cache
def countries() -> frozenset[str]:
    """Return all ISO 3166-1 alpha-2 codes of countries."""
    return frozenset(
        code for code in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", code) and code not in _NO_COUNTRIES
    )


_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


def find(name: str) -> str | None:
    """Return the canonical name of a region: ``*``, ``DE``, ``US-CA``, ``CN-新疆维吾尔自治区``; None if there is none."""
    name = name.strip()
    if name == EVERYWHERE:
        return name
    province = _SHORT.get(_RANK.sub("", name))
    if province is not None and name in {province, _RANK.sub("", name)}:
        return f"CN-{province}"
    found = _CODED.fullmatch(name)
    if not found or found[1] not in countries():
        return None
    if found[1] == "CN" and found[2]:
        inner = find(found[2])
        return inner if inner and inner.startswith("CN-") else None
    return name


def known() -> tuple[str, ...]:
    """Return names that a misspelt region may mean."""
    return (*_SHORT, *PROVINCES, *sorted(countries()))


def country(region: str) -> str:
    """Return the country of a canonical region; ``*`` has none and gives ``*``."""
    return region[:2]
