"""Which texts lack a translation: what ``check`` says of it, by language and file, down to the field."""

from collections.abc import Iterator
from typing import Any

import msgspec

from generator import document, fields
from generator.source.inventory import SHOP, TABLE
from runtime.console.forms import nodes
from runtime.console.forms.binding import bind
from runtime.console.forms.nodes import MISSING, Words
from runtime.web.areas import filing, shop_text
from runtime.web.areas.shop_text import ShopText

_CODES = frozenset({"missing-translation", "page-untranslated"})
_KINDS = {"products": "product", "shelves": "shelf", "pages": "page", "live": "live"}
_LONGEST = 140
Path = tuple[str | int, ...]


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """A file in which texts lack one language: how many, and whether that is the page's whole text."""

    file: str
    kind: str
    count: int
    body: bool = False


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """One language of the shop and what lacks in it."""

    locale: str
    total: int
    files: tuple[Lack, ...]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text that lacks a language: where it would stand, and what it says in another one."""

    path: Path
    said: str


def languages(text: ShopText) -> tuple[Language, ...]:
    """Return what lacks in each language of the shop, as its text stands; nothing for a shop of one language."""
    problems = shop_text.examine(text.folder).problems if len(text.base.locales) > 1 else ()
    found: dict[str, list[Lack]] = {locale: [] for locale in text.base.locales}
    for each in problems:
        locale = str(each.values.get("locale", ""))
        if each.code in _CODES and locale in found:
            count = int(str(each.values.get("count", 1)))
            lack = Lack(file=each.file, kind=_kind(each.file), count=count, body=each.code == "page-untranslated")
            found[locale].append(lack)
    several = len(text.base.locales) > 1
    return tuple(
        Language(locale=locale, total=sum(each.count for each in lacks), files=tuple(lacks))
        for locale, lacks in found.items()
        if several
    )


def texts(lack: Lack, locale: str, text: ShopText) -> list[Text]:
    """Return the texts of a file that lack a language; none of a table, whose cells have no fields."""
    if lack.body:
        return [Text(path=("body",), said=_body(lack.file, text))]
    if lack.file == TABLE:
        return []
    path = text.folder / lack.file
    read, _ = (document.read_page if lack.file.endswith(".md") else document.read)(path, lack.file)
    if read is None:
        return []
    field = text.field(filing.lang()) if lack.file == SHOP else fields.of(lack.kind, filing.lang())
    return list(_missing(bind(field, read.data, text.ground), locale))


def _missing(root: nodes.Group, locale: str) -> Iterator[Text]:
    for each in nodes.every(root):
        if not isinstance(each, Words) or each.old is MISSING:
            continue
        leaf = next((one for one in each.leaves if one.locale == locale), None)
        said = next((one.text for one in each.leaves if one.text.strip()), "")
        if leaf is not None and not leaf.text.strip() and said:
            yield Text(path=leaf.path, said=said[:_LONGEST])


def _body(file: str, text: ShopText) -> str:
    read, _ = document.read_page(text.folder / file, file)
    data: Any = read.data if read is not None else {}
    return str(data.get("body", "")).strip()[:_LONGEST] if isinstance(data, dict) else ""


def _kind(file: str) -> str:
    return "shop" if file == SHOP else ("product" if file == TABLE else _KINDS.get(file.partition("/")[0], "page"))
