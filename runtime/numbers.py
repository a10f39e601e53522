"""Numbers that people write in many ways: of orders and of phones."""

import re

_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")


def spaced(number: str) -> str:
    """Return an order number as it is written: twelve digits in groups of four."""
    plain = re.sub(r"\D", "", number)
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def narrow(text: str) -> str:
    """Return a text with its full-width digits (１２３) as plain ones; nothing else is folded, for ² is no digit."""
    return text.translate(_NARROW)


def digits(phone: str) -> str:
    """Return a phone number for comparing: its last eleven digits, without signs and the country's prefix of China."""
    plain = re.sub(r"\D", "", phone)
    return plain[-11:].lstrip("0")
