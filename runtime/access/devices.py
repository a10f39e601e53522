"""Devices that somebody comes in by: what a browser calls itself in words, and a mail about one that is new."""

from datetime import datetime

from generator.shop import Value
from runtime import notices
from runtime.access.accounts import Account
from runtime.notices import Topic
from runtime.transaction import Transaction

NEW = "new-device"
"""The word for it in the references of mails."""
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_FOUND = "SELECT address, agent, started_at FROM console_session WHERE id = ?"


class Entrance(Value, frozen=True, kw_only=True):
    """How a session began: from which address, by what, when."""

    address: str
    agent: str
    at: int


def name(agent: str) -> str:
    """Return what a browser calls itself, in two words that people know; '' for what nobody knows."""
    browser = next((found for mark, found in _BROWSERS if mark in agent), "")
    system = next((found for mark, found in _SYSTEMS if mark in agent), "")
    return " · ".join(each for each in (browser, system) if each)


def tell(transaction: Transaction, account: Account, session: int, now: datetime) -> None:
    """Tell somebody by mail that their account is used from a device that it was not used from before.

    Who comes in for the first time knows it: nothing was used before.
    """
    before = transaction.find(
        "SELECT 1 FROM console_session WHERE person_id = ? AND id <> ? LIMIT 1", account.id, session
    )
    if before is not None and account.takes_mail:
        reference = f"{account.id}:{NEW}:{session}"
        notices.write(transaction, Topic.CONSOLE_CHANGED, reference, now, recipient=account.email)


def entrance(transaction: Transaction, session: int) -> Entrance | None:
    """Return how a session began; None for one that is forgotten."""
    row = transaction.find(_FOUND, session)
    return Entrance(address=row[0], agent=row[1], at=int(row[2])) if row else None
