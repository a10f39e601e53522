"""Sections and blocks of a kind of page as a list to work on: where each stands in shop.yaml, and what it is called."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from generator.editing.change import Change, Path, Set
from generator.shop import Section
from generator.source.events import Data
from generator.theme import Theme
from generator.theming.sections import Offer, Setting, Sidecar

PAGES = ("home", "product", "shelf", "page", "live")
THEME = "theme"
PARTS = ("style", "header", "footer")
"""The parts in which the theme's settings are edited."""
MOST = 60
_PLACE = re.compile(r"(0|[1-9]\d?)(?:\.(0|[1-9]\d?))?", re.ASCII)
_TELLING = (("text",), ("product", "shelf", "live", "page"), ("textarea", "markdown"))
"""Types of settings that say what a section is about, the best ones first."""
_QUIET = frozenset({"eyebrow"})
_LONGEST = 60
_MARKS = re.compile(r"[#*_>`\[\]]+|\]\([^)]*\)")


class Place(msgspec.Struct, frozen=True):
    """Where a section stands in its list, or a block in its section."""

    section: int
    block: int | None = None

    def __str__(self) -> str:
        """Write the place as addresses have it."""
        return str(self.section) if self.block is None else f"{self.section}.{self.block}"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A section or block in the list; ``title`` are the first words that it says, ``full`` takes no more blocks."""

    place: str
    type: str
    label: str
    title: str = ""
    hidden: bool = False
    known: bool = True
    blocks: tuple["Piece", ...] = ()
    holds: bool = False
    full: bool = False


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The list of one kind of page. ``own`` is False while the theme's own list is shown; then none is in the file."""

    kind: str
    items: list[Data]
    own: bool
    offer: Offer

    @property
    def path(self) -> Path:
        """Return where the list stands in shop.yaml."""
        return path(self.kind)


def path(kind: str) -> Path:
    """Return where the list of a kind of page stands in shop.yaml."""
    return ("home",) if kind == "home" else ("layouts", kind)


def find_place(text: str) -> Place | None:
    """Read a place such as ``3`` or ``3.1``."""
    found = _PLACE.fullmatch(text)
    return Place(int(found[1]), None if found[2] is None else int(found[2])) if found else None


def board(kind: str, data: Data, offer: Offer, clothes: Theme) -> Board:
    """Return the list of a kind of page: the shop's own, else what the theme shows there."""
    found = data
    for step in path(kind):
        found = found.get(step) if isinstance(found, dict) else None
    own = isinstance(found, list) and bool(found)
    items = (
        list(found) if own and isinstance(found, list) else [_written(each) for each in clothes.layouts.get(kind, ())]
    )
    return Board(kind=kind, items=items, own=own, offer=offer)


def started(made: Board, data: Data) -> list[Change]:
    """Return the change that puts the theme's list into the file, where it is not there yet."""
    if made.own:
        return []
    if made.kind != "home" and not isinstance(data.get("layouts") if isinstance(data, dict) else None, dict):
        return [Set(("layouts",), {made.kind: list(made.items)})]
    return [Set(made.path, list(made.items))]


def filled(made: Board, data: Data) -> Data:
    """Return the data of the file as if the list stood in it."""
    if made.own or not isinstance(data, dict):
        return data
    if made.kind == "home":
        return {**data, "home": made.items}
    said = data.get("layouts")
    return {**data, "layouts": {**(said if isinstance(said, dict) else {}), made.kind: made.items}}


def alone(kind: str, data: Data, place: Place) -> Data:
    """Return the data with empty places for all sections and blocks but one: a form of it needs none of the others."""
    steps = path(kind)
    if kind != "home":
        said = data.get("layouts") if isinstance(data, dict) else None
        return {"layouts": {kind: _alone(said.get(kind) if isinstance(said, dict) else None, place)}}
    return {steps[0]: _alone(data.get("home") if isinstance(data, dict) else None, place)}


def _alone(items: Data, place: Place) -> list[Data]:
    kept: list[Data] = [{} for _ in items] if isinstance(items, list) else []
    if place.section >= len(kept):
        return kept
    section = items[place.section]
    blocks = section.get("blocks") if isinstance(section, dict) else None
    if isinstance(blocks, list):
        section = {**section, "blocks": [each if index == place.block else {} for index, each in enumerate(blocks)]}
    kept[place.section] = section
    return kept


def item(made: Board, place: Place) -> dict[str, Any] | None:
    """Return what stands at a place."""
    if place.section >= len(made.items):
        return None
    found = made.items[place.section]
    if place.block is not None:
        blocks = found.get("blocks") if isinstance(found, dict) else None
        found = blocks[place.block] if isinstance(blocks, list) and place.block < len(blocks) else None
    return found if isinstance(found, dict) else None


def pieces(made: Board, lang: str, locales: tuple[str, ...]) -> tuple[Piece, ...]:
    """Return the list as it is shown, with words in ``lang`` and titles in the first of the locales that has one."""
    teller = _Teller(made.offer, lang, locales)
    return tuple(teller.section(str(index), each) for index, each in enumerate(made.items))


def named(sidecar: Sidecar, lang: str) -> str:
    """Return what a kind of section or block is called."""
    return sidecar.label.get(lang) or sidecar.label.get("en") or sidecar.name


class _Teller:
    """Says what stands in a list."""

    def __init__(self, offer: Offer, lang: str, locales: tuple[str, ...]) -> None:
        self._offer = offer
        self._lang = lang
        self._locales = locales

    def section(self, place: str, data: Data) -> Piece:
        """Return a section with its blocks."""
        said: dict[str, Any] = data if isinstance(data, dict) else {}
        sidecar = self._offer.sections.get(str(said.get("section")))
        listed = said.get("blocks")
        blocks = listed if isinstance(listed, list) else []
        inside = tuple(self._block(f"{place}.{index}", each) for index, each in enumerate(blocks))
        most = sidecar.most_blocks if sidecar else None
        return Piece(
            place=place, type=str(said.get("section", "")), label=self._label(sidecar, said.get("section")),
            title=self._title(sidecar, said) or next((each.title for each in inside if each.title), ""),
            hidden=said.get("hidden") is True, known=sidecar is not None, blocks=inside,
            holds=bool(sidecar and sidecar.blocks), full=most is not None and len(blocks) >= most,
        )  # fmt: skip

    def _block(self, place: str, data: Data) -> Piece:
        said: dict[str, Any] = data if isinstance(data, dict) else {}
        sidecar = self._offer.blocks.get(str(said.get("block")))
        return Piece(
            place=place, type=str(said.get("block", "")), label=self._label(sidecar, said.get("block")),
            title=self._title(sidecar, said), hidden=said.get("hidden") is True, known=sidecar is not None,
        )  # fmt: skip

    def _label(self, sidecar: Sidecar | None, name: object) -> str:
        return str(name or "?") if sidecar is None else named(sidecar, self._lang)

    def _title(self, sidecar: Sidecar | None, said: Mapping[str, Any]) -> str:
        settings = sidecar.settings if sidecar else ()
        for wanted in _TELLING:
            for setting in settings:
                words = self._words(setting, said.get(setting.id)) if setting.type in wanted else ""
                if words:
                    return words
        return ""

    def _words(self, setting: Setting, value: Data) -> str:
        if setting.id in _QUIET:
            return ""
        if isinstance(value, dict):
            found = next((value[each] for each in (*self._locales, *value) if isinstance(value.get(each), str)), "")
        else:
            found = value if isinstance(value, str) else ""
        return _MARKS.sub("", str(found).strip().partition("\n")[0]).strip()[:_LONGEST]


def _written(section: Section) -> dict[str, Any]:
    """Return a section of the theme's own list as it would stand in the file."""
    blocks: list[Data] = [{"block": each.block, **each.settings} for each in section.blocks]
    return {"section": section.section, **section.settings, **({"blocks": blocks} if blocks else {})}


def offered(made: Board, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield the sections that may stand on a kind of page: name, what it is called, what it is for."""
    for name, sidecar in made.offer.sections.items():
        if not sidecar.pages or made.kind in sidecar.pages:
            yield name, named(sidecar, lang), sidecar.info.get(lang) or sidecar.info.get("en", "")


def offered_blocks(made: Board, section: str, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield the blocks that may stand in a kind of section."""
    sidecar = made.offer.sections.get(section)
    for name in sidecar.blocks if sidecar else ():
        block = made.offer.blocks.get(name)
        if block is not None:
            yield name, named(block, lang), block.info.get(lang) or block.info.get("en", "")
