"""The page of a shelf: its words, and its products in order by hand, or the rule with what it finds now."""

from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator import fields
from generator.editor import Change, RefusedFileError, Remove, Set
from generator.loading import content
from generator.loading.draft import Draft
from generator.loading.reader import Reader
from generator.loading.shelving import Stall
from generator.source.events import Data
from runtime.access.roles import Permission
from runtime.console.forms.sheet import Given, Sheet
from runtime.web.areas import filing, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import choosing, standing
from runtime.web.areas.goods.shelves import HOME
from runtime.web.areas.saving import Place
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_shelf_page", __name__)
HAND, RULE = "products", "rule"
_KIND = "~kind"
_ALONE = {HAND: RULE, RULE: HAND}
_SHOWN = 24


class ShelfSheet(Sheet):
    """The form of a shelf: of products by hand and a rule, the one that is not chosen goes."""

    kind = ""

    def changes(self) -> list[Change]:
        """Return what was changed, and what the other way of filling a shelf has to leave behind."""
        found = super().changes()
        other = _ALONE.get(self.kind, "")
        if not other:
            return found
        kept = [each for each in found if each.path[:1] != (other,)]
        old = self.root.old if isinstance(self.root.old, dict) else {}
        if other in old:
            kept.append(Remove((other,)))
        touched = any(each.path[:1] == (self.kind,) for each in kept)
        emptied = Remove((self.kind,)) in kept
        if emptied or (self.kind not in old and not touched):
            kept = [each for each in kept if each != Remove((self.kind,))]
            kept.append(Set((self.kind,), [] if self.kind == HAND else {"sort": "manual"}))
        return kept


@blueprint.get(f"{HOME}/<handle>")
@shell.guarded
def show(handle: str) -> Response:
    """Show a shelf."""
    person = get_person(Permission.PRODUCTS_SEE)
    return _form(_open(handle), handle, person)


@blueprint.post(f"{HOME}/<handle>")
@shell.guarded
def save(handle: str) -> Response | Answer:
    """Take the form of a shelf: a button inside it shows it again, its own buttons save it."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    opened = _open(handle)
    place = Place(url=f"{HOME}/{handle}", area="shelves", subject=handle)
    return saving.answer(opened, _taken(opened, person), person, place, partial(_form, handle=handle, person=person))


def _open(handle: str) -> Filed:
    text = shop_text.read(shopfront().settings.folder)
    try:
        return filing.open_file(f"shelves/{handle}.yaml", fields.of("shelf", filing.lang()), text)
    except RefusedFileError:
        abort(404)


def _taken(opened: Filed, person: Person) -> Filed:
    """Read the form that was sent, and which way of filling the shelf was chosen."""
    found: list[Given] = []

    def more(given: Given, _: Sheet) -> Given:
        changed = choosing.put(given, opened, HAND)
        kind = changed.get(_KIND, "")
        if kind in _ALONE:
            changed["~one"] = kind
        found[:] = [changed]
        return changed

    filed = filing.take(opened, person, more)
    sheet = ShelfSheet(filed.field, filed.base, filed.text.ground, found[0], filed.only)
    sheet.kind = request.form.get(_KIND, "")
    return msgspec.structs.replace(filed, sheet=sheet)


def _form(filed: Filed, handle: str, person: Person, *, status: int = 200, fault: str = "") -> Response:
    if fault:
        standing.forget()  # It may have been written and not published.
    draft = standing.read(filed.text)
    data = filed.sheet.data()
    data = data if isinstance(data, dict) else {}
    sent = request.form.get(_KIND, "")
    kind = sent if sent in _ALONE else (RULE if RULE in data and HAND not in data else HAND)
    context = filing.context(filed, filing.mistakes(filed))
    shelf = draft.shelves.get(handle)
    teller = Teller(here=visit(), locale=shell.locale())
    names = {row.token: row.node.value for each in context["form"].nodes if each.name == HAND for row in each.rows}
    known = {each.handle: each for each in standing.goods(draft)}
    picked = [known[each] for each in dict.fromkeys(names.values()) if each in known]
    context |= {
        "title": standing.title(shelf.title, handle) if shelf else handle,
        "handle": handle, "url": f"{HOME}/{handle}", "action": f"{HOME}/{handle}", "kind": kind, "fault": fault,
        "by_name": {each.name: each for each in context["form"].nodes},
        "cards": {row["handle"]: row for row in standing.rows(picked, teller)},
        "known": [(each.handle, standing.title(each.product.title, each.handle)) for each in known.values()
                  if each.product][:400],
        "preview": _preview(data, handle, filed, draft, teller) if kind == RULE else None,
        "in_shop": f"/shelves/{handle}/",
        "may_edit": person.may(Permission.PRODUCTS_EDIT) and filed.opened.writable,
    }  # fmt: skip
    return shell.screen("shelves/shelf.html", context, area="shelves", status=status)


def _preview(data: Data, handle: str, filed: Filed, draft: Draft, teller: Teller) -> dict[str, Any]:
    """Return what the rule of the form finds now, by the code that fills the shop's shelves."""
    reader = Reader(filed.file, filed.text.base)
    rule = data.get(RULE) if isinstance(data.get(RULE), dict) else {}
    limit = str(rule.get("limit", "1"))
    if not limit.isascii() or not limit.isdecimal():
        rule = {key: value for key, value in rule.items() if key != "limit"}
    shelf = content.load_shelf(handle, {"title": handle, RULE: rule}, reader)
    found = Stall(draft.products.values()).pick(shelf)
    known = {each.handle: each for each in standing.goods(draft)}
    return {
        "count": len(found),
        "rows": standing.rows([known[each] for each in found[:_SHOWN]], teller),
        "more": max(0, len(found) - _SHOWN),
        "odd": bool(reader.problems),
    }
