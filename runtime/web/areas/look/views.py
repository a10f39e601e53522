"""The editor itself: its list, what its buttons do, the form of a section, and one step back or on."""

from functools import partial
from urllib.parse import urlencode

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from generator.editing.saving import RefusedFileError
from generator.editor import StaleError
from generator.files import BusyError
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.console import words
from runtime.console.forms import pictures
from runtime.web.areas import filing, merging, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.look import deeds, desk, ground, places, screens
from runtime.web.areas.look.blueprint import HOME, blueprint
from runtime.web.areas.look.deeds import Done, Start
from runtime.web.areas.look.desk import Look
from runtime.web.areas.look.places import PAGES, PARTS, THEME
from runtime.web.areas.saving import Place as Spot
from runtime.web.persons import Person, note
from runtime.web.visit import visit

_TOLD = {"hide": "hidden", "show": "shown", "copy": "copied", "remove": "removed", "add": "added", "reset": "reset"}
_WORDS = ("heading", "text", "label", "name", "value", "days", "time", "question", "answer", "other")
_A_WEEK = 7 * 24 * 60 * 60


@blueprint.get(HOME)
@shell.guarded
def home() -> Response:
    """Show the editor with the home page."""
    return screens.editor(_look("home"), get_person(Permission.PAGES_SEE), "home")


@blueprint.get(f"{HOME}/<kind>")
@shell.guarded
def page(kind: str) -> Response | Answer:
    """Show the editor with a kind of page; the theme's settings begin with its colours."""
    person = get_person(Permission.PAGES_SEE)
    if kind == THEME:
        return redirect(_with_where(f"{HOME}/{THEME}/style"), 303)
    return screens.editor(_look(kind), person, kind)


@blueprint.post(f"{HOME}/<kind>")
@shell.guarded
def act(kind: str) -> Response | Answer:
    """Do what a button of the list says."""
    person = get_writer(Permission.PAGES_EDIT)
    if kind not in PAGES:
        abort(404)
    look = _look(kind)
    (deed, _, what), digest = request.form.get("deed", "").partition(":"), request.form.get("digest", "")
    done = _plan(look, (deed, what), digest)
    if done is None:
        return shell.done(_with_where(f"{HOME}/{kind}"), "look.done.stale")
    kept = desk.save(look, digest, done.changes, person, request.form.get(filing.MERGE, ""))
    if kept.stale is not None:
        return _merge(look, kept.stale, kind)
    if kept.unwritable:
        told = {"fault": shell.say(f"forms.fault.{kept.unwritable}")}
        return screens.editor(look, person, kind, told, 422)
    path = f"{HOME}/{kind}"
    if (deed == "add" and done.place is not None) or (done.place is not None and request.form.get("stay")):
        path = f"{path}/{done.place}"
    word = _TOLD.get(deed)
    return shell.done(_with_where(path), f"look.done.{word}") if word else redirect(_with_where(path), 303)


@blueprint.get(f"{HOME}/<kind>/~add")
@shell.guarded
def choose(kind: str) -> Response:
    """Show what can be added."""
    get_person(Permission.PAGES_EDIT)
    if kind not in PAGES:
        abort(404)
    return screens.picker(_look(kind), kind)


@blueprint.get(f"{HOME}/<kind>/<where>")
@shell.guarded
def show(kind: str, where: str) -> Response:
    """Show the form of a section, a block, or a part of the theme."""
    person = get_person(Permission.PAGES_SEE)
    look = _look(kind)
    if not look.opened.writable:
        return screens.editor(look, person, look.kind, status=409)
    return screens.form(look, _open(look, kind, where), person, (kind, where))


@blueprint.post(f"{HOME}/<kind>/<where>")
@shell.guarded
def save(kind: str, where: str) -> Response | Answer:
    """Take such a form: a button inside it shows it again, its own button saves it as a draft."""
    person = get_writer(Permission.PAGES_EDIT)
    look = _look(kind)
    opened = _open(look, kind, where)
    taken = desk.take_form(look, opened, person, screens.get_place(kind, where))
    spot = Spot(url=_with_where(f"{HOME}/{kind}/{where}"), area="look", subject="look")
    return saving.answer(opened, taken, person, spot, partial(_form, look=look, person=person, at=(kind, where)))


@blueprint.post(f"{HOME}/~undo")
@shell.guarded
def undo() -> Response | Answer:
    """Take the last change of the look back."""
    return _step(back=True)


@blueprint.post(f"{HOME}/~redo")
@shell.guarded
def redo() -> Response | Answer:
    """Do it again."""
    return _step(back=False)


def _step(*, back: bool) -> Response | Answer:
    person = get_writer(Permission.PAGES_EDIT)
    kind = request.form.get("kind", "")
    kind = kind if kind in PAGES else "home"
    look = _look(kind)
    there = desk.steps(look)[0 if back else 1]
    if there is None:
        return shell.done(_with_where(_back(kind)), "look.done.no_step")
    do = look.text.desk.undo if back else look.text.desk.redo
    try:
        do(SHOP, who=person.name, now=visit().now)
    except (StaleError, RefusedFileError, BusyError):
        return shell.done(_with_where(_back(kind)), "look.done.no_step")
    shop_text.forget()
    note(person, "text.undone" if back else "text.redone", f"{SHOP} look", after="; ".join(there.what)[:400])
    return shell.done(_with_where(_back(kind)), "look.done.undone" if back else "look.done.redone")


def _back(kind: str) -> str:
    """Return where a step was asked for, as far as that is still there."""
    at, _, where = request.form.get("back", "")[:40].partition("/")
    if at == THEME and where in PARTS:
        return f"{HOME}/{THEME}/{where}"
    place = places.find_place(where)
    there = at == kind and place is not None and places.item(desk.open_look(kind).board, place) is not None
    return f"{HOME}/{kind}/{place}" if there else f"{HOME}/{kind}"


def _look(kind: str) -> Look:
    if kind not in (*PAGES, THEME):
        abort(404)
    return desk.open_look(screens.page_kind(kind))


def _open(look: Look, kind: str, where: str) -> Filed:
    place = screens.get_place(kind, where)
    if place is not None and places.item(look.board, place) is None and request.method == "GET":
        abort(404)
    return desk.open_form(look, place)


def _form(
    filed: Filed, *, look: Look, person: Person, at: tuple[str, str], status: int = 200, fault: str = ""
) -> Response:  # fmt: skip
    return screens.form(look, filed, person, at, status=status, fault=fault)


def _plan(look: Look, wanted: tuple[str, str], digest: str) -> Done | None:
    """Return what a button does to the list as its page showed it."""
    deed, what = wanted
    board, data = desk.board_at(look, digest)
    place = places.find_place(what)
    if deed == "add":
        at = places.find_place(request.form.get("at", ""))
        return deeds.add(board, data, what, at, _start(look))
    to = request.form.get("to", "")
    return deeds.plan(board, data, deed, place, int(to) if to.isascii() and to.isdecimal() and len(to) < 4 else None)  # noqa: PLR2004


def _start(look: Look) -> Start:
    known = ground.get(look.text.folder, desk.now_text()).shop
    spoken = "zh-CN" if known.locale.startswith("zh") else "en"
    said = {each: words.say(f"look.start.{each}", spoken) for each in _WORDS}
    later = visit().now.timestamp() + _A_WEEK
    until = visit().now.fromtimestamp(later, visit().now.tzinfo).strftime("%Y-%m-%dT20:00")
    return Start(shop=known, words=said, until=until, pictures=tuple(pictures.listed(look.text.folder / "media", 40)))


def _merge(look: Look, stale: StaleError, kind: str) -> Response:
    """Show what somebody else changed meanwhile."""
    filed = desk.open_form(look, None)
    filed.sent = None
    return merging.screen(filed, stale, _with_where(f"{HOME}/{kind}"), area="look")


def _with_where(path: str) -> str:
    """Return an address that keeps what the preview shows."""
    asked = {name: request.values.get(name, "")[:200] for name in ("on", "with", "in")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path
