"""What was before: versions of the look with their differences, restored as drafts, and releases, made live again."""

from datetime import datetime

import msgspec
from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator.clock import now as clock_now
from generator.editing import applying
from generator.editing.change import Change
from generator.editing.saving import Kind, RefusedFileError, Version
from generator.editing.yaml_text import read as read_yaml
from generator.editor import StaleError, UnwritableError
from generator.fields import Field
from generator.files import BusyError
from generator.releases import price_record
from generator.releases.publishing import NoReleaseError, Releases
from generator.source.events import Data
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.web.areas import merging, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.look import desk
from runtime.web.areas.look.blueprint import HOME, blueprint
from runtime.web.areas.look.desk import LOOK, Look
from runtime.web.areas.telling import Moment, Teller
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

HISTORY = f"{HOME}/~history"
_MOST_VERSIONS, _MOST_RELEASES, _MOST_STEPS = 60, 20, 4
_LONGEST_DIFF = 600
_MOST_DIGITS = 9


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One version: who wrote it when, what it changed in words; ``now`` is the text as it stands."""

    number: int
    who: str
    moment: Moment
    what: tuple[str, ...]
    now: bool = False
    kept: bool = True


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One release that was live."""

    release: str
    moment: Moment
    kind: str
    live: bool = False
    kept: bool = False


@blueprint.get(HISTORY)
@shell.guarded
def history() -> Response:
    """Show what was published, and what was written."""
    person = get_person(Permission.PAGES_SEE)
    return _screen(person)


@blueprint.get(f"{HISTORY}/<int:number>")
@shell.guarded
def version(number: int) -> Response:
    """Show a version line by line."""
    person = get_person(Permission.PAGES_SEE)
    look = desk.open_look("home")
    found = _version(look, number)
    lines = look.text.desk.diff(found).splitlines()[2:][:_LONGEST_DIFF]
    row = _row(look, found, desk.fields_of(look))
    context = {
        "title": shell.say("look.version", number=number), "row": row, "lines": lines, "back": HISTORY,
        "url": f"{HISTORY}/~restore", "digest": look.opened.digest,
        "may_edit": person.may(Permission.PAGES_EDIT) and look.opened.writable,
    }  # fmt: skip
    return shell.screen("look/version.html", context, area="look")


@blueprint.post(f"{HISTORY}/~restore")
@shell.guarded
def restore() -> Response | Answer:
    """Write the look of a version again, as a draft; what else the file says stays."""
    person = get_writer(Permission.PAGES_EDIT)
    text = request.form.get("number", "")
    look = desk.open_look("home")
    found = _version(look, int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0)
    if request.form.get("digest") != look.opened.digest:
        return shell.done(HISTORY, "look.done.stale")
    try:
        if _only_look_since(look, found):
            look.text.desk.restore(SHOP, look.opened.digest, found.number, who=person.name, now=visit().now)
        else:
            kept = desk.save(look, look.opened.digest, tuple(_differences(look, found)), person)
            if kept.stale is not None or kept.unwritable:
                return shell.done(HISTORY, "look.done.stale")
    except (StaleError, RefusedFileError, UnwritableError, BusyError):
        return shell.done(HISTORY, "look.done.stale")
    shop_text.forget()
    note(person, "text.restored", f"{SHOP} {found.number}")
    return shell.done(HOME, "look.done.restored")


@blueprint.post(f"{HISTORY}/~rollback")
@shell.guarded
def rollback() -> Response | Answer:
    """Make a release live again; the text stays as it is."""
    person = get_writer(Permission.PAGES_EDIT)
    wanted = request.form.get("release", "")
    releases = Releases(shopfront().settings.var)
    try:
        with releases.alone():
            if wanted not in releases.whole():
                return shell.done(HISTORY, "look.done.gone")
            before, at = releases.find_live(), clock_now()
            releases.publish(wanted, at, "rollback")
            price_record.record_release(releases.var, releases.folder(wanted) / "catalogue.db", at)
    except (NoReleaseError, BusyError, OSError):
        return shell.done(HISTORY, "look.done.gone")
    note(person, "shop.rolled_back", wanted, before=before or "", after=wanted)
    return shell.done(HISTORY, "look.done.rolled_back")


def _screen(person: Person) -> Response:
    look = desk.open_look("home")
    releases = Releases(look.text.folder / "var")
    whole, live = set(releases.whole()), releases.find_live()
    teller = Teller(here=visit(), locale=shell.locale())
    past = [
        Past(release=each.release, moment=_moment(each.at, teller), kind=each.kind, kept=each.release in whole)
        for each in reversed(releases.history()[-_MOST_RELEASES:])
    ]
    marked = next((index for index, each in enumerate(past) if each.release == live), None)
    if marked is not None:
        past[marked] = msgspec.structs.replace(past[marked], live=True)
    field = desk.fields_of(look)
    written = [each for each in look.text.desk.versions(SHOP) if _is_ours(each)][:_MOST_VERSIONS]
    context = {
        "title": shell.say("look.history"), "past": past, "rows": [_row(look, each, field) for each in written],
        "url": HISTORY, "back": HOME, "may_edit": person.may(Permission.PAGES_EDIT), "published": look.published,
    }  # fmt: skip
    return shell.screen("look/history.html", context, area="look")


def _version(look: Look, number: int) -> Version:
    found = next((each for each in look.text.desk.versions(SHOP) if each.number == number and _is_ours(each)), None)
    if found is None:
        abort(404)
    return found


def _is_ours(version: Version) -> bool:
    """Tell whether a version may be about the look: an edit that is not says so."""
    return desk.is_look(version) or version.kind in {Kind.UNDO, Kind.REDO, Kind.RESTORE, Kind.CREATE}


def _only_look_since(look: Look, found: Version) -> bool:
    """Tell whether nothing but the look changed since a version, so that its very text may stand again."""
    later = [each for each in look.text.desk.versions(SHOP) if each.number > found.number]
    joined = not later or later[0].after == look.opened.digest
    return joined and all(desk.is_look(each) for each in later)


def _differences(look: Look, found: Version) -> list[Change]:
    old = look.text.desk.text(found.after)
    if old is None:
        raise RefusedFileError("nothing", SHOP)
    then, now = read_yaml(old), look.opened.data
    wanted: Data = {key: value for key, value in now.items() if key not in LOOK}
    wanted |= {key: then[key] for key in LOOK if key in then}
    ordered = {key: wanted[key] for key in (*now, *wanted) if key in wanted}
    return list(applying.differences(now, ordered))


def _row(look: Look, version: Version, field: Field) -> Row:
    teller = Teller(here=visit(), locale=shell.locale())
    what = tuple(dict.fromkeys(_told(each, field) for each in version.what[:_MOST_STEPS]))
    if version.kind is not Kind.EDIT:
        what = (shell.say(f"look.kind.{version.kind}", number=version.of),)
    kept = bool(version.after) and look.text.desk.text(version.after) is not None
    return Row(
        number=version.number, who=version.who, moment=_moment(version.at, teller), what=what,
        now=version.after == look.opened.digest, kept=kept,
    )  # fmt: skip


def _told(what: str, field: Field) -> str:
    """Say what one change was: ``set home.2.heading`` is "Changed: Home page › 3. › Heading"."""
    verb, _, path = what.partition(" ")
    steps = tuple(int(each) if each.isdecimal() else each for each in path.split("."))
    return f"{shell.say(f'look.verb.{verb}')} {merging.label(field, steps)}"


def _moment(at: str, teller: Teller) -> Moment:
    return teller.moment(datetime.fromisoformat(at))
