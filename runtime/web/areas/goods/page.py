"""The page of a product: its form, its pictures and variants, where it stands, what is left and what was sold."""

from functools import partial

import msgspec
from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from generator import fields
from generator.editor import RefusedFileError
from runtime.access.roles import Permission
from runtime.console.forms import pictures
from runtime.console.forms.pictures import RefusedPictureError
from runtime.console.forms.sheet import Given, Sheet
from runtime.console.forms.showing import Shown
from runtime.web.areas import filing, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import around, kinds, rows, standing
from runtime.web.areas.goods.standing import HOME, Good
from runtime.web.areas.saving import Place
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person
from runtime.web.visit import shopfront

blueprint = Blueprint("console_goods_page", __name__)
_FILES = "~pictures"
_COMBINE = "combine:variants"
_BESIDE = ("status", "publish_at", "tags")
"""What stands at the side of the page."""
_GRID = ("price", "compare_at", "sku", "stock", "image")
"""What a row of the grid shows at once."""


class Additions:
    """What comes with a form besides its fields: several pictures at once, and variants where they were asked for."""

    def __init__(self, text: ShopText) -> None:
        self._text = text
        self.refused: dict[str, str] = {}

    def put(self, given: Given, sheet: Sheet) -> Given:
        """Return the form with them."""
        if given.get("~do") == _COMBINE:
            given = MultiDict((name, value) for name, value in given.items(multi=True) if name != "~do")
            given = kinds.combine(given, sheet.data(), self._text.ground.locale)
        found = self._pictures()
        if found:
            used = [int(each[1:]) for each in given.getlist("images") if each[:1] == "n" and each[1:].isdecimal()]
            first = 1 + max(used, default=-1)
            tokens = [f"n{first + number}" for number in range(len(found))]
            given.setlist("images", ["", *(each for each in given.getlist("images") if each), *tokens])
            for token, file in zip(tokens, found, strict=True):
                given[f"images.{token}.file"] = file
        return given

    def _pictures(self) -> list[str]:
        found = []
        for sent in request.files.getlist(_FILES):
            if not sent.filename:
                continue
            try:
                content = sent.stream.read(pictures.MAXIMUM_BYTES + 1)
                found.append(pictures.keep(self._text.folder / "media", content, sent.filename))
            except RefusedPictureError:
                most = pictures.MAXIMUM_BYTES // 1024 // 1024
                self.refused["images"] = shell.say("forms.picture.refused", most=most)
        return list(dict.fromkeys(found))


@blueprint.get(f"{HOME}/<handle>")
@shell.guarded
def show(handle: str) -> Response:
    """Show a product."""
    person = get_person(Permission.PRODUCTS_SEE)
    text = shop_text.read(shopfront().settings.folder)
    good = standing.find(standing.read(text), handle)
    if good is not None and good.is_row:
        return rows.screen(good, text, person)
    return _form(_open(handle), handle, person)


@blueprint.post(f"{HOME}/<handle>")
@shell.guarded
def save(handle: str) -> Response | Answer:
    """Take the form of a product: a button inside it shows it again, its own buttons save it."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    good = standing.find(standing.read(text), handle)
    if good is not None and good.is_row:
        return rows.save(good, text, person)
    opened = _open(handle)
    additions = Additions(text)
    filed = filing.take(opened, person, additions.put)
    filed = msgspec.structs.replace(filed, refused=filed.refused | additions.refused)
    place = Place(url=f"{HOME}/{handle}", area="products", subject=handle)
    return saving.answer(opened, filed, person, place, partial(_form, handle=handle, person=person))


def _open(handle: str) -> Filed:
    text = shop_text.read(shopfront().settings.folder)
    try:
        return filing.open_file(f"products/{handle}.yaml", fields.of("product", filing.lang()), text)
    except RefusedFileError:
        abort(404)


def _form(filed: Filed, handle: str, person: Person, *, status: int = 200, fault: str = "") -> Response:
    if fault:
        standing.forget()  # It may have been written and not published.
    good = standing.find(standing.read(filed.text), handle) or Good(handle=handle, file=filed.file)
    context = filing.context(filed, filing.mistakes(filed))
    parts = {each.name: each for each in filed.field.parts}
    of_key = {each.key: each.part for each in filed.field.fields}
    form: Shown = context["form"]
    main = [each for each in form.nodes if each.name not in _BESIDE]
    context |= {
        "title": standing.title(good.product.title, handle) if good.product else handle,
        "handle": handle, "url": f"{HOME}/{handle}", "fault": fault, "good": good,
        "parts": [
            (part, [each for each in main if of_key.get(each.name) == name]) for name, part in parts.items()
        ],
        "by_name": {each.name: each for each in form.nodes},
        "beside": [each for each in form.nodes if each.name in _BESIDE],
        "grid": _GRID,
        "may_edit": person.may(Permission.PRODUCTS_EDIT) and filed.opened.writable,
        "action": f"{HOME}/{handle}",
    }  # fmt: skip
    return shell.screen("goods/product.html", context | around.of(good), area="products", status=status)
