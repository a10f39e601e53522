"""The list of products: where they stand, what was typed, what runs out; a page at a time, and as a file."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from generator.problems import Severity
from runtime import stock
from runtime.access.roles import Permission
from runtime.naming import pinyin
from runtime.web import headers
from runtime.web.areas import filing, hour, shell, shop_text, sorting
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import sheets, standing
from runtime.web.areas.goods.standing import HOME, STATUSES, Good
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_goods", __name__)
_SIZE = 30
_LONGEST = 100
_MOST_FOUND = 8
_MOST_PAGES = 100_000
_SORTED = {"title": "product", "stock": "stock", "price": "price"}
"""Columns by which the list can be sorted, with the words of their heads."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    view: str = ""
    q: str = ""
    low: str = ""
    sort: str = ""
    page: int = 1

    def address(self, path: str = HOME, **changed: str | int) -> str:
        """Return an address that asks the same, with some of it changed; what is empty is left out."""
        asked = {"view": self.view, "q": self.q, "low": self.low, "sort": self.sort, **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{found}" if found else path


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the products of a view."""
    person = get_person(Permission.PRODUCTS_SEE)
    text, teller = shop_text.read(shopfront().settings.folder), Teller(here=visit(), locale=shell.locale())
    everything, asked = standing.goods(standing.read(text)), asked_for(request.args)
    found = ordered(chosen(everything, asked), asked.sort)
    pages = max(1, -(-len(found) // _SIZE))
    page = max(1, min(asked.page, pages))
    context: dict[str, Any] = {
        "title": shell.say("goods.title"),
        "rows": standing.rows(found[(page - 1) * _SIZE : page * _SIZE], teller),
        "total": len(found),
        "any": bool(everything),
        "asked": asked,
        "tabs_": _tabs(everything, asked),
        "low_url": asked.address(low="" if asked.low else "1"),
        "heads": sorting.heads(
            {each: shell.say(f"goods.head.{name}") for each, name in _SORTED.items()},
            asked.sort,
            lambda sort: asked.address(sort=sort),
        ),
        "narrowed": bool(asked.q or asked.view or asked.low),
        "newer": asked.address(page=page - 1) if page > 1 else "",
        "older": asked.address(page=page + 1) if page < pages else "",
        "export": asked.address(f"{HOME}.csv"),
        "may_edit": person.may(Permission.PRODUCTS_EDIT),
        "search": _search(asked),
    }
    return shell.screen("goods/list.html", context | unpublished(text), area="products")


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send the products of a view as a table that the shop can read again."""
    person = get_person(Permission.PRODUCTS_SEE)
    text = shop_text.read(shopfront().settings.folder)
    asked = asked_for(request.args)
    found = ordered(chosen(standing.goods(standing.read(text)), asked), asked.sort)
    levels = sheets.levels(visit().database, found)
    note(person, "products.exported", after=asked.address("")[1:])
    answer = Response(sheets.lines(found, text, levels), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="products.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


@blueprint.get(f"{HOME}/~find.json")
@shell.guarded
def find() -> Response:
    """Answer a script with the first products that fit what was typed."""
    get_person(Permission.PRODUCTS_SEE)
    text, teller = shop_text.read(shopfront().settings.folder), Teller(here=visit(), locale=shell.locale())
    wanted = asked_for(request.args)
    found = chosen(standing.goods(standing.read(text)), wanted)[:_MOST_FOUND]
    names = ("handle", "title", "price", "status", "tone", "picture")
    return jsonify(found=[{name: row[name] for name in names} for row in standing.rows(found, teller)])


@blueprint.post(f"{HOME}/~publish")
@shell.guarded
def publish() -> Answer:
    """Publish the shop as its text stands."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    kept = filing.publish(shop_text.read(shopfront().settings.folder), person)
    return shell.done(HOME, kept.word or "goods.done.held")


def asked_for(given: Any) -> Asked:  # noqa: ANN401  the names of an address or of a form
    """Return what an address or a form asks for."""
    view = given.get("view", "")
    page = given.get("page", "1")
    return Asked(
        view=view if view in STATUSES else "",
        q=given.get("q", "").strip()[:_LONGEST],
        low="1" if given.get("low") else "",
        sort=sorting.asked(given.get("sort", ""), _SORTED),
        page=min(int(page), _MOST_PAGES) if page.isascii() and page.isdecimal() else 1,
    )


def chosen(everything: list[Good], asked: Asked) -> list[Good]:
    """Return the products that are asked for."""
    found = [each for each in everything if standing.matches(each, asked.q)]
    if asked.view:
        found = [each for each in found if standing.status(each) == asked.view]
    if asked.low:
        few = visit().database.read(lambda look: standing.low(look, found))
        found = [each for each in found if each.handle in few]
    return found


def ordered(found: list[Good], sort: str) -> list[Good]:
    """Return products sorted by a column; those that have nothing in it stand at the end."""
    column = sort.removeprefix(sorting.DOWN)
    if not column:
        return found
    keys = {each.handle: key for each, key in zip(found, _keys(found, column), strict=True)}
    known = [each for each in found if keys[each.handle] is not None]
    known.sort(key=lambda each: keys[each.handle] or (), reverse=sort != column)
    return [*known, *(each for each in found if keys[each.handle] is None)]


def _keys(found: list[Good], column: str) -> Iterator[tuple[Any, ...] | None]:
    """Yield what products are sorted by; Chinese titles go by their sound."""
    levels: dict[str, int] = {}
    if column == "stock":
        skus = [variant.sku for each in found for variant in each.variants]
        levels = visit().database.read(lambda look: stock.levels(look, skus))
    for each in found:
        title = standing.title(each.product.title, each.handle) if each.product else each.handle
        name = (pinyin.spell(title).casefold(), title)
        counted = [levels.get(variant.sku, variant.stock) for variant in each.variants]
        whole = [count for count in counted if count is not None]
        if column == "title":
            yield name
        elif column == "price":
            yield (min(variant.price for variant in each.variants), name) if each.variants else None
        else:
            yield (sum(whole), name) if whole and len(whole) == len(counted) else None


def unpublished(text: ShopText) -> dict[str, Any]:
    """Return whether shoppers see something else than the text says, and how many errors keep it so."""
    if shop_text.is_published(text.folder):
        return {"published": True, "errors": 0}
    problems = shop_text.examine(text.folder).problems
    errors = sum(1 for each in problems if each.severity is Severity.ERROR)
    return {"published": False, "ahead": hour.ahead(), "errors": errors}


def _tabs(everything: list[Good], asked: Asked) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for each in everything:
        counts[standing.status(each)] = counts.get(standing.status(each), 0) + 1
    return [
        {
            "url": asked.address(view=view),
            "label": shell.say(f"goods.view.{view or 'all'}"),
            "current": view == asked.view,
            "count": (counts.get(view) if view else len(everything)) or None,
        }
        for view in ("", *STATUSES)
    ]


def _search(asked: Asked) -> shell.Search:
    kept = {name: value for name, value in (("view", asked.view), ("low", asked.low), ("sort", asked.sort)) if value}
    return shell.Search(action=HOME, label=shell.say("goods.search"), q=asked.q, kept=kept)
