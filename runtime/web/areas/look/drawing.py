"""One page of the shop as a text would make it, drawn by the real generator and marked for the editor.

Nothing is built, stored or published. Around every section and block stand comments with its place in the list, so
that the editor finds what was pointed at. Pictures that no release has yet are shown as they were handed in.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image as Reader

from generator import images, pages
from generator.pictures.picture_cache import PictureCache
from generator.problems import Problem
from generator.releases.site import Site
from generator.shop import Picture, Section, Shop
from generator.theming import templates
from generator.theming.engines import Source
from generator.views import Image
from runtime.releases import Release
from runtime.web.areas.look import ground
from runtime.web.areas.look.ground import Read

PICTURES, ASSETS = "/console/look/~picture", "/console/look/~asset"
_PLACE = "~place"
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_ASSET = re.compile(r"/assets/([\w./-]+)")
_PIECE = re.compile(r"(section|block)s/[\w-]+\.html")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which page: its kind, of which product, shelf, page or room, in which language."""

    kind: str = "home"
    handle: str = ""
    locale: str = ""


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A page as HTML; ``failed`` are places of sections that could not be drawn; ``assets`` are new files it names."""

    html: str
    problems: tuple[Problem, ...] = ()
    failed: tuple[int, ...] = ()
    assets: dict[str, bytes] = {}


def draw(folder: Path, text: str, wanted: Wanted, now: datetime, release: Release) -> Drawn | None:
    """Draw a page from a text of shop.yaml; None if there is no such page."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    read = ground.read(folder, text, moment)
    pictures = _Pictures(folder, release)
    places = _places(read, wanted.kind)
    failed: tuple[int, ...] = ()
    try:
        made = _page(read, read.shop, wanted, (pictures, moment), places)
    except Exception:  # noqa: BLE001  a wrong value may do anything in a template; the other sections are still shown
        shop, places, failed = _sound(read, wanted, (pictures, moment), places)
        made = _page(read, shop, wanted, (pictures, moment), places)
    if made is None:
        return None
    html, site = made
    html, assets = _with_assets(_SCRIPT.sub("", html), site, release.has)
    return Drawn(html=html, problems=read.problems, failed=failed, assets=assets)


def listed(shop: Shop, read: Read, kind: str) -> tuple[Section, ...]:
    """Return the sections of a kind of page: the shop's own, else the theme's."""
    own = shop.home if kind == "home" else shop.layouts.get(kind)
    return tuple(own or read.clothes.layouts.get(kind, ()))


def handles(shop: Shop, kind: str) -> tuple[str, ...]:
    """Return the handles of all pages of a kind."""
    known: dict[str, Iterable[str]] = {
        "product": shop.products, "shelf": shop.shelves, "page": shop.pages, "live": shop.rooms
    }  # fmt: skip
    return tuple(known.get(kind, ()))


def _places(read: Read, kind: str) -> list[int]:
    """Return the places of the sections that the loader knows, hidden ones among them."""
    said = read.tree.get("home") if kind == "home" else (read.tree.get("layouts") or {}).get(kind)
    if not said:
        return list(range(len(read.clothes.layouts.get(kind, ()))))
    return [index for index, each in enumerate(said) if each.get("section") in read.offer.sections]


def _page(
    read: Read, shop: Shop, wanted: Wanted, with_what: tuple["_Pictures", str], places: list[int]
) -> tuple[str, Site] | None:  # fmt: skip
    pictures, now = with_what
    site = Site(shop, read.clothes, read.offer, pictures, now)
    locale = wanted.locale if wanted.locale in shop.locales else shop.locale
    plan = pages.find(site, locale, wanted.kind, wanted.handle)
    if plan is None:
        return None
    stage = site.stages[locale]
    context = plan.make()
    _mark(context, listed(shop, read, wanted.kind), places)
    made = templates.environment(_marking(read.clothes.source), stage, bounded=not stage.trusted)
    return made.get_template(plan.template).render(context), site


def _mark(context: dict[str, Any], said: tuple[Section, ...], places: list[int]) -> None:
    """Put the place of every section and block among its settings."""
    shown = [(place, each) for place, each in zip(places, said, strict=False) if not each.hidden]
    for (place, each), view in zip(shown, context["sections"], strict=False):
        view.settings[_PLACE] = str(place)
        blocks = [index for index, block in enumerate(each.blocks) if not block.hidden]
        for index, block in zip(blocks, view.blocks, strict=False):
            block.settings[_PLACE] = f"{place}.{index}"


def _marking(source: Source) -> Source:
    """Return the templates of a theme, those of sections and blocks with comments around them."""

    def marked(name: str) -> tuple[str, str] | None:
        found, piece = source(name), _PIECE.fullmatch(name)
        if found is None or piece is None or "{% extends" in found[0]:
            return found
        place = f"{{{{ {piece[1]}.settings['{_PLACE}'] if {piece[1]} is defined }}}}"
        return f"<!--look {place}-->{found[0]}<!--/look {place}-->", found[1]

    return marked


def _sound(
    read: Read, wanted: Wanted, with_what: tuple["_Pictures", str], places: list[int]
) -> tuple[Shop, list[int], tuple[int, ...]]:  # fmt: skip
    """Return the shop with those sections of the page that can be drawn, their places, and those of the others."""
    kept, good, failed = list[Section](), list[int](), list[int]()
    for place, each in zip(places, listed(read.shop, read, wanted.kind), strict=False):
        try:
            _page(read, _with_sections(read.shop, wanted.kind, (each,)), wanted, with_what, [place])
        except Exception:  # noqa: BLE001  as above
            failed.append(place)
        else:
            kept.append(each)
            good.append(place)
    return _with_sections(read.shop, wanted.kind, tuple(kept)), good, tuple(failed)


def _with_sections(shop: Shop, kind: str, sections: tuple[Section, ...]) -> Shop:
    if kind == "home":
        return msgspec.structs.replace(shop, home=sections)
    return msgspec.structs.replace(shop, layouts={**shop.layouts, kind: sections})


def _with_assets(html: str, site: Site, has: Callable[[str], bool]) -> tuple[str, dict[str, bytes]]:
    """Lead to the theme's files that no release has yet by an address of the editor, and return their bytes."""
    known = {asset.url: asset for asset in site.assets.values()}
    new: dict[str, bytes] = {}

    def led(found: re.Match[str]) -> str:
        asset = known.get(found[0])
        if asset is None or has(found[0]):
            return found[0]
        name = found[1].replace("/", "~")
        new[name] = asset.data
        return f"{ASSETS}/{name}"

    return _ASSET.sub(led, html), new


class _Pictures:
    """Pictures for a page that is only looked at: as the live release has them, else as they were handed in."""

    def __init__(self, folder: Path, release: Release) -> None:
        self._media = folder / "media"
        self._cache = PictureCache(folder / "var" / "cache" / "pictures")
        self._release = release

    def image(self, picture: Picture, locale: str) -> Image:
        """Return the view of a picture."""
        drawn = self._drawn(picture.file)
        alt = picture.alt[locale]
        if drawn is not None:
            return msgspec.structs.replace(drawn, alt=alt)
        width, height = self._size(picture.file)
        address = f"{PICTURES}/{picture.file}"
        return Image(src=address, srcset="", sources=(), width=width, height=height, alt=alt)

    def file(self, name: str) -> str:
        """Return the address of a media file."""
        return f"{PICTURES}/{name}"

    def digest(self, name: str) -> str:
        """Return what need not change while one looks."""
        return name

    def _drawn(self, name: str) -> Image | None:
        if not name.lower().endswith(images.PICTURES):
            return None
        try:
            found = self._cache.find(self._cache.key(name, self._media / name))
        except (OSError, ValueError):
            return None
        made = images.image(name, found) if found else None
        return made if made is not None and self._release.find(made.src) is not None else None

    def _size(self, name: str) -> tuple[int, int]:
        try:
            with Reader.open(self._media / name) as opened:
                return opened.size
        except (OSError, ValueError):
            return (1200, 800)


__all__ = ["ASSETS", "PICTURES", "Drawn", "Wanted", "draw", "handles", "listed"]
