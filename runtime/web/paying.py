"""The buyer on the way to pay: to the gateway's page, to a code on the order's page, or through WeChat's sign-in.

A gateway's page is never reached by a redirect of a form: what a form may lead to is said by the page's policy, and a
gateway has many hosts. ``/orders/<token>/leave`` shows a page that goes on by itself.
"""

import hmac
import secrets

import msgspec
import segno
from flask import Blueprint, Response, abort, make_response, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from runtime import orders, payments
from runtime.gateways import Device, KnowsBuyers
from runtime.orders import Order
from runtime.payments import Buyer, Payment
from runtime.refusals import Refusal
from runtime.web import bill, headers, placed
from runtime.web.visit import Visit, visit

blueprint = Blueprint("paying", __name__)
REFRESH = 8
"""Seconds after which the page of an order that waits for a scanned code looks again."""
_SIGN_IN = 600
_KNOWN = 3600
_STATE, _PAYER = "pay_state", "payer"
_DESKTOP_WECHAT = ("windowswechat", "macwechat", "wechat/mac")


class CodeView(msgspec.Struct, frozen=True, kw_only=True):
    """How an order is paid on its own page: a code to scan, or the call of WeChat's own browser."""

    name: str
    amount: str
    picture: str = ""
    bridge: str = ""


def device() -> Device:
    """Return what the buyer holds, by what the browser says; WeChat on a computer cannot pay by itself."""
    agent = request.headers.get("User-Agent", "").lower()
    if "micromessenger" in agent and not any(each in agent for each in _DESKTOP_WECHAT):
        return Device.WECHAT
    return Device.PHONE if "mobi" in agent or "android" in agent else Device.DESKTOP


def pay(here: Visit, order: Order) -> Answer:
    """Send the buyer to pay, or to the order where it says how; the order's page tells what failed."""
    page = f"/orders/{order.token}"
    if order.state is not orders.State.PENDING_PAYMENT:
        return here.go(page)
    if _sign_in(here, order) is not None:
        return here.go(f"{page}/leave")
    payment = _start(here, order, _payer(here, order.gateway))
    if payment is None:
        return here.go(f"{page}?payment=failed")
    if not payment.page:
        return here.go(page)
    ours = payment.page.startswith("/") and not payment.page.startswith("//")
    return here.go(payment.page if ours else f"{page}/leave")


@blueprint.get("/orders/<token>/leave")
def leave(token: str) -> Answer:
    """Show the page that goes on to the gateway, or to where it learns who the buyer is."""
    here, order = placed.get(token)
    if order.state is not orders.State.PENDING_PAYMENT:
        return here.go(f"/orders/{token}")
    gateway = _sign_in(here, order)
    if gateway is None:
        payment = payments.current(here.till, order)
        page = payment.page if payment is not None and payment.fits(device(), here.now) else ""
        return _onward(here, page) if page else here.go(f"/orders/{token}")
    nonce = secrets.token_urlsafe(16)
    state = _serializer(here, _STATE).dumps([token, nonce])
    back = f"{here.base}/pay/{order.gateway}/signed-in"
    answer = _onward(here, gateway.sign_in_page(back, str(state)))
    _remember(answer, _STATE, nonce, _SIGN_IN)
    return answer


@blueprint.get("/pay/<gateway>/signed-in")
def signed_in(gateway: str) -> Answer:
    """Take the buyer back from the sign-in: the state must be ours, fresh, and this very browser's."""
    here = visit()
    try:
        token, nonce = _serializer(here, _STATE).loads(request.args.get("state", ""), max_age=_SIGN_IN)
    except (BadData, TypeError, ValueError):
        abort(400)
    if not hmac.compare_digest(str(nonce).encode(), request.cookies.get(_STATE, "").encode()):
        abort(400)
    here, order = placed.get(str(token))
    provider = here.till.gateways.get(gateway)
    payer = ""
    if isinstance(provider, KnowsBuyers) and order.gateway == gateway:
        payer = provider.find_payer(request.args.get("code", "")[:512]) or ""
    page = f"/orders/{order.token}"
    started = order.state is orders.State.PENDING_PAYMENT and _start(here, order, payer)
    answer = here.go(page if started else f"{page}?payment=failed")
    if payer:
        sealed = _serializer(here, _PAYER).dumps([gateway, payer])
        _remember(answer, _PAYER, str(sealed), _KNOWN)
    answer.delete_cookie(_STATE)
    return answer


def find_code(here: Visit, order: Order) -> CodeView | None:
    """Return how an order is paid on its own page, if it is paid there and its attempt is open."""
    payment = payments.current(here.till, order)
    if payment is None or not payment.fits(device(), here.now):
        return None
    started = payment.started
    if not (started.code or started.bridge):
        return None
    method = next((each for each in here.terms.payment if each.gateway == payment.gateway), None)
    name = method.name[here.locale] if method and method.name else here.say(f"payment.{payment.gateway}")
    return CodeView(
        name=name,
        amount=bill.amount(here, payment.amount),
        picture=segno.make(started.code, error="m").svg_data_uri(scale=6, border=3) if started.code else "",
        bridge=msgspec.json.encode(started.bridge).decode() if started.bridge else "",
    )


def _start(here: Visit, order: Order, payer: str) -> Payment | None:
    buyer = Buyer(device=device(), client_ip=request.remote_addr or "", payer=payer)
    try:
        return payments.start(here.till, order, order.gateway, here.base, here.now, buyer)
    except Refusal:
        return None


def _sign_in(here: Visit, order: Order) -> KnowsBuyers | None:
    """Return the gateway that has to learn who the buyer is before it can be paid in WeChat's own browser."""
    provider = here.till.gateways.get(order.gateway)
    unknown = device() is Device.WECHAT and not _payer(here, order.gateway)
    found = provider if unknown and isinstance(provider, KnowsBuyers) else None
    return found if found is not None and found.sign_in_page(here.base, "") else None


def _payer(here: Visit, gateway: str) -> str:
    """Return the buyer's id at a gateway, if this browser brought it back from there within the hour."""
    try:
        known, payer = _serializer(here, _PAYER).loads(request.cookies.get(_PAYER, ""), max_age=_KNOWN)
    except (BadData, TypeError, ValueError):
        return ""
    return str(payer) if known == gateway else ""


def _serializer(here: Visit, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(here.shopfront.settings.secret, salt=salt)


def _remember(answer: Answer, name: str, value: str, age: int) -> None:
    answer.set_cookie(name, value, max_age=age, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def _onward(here: Visit, page: str) -> Response:
    """Return a page that goes on by itself; the gateway may see which shop the buyer comes from, and no more."""
    text = Markup(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta http-equiv="refresh" content="0;url={}"><title>{}</title></head><body><p><a href="{}">{}</a></p></body>'
        "</html>"
    ).format(here.locale, page, here.say("order.leave"), page, here.say("order.leave"))
    answer = make_response(str(text))
    answer.headers.update(headers.page(private=True))
    answer.headers["Referrer-Policy"] = "origin"
    return answer
