"""The page of a room: its form made from the schema, its products under their stable numbers, and its ways on."""

from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator import fields
from generator.editor import RefusedFileError
from generator.loading.draft import Draft
from generator.source.events import Data
from runtime.access.roles import Permission
from runtime.console.forms.sheet import Given, Sheet
from runtime.web.areas import filing, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import choosing
from runtime.web.areas.goods import standing as goods
from runtime.web.areas.live import standing
from runtime.web.areas.live.standing import HOME
from runtime.web.areas.saving import Place
from runtime.web.areas.telling import Teller
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_rooms_page", __name__)
PRODUCTS = "products"
_SURE = "~renumber"
_MOST_KNOWN = 400
_MOST_TOLD = 6


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A product whose number would be another one; ``after`` 0 is none."""

    title: str
    before: int
    after: int


@blueprint.get(f"{HOME}/<handle>/edit")
@shell.guarded
def show(handle: str) -> Response:
    """Show a room's form."""
    get_person(Permission.LIVE_HOST)
    return _form(_open(handle), handle=handle)


@blueprint.post(f"{HOME}/<handle>/edit")
@shell.guarded
def save(handle: str) -> Response | Answer:
    """Take the form of a room; numbers that were said aloud only change when somebody means it."""
    person = get_writer(Permission.LIVE_HOST)
    opened = _open(handle)

    def more(given: Given, _: Sheet) -> Given:
        return choosing.put(given, opened, PRODUCTS)

    filed = filing.take(opened, person, more)
    plain = "~do" not in request.form and not request.form.get(filing.MERGE)
    if plain and not request.form.get(_SURE) and _begun(filed, handle) and _moved(opened, filed):
        return _form(filed, handle=handle, status=422)
    place = Place(url=f"{HOME}/{handle}/edit", area="live", subject=handle)
    return saving.answer(opened, filed, person, place, partial(_form, handle=handle))


def _open(handle: str) -> Filed:
    text = shop_text.read(shopfront().settings.folder)
    try:
        return filing.open_file(f"live/{handle}.yaml", fields.of("live", filing.lang()), text)
    except RefusedFileError:
        abort(404)


def _form(filed: Filed, *, handle: str, status: int = 200, fault: str = "") -> Response:
    if fault:
        goods.forget()  # It may have been written and not published.
    draft, here = goods.read(filed.text), visit()
    room, teller = draft.rooms.get(handle), Teller(here=here, locale=shell.locale())
    context = filing.context(filed, filing.mistakes(filed))
    by_name = {each.name: each for each in context["form"].nodes}
    chosen = [row.node.value for row in by_name[PRODUCTS].rows]
    known = {each.handle: each for each in goods.goods(draft)}
    begun = _begun(filed, handle)
    context |= {
        "title": goods.title(room.title, handle) if room else handle,
        "handle": handle, "url": f"{HOME}/{handle}", "action": f"{HOME}/{handle}/edit", "fault": fault,
        "by_name": by_name,
        "cards": {
            row["handle"]: row
            for row in goods.rows([known[each] for each in dict.fromkeys(chosen) if each in known], teller)
        },
        "known": [
            (each.handle, goods.title(each.product.title, each.handle)) for each in known.values() if each.product
        ][:_MOST_KNOWN],
        "state": _state(room.handle, teller) if room else None,
        "in_shop": f"/live/{handle}/" if here.catalogue.find_room(handle) else "",
        "zone": filed.text.base.timezone,
        "begun": begun,
        "order": " ".join(_listed(filed.opened.data)),
        "moved": _told(_moved(_open(handle), filed), draft) if begun and filed.sent is not None else [],
        "networked": here.release.terms.live.cdn is not None,
        "may_edit": filed.opened.writable,
    }  # fmt: skip
    return shell.screen("live/room.html", context, area="live", status=status)


def _state(handle: str, teller: Teller) -> Any:  # noqa: ANN401  a Standing, or None before it was published
    live = teller.here.catalogue.find_room(handle)
    return standing.of_rooms([live], teller)[0] if live else None


def _begun(filed: Filed, handle: str) -> bool:
    return standing.begun(visit(), goods.read(filed.text).rooms.get(handle), handle)


def _moved(opened: Filed, filed: Filed) -> list[tuple[str, int, int]]:
    """Return the products of a room whose numbers are others in the form; what goes from the end moves nothing."""
    before, after = _listed(opened.opened.data), _listed(filed.sheet.data())
    places = {handle: number for number, handle in enumerate(after, 1)}
    found = [(handle, number, places.get(handle, 0)) for number, handle in enumerate(before, 1)]
    return [each for each in found if each[1] != each[2] and (each[2] or each[1] <= len(after))]


def _told(moved: list[tuple[str, int, int]], draft: Draft) -> list[Moved]:
    found = []
    for handle, before, after in moved[:_MOST_TOLD]:
        product = draft.products.get(handle)
        title = goods.title(product.title, handle) if product else handle
        found.append(Moved(title=title, before=before, after=after))
    return found


def _listed(data: Data) -> list[str]:
    found = data.get(PRODUCTS) if isinstance(data, dict) else None
    return list(dict.fromkeys(str(each) for each in found)) if isinstance(found, list) else []
