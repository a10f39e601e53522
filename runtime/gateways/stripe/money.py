"""Stripe's minor units: they are not those of ISO 4217 everywhere (docs.stripe.com/currencies)."""

from generator import money

_WHOLE = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
    }
)  # fmt: skip
_THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Amounts with three decimals of which the last must be 0."""


class NotPayableError(ValueError):
    """Stripe cannot take exactly this amount."""


def _exponent(currency: str) -> int:
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def to_stripe(amount: int, currency: str) -> int:
    """Return our minor units as Stripe's, exactly; raise NotPayableError."""
    shift = _exponent(currency) - money.exponent(currency)
    found: int = amount * 10**shift if shift >= 0 else amount // 10**-shift
    if from_stripe(found, currency) != amount or (currency in _THOUSANDTHS and found % 10):
        raise NotPayableError(f"{money.plain(amount, currency)} {currency}")
    return found


def from_stripe(amount: int, currency: str) -> int:
    """Return Stripe's minor units as ours; Stripe takes nothing finer than those (whole krónur, for instance)."""
    shift = _exponent(currency) - money.exponent(currency)
    found: int = amount * 10**-shift if shift <= 0 else amount // 10**shift
    return found
