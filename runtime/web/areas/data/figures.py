"""How figures are written: numbers, shares, spans of time, and how something changed since the days before."""

from typing import Any

import msgspec
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from generator.theming import wording
from runtime.figures import naming
from runtime.web import console
from runtime.web.areas import shell
from runtime.web.areas.telling import Teller

NONE = "–"
"""Stands where something is not known."""
_ROUGH = 0.1
_MOST = 9.99


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, and how it changed; ``tone`` says whether that is good."""

    name: str
    value: str
    change: str = ""
    tone: str = ""
    before: str = ""
    note: str = ""


class Figures:
    """Writes figures in a reader's language."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self._culture = wording.culture(teller.locale)

    def number(self, value: int) -> str:
        """Write a whole number."""
        return str(format_decimal(value, locale=self._culture))

    def short(self, value: int) -> str:
        """Write about how many: "2K"."""
        return str(format_compact_decimal(value, locale=self._culture))

    def share(self, value: float | None) -> str:
        """Write a share in percent, finer where it is small."""
        if value is None:
            return NONE
        return str(format_percent(value, "0.0%" if 0 < value < _ROUGH else "0%", locale=self._culture))

    def minutes(self, seconds: int) -> str:
        """Write how long something lasted in all."""
        hours, minutes = divmod(round(seconds / 60), 60)
        if hours:
            return shell.say("data.hours", hours=self.number(hours), minutes=minutes)
        return shell.say("data.minutes", minutes=minutes)

    def tile(self, name: str, now: float | None, before: float | None, text: Any, *, falls: bool = False) -> Tile:  # noqa: ANN401  what writes the value
        """Return a figure beside the one before; ``falls`` says that less of it is better."""
        value = NONE if now is None else text(now)
        if now is None or before is None:
            return Tile(name=name, value=value)
        told = text(before)
        if not before:
            return Tile(name=name, value=value, before=told)
        change = (now - before) / before
        plain = str(format_percent(min(abs(change), _MOST), "0%", locale=self._culture))
        if plain == format_percent(0, "0%", locale=self._culture):
            return Tile(name=name, value=value, change=shell.say("data.same"), before=told)
        more = change > 0
        sign = "+" if more else "−"
        over = ">" if abs(change) > _MOST else ""
        tone = "good" if more is not falls else "bad"
        return Tile(name=name, value=value, change=f"{over}{sign}{plain}", tone=tone, before=told)

    def channel(self, channel: str) -> str:
        """Return how a channel is called: by our word, or as its link names it."""
        return naming.channel(channel, self.teller.locale)

    def product(self, handle: str, former: str = "") -> str:
        """Return the title of a product, also of one that is not sold any more."""
        found = self.teller.here.catalogue.find_product(handle)
        return naming.title(found.title if found else None, console.shop_locale(self.teller.here), former or handle)

    def room(self, handle: str) -> str:
        """Return the title of a live room."""
        found = self.teller.here.catalogue.find_room(handle)
        return naming.title(found.title if found else None, console.shop_locale(self.teller.here), handle)
