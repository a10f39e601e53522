"""The interface of PayPal: tokens, orders, captures, refunds, reports, certificates; each number asks once."""

import base64
import binascii
import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from flask import Flask, Response, request

from runtime.simulators.paypal import wishes
from runtime.simulators.paypal.trading import Trading, stamp
from runtime.simulators.paypal.wishes import WrongError, written
from runtime.simulators.records import Movement
from runtime.simulators.stage import Stage

_BODY_LIMIT = 256 * 1024
_TOKEN_LIFE = 32400
_DAYS = 31 * 86400
_BILL = frozenset({"missing", "extra", "twice", "amount", "totals"})
Reply = tuple[int, dict[str, Any]]


class Desk:
    """The views for merchants."""

    def __init__(self, stage: Stage, trading: Trading, credentials: tuple[str, str], certificate: bytes) -> None:
        self._stage = stage
        self._books = stage.books
        self._trading = trading
        self._credentials = credentials
        self._certificate = certificate
        self._guard = threading.Lock()

    def mount(self, app: Flask) -> None:
        """Add the interface to an application."""
        app.config["MAX_CONTENT_LENGTH"] = _BODY_LIMIT
        orders, captures = "/v2/checkout/orders", "/v2/payments/captures"
        views: list[tuple[str, str, Callable[..., Reply]]] = [
            ("POST", orders, self._create), ("GET", f"{orders}/<name>", self._show),
            ("POST", f"{orders}/<name>/capture", self._capture), ("GET", f"{captures}/<name>", self._show_capture),
            ("POST", f"{captures}/<name>/refund", self._refund), ("GET", "/v1/reporting/transactions", self._report),
        ]  # fmt: skip
        for method, path, view in views:
            app.add_url_rule(path, f"{method} {path}", self._answering(view), methods=[method])
        app.add_url_rule("/v1/oauth2/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/v1/notifications/certs/<name>", view_func=self.certificate, methods=["GET"])

    def token(self) -> Response:
        """Give a token for the application's credentials."""
        try:
            given = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic "), validate=True)
        except binascii.Error:
            given = b""
        if not hmac.compare_digest(given, ":".join(self._credentials).encode()):
            return _json(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        if request.form.get("grant_type") != "client_credentials":
            return _json(400, {"error": "unsupported_grant_type", "error_description": "unsupported grant_type"})
        made = secrets.token_urlsafe(48)
        self._books.remember(f"token:{made}", str(self._stage.clock.now() + _TOKEN_LIFE))
        said = {"scope": "", "access_token": made, "token_type": "Bearer", "app_id": "APP-1", "expires_in": _TOKEN_LIFE}
        return _json(200, said)

    def certificate(self, name: str) -> Response:
        """Hand out the certificate that notices are signed with."""
        del name
        return Response(self._certificate, mimetype="application/x-pem-file")

    def _answering(self, view: Callable[..., Reply]) -> Callable[..., Response]:
        def answer(**place: str) -> Response:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if float(self._books.fact(f"token:{given}", "0")) <= self._stage.clock.now():
                return _json(401, {"name": "AUTHENTICATION_FAILURE", "message": "Authentication failed"})
            try:
                status, said = self._once(view, place)
            except WrongError as error:
                details = [{"issue": error.issue, "description": str(error)}]
                status, said = error.status, {"name": error.name, "message": str(error), "details": details}
            return _json(status, said)

        return answer

    def _once(self, view: Callable[..., Reply], place: dict[str, str]) -> Reply:
        """Answer a request number once; the same again gets what the first one got, however it is now worded."""
        number = request.headers.get("PayPal-Request-Id", "")
        if request.method != "POST" or not number:
            return view(**place)
        name = f"request:{request.path}:{number}"
        with self._guard:
            known = self._books.fact(name)
            if known:
                again: Reply = msgspec.json.decode(known, type=tuple[int, dict[str, Any]])
                return 200, again[1]
            status, said = view(**place)
            self._books.remember(name, msgspec.json.encode((status, said)).decode())
        return status, said

    def _create(self) -> Reply:
        return 200, self._trading.describe(self._trading.open(wishes.order(wishes.read(request.get_data()))))

    def _show(self, name: str) -> Reply:
        return 200, self._trading.describe(self._trading.get(name))

    def _capture(self, name: str) -> Reply:
        return 201, self._trading.describe(self._trading.capture(name))

    def _show_capture(self, name: str) -> Reply:
        return 200, self._trading.describe_capture(self._trading.by_capture(name))

    def _refund(self, name: str) -> Reply:
        refund = self._trading.refund(name, wishes.read(request.get_data()))
        return 201, self._trading.describe_refund(refund)

    def _report(self) -> Reply:
        try:
            start, end = (datetime.fromisoformat(request.args[f"{name}_date"]).timestamp() for name in ("start", "end"))
            size, page = int(request.args.get("page_size", 100)), int(request.args.get("page", 1))
        except (ValueError, KeyError) as error:
            raise wishes.invalid("INVALID_REQUEST") from error
        if end - start > _DAYS or not 1 <= size <= 500 or page < 1:  # noqa: PLR2004  PayPal's own bounds
            raise wishes.invalid("INVALID_REQUEST")
        rows = self._rows(start, end)
        fault = self._books.take_fault(("bill",), _BILL)
        name = fault.name if fault is not None else ""
        more = {"missing": rows[:-1], "twice": [*rows, *rows[:1]], "extra": [*rows, _extra(start)]}
        found = more.get(name, rows)
        if name == "amount":
            found = [{**rows[0], "transaction_amount": written(4200, "EUR")}, *rows[1:]]
        shown = found[(page - 1) * size : page * size]
        return 200, {
            "transaction_details": [{"transaction_info": row} for row in shown], "page": page,
            "total_items": len(found) + (name == "totals"), "total_pages": -(-len(found) // size),
        }  # fmt: skip

    def _rows(self, start: float, end: float) -> list[dict[str, Any]]:
        return [self._row(each) for each in self._books.all(Movement, "at >= ? AND at < ?", start, end + 1)]

    def _row(self, movement: Movement) -> dict[str, Any]:
        back = movement.kind == "refund"
        row: dict[str, Any] = {
            "transaction_id": movement.id, "transaction_event_code": "T1107" if back else "T0006",
            "transaction_initiation_date": stamp(movement.at), "transaction_status": "S",
            "transaction_amount": written(-movement.amount if back else movement.amount, movement.currency),
            "custom_field": movement.reference, "invoice_id": movement.reference,
        }  # fmt: skip
        if movement.fee:
            row["fee_amount"] = written(-movement.fee, movement.currency)
        return row


def _extra(start: float) -> dict[str, Any]:
    return {
        "transaction_id": "EXTRA000000000001", "transaction_event_code": "T0006", "invoice_id": "foreign-1",
        "transaction_initiation_date": stamp(start), "transaction_amount": written(4200, "EUR"),
        "fee_amount": written(-88, "EUR"),
    }  # fmt: skip


def _json(status: int, data: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(data), status, mimetype="application/json")
