"""Going live: what it would change, now or at an hour, and why it cannot be; nothing with an error ever does."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from flask import Response, request
from werkzeug.wrappers import Response as Answer

from generator import report
from generator.problems import Problem
from generator.source.inventory import SHOP
from runtime import publishing, timetable
from runtime.access.roles import Permission
from runtime.publishing import Plan
from runtime.web.areas import filing, shell
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.look import desk, screens
from runtime.web.areas.look.blueprint import HOME, blueprint
from runtime.web.areas.look.places import PAGES
from runtime.web.areas.telling import Moment, Teller
from runtime.web.persons import Person, note
from runtime.web.visit import visit

PUBLISH = f"{HOME}/~publish"
_MOST_SHOWN = 40
_MOST_YEARS = 2


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """One error: its words as ``check`` has them, where it stands, and the form in which it is mended."""

    text: str
    place: str
    path: str = ""


@blueprint.get(PUBLISH)
@shell.guarded
def ask() -> Response:
    """Show what is to go live, and how."""
    return _screen(get_person(Permission.PAGES_SEE))


@blueprint.get(f"{HOME}/~plan")
@shell.guarded
def show_plan() -> Response:
    """Show what a publish would change; the shop is built for it, and nothing goes live."""
    get_person(Permission.PAGES_SEE)
    look = desk.open_look("home")
    found = Plan() if look.published else publishing.plan(look.text.folder, filing.lang())
    context = {"title": shell.say("look.plan"), "plan": found, "most": _MOST_SHOWN, "back": PUBLISH}
    return shell.screen("look/plan.html", context, area="look")


@blueprint.post(PUBLISH)
@shell.guarded
def publish() -> Response | Answer:
    """Publish now, set an hour, or take it back."""
    person = get_writer(Permission.PAGES_EDIT)
    deed = request.form.get("do", "now")
    if deed == "later":
        return _later(person)
    if deed == "cancel":
        if timetable.cancel(visit().database, visit().now):
            note(person, "publish.cancelled")
        return shell.done(PUBLISH, "look.done.cancelled")
    look = desk.open_look("home")
    kept = filing.publish(look.text, person)
    if kept.word:
        return shell.done(HOME, kept.word)
    fault = shell.say("forms.fault.publish", why=kept.fault) if kept.fault else ""
    return _screen(person, fault=fault, status=422)


def _later(person: Person) -> Response | Answer:
    teller = Teller(here=visit(), locale=shell.locale())
    written = request.form.get("at", "")[:40].strip()
    wrong, at = "", None
    try:
        at = datetime.fromisoformat(written.replace(" ", "T")).replace(tzinfo=teller.zone)
    except ValueError:
        wrong = "look.publish.no_time"
    if at is not None and at <= visit().now:
        wrong = "look.publish.past"
    if at is not None and at.year > visit().now.year + _MOST_YEARS:
        wrong = "look.publish.far"
    if wrong or at is None:
        return _screen(person, problems={"at": shell.say(wrong)}, written=written, status=422)
    timetable.plan(visit().database, at, person.by, shell.locale(), visit().now)
    note(person, "publish.planned", at.isoformat(timespec="minutes"))
    return shell.done(PUBLISH, "look.done.planned")


def _screen(
    person: Person, *, fault: str = "", problems: dict[str, str] | None = None, written: str = "", status: int = 200
) -> Response:  # fmt: skip
    look = desk.open_look("home")
    teller = Teller(here=visit(), locale=shell.locale())
    found = visit().database.read(timetable.find)
    wrong = [_wrong(each) for each in screens.errors(look)]
    tomorrow = (visit().now + timedelta(days=1)).astimezone(teller.zone).strftime("%Y-%m-%dT08:00")
    context = {
        "title": shell.say("look.publish.title"), "wrong": wrong, "published": look.published, "fault": fault,
        "planned": found, "planned_at": _moment(found.at, teller) if found else None, "written": written or "",
        "ended_at": _moment(found.ended_at, teller) if found and found.ended_at else None, "sample": tomorrow,
        "zone": _zone(teller.zone, visit().now), "problems": problems or {}, "url": PUBLISH, "back": HOME,
        "may_edit": person.may(Permission.PAGES_EDIT), "plan_url": f"{HOME}/~plan", "broken": screens.broken(look),
        "fresh": bool(found and found.ended_at and visit().now.timestamp() - found.ended_at < 7 * 86_400),
    }  # fmt: skip
    return shell.screen("look/publish.html", context, area="look", status=status)


def _moment(at: int, teller: Teller) -> Moment:
    return teller.moment(datetime.fromtimestamp(at, teller.zone))


def _zone(zone: ZoneInfo, now: datetime) -> str:
    """Return a time zone as people know it: its name, and what it is ahead of the world."""
    ahead = now.astimezone(zone).strftime("%z")
    return f"{zone.key} (UTC{ahead[:3]}:{ahead[3:]})"


def _wrong(each: Problem) -> Wrong:
    told = report.tell(each, filing.lang())
    place = f"{each.file}:{each.mark.line}" if each.mark else each.file
    return Wrong(text=told.message, place=place, path=_path(each))


def _path(each: Problem) -> str:
    """Return the form in which an error is mended, where this area has it."""
    if each.file != SHOP or not each.path:
        return ""
    first, *rest = each.path
    if first == "theme":
        return f"{HOME}/theme/style"
    kind = "home" if first == "home" else str(rest.pop(0)) if first == "layouts" and rest else ""
    if kind not in PAGES or not rest or not isinstance(rest[0], int):
        return f"{HOME}/{kind}" if kind in PAGES else ""
    place = str(rest[0])
    if len(rest) > 2 and rest[1] == "blocks" and isinstance(rest[2], int):  # noqa: PLR2004  a list, its key, a row
        place = f"{place}.{rest[2]}"
    return f"{HOME}/{kind}/{place}"
