"""Products and shelves that go: in one way, with what links to them."""

from flask import Blueprint, Response, abort
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.web.areas import leaving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import shelves, standing
from runtime.web.areas.leaving import Leaving
from runtime.web.visit import shopfront

blueprint = Blueprint("console_goods_removing", __name__)
_PRODUCT, _SHELF = f"{standing.HOME}/<handle>/delete", f"{shelves.HOME}/<handle>/delete"


@blueprint.get(_PRODUCT)
@shell.guarded
def ask_product(handle: str) -> Response:
    """Ask before a product goes."""
    get_person(Permission.PRODUCTS_EDIT)
    return leaving.ask(_product(handle))


@blueprint.post(_PRODUCT)
@shell.guarded
def take_product(handle: str) -> Response | Answer:
    """Take a product away."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    return leaving.take(_product(handle), person, "goods.done.removed")


@blueprint.get(_SHELF)
@shell.guarded
def ask_shelf(handle: str) -> Response:
    """Ask before a shelf goes."""
    get_person(Permission.PRODUCTS_EDIT)
    return leaving.ask(_shelf(handle))


@blueprint.post(_SHELF)
@shell.guarded
def take_shelf(handle: str) -> Response | Answer:
    """Take a shelf away."""
    person = get_writer(Permission.PRODUCTS_EDIT)
    return leaving.take(_shelf(handle), person, "shelves.done.removed")


def _product(handle: str) -> Leaving:
    text = shop_text.read(shopfront().settings.folder)
    good = standing.find(standing.read(text), handle)
    if good is None:
        abort(404)
    return Leaving(
        text=text, kind="product", handle=handle, files=(good.file,), url=f"{standing.HOME}/{handle}",
        title=standing.title(good.product.title, handle) if good.product else handle, home=standing.HOME,
        area="products", words="goods", notes=("goods.delete.orders", "goods.delete.hide"),
    )  # fmt: skip


def _shelf(handle: str) -> Leaving:
    text = shop_text.read(shopfront().settings.folder)
    draft = standing.read(text)
    found = draft.shelves.get(handle)
    if found is None:
        abort(404)
    return Leaving(
        text=text, kind="shelf", handle=handle, files=(draft.file("shelf", handle),), url=f"{shelves.HOME}/{handle}",
        title=standing.title(found.title, handle), home=shelves.HOME, area="shelves", words="shelves",
        notes=("shelves.delete.goods",),
    )  # fmt: skip
