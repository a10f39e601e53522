"""A merchant of the simulated PayPal: charges, what buyers agree to, and refunds."""

import http.client
import itertools
import time
from urllib.parse import urlencode, urlsplit

import msgspec
from tills import make_settings, make_terms

from runtime import gateways
from runtime.gateways import Charge, Repayment, Verdict

_numbers = itertools.count(1)


def load(pal, folder, environ=(), **changes):
    settings = make_settings(folder, "", **{**pal.secrets, **dict(environ)})
    method = pal.payment_method(settings.var, **changes)
    return gateways.load(make_terms(payment=(method,)), settings)["paypal"]


def charge(**changes):
    fields = {
        "reference": f"20261122{next(_numbers):04d}{time.monotonic_ns() % 10**6:06d}-1", "amount": 1999,
        "currency": "EUR", "description": "Tea shop 2026-1122", "locale": "de-DE",
        "return_url": "https://shop.example/orders/abc",
    }  # fmt: skip
    return Charge(**{**fields, **changes})


def begun(gateway, **changes):
    """Return a charge with the number that PayPal gave it, as the shop keeps it."""
    made = charge(**changes)
    return msgspec.structs.replace(made, transaction=gateway.start(made).transaction)


def agreed(gateway, pal, **changes):
    made = begun(gateway, **changes)
    pal.do("pay", reference=made.reference, quiet=True)
    return made


def taken(gateway, pal, **changes):
    made = agreed(gateway, pal, **changes)
    assert gateway.query(made).verdict is Verdict.SUCCEEDED
    return made


def repayment(made, gateway, **changes):
    fields = {
        "number": f"R{made.reference}", "reference": made.reference, "transaction": gateway.query(made).transaction,
        "amount": made.amount, "charged": made.amount, "currency": made.currency,
    }  # fmt: skip
    return Repayment(**{**fields, **changes})


def press(address, choice):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"{parts.path}?{parts.query}", urlencode({"choice": choice}), headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()
