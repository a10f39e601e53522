"""The page of a promotion: its form by what a merchant thinks of, what became of it, and a trial before it is saved."""

from functools import partial
from typing import Any

import msgspec
from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.web.areas import saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.promotions import effects, form, standing, trying
from runtime.web.areas.promotions.blueprint import AREA, HOME, blueprint
from runtime.web.areas.promotions.form import Screen
from runtime.web.areas.promotions.sheet import Where
from runtime.web.areas.promotions.standing import Entry
from runtime.web.areas.saving import Place
from runtime.web.areas.telling import Teller
from runtime.web.visit import shopfront, visit
from runtime.worklist import invited, promoted


@blueprint.get(f"{HOME}/<name>")
@shell.guarded
def show(name: str) -> Response:
    """Show a promotion."""
    person = get_person(Permission.PROMOTIONS_SEE)
    filed, entry = _open(name)
    return form.show(filed, person, _screen(entry))


@blueprint.post(f"{HOME}/<name>")
@shell.guarded
def save(name: str) -> Response | Answer:
    """Take the form of a promotion: tried, shown again, or saved if nothing is wrong with it."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    opened, entry = _open(name)
    filed = form.take(opened, person)
    at = standing.index_of(filed.base, name)
    if at is None:
        abort(404)
    own = form.sheet(filed, Where(listed=form.listed(filed), index=at), filed.sent)
    filed = msgspec.structs.replace(filed, sheet=own)
    shown = partial(form.show, person=person, shown=_screen(entry))
    found = None if "~do" in request.form else form.look(filed)
    if trying.TRY in request.form and found is not None:
        return shown(filed, found=found)
    if form.wrong(found, filed):
        return shown(filed, status=422, found=found)
    place = Place(url=f"{HOME}/{name}", area=AREA, subject=name)
    return saving.answer(opened, filed, person, place, shown)


def _open(name: str) -> tuple[Filed, Entry]:
    text = shop_text.read(shopfront().settings.folder)
    entry = standing.find(text, name)
    filed = form.open_list(text)
    at = standing.index_of(filed.base, name)
    if entry is None or at is None:
        abort(404)
    own = form.sheet(filed, Where(listed=form.listed(filed), index=at))
    return msgspec.structs.replace(filed, sheet=own), entry


def _screen(entry: Entry) -> Screen:
    teller = Teller(here=visit(), locale=shell.locale())
    figures, uses, groups = visit().database.read(
        lambda look: (
            promoted.figures(look, teller.currency),
            promoted.uses(look, entry.id, limit=5),
            invited.open_groups(look, entry.id),
        )
    )
    whole = msgspec.structs.replace(entry, figure=figures.get(entry.id, entry.figure))
    more: dict[str, Any] = {
        "row": standing.row(whole, teller),
        "uses": [
            {"number": each.number, "name": each.name, "at": teller.moment(each.placed_at), "state": each.state}
            for each in uses
        ],
        "has_codes": whole.has_codes,
        "groups": groups,
        "may_end": effects.state(entry.promotion, teller.here.now) in {"runs", "paused"},
    }
    name, kind = effects.name(entry.promotion), str(entry.promotion.kind)
    return Screen(url=f"{HOME}/{entry.id}", title=name, kind=kind, name=entry.id, more=more)
