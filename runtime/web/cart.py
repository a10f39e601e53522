"""The cart: what a shopper put in, in a signed cookie, so that it survives restarts and needs no database.

Only skus and quantities travel; every price, title and limit is the catalogue's of the moment. With them stands the
channel by which the shopper came, where visits are counted: it ends with the cart. ``basket`` is a second
cookie that scripts may read: it says that there is something to count, so that pages of others ask for nothing.
"""

import contextlib
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, after_this_request, g, jsonify, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response as Answer

from generator.views import PageView
from runtime import attribution, numbers, placing
from runtime.attribution import Touch
from runtime.faults import DatabaseFault
from runtime.orders import CartLine
from runtime.refusals import Code, Refusal
from runtime.visits import sources
from runtime.web import basket, seen, tokens, wishes
from runtime.web.basket import Allowed
from runtime.web.failures import limit, wants_json
from runtime.web.tokens import get_one
from runtime.web.visit import Visit, visit

blueprint = Blueprint("cart", __name__)
api = Blueprint("cart_count", __name__)
MOST_LINES = 50
_KEPT_FOR = 30 * 24 * 60 * 60
_LONGEST_COOKIE = 3800
_ADDING = {"sku", "quantity", "room", "pin"}


class _Signed(msgspec.Struct, array_like=True):
    """What the cookie holds."""

    visitor: str
    pairs: list[tuple[str, int]]
    channel: str = ""


@blueprint.get("/cart")
def show() -> Response:
    """Show the cart."""
    return page(visit())


@blueprint.post("/cart/add")
def add() -> Answer | Response:
    """Put pieces of a sku into the cart, as many as may be bought; a script gets the new count, others the cart."""
    limit("cart")
    here = visit()
    _refuse_others(_ADDING)
    sku = get_one(request.form, "sku")
    wanted = placing.quantity(get_one(request.form, "quantity", "1"))
    touch = wishes.come_from(here, get_one(request.form, "room", "")[:200], get_one(request.form, "pin", ""))
    wishes.come_by(here)
    visitor, chosen = _read(here)
    before = chosen.get(sku, 0)
    allowed = basket.allowed(here, chosen, sku, before + wanted)
    if allowed.quantity <= before:
        raise allowed.refusal
    g.came_by = sources.later(channel(here), seen.channel(here))
    _keep(here, visitor, chosen | {sku: allowed.quantity})
    here.shopfront.metrics.event("cart_added")
    _count(here, touch, sku, allowed.quantity - before)
    short = allowed.quantity < before + wanted
    if not wants_json():
        return here.go(here.address("cart") + (f"?{urlencode({'short': sku})}" if short else ""))
    count = sum(chosen.values()) - before + allowed.quantity
    return jsonify(count=count, message=_cut(here, allowed) if short else here.say("toast.added"))


def _count(here: Visit, touch: Touch | None, sku: str, pieces: int) -> None:
    """Count what went in, by itself and from a live room; a cart needs no database, and does without."""
    found = here.catalogue.find_variant(sku)
    if found is None:
        return
    product = found[0].handle
    seen.note_deed(here, "cart", product)
    if touch is None:
        return
    with contextlib.suppress(DatabaseFault):
        here.database.write(lambda transaction: attribution.note_cart(transaction, touch, product, pieces))


@blueprint.post("/cart/update")
def update() -> Answer | Response:
    """Take over the quantities of the cart's form; ``remove`` names a sku to take out, and 0 takes out as well."""
    limit("cart")
    here = visit()
    visitor, chosen = _read(here)
    if not tokens.check(here.shopfront.settings.secret, "cart", visitor, request.form):
        raise Forbidden
    removed = set(request.form.getlist("remove"))
    for sku in list(chosen):
        text = numbers.narrow(get_one(request.form, f"quantity.{sku}", str(chosen[sku])).strip())
        if sku in removed or text in {"0", ""}:
            del chosen[sku]
        else:
            chosen[sku] = placing.quantity(text)
    _keep(here, visitor, chosen)
    return here.go(here.address("cart"))


@api.get("/api/v1/cart")
def counted() -> Response:
    """Return how many pieces are in the cart; pages ask only when there is a ``basket`` cookie."""
    return jsonify(count=count(visit()))


def lines(here: Visit) -> tuple[CartLine, ...]:
    """Return what is in the visitor's cart."""
    return tuple(CartLine(sku=sku, quantity=quantity) for sku, quantity in _read(here)[1].items())


def put(here: Visit, sku: str, wanted: int) -> None:
    """Make sure that so many pieces of a sku are in the visitor's cart; raise Refusal when fewer can be bought."""
    wishes.come_by(here)
    visitor, chosen = _read(here)
    allowed = basket.allowed(here, chosen, sku, max(wanted, chosen.get(sku, 0)))
    if allowed.quantity < wanted:
        raise allowed.refusal
    _keep(here, visitor, chosen | {sku: allowed.quantity})


def count(here: Visit) -> int:
    """Return how many pieces are in the visitor's cart."""
    return sum(_read(here)[1].values())


def channel(here: Visit) -> str:
    """Return by which channel the shopper came when they filled the cart; empty where that is not counted."""
    noted: str | None = g.get("came_by")
    if noted is not None:
        return noted
    found = _find_signed(here)
    return found.channel if found else ""


def clear(here: Visit) -> None:
    """Empty the visitor's cart with this answer."""
    _keep(here, "", {})


def page(here: Visit, code: str = "", problem: str = "") -> Response:
    """Return the cart's page; with the code that was typed and why it was not taken."""
    visitor, chosen = _read(here)
    shown = basket.look(here, chosen)
    if shown.gone:
        _keep(here, visitor, {sku: number for sku, number in chosen.items() if sku not in shown.gone})
    title = here.say("cart.title")
    view = PageView(kind="cart", title=title, url=here.address("cart"), index=False)
    context = {
        "lines": shown.lines,
        "rows": shown.rows,
        "codes": tuple(each.text for each in wishes.read(here).codes),
        "code": code,
        "code_problem": problem,
        "hints": shown.hints,
        "in_group": bool(wishes.read(here).opens or wishes.read(here).joins),
        "count": shown.count,
        "ready": shown.ready,
        "notices": (*_gone(here, shown.gone), *_short(here, chosen, request.args.get("short", ""))),
        "hint": "" if request.cookies else here.say("checkout.no_cookies"),
        "token": tokens.token(here.shopfront.settings.secret, "cart", visitor),
    }
    return here.page("cart", view, context, status=422 if problem else 200)


def _gone(here: Visit, skus: tuple[str, ...]) -> Iterator[str]:
    """Say what was taken out: by its name where any release on disk knows it, and never by its sku."""
    former = here.shopfront.live.find_former(skus) if skus else {}
    for title in dict.fromkeys(former[sku].title.get(here.locale, "") if sku in former else "" for sku in skus):
        yield here.say("cart.gone", title=title) if title else here.say("cart.gone_unnamed")


def _short(here: Visit, chosen: dict[str, int], sku: str) -> Iterator[str]:
    """Say that less went in than was wanted, to those whose scripts did not; only while it is true."""
    if sku in chosen:
        with contextlib.suppress(Refusal):
            allowed = basket.allowed(here, chosen, sku, chosen[sku] + 1)
            if allowed.quantity == chosen[sku]:
                yield _cut(here, allowed)


def _cut(here: Visit, allowed: Allowed) -> str:
    return here.say("cart.added_some", count=allowed.quantity, title=allowed.title[here.locale])


def _refuse_others(known: set[str]) -> None:
    """Refuse a form with fields that nobody here sends, such as a price."""
    if not set(request.form) <= known:
        raise BadRequest


def _serializer(here: Visit) -> URLSafeSerializer:
    return URLSafeSerializer(here.shopfront.settings.secret, salt="cart")


def _name() -> str:
    return "__Host-cart" if request.is_secure else "cart"


def _read(here: Visit) -> tuple[str, dict[str, int]]:
    """Return the visitor's id and cart; one that we did not sign is nobody's."""
    found = _find_signed(here)
    return (found.visitor, dict(found.pairs)) if found else (secrets.token_urlsafe(12), {})


def _find_signed(here: Visit) -> _Signed | None:
    try:
        return msgspec.convert(_serializer(here).loads(request.cookies.get(_name(), "")), _Signed)
    except (BadData, msgspec.ValidationError):
        return None


def _keep(here: Visit, visitor: str, chosen: dict[str, int]) -> None:
    """Send the cart back with the answer; raise Refusal (cart-too-long) when it does not fit into a cookie."""
    signed = _Signed(visitor, list(chosen.items()), channel(here))
    value = str(_serializer(here).dumps(msgspec.to_builtins(signed))) if chosen else ""
    if len(chosen) > MOST_LINES or len(value) > _LONGEST_COOKIE:
        raise Refusal(Code.CART_TOO_LONG, maximum=min(MOST_LINES, len(chosen) - 1))
    name, secure = _name(), request.is_secure
    age = _KEPT_FOR if chosen else 0
    pieces = str(sum(chosen.values()))

    @after_this_request
    def _send(answer: Response) -> Response:
        answer.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="Lax")
        answer.set_cookie("basket", pieces, max_age=age, path="/", secure=secure, samesite="Lax")
        return answer
