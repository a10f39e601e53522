"""New promotions: a kind is chosen, its form filled in, and it is written when nothing is wrong with it."""

from functools import partial
from typing import Any

import msgspec
from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.console.forms.sheet import Given
from runtime.naming import handles
from runtime.web.areas import saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.promotions import form, kinds, standing, trying
from runtime.web.areas.promotions.blueprint import AREA, HOME, blueprint
from runtime.web.areas.promotions.form import Screen
from runtime.web.areas.promotions.kinds import Choice
from runtime.web.areas.promotions.sheet import SINGLE, Where
from runtime.web.areas.promotions.standing import LIST
from runtime.web.areas.saving import Place
from runtime.web.visit import shopfront

NEW = f"{HOME}/~new"
_ID, _NAME = f"{LIST}.id", f"{LIST}.name"
_MADE = "~made"
_LONGEST = 60


@blueprint.get(NEW)
@shell.guarded
def new() -> Response:
    """Let a kind be chosen, or show the form of the one that was."""
    person = get_person(Permission.PROMOTIONS_EDIT)
    choice = kinds.find_choice(request.args.get("kind", ""))
    if choice is None:
        return _picker()
    return form.show(_opened(choice), person, _screen(choice))


@blueprint.post(NEW)
@shell.guarded
def make() -> Response | Answer:
    """Write a new promotion at the end of the list, unless something is wrong with it."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    choice = kinds.find_choice(request.args.get("kind", ""))
    if choice is None:
        return _picker(status=422)
    opened = _opened(choice)
    taken = form.take(opened, person)
    # What is added at the end stands against nothing that somebody else wrote meanwhile.
    filed = msgspec.structs.replace(taken, base=opened.base, digest=opened.digest)
    given = _named(filed)
    filed = msgspec.structs.replace(filed, sent=given, sheet=form.sheet(filed, _where(opened, choice), given))
    shown = partial(form.show, person=person, shown=_screen(choice))
    found = None if "~do" in request.form else form.look(filed)
    if trying.TRY in request.form and found is not None:
        return shown(filed, found=found)
    if form.wrong(found, filed):
        return shown(filed, status=422, found=found)
    name = given.get(_ID, "")
    place = Place(url=f"{HOME}/{name}", area=AREA, subject=name)
    return saving.answer(opened, filed, person, place, shown)


def _picker(*, status: int = 200) -> Response:
    groups = [
        (group, [choice for each in names if (choice := kinds.find_choice(each)) is not None])
        for group, names in kinds.PICKER.items()
    ]
    context = {"title": shell.say("promotions.new.title"), "groups": groups, "new": NEW}
    return shell.screen("promotions/kinds.html", context, area=AREA, status=status)


def _opened(choice: Choice) -> Filed:
    """Return the list with the form of a promotion that is not in it yet."""
    opened = form.open_list(shop_text.read(shopfront().settings.folder))
    return msgspec.structs.replace(opened, sheet=form.sheet(opened, _where(opened, choice)))


def _where(opened: Filed, choice: Choice) -> Where:
    listed = form.listed(opened)
    start: dict[str, Any] = {"kind": str(choice.kind)}
    if choice.coupon:
        start["coupon"] = {} if choice.coupon == SINGLE else {"show": True}
    return Where(listed=listed, index=len(listed), fresh=True, start=start)


def _named(filed: Filed) -> Given:
    """Return the form with an id: as it was written, else by the sound of its name; never one that there is."""
    sent = filed.sent if filed.sent is not None else MultiDict()
    given: Given = MultiDict(sent.items(multi=True))
    used = standing.ids(filed.base)
    typed, ours = handles.tidy(given.get(_ID, "")), given.get(_MADE, "")
    name = next((given[each] for each in given if each.startswith(f"{_NAME}.") and given[each].strip()), "")
    if typed and typed != ours:
        given[_ID] = typed
    else:
        given[_ID] = given[_MADE] = handles.handle(name, used, "promotion")[:_LONGEST]
    return given


def _screen(choice: Choice) -> Screen:
    name = shell.say(f"promotions.kind.{choice.name}")
    return Screen(
        url=f"{NEW}?kind={choice.name}",
        title=shell.say("promotions.new.of", kind=name),
        kind=str(choice.kind),
        more={
            "row": None,
            "uses": [],
            "groups": 0,
            "has_codes": False,
            "may_end": False,
            "lead": shell.say(f"promotions.kind.{choice.name}.text"),
            "fresh_coupon": choice.coupon,
        },
    )
