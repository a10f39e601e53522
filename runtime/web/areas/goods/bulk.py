"""Many products at once: they are chosen in the list, what would change is shown, and then it is written."""

from typing import Any

import msgspec
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from generator.editing.saving import Opened
from generator.editor import RefusedFileError, StaleError, UnwritableError
from generator.shop import ProductStatus
from generator.source.inventory import TABLE
from runtime.access.roles import Permission
from runtime.web.areas import filing, hour, shell, shop_text
from runtime.web.areas.entry import get_writer
from runtime.web.areas.goods import listing, repricing, standing
from runtime.web.areas.goods.listing import Asked
from runtime.web.areas.goods.repricing import Deed, Planned
from runtime.web.areas.goods.standing import HOME, Good
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_goods_bulk", __name__)
_MOST = 1000
DEEDS = (
    *(f"status-{each}" for each in ProductStatus), repricing.ADD, repricing.TAKE, repricing.PERCENT, repricing.AMOUNT
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One product of the plan."""

    good: Good
    planned: Planned
    digest: str = ""


@blueprint.post(f"{HOME}/~many")
@shell.guarded
def many() -> Response | Answer:
    """Show what would become of the chosen products, or write it once that was seen."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    text, asked = shop_text.read(shopfront().settings.folder), listing.asked_for(request.form)
    found = _chosen(text, asked)
    if not found:
        return shell.done(asked.address(), "goods.done.none_chosen")
    kind, value = request.form.get("deed", ""), request.form.get("value", "")[:200]
    deed = repricing.read(kind, value, text.base.currency) if kind in DEEDS else None
    if deed is None:
        return shell.done(asked.address(), "goods.done.unclear")
    lines = _plan(text, deed, found)
    if not request.form.get("go"):
        return _preview(lines, asked, (kind, value))
    seen = dict(each.partition(" ")[::2] for each in request.form.getlist("seen"))
    held = [each for each in lines if each.planned.changes and seen.get(_key(each)) != each.digest]
    waits = hour.keeps(text.folder)
    held += _write([each for each in lines if each not in held], text, person)
    if held:
        return _preview(held, asked, (kind, value), late=True)
    shop_text.forget()
    standing.forget()
    if request.form.get(filing.DRAFT) or waits:
        return shell.done(asked.address(), "forms.done.saved" if request.form.get(filing.DRAFT) else hour.KEPT)
    kept = filing.publish(text, person)
    return shell.done(asked.address(), kept.word) if kept.word else redirect(asked.address(), 303)


def _chosen(text: ShopText, asked: Asked) -> list[Good]:
    everything = standing.goods(standing.read(text))
    if request.form.get("all"):
        return listing.chosen(everything, asked)[:_MOST]
    picked = set(request.form.getlist("pick"))
    return [each for each in everything if each.handle in picked][:_MOST]


def _key(line: Line) -> str:
    return line.good.handle


def _plan(text: ShopText, deed: Deed, found: list[Good]) -> list[Line]:
    desk = text.desk
    table = desk.open(TABLE) if any(each.is_row for each in found) else None
    lines = []
    for good in found:
        try:
            opened = table if good.is_row and table else desk.open(good.file)
        except RefusedFileError:
            lines.append(Line(good=good, planned=Planned(fault="gone")))
            continue
        lines.append(Line(good=good, planned=_planned(deed, good, opened, text), digest=opened.digest))
    return lines


def _planned(deed: Deed, good: Good, opened: Opened, text: ShopText) -> Planned:
    if not opened.writable or not isinstance(opened.data, dict):
        return Planned(fault="broken")
    if not good.is_row:
        return repricing.plan(deed, opened.data, text.base.currency)
    rows = opened.data.get(good.handle)
    if not isinstance(rows, list) or not rows:
        return Planned(fault="gone")
    return repricing.plan_row(deed, good.handle, rows, text.base.currency)


def _write(lines: list[Line], text: ShopText, person: Person) -> list[Line]:
    """Write what is planned, all of the table at once; return what somebody else was quicker with."""
    held = []
    by_file: dict[str, list[Line]] = {}
    for line in lines:
        if line.planned.changes:
            by_file.setdefault(line.good.file, []).append(line)
    for file, some in by_file.items():
        changes = [change for line in some for change in line.planned.changes]
        try:
            text.desk.save(file, some[0].digest, changes, who=person.name, now=visit().now)
        except StaleError:
            held += some
            continue
        except UnwritableError as error:
            held += [msgspec.structs.replace(each, planned=Planned(fault=error.code)) for each in some]
            continue
        for line in some:
            note(
                person, "product.changed", line.good.handle,
                before=line.planned.before[:400], after=line.planned.after[:400],
            )  # fmt: skip
    return held


def _preview(lines: list[Line], asked: Asked, wish: tuple[str, str], *, late: bool = False) -> Response:
    teller = Teller(here=visit(), locale=shell.locale())
    rows = standing.rows([each.good for each in lines], teller)
    priced = wish[0] in {repricing.PERCENT, repricing.AMOUNT}
    stated = wish[0].startswith("status-")
    shown: list[dict[str, Any]] = []
    for row, line in zip(rows, lines, strict=True):
        planned = line.planned
        words = (planned.before, planned.after)
        if stated and not planned.fault:
            words = (_status(words[0]), _status(words[1]))
        known = planned.fault if planned.fault in {"below", "unread", "broken", "gone"} else "broken"
        fault = shell.say(f"goods.bulk.fault.{known}") if planned.fault else ""
        shown.append(row | {"before": words[0], "after": words[1], "same": not planned.changes, "fault": fault,
                            "seen": f"{line.good.handle} {line.digest}"})  # fmt: skip
    changed = sum(1 for each in lines if each.planned.changes)
    context = {
        "title": shell.say("goods.bulk.title"), "rows": shown, "asked": asked, "deed": wish[0], "value": wish[1],
        "told": shell.say(f"goods.bulk.told.{wish[0]}", value=wish[1]), "changed": changed, "priced": priced,
        "currency": teller.currency if priced else "", "late": late, "back": asked.address(),
    }  # fmt: skip
    return shell.screen("goods/bulk.html", context, area="products", status=409 if late else 200)


def _status(status: str) -> str:
    return shell.say(f"goods.status.{status}") if status in set(ProductStatus) else status
