"""What a merchant asks of the simulated Stripe, read as strictly as the real one reads it."""

import re
from collections.abc import Iterable
from typing import Any

_KEY = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")
_CURRENCY = re.compile(r"[a-z]{3}")
_ADDRESS = re.compile(r"https?://[^\s]{1,2000}")
_MINIMUM_LIFE, _MAXIMUM_LIFE = 1800, 86400
_LARGEST = 99_999_999
_SESSION = {
    "mode", "client_reference_id", "metadata", "payment_intent_data", "line_items", "success_url", "cancel_url",
    "locale", "expires_at", "expand", "customer_email", "payment_method_types",
}  # fmt: skip


class WrongError(Exception):
    """A request that Stripe refuses: status, type, code, message."""

    def __init__(self, status: int, code: str, message: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status, self.code, self.kind = status, code, kind


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return form fields such as ``line_items[0][quantity]`` as nested mappings."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        parts = [part.strip("[]") for part in _KEY.findall(name)]
        place = found
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1] or str(len(place))] = value
    return found


class SessionWish:
    """A Checkout Session as asked for; raise WrongError for what Stripe would refuse."""

    def __init__(self, form: dict[str, Any], now: float) -> None:
        unknown = sorted(set(form) - _SESSION)
        if unknown:
            raise WrongError(400, "parameter_unknown", f"Received unknown parameter: {unknown[0]}")
        if form.get("mode") != "payment":
            raise WrongError(400, "parameter_missing", "mode must be payment here")
        self.reference = str(form.get("client_reference_id", ""))
        self.metadata = _texts(form.get("metadata", {}))
        intent = form.get("payment_intent_data", {})
        self.intent_metadata = _texts(intent.get("metadata", {}))
        self.success_url = _address(form, "success_url")
        self.cancel_url = _address(form, "cancel_url")
        self.amount, self.currency, self.name = _lines(form.get("line_items"))
        ends = str(form.get("expires_at", int(now) + _MAXIMUM_LIFE))
        if not ends.isdigit() or not _MINIMUM_LIFE <= int(ends) - now + 1 <= _MAXIMUM_LIFE + 1:
            raise WrongError(400, "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
        self.expires_at = int(ends)


def whole(form: dict[str, Any], name: str) -> int:
    """Return a whole number of a form; raise WrongError."""
    text = str(form.get(name, ""))
    if not text.isdigit():
        raise WrongError(400, "parameter_invalid_integer", f"Invalid integer: {text}")
    return int(text)


def _texts(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or any(not isinstance(value, str) or len(value) > 500 for value in given.values()):  # noqa: PLR2004
        raise WrongError(400, "", "metadata must be short texts")
    return dict(given)


def _address(form: dict[str, Any], name: str) -> str:
    found = str(form.get(name, ""))
    if not _ADDRESS.fullmatch(found):
        raise WrongError(400, "url_invalid", f"Not a valid URL: {name}")
    return found


def _lines(given: object) -> tuple[int, str, str]:
    if not isinstance(given, dict) or not given:
        raise WrongError(400, "parameter_missing", "Missing required param: line_items.")
    total, currencies, name = 0, set(), ""
    for line in given.values():
        price = line.get("price_data", {})
        amount, quantity = whole(price, "unit_amount"), whole(line, "quantity")
        currency = str(price.get("currency", ""))
        name = name or str(price.get("product_data", {}).get("name", ""))
        if not _CURRENCY.fullmatch(currency):
            raise WrongError(400, "", f"Invalid currency: {currency}")
        if quantity < 1 or not name:
            raise WrongError(400, "parameter_missing", "a line needs a quantity and a name")
        total += amount * quantity
        currencies.add(currency)
    if len(currencies) != 1:
        raise WrongError(400, "", "all lines must have one currency")
    if not 1 <= total <= _LARGEST:
        raise WrongError(400, "amount_too_large" if total else "amount_too_small", "The amount cannot be taken.")
    return total, currencies.pop(), name
