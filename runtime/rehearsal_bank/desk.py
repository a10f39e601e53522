"""What the bank shows over HTTP: a signed interface for the shop, and a page with buttons for the buyer."""

import functools
from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Protocol

import msgspec
from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime.rehearsal_bank import signing
from runtime.rehearsal_bank.books import BankCharge, Books, ChargeState, Wish
from runtime.rehearsal_bank.courier import Courier
from runtime.rehearsal_bank.reversals import RefundWish, Reversals, Rule
from runtime.rehearsal_bank.signing import ForgedError, Keys
from runtime.rehearsal_bank.words import WORDS

BODY_LIMIT = 64 * 1024
Reply = tuple[int, dict[str, Any]]


class Counter(Protocol):
    """What the desk needs of a bank."""

    keys: Keys
    books: Books
    reversals: Reversals
    courier: Courier
    clock: Callable[[], datetime]

    def create(self, wish: Wish) -> Reply:
        """Take a charge."""

    def query(self, reference: str) -> Reply:
        """Say what became of a charge."""

    def close(self, reference: str) -> Reply:
        """Close a charge."""

    def decide(self, charge: BankCharge, choice: str) -> bool:
        """Do what a button says."""

    def refund(self, wish: RefundWish) -> Reply:
        """Take a refund."""

    def query_refund(self, number: str) -> Reply:
        """Say what became of a refund."""

    def bill(self, day: date) -> Reply:
        """Return the books of a day."""

    def arrange(self, charge: BankCharge, choice: str) -> bool:
        """Do what a button of a paid charge says."""


def application(bank: Counter) -> Flask:
    """Return the bank's WSGI application; its paths are relative to where it is mounted."""
    app = Flask("runtime.rehearsal_bank", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    desk = Desk(bank)
    app.add_url_rule("/v1/charges", view_func=desk.create, methods=["POST"])
    app.add_url_rule("/v1/charges/<reference>", view_func=desk.query, methods=["GET"])
    app.add_url_rule("/v1/charges/<reference>/close", view_func=desk.close, methods=["POST"])
    app.add_url_rule("/v1/refunds", view_func=desk.refund, methods=["POST"])
    app.add_url_rule("/v1/refunds/<number>", view_func=desk.query_refund, methods=["GET"])
    app.add_url_rule("/v1/bills/<day>", view_func=desk.bill, methods=["GET"])
    app.add_url_rule("/pay/<name>", "pay", view_func=desk.pay, methods=["GET", "POST"])
    app.add_url_rule("/bank.css", "style", _style)
    return app


class After(msgspec.Struct, frozen=True, kw_only=True):
    """What a paid charge's page shows of the time after: how refunds end, which there were, and the dispute."""

    rule: str
    rules: tuple[str, ...]
    dispute: str
    refunds: tuple[tuple[str, str, str], ...]


class Desk:
    """The views of one bank."""

    def __init__(self, bank: Counter) -> None:
        self._bank = bank

    def create(self) -> Response:
        """Take a charge."""

        def take(body: bytes) -> Reply:
            try:
                return self._bank.create(msgspec.json.decode(body, type=Wish))
            except msgspec.DecodeError as error:
                return 400, {"error": f"PARAM_ERROR: {error}"}

        return self._signed("/v1/charges", take)

    def query(self, reference: str) -> Response:
        """Say what became of a charge."""
        return self._signed(f"/v1/charges/{reference}", lambda _: self._bank.query(reference))

    def close(self, reference: str) -> Response:
        """Close a charge."""
        return self._signed(f"/v1/charges/{reference}/close", lambda _: self._bank.close(reference))

    def refund(self) -> Response:
        """Take a refund."""

        def take(body: bytes) -> Reply:
            try:
                return self._bank.refund(msgspec.json.decode(body, type=RefundWish))
            except msgspec.DecodeError as error:
                return 400, {"error": f"PARAM_ERROR: {error}"}

        answer = self._signed("/v1/refunds", take)
        self._bank.courier.wake()
        return answer

    def query_refund(self, number: str) -> Response:
        """Say what became of a refund."""
        return self._signed(f"/v1/refunds/{number}", lambda _: self._bank.query_refund(number))

    def bill(self, day: str) -> Response:
        """Return the books of a day."""

        def look(_: bytes) -> Reply:
            try:
                return self._bank.bill(date.fromisoformat(day))
            except ValueError:
                return 400, {"error": "PARAM_ERROR: day"}

        return self._signed(f"/v1/bills/{day}", look)

    def pay(self, name: str) -> Answer:
        """Show a charge with its buttons, or do what a button says and send the buyer back to the shop."""
        bank = self._bank
        charge = bank.books.find(name)
        if charge is None:
            abort(404)
        if request.method == "GET":
            return self._page(charge, 200)
        choice = request.form.get("choice", "")
        if charge.state is ChargeState.PAID and bank.arrange(charge, choice):
            bank.courier.wake()
            return redirect(url_for("pay", name=name), 303)
        if bank.decide(charge, choice):
            bank.courier.wake()
            return redirect(charge.return_url, 303)
        return self._page(bank.books.find(name) or charge, 409)

    def _page(self, charge: BankCharge, status: int) -> Answer:
        reversals, paid = self._bank.reversals, charge.state is ChargeState.PAID
        after = After(
            rule=reversals.rule(charge.id).value,
            rules=tuple(rule.value for rule in Rule),
            dispute=reversals.state_of_dispute(charge.id),
            refunds=tuple(
                (refund.number, money.text(refund.amount, refund.currency, charge.locale), refund.state)
                for refund in reversals.of_charge(charge.id)
            ),
        )
        return _page(charge, self._now(), status, after if paid else None)

    def _now(self) -> int:
        return int(self._bank.clock().timestamp())

    def _signed(self, path: str, answer: Callable[[bytes], Reply]) -> Response:
        """Answer a signed request of the shop, signed as well; what is not signed gets no signature either."""
        bank, body, subject = self._bank, request.get_data(), f"{request.method} {path}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            nonce = signing.verify(bank.keys.merchant, subject, headers, body, bank.clock())
        except ForgedError as error:
            return _json(401, {"error": f"SIGN_ERROR: {error}"})
        if not bank.books.take_nonce(nonce, self._now()):
            return _json(401, {"error": "SIGN_ERROR: replayed"})
        status, data = answer(body)
        found = _json(status, data)
        found.headers.update(signing.sign(bank.keys.bank, f"{status} {subject}", found.get_data(), bank.clock()))
        return found


def _json(status: int, data: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(data), status, mimetype="application/json")


def _page(charge: BankCharge, now: int, status: int, after: After | None) -> Answer:
    expired = charge.expires_at is not None and charge.expires_at <= now
    page = render_template(
        "pay.html",
        charge=charge,
        amount=money.text(charge.amount, charge.currency, charge.locale),
        open=charge.state is ChargeState.OPEN and not expired,
        after=after,
        style=url_for("style"),
        words=WORDS.get(charge.locale.split("-")[0], WORDS["en"]),
    )
    answer = Response(page, status)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _style() -> Response:
    return Response(_css(), mimetype="text/css", headers={"Cache-Control": "public, max-age=3600"})


@functools.cache
def _css() -> bytes:
    return files("runtime.rehearsal_bank").joinpath("static/bank.css").read_bytes()
