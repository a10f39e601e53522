"""Answers to what went wrong: refusals of the domain, faults of the world, wrong addresses and our own mistakes.

A shopper gets a calm page in the shop's look, a program gets JSON; the log gets the trace, and both get the same id.
"""

import logging
import re

import msgspec
from flask import Flask, Response, jsonify, make_response, request
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.http import HTTP_STATUS_CODES

from generator.views import PageView
from runtime import logs
from runtime.faults import Fault
from runtime.refusals import Code, Refusal
from runtime.releases import NoReleaseError
from runtime.web import headers
from runtime.web.front import plain_page
from runtime.web.gate import is_loopback
from runtime.web.limits import GUESSING
from runtime.web.visit import Visit, shopfront, visit

log = logging.getLogger(__name__)
_TEXTS = {404: "not_found", 405: "not_found", 410: "gone", 429: "busy", 503: "paused"}
_IN_THE_CART = {
    Code.CART_EMPTY, Code.CART_TOO_LONG, Code.QUANTITY_INVALID, Code.PRODUCT_GONE, Code.SOLD_OUT, Code.LIMIT_PER_ORDER,
    Code.LIMIT_PER_CUSTOMER, Code.FORM_REUSED,
}  # fmt: skip


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way out of a refusal: an address, the words on its button, and what stands above the reason."""

    url: str
    label: str
    title: str = ""


def register(app: Flask) -> None:
    """Let an application answer every kind of failure."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(Fault, _fault)
    app.register_error_handler(NoReleaseError, _unpublished)
    app.register_error_handler(Exception, _mistake)


def wants_json() -> bool:
    """Tell whether the answer is read by a program: an address of the API, or a script that asks for JSON."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def limit(name: str) -> None:
    """Refuse a client that does something too often; raise TooManyRequests.

    What comes from this machine is one person at work, or everybody through a proxy that nobody named: only guessing
    is limited there.
    """
    front, client = shopfront(), request.remote_addr or ""
    if is_loopback(client) and name not in GUESSING:
        return
    wait = front.buckets.take(name, client)
    if wait:
        front.metrics.event("limited")
        raise TooManyRequests(retry_after=wait)


def answer(status: int, message: str = "", way: Way | None = None) -> Response:
    """Return the page or the JSON document of a failure."""
    identity = logs.request_id.get()
    if wants_json():
        name = HTTP_STATUS_CODES.get(status, "")
        found = make_response(
            jsonify(error=message or name, message=message or _text(status), request=identity), status
        )
        found.headers.update({"Cache-Control": headers.PRIVATE, "X-Content-Type-Options": "nosniff"})
        return found
    try:
        return _page(status, message, identity, way)
    except Exception:
        log.exception("the theme's page for failures cannot be rendered")
        found = make_response(plain_page(str(status), f"{message} ({identity})"), status)
        found.headers.update(headers.page(private=True))
        return found


def _text(status: int) -> str:
    """Return what a script may show to people, in their language where there is a release to say it."""
    try:
        return visit().say(f"error.{_kind(status)}.text")
    except Exception:
        log.exception("the theme has no words for a failure")
        return ""


def _kind(status: int) -> str:
    return _TEXTS.get(status, "mistake" if status >= 500 else "refused")  # noqa: PLR2004  a class of statuses


def _page(status: int, message: str, identity: str, way: Way | None) -> Response:
    here = visit()
    kind = _kind(status)
    title = (way and way.title) or here.say(f"error.{kind}.title")
    return here.page(
        "error",
        PageView(kind="error", title=title, index=False),
        {
            "status": status,
            "title": title,
            "message": message or here.say(f"error.{kind}.text"),
            "request_id": "" if way or status in {404, 405, 410} else identity,
            "back": way,
        },
        status=status,
    )


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status == 404 and _is_gone():  # noqa: PLR2004  the status that 410 makes more exact
        status = 410
    found = answer(status)
    if error.code in {405, 429}:
        found.headers.update({name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}})
    return found


def _is_gone() -> bool:
    try:
        return request.path in visit().release.gone
    except NoReleaseError:
        return False


def _refusal(error: Refusal) -> Response:
    shopfront().metrics.event("refused")
    here = visit()
    message = here.refusal(error)
    if request.path.endswith("/checkout/place"):
        message = f"{message} {here.say('checkout.refused_text')}"
    return answer(error.status, message, _way(here, error))


def _way(here: Visit, error: Refusal) -> Way | None:
    """Return where a shopper can put right what was refused: in the cart, or on the order's page."""
    order = re.fullmatch(r"(/orders/[\w-]+)/[\w/-]+", request.path)
    if order:
        return Way(url=order[1], label=here.say("order.back"))
    if request.path.endswith("/checkout/place"):
        return Way(url=here.address("cart"), label=here.say("checkout.to_cart"), title=here.say("checkout.refused"))
    return Way(url=here.address("cart"), label=here.say("checkout.to_cart")) if error.code in _IN_THE_CART else None


def _fault(error: Fault) -> Response:
    shopfront().metrics.event("fault")
    log.error("the world failed: %s", error)
    found = answer(503)
    found.headers["Retry-After"] = str(error.retry_after)
    return found


def _unpublished(_: NoReleaseError) -> Response:
    found = make_response(plain_page("503", "Nothing has been published yet. 商店正在准备中。"), 503)
    found.headers.update(headers.page(private=True))
    found.headers["Retry-After"] = "5"
    return found


def _mistake(error: Exception) -> Response:
    shopfront().metrics.event("fault")
    log.error("an answer failed", exc_info=error)
    return answer(500)
