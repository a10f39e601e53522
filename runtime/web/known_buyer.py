"""Who has bought here, as far as this browser can prove it: it opened the secret page of an order that is no mere wish.

The cookie holds the order's token, signed; it is set only by shops whose rooms have a chat, and asked for only there.
"""

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeTimedSerializer

from runtime.orders import Order, State
from runtime.web.visit import Visit

_KEPT_FOR = 180 * 24 * 60 * 60
_UNPAID = {State.PENDING_PAYMENT, State.CLOSING, State.CANCELLED}


def remember(here: Visit, order: Order) -> None:
    """Let this browser be known as a buyer's from now on, where that is good for something."""
    if order.state in _UNPAID or not any(room.chat != "off" for room in here.catalogue.rooms()):
        return
    value, name, secure = str(_serializer(here).dumps(order.token)), _name(), request.is_secure
    if request.cookies.get(name, "").partition(".")[0] == value.partition(".")[0]:
        return

    @after_this_request
    def _send(answer: Response) -> Response:
        answer.set_cookie(name, value, max_age=_KEPT_FOR, path="/", secure=secure, httponly=True, samesite="Lax")
        return answer


def find(here: Visit) -> str:
    """Return the token of the order that this browser is known by, or nothing."""
    try:
        return str(_serializer(here).loads(request.cookies.get(_name(), ""), max_age=_KEPT_FOR))
    except BadData:
        return ""


def _serializer(here: Visit) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(here.shopfront.settings.secret, salt="buyer")


def _name() -> str:
    return "__Host-buyer" if request.is_secure else "buyer"
