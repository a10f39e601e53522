"""What a merchant may ask of PayPal, and how it is told that it asked wrongly."""

import re
from typing import Any

import msgspec

from generator import money

_WHOLE = frozenset({"HUF", "JPY", "TWD"})
_CURRENCIES = _WHOLE | {
    "AUD",
    "CAD",
    "CHF",
    "CNY",
    "DKK",
    "EUR",
    "GBP",
    "HKD",
    "NOK",
    "NZD",
    "PLN",
    "SEK",
    "SGD",
    "USD",
}
_VALUE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_LONGEST = 127


class WrongError(Exception):
    """PayPal says no: a status, a name and an issue."""

    def __init__(self, status: int, name: str, issue: str, text: str = "") -> None:
        super().__init__(text or issue)
        self.status = status
        self.name = name
        self.issue = issue


class OrderWish(msgspec.Struct, frozen=True, kw_only=True):
    """An order that a merchant would like."""

    custom_id: str
    invoice_id: str
    description: str
    amount: int
    currency: str
    return_url: str
    cancel_url: str


def invalid(issue: str) -> WrongError:
    """Return the refusal of a parameter."""
    return WrongError(400, "INVALID_REQUEST", issue)


def unprocessable(issue: str) -> WrongError:
    """Return a refusal by the state of things."""
    return WrongError(422, "UNPROCESSABLE_ENTITY", issue)


def read(body: bytes) -> dict[str, Any]:
    """Return a wish as an object."""
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise invalid("MALFORMED_REQUEST_JSON") from error


def order(wish: dict[str, Any]) -> OrderWish:
    """Return the order that is wished for; raise WrongError."""
    units = wish.get("purchase_units")
    if wish.get("intent") != "CAPTURE" or not isinstance(units, list) or len(units) != 1:
        raise invalid("INVALID_PARAMETER_SYNTAX")
    unit = units[0]
    amount, currency = money_of(unit.get("amount"))
    parts = unit["amount"].get("breakdown", {})
    if parts and sum(money_of(part)[0] for part in parts.values()) != amount:
        raise unprocessable("AMOUNT_MISMATCH")
    paypal = (wish.get("payment_source") or {}).get("paypal") or {}
    context = {**(wish.get("application_context") or {}), **(paypal.get("experience_context") or {})}
    return OrderWish(
        custom_id=_text(unit, "custom_id"),
        invoice_id=_text(unit, "invoice_id"),
        description=_text(unit, "description"),
        amount=amount,
        currency=currency,
        return_url=str(context.get("return_url", "")),
        cancel_url=str(context.get("cancel_url", "")),
    )


def money_of(given: object) -> tuple[int, str]:
    """Return an amount in minor units and its currency; PayPal takes no decimals for some."""
    value, currency = (given.get("value"), given.get("currency_code")) if isinstance(given, dict) else (None, None)
    if currency not in _CURRENCIES:
        raise unprocessable("CURRENCY_NOT_SUPPORTED")
    parts = _VALUE.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise invalid("INVALID_PARAMETER_SYNTAX")
    if currency in _WHOLE and parts[2]:
        raise unprocessable("DECIMALS_NOT_SUPPORTED")
    places: int = money.exponent(currency)
    found = int(parts[1]) * 10**places + (int((parts[2] or "0").ljust(places, "0")) if places else 0)
    if found <= 0:
        raise unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE")
    return found, currency


def written(amount: int, currency: str) -> dict[str, str]:
    """Return an amount as PayPal writes it."""
    places: int = money.exponent(currency)
    sign, plain = ("-" if amount < 0 else ""), abs(amount)
    if currency in _WHOLE:
        return {"currency_code": currency, "value": f"{sign}{plain // 10**places}"}
    return {"currency_code": currency, "value": f"{sign}{plain // 100}.{plain % 100:02d}"}


def _text(unit: dict[str, Any], name: str) -> str:
    found = unit.get(name) or ""
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise invalid("INVALID_STRING_LENGTH")
    return found
