"""The shop as its text stands now, which may be ahead of what is published: what forms need to know of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from flask import g

from generator import check, clock, document, fields, plugins
from generator.check import Checked
from generator.editor import Desk
from generator.fields import Field
from generator.loading import countries, ground
from generator.loading.reader import Ground as Base
from generator.loading.reader import Reader
from generator.releases import freshness
from generator.source.inventory import SHOP
from generator.theming import sections
from runtime.console.forms import pictures
from runtime.console.forms.binding import Ground

_MOST_OFFERED = 400
_FOLDERS = {"product": "products", "shelf": "shelves", "page": "pages", "live": "live"}

Sources = dict[str, list[tuple[str, str]]]


class ShopText(msgspec.Struct, frozen=True, kw_only=True):
    """The text of one shop: its folder, what shop.yaml says, and what all its files stand on."""

    folder: Path
    data: Mapping[str, Any]
    base: Base

    @property
    def desk(self) -> Desk:
        """Return where files are opened and saved."""
        return Desk(self.folder)

    @property
    def ground(self) -> Ground:
        """Return what forms of this shop stand on."""
        locales = self.base.locales
        return Ground(locales=locales, currency=self.base.currency, legal=countries.legal(self.base.country))

    def field(self, lang: str) -> Field:
        """Return the fields of shop.yaml with those of its theme's sections and of its payment plugins."""
        said = self.data.get("theme")
        name = said.get("name") if isinstance(said, dict) else None
        offer, _ = sections.read(name if isinstance(name, str) else "harbour", self.folder / "theme")
        return fields.read(sections.compose(offer, plugins.schemas(plugins.GATEWAYS)), lang)

    def sources(self) -> Sources:
        """Return what boxes offer while one writes: handles, pictures, languages, places."""
        found: Sources = {kind: self._handles(folder) for kind, folder in _FOLDERS.items()}
        found["link"] = [(f"{kind}:{handle}", "") for kind in _FOLDERS for handle, _ in found[kind]]
        found["media"] = [(name, "") for name in pictures.listed(self.folder / "media", _MOST_OFFERED)]
        found["method"] = self._ids("delivery")
        found["promotion"] = self._ids("promotions")
        return found

    def _handles(self, folder: str) -> list[tuple[str, str]]:
        names = {path.name.partition(".")[0] for path in (self.folder / folder).glob("*.*") if path.is_file()}
        return [(name, "") for name in sorted(names)[:_MOST_OFFERED] if name]

    def _ids(self, key: str) -> list[tuple[str, str]]:
        listed = self.data.get(key)
        entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        return [(str(each["id"]), "") for each in entries if isinstance(each.get("id"), str)]


def read(folder: Path) -> ShopText:
    """Read what shop.yaml says now, as far as it can be read."""
    main, _ = document.read(folder / SHOP, SHOP)
    data: Mapping[str, Any] = main.data if main is not None else {}
    tidy = {key: data[key] for key in ("country", "locale", "locales", "currency", "timezone", "url") if key in data}
    return ShopText(folder=folder, data=data, base=_base(tidy))


def _base(said: dict[str, Any]) -> Base:
    """Return the ground of a shop whose text may be wrong anywhere."""
    plain: dict[str, Any] = {key: each for key, each in said.items() if isinstance(each, str)}
    listed = said.get("locales")
    if isinstance(listed, list):
        plain["locales"] = [each for each in listed if isinstance(each, str)]
    return ground.load(plain, Reader(SHOP, ground.fallback()))


def examine(folder: Path) -> Checked:
    """Check the whole shop as it is now, once a request unless ``forget`` was called."""
    if "examined" not in g:
        g.examined = check.check(folder, now=clock.now())
    found: Checked = g.examined
    return found


def forget() -> None:
    """Let the next look at the shop see what was written meanwhile."""
    g.pop("examined", None)


def is_published(folder: Path) -> bool:
    """Tell whether the live release is made from the text as it is now."""
    return freshness.is_fresh(folder)
