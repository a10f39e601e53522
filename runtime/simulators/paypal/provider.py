"""PayPal as a simulated provider: its operations, its signed notices, its page, and what the control port can do."""

import base64
import secrets
import uuid
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from flask import Flask

from runtime.simulators import keys
from runtime.simulators.control import ActionError
from runtime.simulators.paypal.desk import Desk
from runtime.simulators.paypal.pages import Pages
from runtime.simulators.paypal.trading import Trading, stamp
from runtime.simulators.paypal.wishes import WrongError, written
from runtime.simulators.records import Charge, Fault, Movement, Notice
from runtime.simulators.stage import Letter, Stage

_OPERATIONS = (
    ("POST", "/v1/oauth2/token", "token"), ("GET", "/v2/checkout/orders/", "query"),
    ("GET", "/v2/payments/captures/", "query_refund"), ("GET", "/v1/reporting/", "bill"),
    ("GET", "/v1/notifications/certs/", "certificates"),
)  # fmt: skip
_MONTH = 30 * 86400


class PayPal:
    """The provider."""

    name = "paypal"
    retry_plan = (10.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 43200.0, 43200.0, 43200.0)

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._key = keys.get(stage.folder / "platform", "webhooks")
        self._certificate = _certificate(self._key)
        words = ("client", "secret", "webhook", "certificate")
        with stage.books.change():
            for word in words:
                if not stage.books.fact(word):
                    stage.books.remember(word, secrets.token_hex(16).upper())
        self._client, self._secret, self._webhook, self._name = (stage.books.fact(word) for word in words)
        self._trading = Trading(stage)

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do: pay (agree), clear, settle, dispute, balance, endpoint, revoke, age."""
        found = {
            "pay": self._trading.act_pay,
            "clear": self._trading.act_clear,
            "settle": self._trading.act_settle,
            "dispute": self._trading.act_dispute,
            "balance": self._trading.act_balance,
            "endpoint": self._endpoint,
            "revoke": self._revoke,
            "age": self._age,
        }
        return {name: _told(action) for name, action in found.items()}

    def application(self) -> Flask:
        """Return the interface and the buyers' page."""
        app = Flask("runtime.simulators.paypal", static_folder=None)
        pem = self._certificate.public_bytes(Encoding.PEM)
        Desk(self._stage, self._trading, (self._client, self._secret), pem).mount(app)
        app.add_url_rule("/checkoutnow", view_func=Pages(self._trading).agree, methods=["GET", "POST"])
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        start = path.partition("?")[0]
        if method == "POST" and start.endswith("/capture"):
            return "capture"
        if method == "POST" and start.endswith("/refund"):
            return "refund"
        if (method, start) == ("POST", "/v2/checkout/orders"):
            return "create"
        return next((name for verb, begin, name in _OPERATIONS if verb == method and path.startswith(begin)), "page")

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign a notice, well or with a fault."""
        name, values = (fault.name, fault.values) if fault is not None else ("", {})
        body = msgspec.json.encode(_twisted(notice.content, name, values))
        number = str(uuid.uuid4())
        at = stamp(self._stage.clock.now() - (float(values.get("seconds", _MONTH)) if name == "timestamp" else 0))
        webhook = "0OTHERS00WEBHOOK0" if name == "other-merchant" else self._webhook
        text = f"{number}|{at}|{webhook}|{zlib.crc32(b'another body' if name == 'signature' else body)}"
        host = "http://127.0.0.1:9" if name == "serial" else self._stage.address
        headers = {
            "Content-Type": "application/json",
            "PAYPAL-TRANSMISSION-ID": secrets.token_hex(16) if name == "nonce" else number,
            "PAYPAL-TRANSMISSION-TIME": at,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode(),
            "PAYPAL-CERT-URL": f"{host}/v1/notifications/certs/CERT-{self._name}",
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }
        if name == "unsigned":
            headers = {key: value for key, value in headers.items() if not key.startswith("PAYPAL-")}
        return Letter(body[:-1] + b" }" if name == "body" else body, headers)

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took a notice."""
        del body
        return 200 <= status < 300  # noqa: PLR2004  success

    def tick(self) -> None:
        """Do nothing: PayPal's refunds come through when they are asked for."""

    def settings(self) -> str:
        """Return lines to paste."""
        return "\n".join(
            (
                "# shop.yaml",
                "payment:",
                "  - gateway: paypal",
                f'    client_id: "{self._client}"',
                f'    webhook_id: "{self._webhook}"',
                "    secret: PAYPAL_SECRET",
                f"    endpoint: {self._stage.address}",
                "# var/secrets.env",
                f"PAYPAL_SECRET={self._secret}",
            )
        )

    def _endpoint(self, values: dict[str, Any]) -> dict[str, str]:
        """Send notices there from now on: {url}."""
        self._stage.notify = str(values.get("url", ""))
        return {}

    def _revoke(self, values: dict[str, Any]) -> dict[str, str]:
        """End all tokens."""
        del values
        self._stage.books.forget("token:")
        return {}

    def _age(self, values: dict[str, Any]) -> dict[str, str]:
        """Move all that happened into the past: {days}."""
        seconds, books = float(values.get("days", 1)) * 86400, self._stage.books
        with books.change():
            for movement in books.all(Movement):
                books.alter(Movement, "id", movement.id, at=movement.at - seconds)
            for charge in books.all(Charge):
                books.alter(Charge, "id", charge.id, created_at=charge.created_at - seconds)
        return {}


def _certificate(key: RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverificationcerts.paypal.com")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=400))
    return builder.not_valid_after(now + timedelta(days=1825)).sign(key, SHA256())


def _twisted(content: dict[str, Any], name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return a notice with one thing in it wrong, though it will be signed well."""
    thing = content["resource"]
    currency = thing.get("amount", {}).get("currency_code", "EUR")
    changes: dict[str, dict[str, Any]] = {
        "wrong-amount": {"amount": written(int(values.get("amount", 1)), currency)},
        "wrong-currency": {"amount": {**thing.get("amount", {}), "currency_code": "SGD"}},
        "wrong-state": {"status": str(values.get("state", "PENDING"))},
        "other-reference": {"custom_id": str(values.get("reference", "unknown-number"))},
    }
    return {**content, "resource": {**thing, **changes.get(name, {})}}


def _told(action: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    def act(values: dict[str, Any]) -> object:
        try:
            return action(values)
        except WrongError as error:
            raise ActionError(error.issue) from error

    return act
