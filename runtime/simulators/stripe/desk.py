"""The interface of the simulated Stripe: keys, forms, idempotency, errors as the real one words them."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Response, request

from runtime.simulators.records import Charge, Movement, Refund
from runtime.simulators.stage import Stage
from runtime.simulators.stripe.trading import Trading
from runtime.simulators.stripe.wishes import SessionWish, WrongError, nested

_LONGEST_KEY = 255


class Desk:
    """The views for merchants."""

    def __init__(self, stage: Stage, trading: Trading, key: str) -> None:
        self._stage = stage
        self._books = stage.books
        self._trading = trading
        self._key = key

    def mount(self, app: Flask) -> None:
        """Add the interface to an application."""
        rules: list[tuple[str, str, Callable[..., dict[str, Any]]]] = [
            ("POST", "/v1/checkout/sessions", self._create),
            ("GET", "/v1/checkout/sessions", self._sessions),
            ("GET", "/v1/checkout/sessions/<name>", self._show),
            ("POST", "/v1/checkout/sessions/<name>/expire", self._expire),
            ("POST", "/v1/refunds", self._refund),
            ("GET", "/v1/refunds", self._refunds),
            ("GET", "/v1/balance_transactions", self._balance),
        ]
        for method, path, view in rules:
            app.add_url_rule(path, f"{method} {path}", self._answering(view), methods=[method])

    def _answering(self, view: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
        def answer(**place: str) -> Response:
            try:
                self._check_key()
                return self._once(lambda: view(**place)) if request.method == "POST" else _json(200, view(**place))
            except WrongError as error:
                return _json(error.status, _error(error))

        return answer

    def _check_key(self) -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._key}".encode()):
            raise WrongError(401, "api_key_invalid", "Invalid API Key provided")

    def _once(self, work: Callable[[], dict[str, Any]]) -> Response:
        """Answer the first request of a key, and every later one alike; other parameters are an error."""
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return _json(200, work())
        if len(key) > _LONGEST_KEY:
            raise WrongError(400, "", "Idempotency key is too long", "idempotency_error")
        digest = hashlib.sha256(f"{request.path}\n".encode() + request.get_data(cache=True)).hexdigest()
        with self._books.change():
            known = self._books.fact(f"key {key}")
            if known:
                before, status, body = msgspec.json.decode(known, type=tuple[str, int, str])
                if before != digest:
                    text = "Keys for idempotent requests can only be used with the same parameters."
                    raise WrongError(400, "", text, "idempotency_error")
                return Response(body, status, mimetype="application/json", headers={"Idempotent-Replayed": "true"})
            try:
                status, said = 200, work()
            except WrongError as error:
                status, said = error.status, _error(error)
            body = msgspec.json.encode(said).decode()
            self._books.remember(f"key {key}", msgspec.json.encode((digest, status, body)).decode())
        return Response(body, status, mimetype="application/json")

    def _create(self) -> dict[str, Any]:
        wish = SessionWish(nested(request.form.items(multi=True)), self._stage.clock.now())
        return self._trading.describe(self._trading.open(wish))

    def _show(self, name: str) -> dict[str, Any]:
        wide = "payment_intent" in request.args.values()
        return self._trading.describe(self._trading.get(name), whole_intent=wide)

    def _expire(self, name: str) -> dict[str, Any]:
        return self._trading.describe(self._trading.expire(name))

    def _sessions(self) -> dict[str, Any]:
        since = float(request.args.get("created[gte]", 0))
        found = self._books.all(Charge, "created_at >= ?", since)
        return _listing([self._trading.describe(each) for each in reversed(found)])

    def _refund(self) -> dict[str, Any]:
        return self._trading.describe_refund(self._trading.refund(nested(request.form.items(multi=True))))

    def _refunds(self) -> dict[str, Any]:
        found = self._books.all(Refund, "charge = ?", request.args.get("payment_intent", ""))
        return _listing([self._trading.describe_refund(each) for each in reversed(found)])

    def _balance(self) -> dict[str, Any]:
        start, end = (float(request.args.get(f"created[{name}]", edge)) for name, edge in (("gte", 0), ("lt", 2**40)))
        fault = self._books.take_fault(("bill",), frozenset({"missing", "extra", "amount"}))
        rows = [self._row(each) for each in self._books.all(Movement, "at >= ? AND at < ?", start, end)]
        if fault is not None and fault.name == "missing" and rows:
            rows = rows[1:]
        if fault is not None and fault.name == "amount" and rows:
            rows[0] = {**rows[0], "amount": rows[0]["amount"] + 1}
        if fault is not None and fault.name == "extra":
            rows.append({**_EXTRA, "created": int(start)})
        return _listing(list(reversed(rows)))

    def _row(self, moved: Movement) -> dict[str, Any]:
        paid = moved.kind == "payment"
        charge = self._books.charge(moved.charge) if paid else None
        refund = None if paid else self._books.find(Refund, "id = ?", moved.id)
        metadata = charge.details["intent_metadata"] if charge else refund.details["metadata"] if refund else {}
        amount = moved.amount if paid else -moved.amount
        return {
            "id": f"txn_{moved.id}",
            "object": "balance_transaction",
            "type": "charge" if paid else "refund",
            "amount": amount,
            "fee": moved.fee,
            "net": amount - moved.fee,
            "currency": moved.currency.lower(),
            "created": int(moved.at),
            "source": {
                "id": f"ch_{moved.id}" if paid else moved.id,
                "object": "charge" if paid else "refund",
                "payment_intent": moved.id if paid else moved.charge,
                "metadata": metadata,
            },
        }


_EXTRA = {
    "id": "txn_extra", "object": "balance_transaction", "type": "charge", "amount": 4200, "fee": 88, "net": 4112,
    "currency": "eur",
    "source": {"id": "ch_extra", "object": "charge", "payment_intent": "pi_extra", "metadata": {}},
}  # fmt: skip


def _listing(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a page of a list, newest first."""
    limit, after = int(request.args.get("limit", 10)), request.args.get("starting_after")
    if after:
        names = [each["id"] for each in found]
        found = found[names.index(after) + 1 :] if after in names else []
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": request.path}


def _error(error: WrongError) -> dict[str, Any]:
    return {"error": {"type": error.kind, "code": error.code, "message": str(error)}}


def _json(status: int, data: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(data), status, mimetype="application/json")
