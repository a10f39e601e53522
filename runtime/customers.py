"""Who a buyer is to promotions: hashes of the e-mail address and the phone number, and whether they are new or members.

``keys`` folds what one person may write in several ways: case, what follows a plus sign, dots at Gmail, signs and the
country's prefix of phones. Only hashes are counted by, so that the counts outlive the erasure of an order.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from runtime import numbers
from runtime.database import Transaction

_DOTLESS = {"gmail.com", "googlemail.com"}


def keys(email: str, phone: str) -> tuple[str, ...]:
    """Return what a buyer is known by, in a fixed order: none without a contact."""
    named = (("email", _mailbox(email)), ("phone", numbers.digits(phone)))
    return tuple(sorted(_hashed(kind, value) for kind, value in named if value))


def is_new(transaction: Transaction, email: str, phone: str) -> bool:
    """Tell whether nobody with this e-mail address or phone number has an order."""
    row = transaction.find(
        "SELECT 1 FROM orders WHERE state NOT IN ('cancelled') "
        "AND ((email <> '' AND email = ?) OR (phone <> '' AND phone = ?)) LIMIT 1",
        email.casefold(),
        numbers.digits(phone),
    )
    return row is None


def is_member(transaction: Transaction, known: Sequence[str]) -> bool:
    """Tell whether the merchant made one of these a member."""
    marks = ", ".join("?" * len(known))
    found = transaction.find(f"SELECT 1 FROM member WHERE customer IN ({marks}) LIMIT 1", *known)  # noqa: S608
    return found is not None


def add_member(transaction: Transaction, contact: str, now: datetime) -> bool:
    """Make somebody a member by e-mail address or phone number; return False if they are one."""
    for key in _of(contact):
        statement = "INSERT INTO member (customer, contact, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        return bool(transaction.run(statement, key, contact.strip(), int(now.timestamp())))
    return False


def remove_member(transaction: Transaction, contact: str) -> bool:
    """End a membership; return False if there was none."""
    return any(bool(transaction.run("DELETE FROM member WHERE customer = ?", key)) for key in _of(contact))


def members(transaction: Transaction) -> list[tuple[str, int]]:
    """Return (contact, since) of all members, the newest first."""
    return [(row[0], int(row[1])) for row in transaction.all("SELECT contact, since FROM member ORDER BY since DESC")]


def _of(contact: str) -> tuple[str, ...]:
    return keys(contact, "") if "@" in contact else keys("", contact)


def _mailbox(email: str) -> str:
    name, _, host = email.strip().casefold().rpartition("@")
    name = name.partition("+")[0] or name
    if host in _DOTLESS:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}" if name and host else ""


def _hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()[:40]
