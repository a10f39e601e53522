"""Values of single files become one draft, and a draft without errors becomes the shop."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from generator.loading import promoting
from generator.loading.content import ShelfFile
from generator.loading.draft import Draft
from generator.loading.reader import Ground
from generator.loading.shelving import Stall
from generator.shop import Page, Shelf, Shop
from generator.source.inventory import Source, Stray
from generator.source.reading import Result
from generator.theming.sections import Offer

Base = tuple[Ground, dict[str, Any], Shop, Offer]


def draft(
    folder: Path, base: Base, listed: tuple[list[Source], list[Stray]], results: dict[str, Result]
) -> Draft:  # fmt: skip
    """Sort the results by kind and handle; the first file of a handle wins."""
    ground, tree, shop, offer = base
    made = Draft(
        folder=folder, ground=ground, tree=tree, shop=shop, offer=offer, sources=listed[0], strays=listed[1],
        results=results, products={}, shelves={}, pages={}, rooms={}, files={},
    )  # fmt: skip
    places: dict[str, dict[str, Any]] = {
        "product": made.products, "shelf": made.shelves, "page": made.pages, "live": made.rooms
    }  # fmt: skip
    for result in results.values():
        single = [each for each in (result.shelf, result.page, result.room) if each is not None]
        kind = "product" if result.products else result.kind
        for value in (*result.products, *single):
            if value.handle not in places[kind]:
                places[kind][value.handle] = value
                made.files[kind, value.handle] = result.file
    return made


def assemble(made: Draft) -> Shop:
    """Return the whole shop; shelves get their products, pages their bodies in every language."""
    shelves = stocked(made)
    rooms = {handle: room.promotions for handle, room in made.rooms.items()}
    return msgspec.structs.replace(
        made.shop,
        promotions=promoting.settle(made.shop.promotions, made.tree, shelves, rooms),
        products=made.products,
        shelves={handle: _shelf(each, shelves[handle]) for handle, each in made.shelves.items()},
        pages=_pages(made),
        rooms=made.rooms,
    )


def stocked(made: Draft) -> dict[str, tuple[str, ...]]:
    """Return what stands on every shelf, found once."""
    if made.stocked is None:
        stall = Stall(made.products.values())
        made.stocked = {handle: stall.pick(each) for handle, each in made.shelves.items()}
    return made.stocked


def _shelf(said: ShelfFile, products: Sequence[str]) -> Shelf:
    return Shelf(
        handle=said.handle, title=said.title, description=said.description, picture=said.picture,
        products=tuple(products), seo=said.seo,
    )  # fmt: skip


def _pages(made: Draft) -> dict[str, Page]:
    return {
        handle: _translated(handle, page, made)
        for handle, page in made.pages.items()
        if translation(handle, made) is None
    }


def translation(handle: str, made: Draft) -> tuple[str, str] | None:
    """Return the page and the locale that ``about.en`` is a translation of, if it is one."""
    name, dot, locale = handle.rpartition(".")
    return (name, locale) if dot and name in made.pages else None


def _translated(handle: str, page: Page, made: Draft) -> Page:
    """Put the bodies of all languages into a page, and titles and descriptions where those files have their own."""
    title, body, told = dict(page.title), dict(page.body), dict(page.seo.description or {})
    for locale in made.ground.locales[1:]:
        other = made.pages.get(f"{handle}.{locale}")
        if other is None:
            continue
        body[locale] = other.body[locale]
        title[locale] = other.title[locale] or title[locale]
        if other.seo.description and told:
            told[locale] = other.seo.description[locale]
    seo = msgspec.structs.replace(page.seo, description=told or None)
    return msgspec.structs.replace(page, title=title, body=body, seo=seo)
