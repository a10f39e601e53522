"""Contacts for those who need not see them: enough to know somebody again on the phone, not enough to call them."""

import re

from generator.shop import Value
from runtime import addresses
from runtime.orders import Address

_SHOWN_BEHIND = 4
_SHOWN_BEFORE = 3
_SHORTEST = 9


class Contacts(Value, frozen=True, kw_only=True):
    """How somebody is reached, as the reader may see it."""

    email: str
    phone: str


def email(text: str) -> str:
    """Return an e-mail address of which the first letter and the host are left."""
    name, sign, host = text.rpartition("@")
    return f"{name[:1]}***{sign}{host}" if sign else ""


def phone(text: str) -> str:
    """Return a phone number of which the first three and the last four digits are left, fewer of a short one."""
    plain = re.sub(r"\D", "", text)
    if not plain:
        return ""
    before = _SHOWN_BEFORE if len(plain) >= _SHORTEST else 0
    behind = min(_SHOWN_BEHIND, len(plain) // 2)
    return f"{plain[:before]}{'*' * (len(plain) - before - behind)}{plain[len(plain) - behind :]}"


def contacts(address: str, number: str, *, whole: bool) -> Contacts:
    """Return both, masked unless ``whole``."""
    if whole:
        return Contacts(email=address, phone=number)
    return Contacts(email=email(address), phone=phone(number))


def place(address: Address, *, whole: bool) -> tuple[str, ...]:
    """Return the lines of an address as its country writes them; only its region and city unless ``whole``."""
    if whole:
        return addresses.lines(address)
    where = address.destination
    return (" ".join(each for each in (where.region, where.city) if each) or where.country,)
