"""The shop behind the page editor: its text as it is saved, its theme, and what stays for the next look.

Reading all files of a shop is what a preview has no time for: it is done once, and again when a folder changed or a
while has passed; the sections and the theme are read from the text of every single preview.
"""

import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from generator import check, crossing, document, fields, plugins, price_log, replays, schema, theme
from generator.fields import Field
from generator.loading import assembly, shop
from generator.loading.reader import Ground as Base
from generator.loading.reader import Reader
from generator.problems import Problem
from generator.replays import Replay
from generator.schema import Compiled
from generator.shop import Shop
from generator.source.events import Data
from generator.source.inventory import SHOP
from generator.theme import Theme
from generator.theming import sections
from generator.theming.sections import Offer

_FOLDERS = ("", "products", "shelves", "pages", "live", "media", "theme")
_LASTS = 20.0
"""Seconds after which files that were written in place are looked at again."""
_RARELY = 30
"""So many times as long as the reading took it is good for."""
_guard = threading.Lock()
_kept: dict[Path, tuple[tuple[int, ...], float, "Ground"]] = {}
_MOST_KEPT = 8


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's files as they are saved, whatever is wrong with them."""

    shop: Shop
    base: Base
    offer: Offer
    clothes: Theme
    schema: Compiled
    replays: dict[str, Replay]
    fields: dict[str, Field] = msgspec.field(default_factory=dict)
    """The fields of forms by language, made when they are first asked for."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One text of shop.yaml on its ground: the shop that it gives, and what the schema says about it."""

    shop: Shop
    offer: Offer
    clothes: Theme
    tree: dict[str, Any]
    problems: tuple[Problem, ...]


def worn(folder: Path, data: Data, now: str) -> Ground:
    """Return the ground of a shop in the theme that the data of shop.yaml names."""
    return _dressed(get(folder, now), folder, data)


def field(made: Ground, lang: str) -> Field:
    """Return the fields of shop.yaml with those of the theme, in zh or en."""
    if lang not in made.fields:
        made.fields[lang] = fields.read(made.schema.tree, lang)
    return made.fields[lang]


def get(folder: Path, now: str) -> Ground:
    """Return the ground of a shop, read at most a few seconds ago or not changed since."""
    seen = _seen(folder)
    found = _find(folder, seen)
    if found is not None:
        return found
    with _guard:
        found = _find(folder, seen)
        if found is not None:
            return found
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        began = time.monotonic()
        made = _read(folder, now)
        took = time.monotonic() - began
        _kept[folder] = (seen, time.monotonic() + max(_LASTS, _RARELY * took), made)
        return made


def _find(folder: Path, seen: tuple[int, ...]) -> Ground | None:
    found = _kept.get(folder)
    return found[2] if found is not None and found[0] == seen and time.monotonic() < found[1] else None


def read(folder: Path, text: str, now: str) -> Read:
    """Read a text of shop.yaml that need not be saved."""
    ground = get(folder, now)
    main, problems = document.parse(text, SHOP)
    if main is None:
        return Read(
            shop=ground.shop, offer=ground.offer, clothes=ground.clothes, tree={}, problems=tuple(problems)
        )  # fmt: skip
    ground = _dressed(ground, folder, main.data)
    checked = schema.validate(main, ground.schema)
    tree = checked.data if isinstance(checked.data, dict) else {}
    reader = Reader(SHOP, ground.base, checked.broken)
    values = shop.load(tree, ground.offer, reader)
    goods = ground.shop
    merged = msgspec.structs.replace(
        values, products=goods.products, shelves=goods.shelves, pages=goods.pages, rooms=goods.rooms,
        promotions=goods.promotions, locale=goods.locale, locales=goods.locales, currency=goods.currency,
        timezone=goods.timezone,
    )  # fmt: skip
    found = (*problems, *checked.problems, *reader.close())
    return Read(shop=merged, offer=ground.offer, clothes=ground.clothes, tree=tree, problems=found)


def _seen(folder: Path) -> tuple[int, ...]:
    """Return what changes when a file is put into one of the folders, or taken away, or replaced."""
    return tuple(_time(folder / name) for name in _FOLDERS)


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(folder: Path, now: str) -> Ground:
    draft = check.read(folder)
    known = assembly.assemble(draft)
    logged = price_log.read(folder / "var" / price_log.NAME, known.currency)
    return Ground(
        shop=crossing.with_lowest(known, logged, now), base=draft.ground, offer=draft.offer,
        clothes=_clothes(draft.offer, folder), schema=_schema(draft.offer), replays=replays.read(folder / "var"),
    )  # fmt: skip


def _dressed(ground: Ground, folder: Path, data: Data) -> Ground:
    """Return the ground in the theme that a text names, where that is another one."""
    said = data.get("theme") if isinstance(data, dict) else None
    name = said.get("name") if isinstance(said, dict) else None
    wanted = name if isinstance(name, str) and theme.find_folder(name) else "harbour"
    if wanted == ground.offer.name:
        return ground
    offer, _ = sections.read(wanted, folder / "theme")
    clothes, made = _clothes(offer, folder), _schema(offer)
    return msgspec.structs.replace(ground, offer=offer, clothes=clothes, schema=made, fields={})


def _clothes(offer: Offer, folder: Path) -> Theme:
    return theme.read([Path(each) for each in offer.folders], folder / "theme")[0]


def _schema(offer: Offer) -> Compiled:
    return schema.compile_tree(sections.compose(offer, plugins.schemas(plugins.GATEWAYS)))


@lru_cache(maxsize=16)
def scheme_labels(folder: str) -> dict[str, dict[str, str]]:
    """Return what the colour schemes of a theme's folder are called."""
    found, _ = document.read(Path(folder) / "theme.yaml", "theme.yaml")
    said = found.data.get("schemes") if found is not None and isinstance(found.data, dict) else None
    listed = said.items() if isinstance(said, dict) else ()
    return {name: each.get("label", {}) for name, each in listed if isinstance(each, dict)}
