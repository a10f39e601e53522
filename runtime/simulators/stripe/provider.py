"""Stripe as a simulated provider: its operations, its signed events and what the control port can do with it."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Flask

from runtime.simulators.records import Charge, Fault, Movement, Notice
from runtime.simulators.stage import Letter, Stage
from runtime.simulators.stripe.desk import Desk
from runtime.simulators.stripe.pages import Pages
from runtime.simulators.stripe.trading import Trading

_OPERATIONS = (
    ("POST", "/v1/checkout/sessions/", "close"),
    ("POST", "/v1/checkout/sessions", "create"),
    ("GET", "/v1/checkout/sessions", "query"),
    ("POST", "/v1/refunds", "refund"),
    ("GET", "/v1/refunds", "query_refund"),
    ("GET", "/v1/balance_transactions", "bill"),
)
_MONTH = 30 * 86400


class Keys(msgspec.Struct, frozen=True):
    """The account's keys; a new signing secret stands beside the old one while it changes."""

    api: str
    signing: tuple[str, ...]


class Stripe:
    """The provider."""

    name = "stripe"
    retry_plan = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 43200.0, 43200.0)

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._path = stage.folder / "stripe.json"
        if not self._path.exists():
            self._keep(Keys(f"sk_test_{secrets.token_hex(24)}", (f"whsec_{secrets.token_hex(16)}",)))
        self._keys = msgspec.json.decode(self._path.read_bytes(), type=Keys)
        self._trading = Trading(stage)

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do; ``endpoint`` says where events go, ``arrive`` lets money come later."""
        return {
            "pay": self._trading.pay,
            "arrive": self._trading.arrive,
            "dispute": self._trading.dispute,
            "endpoint": self._endpoint,
            "refunds": self._refunds,
            "rotate": self._rotate,
            "age": self._age,
        }

    def application(self) -> Flask:
        """Return the interface and the buyers' page."""
        app = Flask("runtime.simulators.stripe", static_folder=None)
        Desk(self._stage, self._trading, self._keys.api).mount(app)
        app.add_url_rule("/c/pay/<name>", "pay", Pages(self._trading).pay, methods=["GET", "POST"])
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        return next((name for verb, start, name in _OPERATIONS if verb == method and path.startswith(start)), "page")

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign an event, well or with a fault."""
        name, values = (fault.name, fault.values) if fault is not None else ("", {})
        body = msgspec.json.encode(_twisted(notice.content, name, values))
        at = int(self._stage.clock.now() - (float(values.get("seconds", _MONTH)) if name == "timestamp" else 0))
        text = b"another body" if name == "signature" else body
        signed = ",".join(
            f"v1={hmac.digest(each.encode(), f'{at}.'.encode() + text, hashlib.sha256).hex()}"
            for each in self._keys.signing
        )
        headers = {"Content-Type": "application/json", "Stripe-Signature": f"t={at},{signed},v0=ignored"}
        if name == "body":
            body = body[:-1] + b" }"
        if name == "unsigned":
            del headers["Stripe-Signature"]
        return Letter(body, headers)

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took an event."""
        del body
        return 200 <= status < 300  # noqa: PLR2004  success

    def tick(self) -> None:
        """Let refunds come through."""
        self._trading.settle_due()

    def settings(self) -> str:
        """Return lines to paste."""
        return "\n".join(
            (
                "# shop.yaml",
                "payment:",
                "  - gateway: stripe",
                "    secret: STRIPE_KEY",
                "    webhook_secret: STRIPE_WEBHOOK_SECRET",
                f"    endpoint: {self._stage.address}",
                "# var/secrets.env",
                f"STRIPE_KEY={self._keys.api}",
                f"STRIPE_WEBHOOK_SECRET={','.join(self._keys.signing)}",
            )
        )

    def _keep(self, keys: Keys) -> None:
        self._path.touch(0o600)
        self._path.write_bytes(msgspec.json.encode(keys))

    def _refunds(self, values: dict[str, Any]) -> dict[str, str]:
        """Say what becomes of refunds from now on: {outcome: succeeded | failed | pending}."""
        self._stage.books.remember("refunds", str(values.get("outcome", "succeeded")))
        return {}

    def _endpoint(self, values: dict[str, Any]) -> dict[str, str]:
        """Send events there from now on: {url}."""
        self._stage.notify = str(values.get("url", ""))
        return {}

    def _rotate(self, values: dict[str, Any]) -> dict[str, str]:
        """Sign with an old and a new secret, or with the new one alone: {overlap}."""
        new = f"whsec_{secrets.token_hex(16)}"
        kept = self._keys.signing[-1:] if values.get("overlap", True) else ()
        self._keys = Keys(self._keys.api, (*kept, new))
        self._keep(self._keys)
        return {"secret": new}

    def _age(self, values: dict[str, Any]) -> dict[str, str]:
        """Move all that happened into the past: {days}."""
        seconds, books = float(values.get("days", 1)) * 86400, self._stage.books
        with books.change():
            for movement in books.all(Movement):
                books.alter(Movement, "id", movement.id, at=movement.at - seconds)
            for charge in books.all(Charge):
                books.alter(Charge, "id", charge.id, created_at=charge.created_at - seconds)
        return {}


def _twisted(content: dict[str, Any], name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return an event with one thing in it wrong, though it will be signed well."""
    thing = content["data"]["object"]
    changes: dict[str, dict[str, Any]] = {
        "wrong-amount": {"amount_total": int(values.get("amount", 1))},
        "wrong-currency": {"currency": "usd"},
        "wrong-state": {"payment_status": "unpaid"},
        "other-reference": {"client_reference_id": str(values.get("reference", "unknown-number"))},
    }
    found = {**content, "data": {"object": {**thing, **changes.get(name, {})}}}
    return {**found, "livemode": True} if name == "other-merchant" else found
