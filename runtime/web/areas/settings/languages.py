"""Which texts lack a translation: what ``check`` says of it, by language."""

import msgspec

from generator.problems import Problem
from runtime.web.areas import shop_text
from runtime.web.areas.shop_text import ShopText

_MOST = 40


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """A file in which texts lack one language: how many, and where the first one stands."""

    file: str
    count: int
    line: int


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language of the shop and what lacks in it; ``more`` counts files that are not listed."""

    locale: str
    total: int
    files: tuple[Lack, ...]
    more: int


def missing(text: ShopText) -> tuple[Language, ...]:
    """Return what lacks in each language of the shop, as its text stands."""
    found = [each for each in shop_text.examine(text.folder).problems if each.code == "missing-translation"]
    return tuple(_language(locale, found) for locale in text.base.locales if len(text.base.locales) > 1)


def _language(locale: str, found: list[Problem]) -> Language:
    lacks = [
        Lack(file=each.file, count=int(each.values.get("count", 1)), line=each.mark.line if each.mark else 1)
        for each in found
        if each.values.get("locale") == locale
    ]
    lacks.sort(key=lambda lack: (-lack.count, lack.file))
    total = sum(each.count for each in lacks)
    return Language(locale=locale, total=total, files=tuple(lacks[:_MOST]), more=max(0, len(lacks) - _MOST))
