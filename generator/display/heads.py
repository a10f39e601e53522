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
_PREVIEW_WIDTH, _SMALLEST_PREVIEW = 1200, 300
_PREVIEW_KINDS = (".jpg", ".jpeg", ".png")


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
    """Return the picture of a link preview: previews take no relative addresses, no drawings and no tiny pictures."""
    if not edition.shop.url:
        return image
    found = _preview(image) if image else None
    if image is None or found is None:
        name = edition.text(edition.shop.name)
        return Image(src=edition.absolute("/share.png"), srcset="", sources=(), width=1200, height=630, alt=name)
    src, width, height = found
    return msgspec.structs.replace(image, src=edition.absolute(src), width=width, height=height)


def _preview(image: Image) -> tuple[str, int, int] | None:
    """Return address, width and height of the form that messengers take: JPEG or PNG, large, and not too heavy.

    WhatsApp leaves out what weighs much more than 300 KB, and WeChat what is smaller than 300 pixels.
    """
    forms = [each.split(" ") for each in image.srcset.split(", ") if " " in each]
    sizes = sorted((int(width.removesuffix("w")), src) for src, width in forms) or [(image.width, image.src)]
    fitting = [each for each in sizes if each[0] <= _PREVIEW_WIDTH]
    width, src = fitting[-1] if fitting else sizes[0]
    height = round(image.height * width / image.width)
    small = min(width, height) < _SMALLEST_PREVIEW
    return None if small or not src.endswith(_PREVIEW_KINDS) else (src, width, height)


def titled(edition: Edition, seo: Seo, title: str) -> str:
    """Return what search engines are told a page is called."""
    return edition.text(seo.title) or title


def described(edition: Edition, seo: Seo, text: str) -> str:
    """Return what search engines are told a page is about."""
    return edition.text(seo.description) or summary(text)


def crumbs(edition: Edition, *links: Link) -> tuple[Link, ...]:
    """Return the way to a page, from the home page on."""
    return (Link(label=phrase("home", edition.locale), url=edition.url("home")), *links)
