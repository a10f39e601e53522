"""The list of customers: what was typed, when they bought, what they spent, what they allow; and as a file."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request, stream_with_context

from generator import money
from runtime import clientele
from runtime.access.roles import Permission
from runtime.clientele import masking, searching
from runtime.clientele.searching import CONSENTS, SORTS, Found, Wanted
from runtime.funds.tables import safe
from runtime.web import headers
from runtime.web.areas import entry, shell
from runtime.web.areas.customers.opened import HOME
from runtime.web.areas.orders.paying import read_amount
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit

blueprint = Blueprint("console_customers", __name__)
_SPANS = {"30": 30, "90": 90, "365": 365}
_HEAD = ("name", "email", "phone", "orders", "spent", "currency", "since", "last", "member", "by_email", "by_phone")
_AT_ONCE = 500
_MOST_PAGES = 10_000
_LONGEST = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for, as it was asked."""

    q: str
    span: str
    spent: str
    consent: str
    members: str
    sort: str

    def address(self, path: str = HOME, **changed: str | int) -> str:
        """Return an address that asks the same, with some of it changed; what is empty is left out."""
        asked = {**msgspec.structs.asdict(self), "sort": self.sort if self.sort != "newest" else "", **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{found}" if found else path


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List customers, who bought last first."""
    person = entry.get_person(Permission.CUSTOMERS_SEE)
    here = visit()
    clientele.catch_up(here.database)
    teller, asked, whole = Teller(here=here, locale=shell.locale()), _asked(), person.may(Permission.CUSTOMERS_EDIT)
    number = max(1, min(request.args.get("page", 1, int), _MOST_PAGES))
    wanted = msgspec.structs.replace(_wanted(teller, asked), page=number, whole=whole)
    page = here.database.read(lambda look: searching.find(look, wanted))
    context = {
        "title": shell.say("customers.title"),
        "rows": [_shown(teller, row, whole=whole) for row in page.rows],
        "total": page.total,
        "asked": asked,
        "currency": teller.currency,
        "whole": whole,
        "spans": [(name, asked.address(span=name), name == asked.span) for name in ("", *_SPANS)],
        "sorts": [(name, asked.address(sort="" if name == "newest" else name), name == asked.sort) for name in SORTS],
        "members": asked.address(members="" if asked.members else "1"),
        "consents": [(name, shell.say(f"customers.consent_is.{name or 'any'}")) for name in CONSENTS],
        "narrowed": bool(asked.q or asked.span or asked.spent or asked.consent or asked.members),
        "newer": asked.address(page=number - 1 if number > 2 else "") if number > 1 else "",  # noqa: PLR2004
        "older": asked.address(page=number + 1) if page.more else "",
        "export": asked.address(f"{HOME}.csv"),
        "search": _search(asked),
    }
    return shell.screen("customers/list.html", context, area="customers")


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send the customers of a list as a file; whoever took it is noted."""
    person = entry.get_proved(Permission.CUSTOMERS_EDIT, back=HOME)
    here = visit()
    clientele.catch_up(here.database)
    teller, asked = Teller(here=here, locale=shell.locale()), _asked()
    entry.note(person, "customers.exported", after=asked.address("")[1:])
    lines = _lines(teller, msgspec.structs.replace(_wanted(teller, asked), limit=_AT_ONCE, whole=True))
    answer = Response(stream_with_context(line.encode() for line in lines), mimetype="text/csv")
    day = here.now.astimezone(teller.zone).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="customers-{day}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _lines(teller: Teller, wanted: Wanted) -> Iterator[str]:
    yield "\ufeff" + _line([shell.say(f"customers.column.{name}") for name in _HEAD])
    number = 1
    while True:
        place = msgspec.structs.replace(wanted, page=number)
        page = teller.here.database.read(lambda look, place=place: searching.find(look, place))  # type: ignore[misc]
        yield "".join(_line(_cells(teller, row)) for row in page.rows)
        if not page.more:
            return
        number += 1


def _cells(teller: Teller, row: Found) -> list[str]:
    return [
        row.name,
        row.email,
        row.phone,
        str(row.orders),
        money.plain(row.spent, teller.currency),
        teller.currency,
        row.since.astimezone(teller.zone).date().isoformat(),
        row.last_at.astimezone(teller.zone).date().isoformat(),
        *("1" if each else "" for each in (row.member, row.by_email, row.by_phone)),
    ]


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return written.getvalue()


def _asked() -> Asked:
    given = request.args
    return Asked(
        q=given.get("q", "").strip()[: searching.LONGEST],
        span=given.get("span", "") if given.get("span", "") in _SPANS else "",
        spent=given.get("spent", "").strip()[:_LONGEST],
        consent=given.get("consent", "") if given.get("consent", "") in CONSENTS else "",
        members="1" if given.get("members") else "",
        sort=given.get("sort", "") if given.get("sort", "") in SORTS else "newest",
    )


def _wanted(teller: Teller, asked: Asked) -> Wanted:
    since = teller.here.now - timedelta(days=_SPANS[asked.span]) if asked.span else None
    return Wanted(
        currency=teller.currency,
        text=asked.q,
        since=int(since.timestamp()) if since else 0,
        spent=read_amount(asked.spent, teller.currency) or 0,
        consent=asked.consent,
        members=bool(asked.members),
        sort=asked.sort,
    )


def _search(asked: Asked) -> shell.Search:
    kept = {name: value for name, value in msgspec.structs.asdict(asked).items() if value and name != "q"}
    if asked.sort == "newest":
        kept.pop("sort", None)
    return shell.Search(action=HOME, label=shell.say("customers.search"), q=asked.q, kept=kept)


def _shown(teller: Teller, row: Found, *, whole: bool) -> dict[str, Any]:
    contacts = masking.contacts(row.email, row.phone, whole=whole)
    return {
        "name": row.name or shell.say("customers.nameless"),
        "initial": (row.name or "·")[:1],
        "url": f"{HOME}/{row.id}",
        "phone": contacts.phone,
        "email": contacts.email,
        "orders": row.orders,
        "spent": teller.money(row.spent),
        "last": teller.moment(row.last_at),
        "ago": teller.distance(row.last_at),
        "member": row.member,
        "by_email": row.by_email,
        "by_phone": row.by_phone,
    }
