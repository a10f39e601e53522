"""WeChat Pay as a simulated provider: its operations, its notices and what the control port can do with it."""

import base64
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Flask

from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge, Fault, Movement, Notice
from runtime.simulators.stage import Letter, Stage
from runtime.simulators.wechatpay import sealing
from runtime.simulators.wechatpay.desk import MONTH, Desk
from runtime.simulators.wechatpay.identity import Identity
from runtime.simulators.wechatpay.pages import Pages
from runtime.simulators.wechatpay.trading import Trading

_OPERATIONS = (
    ("POST", "/v3/pay/transactions/native", "create"),
    ("POST", "/v3/pay/transactions/jsapi", "create"),
    ("POST", "/v3/pay/transactions/h5", "create"),
    ("POST", "/v3/pay/transactions/app", "create"),
    ("POST", "/v3/pay/transactions/out-trade-no/", "close"),
    ("GET", "/v3/pay/transactions/", "query"),
    ("POST", "/v3/refund/", "refund"),
    ("GET", "/v3/refund/", "query_refund"),
    ("GET", "/v3/bill/", "bill"),
    ("GET", "/v3/billdownload/", "download"),
    ("GET", "/v3/certificates", "certificates"),
    ("GET", "/sns/", "token"),
)
_ACCEPTED = {200, 204}


class WechatPay:
    """The provider."""

    name = "wechatpay"
    retry_plan = (
        15.0, 15.0, 30.0, 180.0, 600.0, 1200.0, 1800.0, 1800.0, 1800.0, 3600.0, 10800.0, 10800.0, 10800.0, 21600.0,
        21600.0,
    )  # fmt: skip

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._identity = Identity(stage.folder, stage.books)
        self._trading = Trading(stage)

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do: pay, settle (a refund), rotate, certificates, age, repeat."""
        return {
            "pay": self._trading.pay,
            "settle": self._trading.settle,
            "rotate": self._rotate,
            "certificates": self._certificates,
            "age": self._age,
            "repeat": self._repeat,
        }

    def application(self) -> Flask:
        """Return the interface and the buyers' pages."""
        app = Flask("runtime.simulators.wechatpay", static_folder=None)
        Desk(self._stage, self._identity, self._trading).mount(app)
        pages = Pages(self._stage, self._trading, (self._identity.appid, self._identity.app_secret))
        app.add_url_rule("/cgi-bin/mmpayweb-bin/checkmweb", view_func=pages.h5, methods=["GET", "POST"])
        app.add_url_rule("/phone", view_func=pages.phone, methods=["GET", "POST"])
        app.add_url_rule("/connect/oauth2/authorize", view_func=pages.authorize, methods=["GET"])
        app.add_url_rule("/sns/oauth2/access_token", view_func=pages.token, methods=["GET"])
        return app

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for."""
        return next((name for verb, start, name in _OPERATIONS if verb == method and path.startswith(start)), "page")

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Encrypt and sign a notice, well or with a fault."""
        name, values = (fault.name, fault.values) if fault is not None else ("", {})
        said = _twisted(notice.content["plain"], name, values)
        kind = "refund" if notice.topic.startswith("REFUND") else "transaction"
        sealed = sealing.encrypt(self._identity.secret, msgspec.json.encode(said), kind)
        body = msgspec.json.encode(
            {
                **{key: notice.content[key] for key in ("id", "create_time", "resource_type", "event_type")},
                "summary": notice.topic,
                "resource": {**sealed, "original_type": kind},
            }
        )
        late = float(values.get("seconds", MONTH)) if name == "timestamp" else 0.0
        signer = self._identity.signer(notice.content["serial"], newest=True)
        headers = sealing.headers(
            signer, b"another body" if name == "signature" else body, self._stage.clock.now() - late
        )
        return _spoilt(Letter(body, {**headers, "Content-Type": "application/json"}), name)

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took a notice; the body does not matter."""
        del body
        return status in _ACCEPTED

    def tick(self) -> None:
        """Let refunds come through."""
        self._trading.settle_due()

    def settings(self) -> str:
        """Return lines to paste."""
        found = self._identity
        name, file = next(iter(found.public_keys.items()))
        return "\n".join(
            (
                "# shop.yaml",
                "payment:",
                "  - gateway: wechatpay",
                f'    mchid: "{found.mchid}"',
                f"    appid: {found.appid}",
                f"    serial: {found.merchant.serial}",
                "    private_key: var/wechatpay/apiclient_key.pem",
                f"    public_keys: {{{name}: var/wechatpay/{file}}}",
                "    secret: WECHATPAY_APIV3_KEY",
                "    app_secret: WECHATPAY_APP_SECRET",
                "    ways: [native, h5, jsapi]",
                f"    endpoint: {self._stage.address}",
                "# var/secrets.env",
                f"WECHATPAY_APIV3_KEY={found.secret.decode()}",
                f"WECHATPAY_APP_SECRET={found.app_secret}",
                f"# copy {found.shop} to var/wechatpay",
                f"# pay what the shop shows as a code at {self._stage.address}/phone",
            )
        )

    def _rotate(self, values: dict[str, Any]) -> dict[str, str]:
        """Sign with a new key: {kind: certificate or public-key}."""
        kind = str(values.get("kind", "certificate"))
        if kind not in {"certificate", "public-key"}:
            raise ActionError("kind is certificate or public-key")
        return {"serial": self._identity.rotate(kind)}

    def _certificates(self, values: dict[str, Any]) -> dict[str, str]:
        """Hand out certificates or not: {available}."""
        self._stage.books.remember("certificates", "" if values.get("available", True) else "none")
        return {}

    def _age(self, values: dict[str, Any]) -> dict[str, str]:
        """Move all that happened into the past, for bills exist only of days that are over: {days}."""
        seconds, books = float(values.get("days", 1)) * 86400, self._stage.books
        with books.change():
            for movement in books.all(Movement):
                books.alter(Movement, "id", movement.id, at=movement.at - seconds)
            for charge in books.all(Charge):
                books.alter(Charge, "reference", charge.reference, created_at=charge.created_at - seconds)
        return {}

    def _repeat(self, values: dict[str, Any]) -> dict[str, int]:
        """Send all notices of an order once more, signed anew: {reference}."""
        found = self._stage.books.all(Notice, "subject = ?", str(values.get("reference", "")))
        for notice in found:
            self._stage.books.alter(Notice, "id", notice.id, state="waiting", due_at=self._stage.clock.now())
        self._stage.bell.set()
        return {"repeated": len(found)}


def _twisted(plain: dict[str, Any], name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return what a notice says with one thing in it wrong, though it will be signed well."""
    amount = plain["amount"]
    changes: dict[str, dict[str, Any]] = {
        "other-merchant": {"mchid": "1900009999"},
        "other-app": {"appid": "wx0000000000000000"},
        "wrong-amount": {"amount": {**amount, "total": int(values.get("amount", 1)), "payer_total": 1}},
        "wrong-currency": {"amount": {**amount, "currency": "USD"}},
        "wrong-state": {"trade_state": str(values.get("state", "NOTPAY"))},
        "other-reference": {"out_trade_no": str(values.get("reference", "unknown-number"))},
    }
    return {**plain, **changes.get(name, {})}


def _spoilt(letter: Letter, name: str) -> Letter:
    """Return a signed letter with something done to it afterwards."""
    headers, body = dict(letter.headers), letter.body
    if name == "body":
        body = body[:-2] + b" " + body[-2:]
    if name == "unsigned":
        headers = {key: value for key, value in headers.items() if not key.startswith("Wechatpay-")}
    if name == "serial":
        headers["Wechatpay-Serial"] = secrets.token_hex(20).upper()
    if name == "nonce":
        headers["Wechatpay-Nonce"] = secrets.token_hex(16)
    if name == "signtest":
        filler = base64.b64encode(secrets.token_bytes(243)).decode()
        headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{filler}"
    if name == "other-type":
        headers["Content-Type"] = "text/xml"
        body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><return_code>&e;</return_code></xml>'
    return Letter(body, headers)
