"""Guesses what a badly written price, weight or duration means; a guess is only ever suggested, never used."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from generator import money

_SIGNS = re.compile(r"[¥￥$€£₩₹元圆块\s\u00a0\u202f]|CNY|RMB|USD|EUR|GBP|JPY", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[,.']\d{3})+(?:[.,]\d+)?|\d+[.,]\d+|\d+")
_LONGEST = 25
_UNITS = {
    "分钟": "m",
    "min": "m",
    "minute": "m",
    "minutes": "m",
    "m": "m",
    "小时": "h",
    "个小时": "h",
    "hour": "h",
    "hours": "h",
    "h": "h",
    "std": "h",
    "天": "d",
    "日": "d",
    "day": "d",
    "days": "d",
    "d": "d",
    "tage": "d",
    "周": "w",
    "星期": "w",
    "week": "w",
    "weeks": "w",
    "w": "w",
}


def guess(text: str, currency: str) -> str | None:
    """Return the amount probably meant by ``¥19.90``, ``１９.９０``, ``19,90`` or ``1,999.00``."""
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", text)).replace("，", ",").replace("。", ".")
    found = _GROUPED.fullmatch(plain.removeprefix("-"))
    if not found:
        return None
    whole, mark, fraction = _parts(found[0])
    digits = re.sub(r"\D", "", whole) or "0"
    if len(digits) + len(fraction) > _LONGEST:
        return None
    number = Decimal(f"{digits}.{fraction}") if mark else Decimal(digits)
    rounded = number.quantize(Decimal(1).scaleb(-money.exponent(currency)), ROUND_HALF_UP)
    return str(rounded) if rounded.scaleb(money.exponent(currency)) <= money.MAXIMUM else None


def _parts(text: str) -> tuple[str, str, str]:
    """Split an amount at its decimal mark: the last one, unless exactly three digits follow the only kind of mark."""
    last = max(text.rfind("."), text.rfind(","))
    marks = {each for each in text if each in ",.'"}
    grouping = last >= 0 and len(text) - last - 1 == 3 and len(marks) == 1 and "." not in marks  # noqa: PLR2004
    if last < 0 or grouping or (text.count(text[last]) > 1):
        return text, "", ""
    return text[:last], text[last], text[last + 1 :]


def guess_weight(text: str) -> str | None:
    """Return the weight probably meant by ``１.５ＫＧ`` or ``1,5 kg``."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".").replace("公克", "g")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(kg|千克|公斤|g|克|斤|lb|oz)", plain, re.IGNORECASE)
    return f"{found[1]}{found[2].lower()}" if found else None


def guess_duration(text: str) -> str | None:
    """Return the duration probably meant by ``30 minutes`` or ``7天``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    found = re.fullmatch(r"(\d+)\s*(\D*)", plain)
    unit = _UNITS.get(found[2].strip() or "d") if found else None
    return f"{found[1]}{unit}" if found and unit and int(found[1]) else None


def guess_moment(text: str) -> str | None:
    """Return the short duration probably meant by ``3 seconds``, ``3`` or ``2分钟``."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    found = re.fullmatch(r"([1-9]\d{0,5})\s*(?:s|sec|secs|second|seconds|sekunden|秒|秒钟)?", plain)
    return f"{found[1]}s" if found else guess_duration(text)
