"""The list of orders: where they stand, what was typed, since when; a page at a time, and as a file."""

from datetime import date, datetime, timedelta
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request, stream_with_context

from runtime.access.roles import Permission
from runtime.clientele import masking
from runtime.orders import State
from runtime.web import headers
from runtime.web.areas import entry, shell, sorting
from runtime.web.areas.orders.tones import tone
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person
from runtime.web.visit import visit
from runtime.worklist import searching, sheets
from runtime.worklist.searching import VIEWS, Row, Wanted

blueprint = Blueprint("console_orders", __name__)
HOME = "/console/orders"
_SPANS = {"today": 0, "7": 6, "30": 29}
_HIGHEST = (1 << 53) - 1
_MOST_PAGES = 100_000
_HEADS = {"placed": "order", "buyer": "buyer", "total": "total"}
"""Columns by which the list can be sorted, with the words of their heads."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for, as it was asked."""

    view: str
    q: str
    span: str
    since: str
    until: str
    sort: str = ""

    def address(self, path: str = HOME, **changed: str | int) -> str:
        """Return an address that asks the same, with some of it changed; what is empty is left out."""
        names = {"view": self.view if self.view != "all" else "", "q": self.q, "span": self.span, "from": self.since}
        asked = {**names, "to": self.until, "sort": self.sort, **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{found}" if found else path


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the orders of a view, the newest first."""
    person = entry.get_person(Permission.ORDERS_SEE)
    here = visit()
    teller, asked = Teller(here=here, locale=shell.locale()), _asked()
    before, after = (max(0, min(request.args.get(name, 0, int), _HIGHEST)) for name in ("before", "after"))
    number = max(1, min(request.args.get("page", 1, int), _MOST_PAGES))
    wanted = msgspec.structs.replace(
        _wanted(teller, asked, person), before=before, after=after, sort=asked.sort, page=number
    )
    page, counts = here.database.read(
        lambda look: (
            searching.find(look, wanted),
            {view: searching.count(look, view) for view in ("to_ship", "unpaid", "aftersale")},
        )
    )
    pictures = teller.pictures(line.product for row in page.rows for line in row.lines[:1])
    context = {
        "title": shell.say("orders.title"),
        "rows": [_shown(teller, row, pictures, whole=wanted.whole) for row in page.rows],
        "tabs_": [
            {
                "url": asked.address(view=view if view != "all" else ""),
                "label": shell.say(f"orders.view.{view}"),
                "current": view == asked.view,
                "count": counts.get(view) or None,
            }
            for view in VIEWS
        ],
        "spans": [
            {"url": asked.address(**{"span": name, "from": "", "to": ""}), "name": name, "current": name == asked.span}
            for name in ("", *_SPANS)
        ],
        "asked": asked,
        "narrowed": bool(asked.q or asked.span or asked.since or asked.until),
        "everything": asked.address(q="", span="", **{"from": "", "to": ""}),
        "heads": sorting.heads(
            {each: shell.say(f"orders.head.{name}") for each, name in _HEADS.items()},
            asked.sort,
            lambda sort: asked.address(sort=sort),
        ),
        "newer": _on(asked, "after", page.newer),
        "older": _on(asked, "before", page.older),
        "slips": asked.view == "to_ship" and wanted.whole and find_spec("fpdf") is not None,
        "export": asked.address(f"{HOME}.csv"),
        "search": _search(asked),
    }
    return shell.screen("orders/list.html", context, area="orders")


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send the orders of a view as a file for spreadsheets; whoever took it is noted."""
    person = entry.get_proved(Permission.ORDERS_SEE, back=HOME)
    here = visit()
    teller = Teller(here=here, locale=shell.locale())
    asked = _asked()
    entry.note(person, "orders.exported", after=asked.address("")[1:])
    lines = sheets.csv_lines(here.database, _wanted(teller, asked, person), teller.zone, shell.say)
    answer = Response(stream_with_context(line.encode() for line in lines), mimetype="text/csv")
    day = here.now.astimezone(teller.zone).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="orders-{day}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _on(asked: Asked, which: str, place: int) -> str:
    """Return where a neighbouring page is, '' where there is none; sorted lists count their pages."""
    if not place:
        return ""
    return asked.address(page=place) if asked.sort else asked.address(**{which: str(place)})


def _asked() -> Asked:
    given = request.args
    view = given.get("view", "all")
    return Asked(
        view=view if view in VIEWS else "all",
        q=given.get("q", "").strip()[: searching.LONGEST],
        span=given.get("span", "") if given.get("span", "") in _SPANS else "",
        since=_day_text(given.get("from", "")),
        until=_day_text(given.get("to", "")),
        sort=sorting.asked(given.get("sort", ""), searching.SORTED),
    )


def _day_text(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError:
        return ""


def _wanted(teller: Teller, asked: Asked, person: Person) -> Wanted:
    """Return what is looked for; days begin by the shop's clock, and whoever ships nothing sees masked contacts."""

    def begin(day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=teller.zone).timestamp())

    since = begin(date.fromisoformat(asked.since)) if asked.since else 0
    until = begin(date.fromisoformat(asked.until) + timedelta(days=1)) if asked.until else 0
    if asked.span:
        today = teller.here.now.astimezone(teller.zone).date()
        since = begin(today - timedelta(days=_SPANS[asked.span]))
    return Wanted(view=asked.view, text=asked.q, since=since, until=until, whole=person.may(Permission.ORDERS_SHIP))


def _search(asked: Asked) -> shell.Search:
    kept = {"view": asked.view if asked.view != "all" else "", "span": asked.span, "from": asked.since}
    kept |= {"to": asked.until, "sort": asked.sort}
    kept = {name: value for name, value in kept.items() if value}
    return shell.Search(action=HOME, label=shell.say("office.search"), q=asked.q, kept=kept)


def _shown(teller: Teller, row: Row, pictures: dict[str, str], *, whole: bool) -> dict[str, Any]:
    first = row.lines[0] if row.lines else None
    unpaid_door = row.paid < row.total and row.state in {State.SHIPPED, State.RECEIVED}
    return {
        "number": row.number,
        "url": f"{HOME}/{row.number}",
        "state": shell.say(f"orders.state.{row.state}"),
        "tone": tone(row.state),
        "placed": teller.moment(row.placed_at),
        "name": _name(row, whole=whole),
        "total": teller.money(row.total, row.currency),
        "refunded": teller.money(-row.refunded, row.currency) if row.refunded else "",
        "picture": pictures.get(first.product, "") if first else "",
        "what": f"{first.title}{f' · {first.label}' if first.label else ''}" if first else "",
        "pieces": sum(line.quantity for line in row.lines),
        "more": len(row.lines) - 1,
        "waits": row.waits,
        "door": unpaid_door,
        "due": teller.distance(row.case_due) if row.case_due else "",
        "notes": row.notes,
    }


def _name(row: Row, *, whole: bool) -> str:
    """Return how a buyer is called, or reached as far as that may be seen."""
    contacts = masking.contacts(row.contact.email, row.contact.phone, whole=whole)
    return row.address.name or row.contact.name or contacts.email or contacts.phone
