"""Menus as trees: entries come, go, move and stand below one another; links are chosen, words are in every language."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.console.forms.sheet import Given, Sheet
from runtime.web import console
from runtime.web.areas import filing, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.saving import Place
from runtime.web.persons import Person
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_menus", __name__)
HOME = "/console/menus"
_FILE, _KEY = "shop.yaml", "menu"
PLACES = ("menu.header", "menu.footer")
_ITEMS = "items"


@blueprint.get(HOME)
@shell.guarded
def show() -> Response:
    """Show the menus."""
    person = get_person(Permission.PAGES_SEE)
    return _form(_open(), person=person)


@blueprint.post(HOME)
@shell.guarded
def save() -> Response | Answer:
    """Take the menus: a button inside them shows them again, its own buttons save them."""
    person = get_writer(Permission.PAGES_EDIT)
    opened = _open()
    place = Place(url=HOME, area="pages", subject=_KEY)

    def show_again(filed: Filed, *, status: int = 200, fault: str = "") -> Response:
        return _form(filed, person=person, status=status, fault=fault)

    return saving.answer(opened, filing.take(opened, person, _placed), person, place, show_again)


def _placed(given: Given, _sheet: Sheet) -> Given:
    """Return the form after an entry was put below another one, beside it, or somewhere else.

    ``nest:<list>:<token>`` puts it below the entry before it, ``lift:<list>:<token>`` behind the one that it stands
    below, ``place:<list>:<token>:<list>:<token>`` before another entry (no token: at the end).
    """
    what, _, rest = given.get("~do", "").partition(":")
    if what not in {"nest", "lift", "place"}:
        return given
    done: Given = MultiDict((name, value) for name, value in given.items(multi=True) if name != "~do")
    done["~do"] = "show"
    name, _, rest = rest.partition(":")
    token, _, rest = rest.partition(":")
    target = _target(what, name, token, rest, done)
    if token not in done.getlist(name) or target is None or not _may_stand(name, token, target[0], done):
        return done
    _move(done, (name, token), target)
    return done


def _target(what: str, name: str, token: str, rest: str, given: Given) -> tuple[str, str] | None:
    """Return the list into which an entry goes, and the token before which it stands then (empty: at the end)."""
    rows = [each for each in given.getlist(name) if each]
    if token not in rows:
        return None
    at = rows.index(token)
    if what == "nest":
        return (f"{name}.{rows[at - 1]}.{_ITEMS}", "") if at and name in PLACES else None
    if what == "lift":
        outer, _, items = name.rpartition(f".{_ITEMS}")
        upper, _, owner = outer.rpartition(".")
        if items or upper not in PLACES:
            return None
        rows = [each for each in given.getlist(upper) if each]
        after = rows.index(owner) + 1 if owner in rows else len(rows)
        return upper, rows[after] if after < len(rows) else ""
    to, _, before = rest.partition(":")
    return to, before


def _may_stand(name: str, token: str, to: str, given: Given) -> bool:
    """Tell whether an entry may stand in a list: two levels there are, and none stands below itself."""
    if to in PLACES:
        return True
    upper, _, last = to.rpartition(".")
    place, _, owner = upper.rpartition(".")
    below = [each for each in given.getlist(f"{name}.{token}.{_ITEMS}") if each]
    return last == _ITEMS and place in PLACES and owner in given.getlist(place) and not below and owner != token


def _move(given: Given, entry: tuple[str, str], target: tuple[str, str]) -> None:
    """Put an entry with all its boxes into a list, under a name that is free there."""
    (name, token), (to, before) = entry, target
    rows = [each for each in given.getlist(to) if each]
    if name == to:
        new = token
        rows.remove(token)
    else:
        used = [int(each[1:]) for each in rows if each[:1] == "n" and each[1:].isdecimal()]
        new = f"n{1 + max(used, default=-1)}"
        own = f"{name}.{token}."
        for box in [each for each in given if each.startswith(own)]:
            values = given.poplist(box)
            given.setlist(f"{to}.{new}.{box.removeprefix(own)}", values)
        given.setlist(name, ["", *(each for each in given.getlist(name) if each and each != token)])
    at = rows.index(before) if before in rows else len(rows)
    given.setlist(to, ["", *rows[:at], new, *rows[at:]])


def _open() -> Filed:
    text = shop_text.read(shopfront().settings.folder)
    return filing.open_file(_FILE, text.field(filing.lang()), text, (_KEY,))


def _form(filed: Filed, *, person: Person, status: int = 200, fault: str = "") -> Response:
    context: dict[str, Any] = filing.context(filed, filing.mistakes(filed))
    (menu,) = context["form"].nodes
    context |= {
        "title": shell.say("pages.menus.title"), "action": HOME, "fault": fault,
        "menus": [(each, shell.say(f"pages.menus.{each.name.rpartition('.')[2]}")) for each in menu.nodes],
        "own": console.shop_locale(visit()), "targets": dict(_words(context["sources"].get("link", ()))),
        "may_edit": person.may(Permission.PAGES_EDIT) and filed.opened.writable,
    }  # fmt: skip
    return shell.screen("pages/menus.html", context, area="pages", status=status)


def _words(known: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield from ((value, words) for value, words in known if words)
