"""The shop as its text stands now, which may be ahead of what is published: what forms need to know of it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import msgspec
from flask import g

from generator import check, clock, delivery, document, fields, plugins, regions
from generator.check import Checked
from generator.editor import Desk
from generator.fields import Field
from generator.loading import countries, ground
from generator.loading.draft import Draft
from generator.loading.reader import Ground as Base
from generator.loading.reader import Reader
from generator.releases import freshness
from generator.source.inventory import SHOP
from generator.theming import sections, wording
from runtime.console.forms import pictures
from runtime.console.forms.binding import Ground
from runtime.web.areas import targets

_MOST_OFFERED = 400
_FOLDERS = {"product": "products", "shelf": "shelves", "page": "pages", "live": "live"}
_LISTED = {"method": "delivery", "promotion": "promotions"}
_WORLD = frozenset({"country", "currency", "timezone", "locale", "region"})

_last: list[tuple[Path, str, Draft]] = []
"""What was read last in this process, and the state of the files that it was read from."""

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

    def sources(self, wanted: set[str], locale: str) -> Sources:
        """Return what boxes offer while one writes, as far as it is wanted: handles, pictures, languages, places."""
        found: Sources = {kind: self._handles(_FOLDERS[kind]) for kind in _FOLDERS if kind in wanted}
        if "link" in wanted:
            found["link"] = targets.offered(draft(self), locale)
        if "media" in wanted:
            found["media"] = [(name, "") for name in pictures.listed(self.folder / "media", _MOST_OFFERED)]
        found |= {kind: self._ids(key) for kind, key in _LISTED.items() if kind in wanted}
        return found | {kind: list(_world(kind, locale)) for kind in _WORLD & wanted}

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


def draft(text: ShopText) -> Draft:
    """Return all files as they are now, published or not, broken or whole; unchanged ones are not read again."""
    if "standing" in g:
        found: Draft = g.standing
        return found
    state = freshness.signature([text.folder])
    kept = next((each for folder, seen, each in _last if (folder, seen) == (text.folder, state)), None)
    if kept is None:
        kept = check.read(text.folder)
        _last[:] = [(text.folder, state, kept)]
    g.standing = kept
    return kept


def forget() -> None:
    """Let the next look at the shop see what was written meanwhile."""
    g.pop("examined", None)
    g.pop("standing", None)


def is_published(folder: Path) -> bool:
    """Tell whether the live release is made from the text as it is now."""
    return freshness.is_fresh(folder)


@lru_cache(maxsize=16)
def _world(kind: str, locale: str) -> tuple[tuple[str, str], ...]:
    """Return countries, currencies, time zones, languages or regions with their names."""
    culture = wording.culture(locale)
    if kind == "timezone":
        return tuple((name, "") for name in sorted(_timezones()))
    if kind == "region":
        return tuple((name, "") for name in delivery.PROVINCES.values())
    if kind == "country":
        names: Mapping[str, str] = culture.territories
        return tuple((code, names.get(code, "")) for code in sorted(regions.countries()))
    if kind == "currency":
        return tuple((code, culture.currencies.get(code, "")) for code in _CURRENCIES)
    return tuple((tag, culture.languages.get(tag.partition("-")[0], "")) for tag in _LANGUAGES)


def _timezones() -> set[str]:
    """Return the names of time zones that people live in."""
    return {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))}


_CURRENCIES = (
    "CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "KRW", "AUD", "CAD", "CHF", "DKK", "NOK", "SEK", "PLN",
    "CZK", "HUF", "NZD", "MYR", "THB", "IDR", "VND", "PHP", "INR", "BRL", "MXN", "TRY", "ILS", "AED", "SAR", "ZAR",
)  # fmt: skip
_LANGUAGES = (
    "zh-CN", "zh-TW", "zh-HK", "en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "hu",
    "ja", "ko", "th", "vi", "id", "ms", "ru", "uk", "tr", "ar", "he", "hi",
)  # fmt: skip
