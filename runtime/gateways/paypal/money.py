"""PayPal's amounts: text with two decimals, or none for HUF, JPY and TWD; only these currencies are taken."""

import re

from generator import money

CURRENCIES = frozenset(
    {
        "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
        "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
    }
)  # fmt: skip
_WHOLE = frozenset({"HUF", "JPY", "TWD"})
_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,3}))?")


class NotPayableError(ValueError):
    """PayPal cannot take exactly this amount."""


def to_paypal(amount: int, currency: str) -> str:
    """Return an amount as PayPal writes it; raise NotPayableError."""
    unit = 10 ** money.exponent(currency)
    if currency not in CURRENCIES or (currency in _WHOLE and amount % unit):
        raise NotPayableError(f"{money.plain(amount, currency)} {currency}")
    return str(amount // unit) if currency in _WHOLE else f"{amount // 100}.{amount % 100:02d}"


def from_paypal(text: object, currency: str) -> int | None:
    """Return PayPal's amount in our minor units, or None for what is no amount of the currency."""
    parts = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    places = money.exponent(currency)
    if parts is None or (parts[3] or "")[places:].strip("0"):
        return None
    amount: int = int(parts[2]) * 10**places + int((parts[3] or "").ljust(places, "0")[:places] or "0")
    return -amount if parts[1] else amount
