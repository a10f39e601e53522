"""The log of the console, as a page with filters and as a table to take away."""

import csv
import io
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, request

from runtime.access import log
from runtime.access.log import Entry, Line, Wish
from runtime.access.roles import Permission
from runtime.console import words
from runtime.web.areas import moments, shell
from runtime.web.areas.shell import say, screen
from runtime.web.persons import get_person, get_proved, keys
from runtime.web.visit import visit

blueprint = Blueprint("log", __name__)
_HOME = "/console/log"
_PAGE = 50
_MOST = 100_000
_LONGEST = 100
_HIGHEST = (1 << 53) - 1


@blueprint.get(_HOME)
@shell.guarded
def page() -> Response:
    """Show what was done, the newest first."""
    get_person(Permission.LOG_SEE)
    wish, office = _wish(), keys()
    before = request.args.get("before", 0, type=int)
    before = before if 0 < before <= _HIGHEST else 0
    found = office.database.read(lambda look: log.lines(look, wish, before=before, limit=_PAGE + 1))
    listed = found[:_PAGE]
    asked = {name: value for name, value in request.args.items() if name in {"actor", "what", "text", "from", "to"}}
    older = urlencode({**asked, "before": listed[-1].number}) if len(found) > _PAGE else ""
    context = {
        "title": say("log.title"),
        "lines": [_shown(line) for line in listed],
        "asked": asked,
        "actors": [(actor, _name(actor, name)) for actor, name in office.database.read(log.actors)],
        "kinds": sorted({kind.partition(".")[0] for kind in office.database.read(log.kinds)}),
        "older": f"{_HOME}?{older}" if older else "",
        "newest": f"{_HOME}?{urlencode(asked)}" if before else "",
        "csv": f"{_HOME}.csv?{urlencode(asked)}",
        "group": _group,
    }
    return screen("log/page.html", context, area="log")


@blueprint.get(f"{_HOME}.csv")
@shell.guarded
def table() -> Response:
    """Send the rows that the page would show, all of them, with their seals; that is noted, too."""
    person, wish, office = get_proved(Permission.LOG_SEE), _wish(), keys()
    found = office.database.read(lambda look: log.lines(look, wish, limit=_MOST))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(log.HEAD)
    writer.writerows(map(log.cells, found))
    log.note(office, person.by, Entry(what="log.exported", after=str(len(found))), visit().now)
    answer = make_response(out.getvalue().encode("utf-8-sig"))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="log.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wish() -> Wish:
    asked = request.args
    since, until = _day(asked.get("from", "")), _day(asked.get("to", ""))
    return Wish(
        actor=asked.get("actor", "")[:_LONGEST],
        what=asked.get("what", "")[:_LONGEST],
        text=asked.get("text", "").strip()[:_LONGEST],
        since=int(since.timestamp()) if since else 0,
        until=int((until + timedelta(days=1)).timestamp()) if until else 0,
    )


def _day(text: str) -> datetime | None:
    """Return the beginning of a day by the shop's clock; what is no day asks for nothing."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(visit().release.terms.timezone))
    except ValueError:
        return None


def _shown(line: Line) -> dict[str, str]:
    return {
        "number": str(line.number),
        "at": moments.moment(line.at),
        "who": _name(line.actor, line.name),
        "what": _said(line.what),
        "subject": line.subject,
        "before": line.before,
        "after": line.after,
        "address": line.address,
    }


def _said(what: str) -> str:
    """Return a kind of deed in words; one that has none stands as it is."""
    key = f"log.what.{what}"
    return words.say(key, shell.locale()) if key in words.wording(shell.locale()).words else what


def _group(kind: str) -> str:
    key = f"log.group.{kind}"
    return words.say(key, shell.locale()) if key in words.wording(shell.locale()).words else kind


def _name(actor: str, name: str) -> str:
    if name:
        return name
    return say(f"log.actor.{actor}") if actor in {"command", "nobody"} else actor
