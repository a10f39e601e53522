"""What an address asks for: which days, and what every page of the data shares."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from babel.dates import format_interval
from flask import request

from generator.theming import wording
from runtime.access.roles import Permission
from runtime.figures import spans
from runtime.figures.spans import Span
from runtime.web.areas import shell
from runtime.web.areas.data.blueprint import HOME
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person

SPANS = {"today": 1, "7": 7, "30": 30, "90": 90}
USUAL = "7"
TABS = {"": "overview", "/products": "products", "/channels": "channels", "/rooms": "rooms", "/searches": "searches"}
"""The pages of the area by the end of their address."""
_SETTINGS = "/console/settings/search"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The days that are asked for: the ``name`` of SPANS, or '' for days of one's own; and by what to sort."""

    name: str
    span: Span
    by: str = ""

    def address(self, path: str = HOME, **changed: str) -> str:
        """Return an address that asks the same, with some of it changed; what is usual is left out."""
        own = {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()}
        named = {"span": self.name if self.name != USUAL else ""}
        asked = {**(named if self.name else own), "by": self.by, **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{found}" if found else path


def read(teller: Teller, sorts: tuple[str, ...] = ()) -> Asked:
    """Return what the address asks for; what it gets wrong is as if it had not said it."""
    given, now = request.args, teller.here.now
    by = given.get("by", "")
    by = by if by in sorts[1:] else ""
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if first or last:
        today = now.astimezone(teller.zone).date()
        return Asked(name="", span=spans.between(first or last or today, last or today, now, teller.zone), by=by)
    name = given.get("span", USUAL)
    name = name if name in SPANS else USUAL
    return Asked(name=name, span=spans.lately(SPANS[name], now, teller.zone), by=by)


def context(teller: Teller, asked: Asked, place: str, person: Person, begun: date | None) -> dict[str, Any]:
    """Return what every page of the area shows; ``place`` is the end of its address."""
    counts, shown = teller.here.release.terms.counts_visits, TABS[place]
    return {
        "title": shell.say("office.area.data") if shown == "overview" else shell.say(f"data.tab.{shown}"),
        "place": HOME + place,
        "tabs_": [
            {
                "url": msgspec.structs.replace(asked, by="").address(HOME + end),
                "label": shell.say(f"data.tab.{name}"),
                "current": end == place,
            }
            for end, name in TABS.items()
        ],
        "spans": [
            {"url": asked.address(HOME + place, span=name if name != USUAL else "", **_NO_DAYS), "name": name}
            for name in SPANS
        ],
        "asked": asked,
        "told": days_of(teller, asked.span),
        "export": asked.address(f"{HOME}/{'days' if shown == 'overview' else shown}.csv", by=""),
        "counts_visits": counts,
        "begun": _begun(teller, asked, begun),
        "settings": _SETTINGS if person.may(Permission.SETTINGS_SEE) else "",
    }


_NO_DAYS: Mapping[str, str] = {"from": "", "to": ""}


def days_of(teller: Teller, span: Span) -> str:
    """Write a span of days."""
    culture = wording.culture(teller.locale)
    today = teller.here.now.astimezone(teller.zone).date()
    skeleton = "MMMd" if span.first.year == today.year else "yMMMd"
    return str(format_interval(span.first, span.last, skeleton, locale=culture))


def day_text(teller: Teller, day: date) -> str:
    """Write a day."""
    return days_of(teller, Span(first=day, last=day, zone=teller.zone))


def _begun(teller: Teller, asked: Asked, begun: date | None) -> str:
    """Return since when visits are counted, where that is later than the first day that is shown."""
    if begun is None or begun <= asked.span.first:
        return ""
    return day_text(teller, begun)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
