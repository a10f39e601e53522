"""New products: from three answers, or from one that there is."""

import unicodedata
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.wrappers import Response as Answer

from generator import money
from generator.editing.change import Plain, Remove, Set
from generator.editor import RefusedFileError, UnwritableError, edit
from generator.loading.draft import Draft
from generator.source.events import Data
from runtime.access.roles import Permission
from runtime.console.forms import pictures
from runtime.console.forms.pictures import RefusedPictureError
from runtime.naming import handles
from runtime.web.areas import filing, hour, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import standing
from runtime.web.areas.goods.standing import HOME
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_goods_making", __name__)
_LONGEST = 300
_MOST_STOCK = 100_000_000
_NAMES = ("title", "price", "stock", "handle")


@blueprint.get(f"{HOME}/~new")
@shell.guarded
def new() -> Response:
    """Ask for what a product needs."""
    get_person(Permission.PRODUCTS_EDIT)
    return _ask({}, {})


@blueprint.get(f"{HOME}/~handle.json")
@shell.guarded
def handle() -> Response:
    """Answer a script what a product or shelf with a title would be called."""
    get_person(Permission.PRODUCTS_EDIT)
    title = request.args.get("title", "")[:_LONGEST]
    kind = "shelf" if request.args.get("kind") == "shelf" else "product"
    draft = standing.read(shop_text.read(shopfront().settings.folder))
    return jsonify(handle=handles.handle(title, draft.shelves if kind == "shelf" else _taken(draft), kind))


@blueprint.post(f"{HOME}/~new")
@shell.guarded
def make() -> Response | Answer:
    """Make a product and go on to its page."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    given = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    given |= {name: unicodedata.normalize("NFKC", given[name]) for name in ("price", "stock")}
    draft = standing.read(text)
    data, problems = _read(given, text)
    name = handles.tidy(given["handle"]) if given["handle"] else handles.handle(given["title"], _taken(draft))
    if not handles.is_good(name):
        problems["handle"] = shell.say("goods.new.handle_odd")
    elif name in _taken(draft):
        problems["handle"] = shell.say("goods.new.handle_taken", handle=name)
    if not problems:
        data["images"], refused = _pictures(text)
        problems |= refused
    if problems:
        return _ask(given, problems)
    if not data["images"]:
        del data["images"]
    if request.form.get(filing.DRAFT):
        data["status"] = "draft"
    file, waits = f"products/{name}.yaml", hour.keeps(text.folder)
    try:
        text.desk.create(file, data, who=person.name, now=visit().now)
    except (RefusedFileError, UnwritableError):
        return _ask(given, {"handle": shell.say("goods.new.handle_taken", handle=name)})
    note(person, "product.made", name, after=given["title"])
    shop_text.forget()
    standing.forget()
    word = hour.KEPT if waits and "status" not in data else "goods.done.drafted"
    if "status" not in data and not waits:
        kept = filing.publish(text, person)
        word = "goods.done.made" if kept.word else "goods.done.held"
    return shell.done(f"{HOME}/{name}", word)


@blueprint.post(f"{HOME}/<handle>/copy")
@shell.guarded
def copy(handle: str) -> Answer:
    """Make a draft that says the same, but for numbers of its own."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    draft = standing.read(text)
    good = standing.find(draft, handle)
    if good is None or good.is_row or good.product is None:
        abort(404)
    opened = text.desk.open(good.file)
    if not opened.writable:
        abort(409)
    name = handles.free(f"{handle[: handles.LONGEST]}-copy", _taken(draft))
    text.desk.create(f"products/{name}.yaml", _copied(opened.text, opened.data), who=person.name, now=visit().now)
    note(person, "product.made", name, before=handle)
    return shell.done(f"{HOME}/{name}", "goods.done.copied")


def _ask(given: dict[str, str], problems: dict[str, str]) -> Response:
    text = shop_text.read(shopfront().settings.folder)
    context = {
        "title": shell.say("goods.new.title"), "given": given, "problems": problems, "currency": text.base.currency,
    }  # fmt: skip
    return shell.screen("goods/new.html", context, area="products", status=422 if problems else 200)


def _read(given: dict[str, str], text: ShopText) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the data of a new product, and what is wrong with the answers."""
    problems = {}
    if not given["title"]:
        problems["title"] = shell.say("goods.new.no_title")
    try:
        price = money.parse(given["price"], text.base.currency)
        if not price:
            problems["price"] = shell.say("goods.new.no_price")
    except money.NotMoneyError:
        problems["price"] = shell.say("goods.new.odd_price", currency=text.base.currency)
    data: dict[str, Any] = {"title": given["title"], "price": Plain(given["price"])}
    if given["stock"]:
        if not (given["stock"].isascii() and given["stock"].isdecimal() and int(given["stock"]) <= _MOST_STOCK):
            problems["stock"] = shell.say("goods.new.odd_stock")
        data["stock"] = Plain(given["stock"])
    return data, problems


def _pictures(text: ShopText) -> tuple[list[str], dict[str, str]]:
    """Keep the pictures that came along; return their paths, or what is wrong with one."""
    found = []
    for sent in request.files.getlist("pictures"):
        if not sent.filename:
            continue
        try:
            content = sent.stream.read(pictures.MAXIMUM_BYTES + 1)
            found.append(pictures.keep(text.folder / "media", content, sent.filename))
        except RefusedPictureError:
            most = pictures.MAXIMUM_BYTES // 1024 // 1024
            return [], {"pictures": shell.say("forms.picture.refused", most=most)}
    return list(dict.fromkeys(found)), {}


def _taken(draft: Draft) -> set[str]:
    return {each.handle for each in standing.goods(draft)}


def _copied(text: str, data: Data) -> str:
    """Return the text of a product as that of another one: a draft without the numbers of the first."""
    listed = data.get("variants")
    rows = listed if isinstance(listed, list) else []
    odd = [(key,) for key in ("sku", "barcode") if key in data]
    below = [
        ("variants", index, key)
        for index, row in enumerate(rows)
        for key in ("sku", "barcode")
        if isinstance(row, dict) and key in row
    ]
    return edit(text, [Set(("status",), "draft"), *(Remove(path) for path in (*odd, *below))])
