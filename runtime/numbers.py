"""Numbers that people write in many ways: of orders and of phones."""

import re


def spaced(number: str) -> str:
    """Return an order number as it is written: twelve digits in groups of four."""
    plain = re.sub(r"\D", "", number)
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def digits(phone: str) -> str:
    """Return a phone number for comparing: its last eleven digits, without signs and the country's prefix of China."""
    plain = re.sub(r"\D", "", phone)
    return plain[-11:].lstrip("0")
