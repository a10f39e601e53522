"""What static pages ask for after they are shown: stock and prices of the moment, and the count of the cart."""

import hashlib

import msgspec
from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.exceptions import BadRequest, NotFound

from generator import crossing, money
from generator.display import prices
from generator.shop import Product, ProductStatus, Variant
from generator.views import View
from runtime import regions, stock, uses
from runtime.promotions import conditions
from runtime.web import cart, rooms
from runtime.web.failures import limit
from runtime.web.visit import Visit, visit

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
MOST_PRODUCTS = 50
_LONGEST_HANDLE = 200
_LOW = 5
_FRESH_FOR = 10
"""Seconds for which an answer may be used again by anybody."""
_DIVISIONS_FRESH_FOR = 24 * 60 * 60


class Offer(View, frozen=True, kw_only=True):
    """One sku at this moment. ``left`` is told only when few are left; prices but ``amount`` are ready to print.

    ``until`` is the instant at which a promotion's price ends, empty where none does.
    """

    product: str
    price: str
    amount: int
    compare_at: str
    unit: str
    note: str
    until: str
    available: bool
    left: int | None


@blueprint.get("/offers")
def offers() -> Response:
    """Answer stock and prices of up to 50 products, named by ``products`` with commas between them."""
    limit("offers")
    here = _in_asked_locale(visit())
    wanted = request.args.get("products", "")
    handles = list(dict.fromkeys(handle for handle in wanted.split(",") if handle))
    if len(handles) > MOST_PRODUCTS or any(len(handle) > _LONGEST_HANDLE for handle in handles):
        raise BadRequest
    return _shared({"offers": offers_of(here, handles)})


@blueprint.get("/cart")
def count() -> Response:
    """Answer how many pieces are in the visitor's cart."""
    return jsonify(count=cart.count(visit()))


@blueprint.get("/divisions/<province>")
def divisions(province: str) -> Response:
    """Answer the cities of a Chinese province, each with its districts."""
    found = regions.divisions().get(province)
    if found is None:
        raise NotFound
    answer = jsonify(found)
    answer.headers["Cache-Control"] = f"public, max-age={_DIVISIONS_FRESH_FOR}"
    return answer


@blueprint.get("/live/<handle>")
def live(handle: str) -> Response:
    """Answer where a live room stands, the shop's own time, and the offers of its bag."""
    limit("offers")
    here = _in_asked_locale(visit())
    room = here.catalogue.find_room(handle)
    if room is None:
        raise NotFound
    document = {
        "state": rooms.state(room, here.now).value,
        "now": rooms.instant(here.now),
        "starts_at": room.starts_at,
        "ends_at": room.ends_at or "",
        "bag": [card.handle for card in here.catalogue.cards(here.locale, room.products)],
        "offers": offers_of(here, room.products[:MOST_PRODUCTS]),
    }
    return _json(document, "no-store")


def offers_of(here: Visit, handles: list[str] | tuple[str, ...]) -> dict[str, Offer]:
    """Return the offers of products by sku; products that are not on offer now are left out."""
    products = [product for handle in handles if (product := _find(here, handle)) is not None]
    skus = [variant.sku for product in products for variant in product.variants]
    levels = here.database.read(lambda look: stock.levels(look, skus)) if skus else {}
    gone = _used_up(here)
    return {
        variant.sku: _offer(here, (product, variant), levels.get(variant.sku), gone)
        for product in products
        for variant in product.variants
    }


def _find(here: Visit, handle: str) -> Product | None:
    product = here.catalogue.find_product(handle)
    if product is None or product.status is ProductStatus.DRAFT:
        return None
    return product if (product.publish_at or "") <= rooms.instant(here.now) else None


def _used_up(here: Visit) -> frozenset[str]:
    """Return the ids of promotions whose stock or number of orders has been given away."""
    limited = {each.id: each for each in here.terms.promotions if conditions.is_limited(each)}
    if not limited:
        return frozenset()
    used = here.database.read(lambda look: uses.look(look, list(limited), ()))
    return frozenset(name for name, each in used.items() if conditions.is_given_away(limited[name], each))


def _offer(here: Visit, goods: tuple[Product, Variant], level: int | None, gone: frozenset[str]) -> Offer:
    product, variant = goods
    currency, locale = here.terms.currency, here.locale
    current = crossing.shown(here.terms, product, variant, rooms.instant(here.now), gone)
    crossed = "" if current.crossed_out is None else money.text(current.crossed_out, currency, locale)
    return Offer(
        product=product.handle,
        price=money.text(current.price, currency, locale),
        amount=current.price,
        compare_at=crossed,
        unit=prices.unit_of(current.price, variant.unit_price, here.terms, locale),
        note=prices.lowest_note(here.terms.legal, locale, crossed),
        until=current.ends_at,
        available=level is None or level > 0,
        left=level if level is not None and 0 < level <= _LOW else None,
    )


def _in_asked_locale(here: Visit) -> Visit:
    return here.in_locale(request.args.get("locale", here.locale))


def _shared(document: object) -> Response:
    """Answer with a document that anybody may keep for a moment, and ask again whether it is still the same."""
    answer = _json(document, f"public, max-age={_FRESH_FOR}")
    answer.set_etag(hashlib.blake2b(answer.get_data(), digest_size=12).hexdigest())
    answer.make_conditional(request)
    return answer


def _json(document: object, caching: str) -> Response:
    answer = make_response(msgspec.json.encode(document))
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Cache-Control"] = caching
    return answer
