"""What can be done with sections and blocks, as changes of the file: up, down, hidden, copied, taken away, added."""

from collections.abc import Mapping
from typing import Any

import msgspec

from generator.editing.applying import copied
from generator.editing.change import Change, Insert, Move, Path, Remove, Set
from generator.shop import Shop
from generator.source.events import Data
from generator.theming.sections import Offer, Setting, Sidecar
from runtime.web.areas.look import places
from runtime.web.areas.look.places import MOST, Board, Place

DEEDS = ("up", "down", "move", "hide", "show", "copy", "remove", "add", "reset")


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of a deed, and the place to look at afterwards."""

    changes: tuple[Change, ...]
    place: Place | None = None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a new section begins with: words of the shop's language, and goods and pictures that there are."""

    shop: Shop
    words: Mapping[str, str]
    until: str
    pictures: tuple[str, ...] = ()


def plan(made: Board, data: Data, deed: str, place: Place | None, to: int | None = None) -> Done | None:
    """Return what a deed changes; None where it cannot be done."""
    if deed == "reset":
        return Done(changes=(Remove(made.path),)) if made.own and made.kind != "home" else None
    if place is None or places.item(made, place) is None:
        return None
    change = _change(made, place, deed, to)
    if change is None:
        return None
    found, after = change
    return Done(changes=(*places.started(made, data), *found), place=after)


def _change(made: Board, place: Place, deed: str, to: int | None) -> tuple[list[Change], Place | None] | None:
    """Return what a deed changes in its list, and where the piece is then."""
    listed, index, count = _list(made, place)
    where = (*listed, index)
    wanted = {"up": index - 1, "down": index + 1, "move": -1 if to is None else to}.get(deed, index)
    found: list[Change] | None = None
    if deed in {"up", "down", "move"} and 0 <= wanted < count:
        found = [Move(where, wanted)] if wanted != index else []
    elif deed == "hide":
        found = [Set((*where, "hidden"), True)]
    elif deed == "show":
        found = [Remove((*where, "hidden"))]
    elif deed == "copy" and count < MOST:
        found, wanted = [Insert((*listed, index + 1), copied(places.item(made, place)))], index + 1
    elif deed == "remove":
        return [Remove(listed) if count == 1 else Remove(where)], None
    return None if found is None else (found, _at(place, wanted))


def add(made: Board, data: Data, kind: str, at: Place | None, start: Start) -> Done | None:
    """Return what adds a section before a place (at the end without one), or a block to a section."""
    if at is not None and at.block is not None:
        return _add_block(made, data, kind, at, start)
    sidecar = made.offer.sections.get(kind)
    if sidecar is None or (sidecar.pages and made.kind not in sidecar.pages) or len(made.items) >= MOST:
        return None
    index = len(made.items) if at is None else min(at.section, len(made.items))
    value = {"section": kind, **_starting(sidecar, start), **_blocks(sidecar, made.offer, start)}
    first = places.started(made, data)
    if not made.items:
        return Done(changes=(_whole(made, data, [value]),), place=Place(0))
    return Done(changes=(*first, Insert((*made.path, index), value)), place=Place(index))


def _add_block(made: Board, data: Data, kind: str, at: Place, start: Start) -> Done | None:
    section = places.item(made, Place(at.section))
    sidecar = made.offer.sections.get(str(section.get("section"))) if section else None
    block = made.offer.blocks.get(kind)
    if section is None or sidecar is None or block is None or kind not in sidecar.blocks:
        return None
    said = section.get("blocks")
    count = len(said) if isinstance(said, list) else 0
    if count >= (sidecar.most_blocks or MOST):
        return None
    index = min(at.block or 0, count)
    value = {"block": kind, **_starting(block, start)}
    listed = (*made.path, at.section, "blocks")
    change: Change = Insert((*listed, index), value) if count else Set(listed, [value])
    return Done(changes=(*places.started(made, data), change), place=Place(at.section, index))


def _whole(made: Board, data: Data, items: list[Data]) -> Change:
    if made.kind != "home" and not isinstance(data.get("layouts") if isinstance(data, dict) else None, dict):
        return Set(("layouts",), {made.kind: items})
    return Set(made.path, items)


def _list(made: Board, place: Place) -> tuple[Path, int, int]:
    """Return the list that a place is in, its index there, and how many there are."""
    if place.block is None:
        return made.path, place.section, len(made.items)
    section = places.item(made, Place(place.section)) or {}
    return (*made.path, place.section, "blocks"), place.block, len(section.get("blocks") or ())


def _at(place: Place, index: int) -> Place:
    return Place(index) if place.block is None else Place(place.section, index)


def _blocks(sidecar: Sidecar, offer: Offer, start: Start) -> dict[str, Any]:
    """Return what a new section has inside: a heading and a text, or two of what it is made of."""
    if not sidecar.blocks:
        return {}
    usual: list[str] = [each for each in ("heading", "text") if each in sidecar.blocks] or [sidecar.blocks[0]] * 2
    made = [{"block": each, **_starting(offer.blocks[each], start)} for each in usual if each in offer.blocks]
    return {"blocks": made}


def _starting(sidecar: Sidecar, start: Start) -> dict[str, Any]:
    """Return values for what has to be said, so that something new is right from its first moment."""
    found = {}
    for setting in sidecar.settings:
        if setting.required and setting.default is None:
            value = _first(setting, start)
            if value:
                found[setting.id] = value
    return found


def _first(setting: Setting, start: Start) -> Data:
    shop = start.shop
    known: dict[str, tuple[str, ...]] = {
        "product": tuple(shop.products), "shelf": tuple(shop.shelves), "page": tuple(shop.pages),
        "live": tuple(shop.rooms), "picture": start.pictures, "select": setting.options, "datetime": (start.until,),
        "link": tuple(f"shelf:{each}" for each in shop.shelves) or ("/",),
    }  # fmt: skip
    if setting.type in known:
        return next(iter(known[setting.type]), "")
    if setting.type in {"products", "shelves"}:
        return list(shop.products if setting.type == "products" else shop.shelves)[: max(4, int(setting.least or 0))]
    if setting.type in {"text", "textarea", "markdown"}:
        return start.words.get(setting.id) or start.words["other"]
    if setting.type in {"number", "range"} and setting.least is not None:
        return f"{setting.least:g}"
    return ""
