"""The head of a page: title, description, addresses in every locale, and the way to it."""

import re
from functools import lru_cache

import msgspec

from generator.display.edition import Edition, prefix
from generator.display.frame import native_name
from generator.display.phrases import phrase
from generator.shop import Seo
from generator.views import Image, Link, PageView

_MARKS = re.compile(r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<[^>]*>|[*_`#>\[|]+")
_MARKS_AND_POINTS = re.compile(rf"{_MARKS.pattern}|^\s*[-+]\s+", re.MULTILINE)
"""Also the points of a list: found much more slowly."""
_MAY_MARK = re.compile(r"[\]<*_`#>\[|+-]")
_ENOUGH = 4
"""So many times what is shown is looked at first: most texts hold no mark, and only their beginning matters."""
_LONGEST = 155


@lru_cache(maxsize=4096)
def summary(text: str, longest: int = _LONGEST) -> str:
    """Return the beginning of a Markdown text in plain words, short enough for a search result."""
    head = text[: _ENOUGH * longest]
    plain = "" if _MAY_MARK.search(head) else " ".join(head.split())
    if len(plain) <= longest:
        marks = _MARKS_AND_POINTS if "-" in text or "+" in text else _MARKS
        plain = " ".join(marks.sub("", text).split())
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > longest // 2 else cut).rstrip(",.;:，。；：、 ") + "…"


def head(edition: Edition, kind: str, path: str, title: str, more: PageView | None = None) -> PageView:
    """Return the head of a page; ``path`` is without the locale's prefix, ``more`` fills in the rest."""
    shop = edition.shop
    several = len(shop.locales) > 1
    alternates = tuple((each, edition.absolute(prefix(shop, each) + path)) for each in shop.locales) if several else ()
    languages = tuple(
        Link(label=native_name(each), url=prefix(shop, each) + path, current=each == edition.locale)
        for each in (shop.locales if several else ())
    )
    given = more or PageView(kind=kind, title=title)
    return PageView(
        kind=kind,
        title=title,
        description=given.description,
        url=edition.prefix + path,
        canonical=edition.absolute(edition.prefix + path),
        alternates=(*alternates, ("x-default", alternates[0][1])) if alternates else (),
        languages=languages,
        breadcrumbs=given.breadcrumbs,
        image=_shared(edition, given.image),
        video=given.video,
        data=given.data,
        index=given.index,
    )


def _shared(edition: Edition, image: Image | None) -> Image | None:
    # Link previews take no relative addresses.
    if not edition.shop.url:
        return image
    if image is None:
        name = edition.text(edition.shop.name)
        return Image(src=edition.absolute("/share.png"), srcset="", sources=(), width=1200, height=630, alt=name)
    largest = image.srcset.rpartition(", ")[2].split(" ")[0] or image.src
    return msgspec.structs.replace(image, src=edition.absolute(largest))


def titled(edition: Edition, seo: Seo, title: str) -> str:
    """Return what search engines are told a page is called."""
    return edition.text(seo.title) or title


def described(edition: Edition, seo: Seo, text: str) -> str:
    """Return what search engines are told a page is about."""
    return edition.text(seo.description) or summary(text)


def crumbs(edition: Edition, *links: Link) -> tuple[Link, ...]:
    """Return the way to a page, from the home page on."""
    return (Link(label=phrase("home", edition.locale), url=edition.url("home")), *links)
