"""The rehearsal bank as a WSGI application: an interface for the shop, and a page with buttons for the buyer.

``get(settings)`` returns this process's bank for a shop. Its interface, relative to where it is mounted:
``POST /v1/charges`` · ``GET /v1/charges/<reference>`` · ``POST /v1/charges/<reference>/close`` · ``GET|POST /pay/<id>``.
"""

import functools
import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import msgspec
from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime.rehearsal_bank import signing
from runtime.rehearsal_bank.books import BankCharge, Books, ChargeState
from runtime.rehearsal_bank.courier import Courier
from runtime.rehearsal_bank.signing import ForgedError, Keys
from runtime.rehearsal_bank.words import WORDS
from runtime.settings import Environment, SettingError, Settings

MOUNT = "/rehearsal-bank"
DELAY, LATE = 30, 20
BODY_LIMIT = 64 * 1024
_REFERENCE = re.compile(r"[0-9A-Za-z_|*-]{6,32}")
_ADDRESS = re.compile(r"https?://[^\s?#]{1,500}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shop asks the bank to take."""

    reference: str
    amount: int
    currency: str
    description: str = ""
    locale: str = "en"
    notify_url: str
    return_url: str
    expires_at: int | None = None


class Bank:
    """One shop's rehearsal bank."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if settings.environment is Environment.PRODUCTION:
            raise SettingError("SHOPWRIGHT_ENV", "there is no rehearsal bank in production")
        self.keys: Keys = signing.derive(settings.secret)
        self.books = Books(settings.var / "rehearsal-bank.db")
        self.clock = clock
        self.courier = Courier(self.books, self.keys, clock)
        self.wsgi = _application(self)

    def now(self) -> int:
        """Return the moment in seconds."""
        return int(self.clock().timestamp())

    def create(self, wish: Order) -> tuple[int, dict[str, Any]]:
        """Take a charge; the same one again is answered the same, another one under its reference is refused."""
        error = _mistake(wish, self.now())
        if error:
            return 400, {"error": error}
        known = self.books.find_by_reference(wish.reference)
        if known is None:
            known = BankCharge(id=secrets.token_urlsafe(18), **msgspec.structs.asdict(wish))
            self.books.open_charge(known)
        if any(getattr(known, name) != getattr(wish, name) for name in ("amount", "currency", "notify_url")):
            return 409, {"error": "REFERENCE_USED"}
        if known.state is not ChargeState.OPEN:
            return 409, {"error": f"ORDER_{known.state.value.upper()}"}
        return 200, self.describe(known)

    def close(self, reference: str) -> tuple[int, dict[str, Any]]:
        """Close a charge, or say that it is paid."""
        known = self.books.find_by_reference(reference)
        if known is None:
            return 404, {"error": "ORDER_NOT_EXIST"}
        self.books.close_charge(reference)
        return self.query(reference)

    def query(self, reference: str) -> tuple[int, dict[str, Any]]:
        """Say what became of a charge."""
        known = self.books.find_by_reference(reference)
        return (200, self.describe(known)) if known else (404, {"error": "ORDER_NOT_EXIST"})

    def describe(self, charge: BankCharge) -> dict[str, Any]:
        """Return a charge as the interface shows it."""
        moved = self.books.movements(charge.id)
        return {
            "reference": charge.reference,
            "state": charge.state.value,
            "page": f"{MOUNT}/pay/{charge.id}",
            "transaction": moved[0][0] if moved else "",
            "amount": moved[0][1] if moved else 0,
            "currency": charge.currency,
        }

    def decide(self, charge: BankCharge, choice: str) -> bool:
        """Do what a button says; False if the charge cannot be paid any more."""
        now = self.now()
        if choice == "late":
            self.books.intend(charge, max(now, charge.expires_at or now) + LATE)
            return True
        if choice == "refuse":
            return self.books.refuse(charge, now)
        plans = {"approve": (now,), "delay": (now + DELAY,), "twice": (now, now), "never": ()}
        if choice == "double":
            first = self.books.pay(charge, now, (now,))
            return bool(first) and bool(self.books.pay(charge, now, (now,), forced=True))
        return choice in plans and bool(self.books.pay(charge, now, plans[choice]))

    def stop(self) -> None:
        """Stop the courier."""
        self.courier.stop()
        self.books.close()


_banks: dict[Settings, Bank] = {}
_guard = threading.Lock()


def get(settings: Settings) -> Bank:
    """Return this process's bank for a shop, with its courier at work."""
    with _guard:
        bank = _banks.get(settings)
        if bank is None:
            bank = _banks[settings] = Bank(settings)
            bank.courier.start()
    return bank


def _mistake(wish: Order, now: int) -> str:
    if not _REFERENCE.fullmatch(wish.reference):
        return "PARAM_ERROR: reference"
    if not 1 <= wish.amount <= money.MAXIMUM * 1000:
        return "PARAM_ERROR: amount"
    if not _CURRENCY.fullmatch(wish.currency):
        return "PARAM_ERROR: currency"
    if not (_ADDRESS.fullmatch(wish.notify_url) and _ADDRESS.fullmatch(wish.return_url)):
        return "PARAM_ERROR: address"
    if wish.expires_at is not None and wish.expires_at <= now:
        return "PARAM_ERROR: expires_at"
    return ""


def _application(bank: Bank) -> Flask:
    app = Flask("runtime.rehearsal_bank", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT

    def signed(path: str, answer: Callable[[bytes], tuple[int, dict[str, Any]]]) -> Response:
        """Answer a signed request of the shop, signed as well."""
        body = request.get_data()
        headers = {name.lower(): value for name, value in request.headers.items()}
        subject = f"{request.method} {path}"
        try:
            nonce = signing.verify(bank.keys.merchant, subject, headers, body, bank.clock())
        except ForgedError as error:
            return Response(msgspec.json.encode({"error": f"SIGN_ERROR: {error}"}), 401, mimetype="application/json")
        if not bank.books.take_nonce(nonce, bank.now()):
            return Response(msgspec.json.encode({"error": "SIGN_ERROR: replayed"}), 401, mimetype="application/json")
        status, data = answer(body)
        text = msgspec.json.encode(data)
        return Response(
            text,
            status,
            signing.sign(bank.keys.bank, f"{status} {subject}", text, bank.clock()),
            mimetype="application/json",
        )

    def take(body: bytes) -> tuple[int, dict[str, Any]]:
        try:
            wish = msgspec.json.decode(body, type=Order)
        except msgspec.ValidationError as error:
            return 400, {"error": f"PARAM_ERROR: {error}"}
        except msgspec.DecodeError:
            return 400, {"error": "PARAM_ERROR: body"}
        return bank.create(wish)

    @app.post("/v1/charges")
    def create() -> Response:
        return signed("/v1/charges", take)

    @app.get("/v1/charges/<reference>")
    def query(reference: str) -> Response:
        return signed(f"/v1/charges/{reference}", lambda _: bank.query(reference))

    @app.post("/v1/charges/<reference>/close")
    def close(reference: str) -> Response:
        return signed(f"/v1/charges/{reference}/close", lambda _: bank.close(reference))

    @app.get("/bank.css")
    def style() -> Response:
        return Response(_style(), mimetype="text/css", headers={"Cache-Control": "public, max-age=3600"})

    @app.route("/pay/<name>", methods=["GET", "POST"])
    def pay(name: str) -> Answer:
        return _pay(bank, name)

    return app


def _pay(bank: Bank, name: str) -> Answer:
    """Show a charge with its buttons, or do what a button says and send the buyer back to the shop."""
    charge = bank.books.find(name)
    if charge is None:
        abort(404)
    failed = False
    if request.method == "POST":
        if bank.decide(charge, request.form.get("choice", "")):
            bank.courier.wake()
            return redirect(charge.return_url, 303)
        failed = True
        charge = bank.books.find(name) or charge
    words = WORDS.get(charge.locale.split("-")[0], WORDS["en"])
    expired = charge.expires_at is not None and charge.expires_at <= bank.now()
    page = render_template(
        "pay.html",
        charge=charge,
        amount=money.text(charge.amount, charge.currency, charge.locale),
        open=charge.state is ChargeState.OPEN and not expired,
        style=url_for("style"),
        words=words,
    )
    answer = Response(page, 409 if failed else 200)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@functools.cache
def _style() -> bytes:
    return files("runtime.rehearsal_bank").joinpath("static/bank.css").read_bytes()
