"""Products of the table: the cells that are simple to change, each in its own place; everything else is shown."""

import unicodedata
from typing import Any

import msgspec
from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer

from generator import fields, report
from generator.editing import cells
from generator.editing.change import Path, Set
from generator.editing.saving import Opened
from generator.editor import Merge, StaleError, UnwritableError
from generator.fields import ANY, Field, Kind
from generator.problems import Severity
from generator.source import table
from generator.source.inventory import TABLE
from runtime import stock
from runtime.access.roles import Permission
from runtime.console.forms.sheet import Sheet
from runtime.web.areas import filing, hour, merging, shell, shop_text
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import around, standing
from runtime.web.areas.goods.standing import HOME, Good
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import visit

_EACH = ("price", "compare_at", "sku", "barcode")
_OF_ROWS = frozenset({*_EACH, "stock"})
_EXACT = frozenset({"price", "compare_at", "stock", "status"})
_LONGEST = 2000
_MOST_TOLD = 6


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the form; ``name`` is its row and column."""

    name: str
    column: str
    label: str
    value: str
    problem: str = ""


def screen(good: Good, text: ShopText, person: Person, *, status: int = 200, fault: str = "") -> Response:
    """Show a product of the table."""
    opened = text.desk.open(TABLE)
    found = _rows(opened, good.handle)
    own, places = _own(text), _names(good, found, text)
    at, elsewhere = _problems(text, opened, good.handle, places)
    known = {*own, *_EACH, "stock", *(each for row in found for each in row if each.startswith("options."))}
    labels = {each.key: each.title for each in fields.of("product", filing.lang()).fields}

    def cell(index: int, column: str) -> Cell:
        stem, _, locale = column.partition(".")
        name, label = f"{index}.{column}", labels.get(stem, stem) + (f" ({locale})" if locale else "")
        sent = _sent(name)
        value = found[index].get(column, "") if sent is None else sent
        return Cell(name=name, column=column, label=label, value=value, problem=at.get(name, ""))

    context: dict[str, Any] = {
        "title": standing.title(good.product.title, good.handle) if good.product else good.handle,
        "handle": good.handle,
        "url": f"{HOME}/{good.handle}",
        "good": good,
        "digest": opened.digest,
        "own": [cell(0, each) for each in own if found],
        "kinds": [
            {"label": _kind(row), "cells": [cell(index, each) for each in _columns(good, index)]}
            for index, row in enumerate(found)
        ],
        "other": [(name, value) for name, value in (found[0] if found else {}).items() if name not in known],
        "fault": fault,
        "mistakes": [(f"cell-{name}", words) for name, words in at.items()],
        "problems": at,
        "elsewhere": elsewhere,
        "published": shop_text.is_published(text.folder),
        "ahead": hour.ahead(),
        "may_edit": person.may(Permission.PRODUCTS_EDIT) and opened.writable,
    }
    return shell.screen("goods/rows.html", context | around.of(good), area="products", status=status)


def save(good: Good, text: ShopText, person: Person) -> Response | Answer:
    """Write the cells that were changed, and nothing else of the table."""
    opened, url = text.desk.open(TABLE), f"{HOME}/{good.handle}"
    digest = request.form.get("digest", "")
    old = _seen(text, digest, good.handle) or _rows(opened, good.handle)
    changes, waits = _changes(good, old, text), hour.keeps(text.folder)
    try:
        if changes:
            merge = Merge(request.form.get(filing.MERGE) or Merge.REFUSE)
            text.desk.save(TABLE, digest, changes, who=person.name, now=visit().now, merge=merge)
            told = "; ".join(f"{each.path[1]}.{each.path[2]}" for each in changes)
            note(person, "text.saved", f"{TABLE} {good.handle}", after=told[:400])
    except StaleError as stale:
        return merging.screen(_filed(text, opened), stale, url, area="products")
    except filing.HINDRANCES as error:
        fault = shell.say(f"forms.fault.{filing.hindrance(TABLE, error)}")
        return screen(good, text, person, status=422, fault=fault)
    shop_text.forget()
    standing.forget()
    if request.form.get(filing.DRAFT):
        return shell.done(url, "forms.done.saved")
    if waits and changes:
        return shell.done(url, hour.KEPT)
    kept = filing.publish(text, person, changed=bool(changes))
    if kept.fault:
        return screen(good, text, person, status=422, fault=shell.say("forms.fault.publish", why=kept.fault))
    return shell.done(url, kept.word) if kept.word else redirect(url, 303)


def _changes(good: Good, old: list[dict[str, str]], text: ShopText) -> list[Set]:
    found = []
    for name, (index, column) in _names(good, old, text).items():
        sent = _sent(name)
        if sent is None:
            continue
        value = unicodedata.normalize("NFKC", sent).strip() if column in _EXACT else sent.replace("\r\n", "\n").strip()
        if value == old[index].get(column, ""):
            continue
        # What belongs to the product may stand in each of its rows, and has to say the same there.
        again = [at for at, row in enumerate(old) if at and row.get(column)] if column not in _OF_ROWS else []
        found += [Set((good.handle, at, column), value) for at in (index, *again)]
    return found


def _names(good: Good, found: list[dict[str, str]], text: ShopText) -> dict[str, tuple[int, str]]:
    """Return the cells that the form has, by their names."""
    pairs = [(0, each) for each in _own(text) if found]
    pairs += [(index, each) for index in range(len(found)) for each in _columns(good, index)]
    return {f"{index}.{column}": (index, column) for index, column in pairs}


def _own(text: ShopText) -> list[str]:
    return ["title", *(f"title.{each}" for each in text.base.locales[1:]), "status", "tags"]


def _columns(good: Good, index: int) -> list[str]:
    """Return the columns of a row; opening stock only counts until the ledger knows the sku."""
    sku = good.variants[index].sku if len(good.variants) > index else ""
    known = visit().database.read(lambda look: stock.levels(look, [sku])) if sku else {}
    return [*_EACH, *([] if sku in known else ["stock"])]


def _sent(name: str) -> str | None:
    found = request.form.get(f"cell-{name}")
    return found[:_LONGEST] if found is not None else None


def _rows(opened: Opened, handle: str) -> list[dict[str, str]]:
    found = opened.data.get(handle) if isinstance(opened.data, dict) else None
    return found if isinstance(found, list) else []


def _seen(text: ShopText, digest: str, handle: str) -> list[dict[str, str]]:
    """Return the rows of a product as they were when its form was made."""
    before = text.desk.text(digest)
    try:
        data = cells.read(before) if before is not None else {}
    except UnwritableError:
        return []
    found = data.get(handle) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _kind(row: dict[str, str]) -> str:
    return " / ".join(value for name, value in row.items() if name.startswith("options."))


def _problems(
    text: ShopText, opened: Opened, handle: str, names: dict[str, tuple[int, str]]
) -> tuple[dict[str, str], list[tuple[str, str]]]:  # fmt: skip
    """Return what is wrong by cell, and the errors that stand elsewhere with their places."""
    if shop_text.is_published(text.folder):
        return {}, []
    documents, _ = table.parse(opened.text, TABLE, text.base.locale)
    document = dict(documents).get(handle)
    places: dict[tuple[int, int], str] = {}
    for name, (index, column) in names.items() if document else ():
        steps = tuple(column.split("."))
        tried: tuple[Path, ...] = (("variants", index, *steps), steps, (*steps, text.base.locale))
        for path in tried:
            if document is not None and document.marks and path in document.marks:
                mark = document.marks[path][1]
                places.setdefault((mark.line, mark.column), name)
    at, elsewhere = dict[str, str](), list[tuple[str, str]]()
    for each in shop_text.examine(text.folder).problems:
        if each.severity is not Severity.ERROR:
            continue
        words = report.tell(each, filing.lang()).message
        name = places.get((each.mark.line, each.mark.column), "") if each.file == TABLE and each.mark else ""
        if name:
            at.setdefault(name, words)
        else:
            elsewhere.append((f"{each.file}:{each.mark.line}" if each.mark else each.file, words))
    return at, elsewhere[:_MOST_TOLD]


def _filed(text: ShopText, opened: Opened) -> Filed:
    """Return what the merge view needs: the names of columns, below the handles and rows of the table."""
    product = fields.of("product", filing.lang())
    row = msgspec.structs.replace(product, path=(ANY, ANY))
    listed = Field(path=(ANY,), kind=Kind.LIST, setting="list", item=row)
    whole = Field(path=(), kind=Kind.GROUP, setting="group", item=listed)
    return Filed(
        text=text, file=TABLE, field=whole, only=(), opened=opened, base=opened.data, digest=opened.digest,
        sheet=Sheet(product, {}, text.ground),
    )  # fmt: skip
