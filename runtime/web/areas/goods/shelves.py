"""Shelves: the list, and new ones by hand or by rule."""

import unicodedata
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator.editor import RefusedFileError, UnwritableError
from generator.loading.content import ShelfFile
from generator.loading.shelving import Stall
from runtime.access.roles import Permission
from runtime.naming import handles
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import listing, standing
from runtime.web.areas.telling import Teller
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_shelves", __name__)
HOME = "/console/shelves"
_LONGEST = 300
_SHOWN = 4


@blueprint.get(HOME)
@shell.guarded
def shelves() -> Response:
    """List the shelves with what stands on them now."""
    person = get_person(Permission.PRODUCTS_SEE)
    text = shop_text.read(shopfront().settings.folder)
    draft = standing.read(text)
    known = {each.handle: each for each in standing.goods(draft)}
    stall = Stall(draft.products.values())
    picked = {shelf.handle: stall.pick(shelf) for shelf in draft.shelves.values()}
    first = [known[each] for found in picked.values() for each in found[:_SHOWN]]
    small = standing.pictures(first, Teller(here=visit(), locale=shell.locale()))
    context: dict[str, Any] = {
        "title": shell.say("shelves.title"),
        "shelves": [_row(shelf, picked[shelf.handle], small) for shelf in draft.shelves.values()],
        "any_goods": bool(known),
        "may_edit": person.may(Permission.PRODUCTS_EDIT),
    }
    return shell.screen("shelves/list.html", context | listing.unpublished(text), area="shelves")


@blueprint.get(f"{HOME}/~new")
@shell.guarded
def new() -> Response:
    """Ask for what a shelf needs."""
    get_person(Permission.PRODUCTS_EDIT)
    return _ask({"kind": "hand"}, {})


@blueprint.post(f"{HOME}/~new")
@shell.guarded
def make() -> Response | Answer:
    """Make a shelf and go on to its page; nothing is published before it is filled."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    given = {name: request.form.get(name, "").strip()[:_LONGEST] for name in ("title", "kind", "handle")}
    draft = standing.read(text)
    problems = {} if given["title"] else {"title": shell.say("shelves.new.no_title")}
    title = unicodedata.normalize("NFC", given["title"])
    name = handles.tidy(given["handle"]) if given["handle"] else handles.handle(title, draft.shelves, "shelf")
    if not handles.is_good(name):
        problems["handle"] = shell.say("goods.new.handle_odd")
    elif name in draft.shelves:
        problems["handle"] = shell.say("goods.new.handle_taken", handle=name)
    if problems:
        return _ask(given, problems)
    data: dict[str, Any] = {"title": title}
    if given["kind"] == "rule":
        data["rule"] = {"sort": "newest"}
    else:
        data["products"] = []
    try:
        text.desk.create(f"shelves/{name}.yaml", data, who=person.name, now=visit().now)
    except (RefusedFileError, UnwritableError):
        return _ask(given, {"handle": shell.say("goods.new.handle_taken", handle=name)})
    note(person, "shelf.made", name, after=title)
    return shell.done(f"{HOME}/{name}", "shelves.done.made")


def _row(shelf: ShelfFile, found: tuple[str, ...], small: dict[str, str]) -> dict[str, Any]:
    return {
        "url": f"{HOME}/{shelf.handle}",
        "title": standing.title(shelf.title, shelf.handle),
        "handle": shelf.handle,
        "by_rule": shelf.rule is not None,
        "count": len(found),
        "pictures": [small.get(each, "") for each in found[:_SHOWN]],
    }


def _ask(given: dict[str, str], problems: dict[str, str]) -> Response:
    context = {"title": shell.say("shelves.new.title"), "given": given, "problems": problems}
    return shell.screen("shelves/new.html", context, area="shelves", status=422 if problems else 200)
