"""What tests of Stripe ask and press, and what must be so afterwards."""

from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

from tills import make_settings, make_terms, order

from generator.shop import PaymentMethod
from runtime import audit, gateways, orders, payments
from runtime.gateways import Charge


def load(stripe, folder, **changes):
    settings = {name: value for name, value in {**stripe.method, **changes}.items() if name != "gateway"}
    terms = make_terms(payment=(PaymentMethod(gateway="stripe", settings=settings),))
    return gateways.load(terms, make_settings(folder, **stripe.secrets))["stripe"]


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def press(page, choice):
    """Press a button of the buyer's page; return the status and where it leads."""
    try:
        with build_opener(_Stay).open(page, urlencode({"choice": choice}).encode(), timeout=10) as answer:
            return answer.status, ""
    except HTTPError as error:
        return error.code, error.headers.get("Location", "")


COUNT = iter(range(100000, 999999))


def charge(amount=1999, currency="EUR", **changes):
    fields = {
        "reference": f"3333{next(COUNT)}-1", "description": "Töpferei 1", "locale": "zh-CN",
        "return_url": "http://127.0.0.1:9/orders/x", "expires_at": datetime.now(UTC) + timedelta(hours=2),
    }  # fmt: skip
    return Charge(amount=amount, currency=currency, **{**fields, **changes})


def started(door, **changes):
    found = order(door.till, gateway="stripe", **changes)
    return found, payments.start(door.till, found, "stripe", door.address, datetime.now(UTC))


def state(door, found):
    return door.till.database.read(lambda look: orders.get_by_id(look, found.id)).state


def sound(door):
    assert door.till.database.read(audit.report).differences == ()
