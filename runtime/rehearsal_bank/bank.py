"""The rehearsal bank as a WSGI application: an interface for the shop, and a page with buttons for the buyer.

``get(settings)`` returns this process's bank for a shop. Its interface, relative to where it is mounted:
``POST /v1/charges`` · ``GET /v1/charges/<reference>`` · ``POST /v1/charges/<reference>/close`` · ``POST
/v1/refunds`` · ``GET /v1/refunds/<number>`` · ``GET /v1/bills/<day>`` · ``GET|POST /pay/<id>``.
"""

import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from generator import money
from runtime.rehearsal_bank import bills, desk, signing
from runtime.rehearsal_bank.books import BankCharge, Books, ChargeState, Wish
from runtime.rehearsal_bank.courier import Courier
from runtime.rehearsal_bank.reversals import RefundWish, Reversals, Rule
from runtime.rehearsal_bank.signing import Keys
from runtime.settings import Environment, SettingError, Settings

MOUNT = "/rehearsal-bank"
DELAY, LATE = 30, 20
_REFERENCE = re.compile(r"[0-9A-Za-z_|*-]{6,32}")
_ADDRESS = re.compile(r"https?://[^\s?#]{1,500}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Bank:
    """One shop's rehearsal bank."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if settings.environment is Environment.PRODUCTION:
            raise SettingError("SHOPWRIGHT_ENV", "no-rehearsal")
        self.keys: Keys = signing.derive(settings.secret)
        self.books = Books(settings.var / "rehearsal-bank.db")
        self.clock = clock
        self.reversals = Reversals(self.books)
        self.courier = Courier(self.books, self.reversals, self.keys, clock)
        self.wsgi = desk.application(self)

    def now(self) -> int:
        """Return the moment in seconds."""
        return int(self.clock().timestamp())

    def create(self, wish: Wish) -> tuple[int, dict[str, Any]]:
        """Take a charge; the same one again is answered the same, another one under its reference is refused."""
        error = _mistake(wish, self.now())
        if error:
            return 400, {"error": error}
        known = self.books.find_by_reference(wish.reference)
        if known is None:
            known = self.books.open_charge(BankCharge(id=secrets.token_urlsafe(18), **msgspec.structs.asdict(wish)))
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

    def refund(self, wish: RefundWish) -> tuple[int, dict[str, Any]]:
        """Take a refund; the same number again is the same refund, with anything else in it it is refused."""
        charge = self.books.find_by_reference(wish.reference)
        if charge is None:
            return 404, {"error": "ORDER_NOT_EXIST"}
        error = _refund_mistake(wish, charge) or self.reversals.take(charge, wish, self.now())
        if error:
            return 400 if error.startswith("PARAM") else 409, {"error": error}
        return self.query_refund(wish.number)

    def query_refund(self, number: str) -> tuple[int, dict[str, Any]]:
        """Say what became of a refund."""
        self.reversals.settle(self.now())
        found = self.reversals.find(number)
        return (200, found.shown()) if found else (404, {"error": "REFUND_NOT_EXIST"})

    def bill(self, day: date) -> tuple[int, dict[str, Any]]:
        """Return the books of a day (UTC); a real bank has them only when the day is over."""
        if day >= self.clock().astimezone(UTC).date():
            return 404, {"error": "NO_BILL_YET"}
        return 200, bills.of_day(self.books, day)

    def arrange(self, charge: BankCharge, choice: str) -> bool:
        """Do what a button of a paid charge says about its refunds or a dispute; False for one that is unknown."""
        if choice in set(Rule):
            self.reversals.set_rule(charge.id, Rule(choice))
            return True
        return self.reversals.dispute(charge, choice, self.now())

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


def stop(settings: Settings) -> None:
    """Stop this process's bank for a shop, if it has one."""
    with _guard:
        bank = _banks.pop(settings, None)
    if bank is not None:
        bank.stop()


def _refund_mistake(wish: RefundWish, charge: BankCharge) -> str:
    if not _REFERENCE.fullmatch(wish.number):
        return "PARAM_ERROR: number"
    if wish.amount < 1:
        return "PARAM_ERROR: amount"
    if wish.currency != charge.currency:
        return "PARAM_ERROR: currency"
    if wish.notify_url and not _ADDRESS.fullmatch(wish.notify_url):
        return "PARAM_ERROR: address"
    return "" if charge.state is ChargeState.PAID else "NOT_PAID"


def _mistake(wish: Wish, now: int) -> str:
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
