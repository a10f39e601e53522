"""A merchant of the simulated Alipay: charges, their pages, and refunds."""

import http.client
import itertools
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from tills import make_settings, make_terms

from runtime import gateways
from runtime.gateways import Charge, Repayment

_numbers = itertools.count(1)
CERTIFICATES = {
    "alipay_public_key": None,
    "app_certificate": "alipay/appCertPublicKey.crt",
    "alipay_certificate": "alipay/alipayCertPublicKey_RSA2.crt",
    "alipay_root_certificate": "alipay/alipayRootCert.crt",
}


def load(ali, folder, environ=(), **changes):
    settings = make_settings(folder, "", **dict(environ))
    method = ali.payment_method(settings.var, **changes)
    return gateways.load(make_terms(payment=(method,)), settings)["alipay"]


def charge(**changes):
    fields = {
        "reference": f"20261122{next(_numbers):04d}{time.monotonic_ns() % 10**6:06d}-1", "amount": 1999,
        "currency": "CNY", "description": "茶铺 2026-1122", "locale": "zh-CN",
        "return_url": "https://shop.example/orders/abc", "notify_url": "http://127.0.0.1:9/pay/alipay/notify",
        "expires_at": datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30),
    }  # fmt: skip
    return Charge(**{**fields, **changes})


def visit(address, form=None):
    """Open an address as a browser does; return status, Location and text."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = None if form is None else urlencode(form)
        connection.request(
            "GET" if form is None else "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read().decode()
    finally:
        connection.close()


def opened(gateway, ali, **changes):
    """Return a charge whose page its buyer has opened, and the address of the cashier."""
    made = charge(**changes)
    status, where, _ = visit(gateway.start(made).page)
    assert status == 302
    return made, ali.address + where


def paid(gateway, ali, **changes):
    made, _ = opened(gateway, ali, **changes)
    ali.do("pay", reference=made.reference, quiet=True)
    return made


def repayment(made, gateway, **changes):
    fields = {
        "number": f"R{made.reference}", "reference": made.reference, "transaction": gateway.query(made).transaction,
        "amount": made.amount, "charged": made.amount, "currency": "CNY", "reason": "不想要了",
    }  # fmt: skip
    return Repayment(**{**fields, **changes})


def back_of(ali, made):
    return [each["amount"] for each in ali.moved("refund", charge=made.reference)]
