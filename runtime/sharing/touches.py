"""By which link a visitor came: a signed word in the address of the page, and no cookie until they buy something.

``sign`` writes the word, ``read`` believes only what the shop signed; ``write`` notes it with the order, in the
transaction that places it. A link counts for seven days after it was followed, and the last one followed counts.
"""

import hashlib
import hmac
import re
from datetime import datetime

from generator.shop import Value
from runtime.database import Transaction
from runtime.sharing import links

PARAMETER = "via"
DAYS = 7
WITHIN = DAYS * 24 * 60 * 60
"""Seconds for which a link is what an order came by."""
_WORD = re.compile(rf"({links.CODE.pattern})-([0-9a-f]{{8,10}})-([0-9a-f]{{12}})")
_LETTERS = 12


class Touch(Value, frozen=True, kw_only=True):
    """Which link somebody followed, and when (seconds since 1970)."""

    code: str = ""
    at: int = 0


def sign(secret: bytes, code: str, now: datetime) -> str:
    """Return the word that stands in the address a link leads to."""
    at = int(now.timestamp())
    return f"{code}-{at:x}-{_mark(secret, code, at)}"


def read(secret: bytes, word: str, now: datetime) -> Touch:
    """Return the touch of a word; an empty one where it is not ours, or too long ago."""
    found = _WORD.fullmatch(word)
    if found is None:
        return Touch()
    code, at = found[1], int(found[2], 16)
    if not hmac.compare_digest(_mark(secret, code, at), found[3]):
        return Touch()
    return Touch(code=code, at=at) if holds(at, now) else Touch()


def holds(at: int, now: datetime) -> bool:
    """Tell whether a link that was followed then still counts."""
    return 0 <= int(now.timestamp()) - at < WITHIN


def write(transaction: Transaction, order: int, touch: Touch, now: datetime) -> bool:
    """Note with an order that is being placed by which link its buyer came; False for none, or one long ago."""
    if not touch.code or not holds(touch.at, now):
        return False
    link = links.find(transaction, touch.code)
    if link is None:
        return False
    transaction.run(
        "INSERT INTO share_order (order_id, link_id, followed_at) VALUES (?, ?, ?)", order, link.id, touch.at
    )
    return True


def _mark(secret: bytes, code: str, at: int) -> str:
    return hmac.new(secret, f"touch|{code}|{at}".encode(), hashlib.sha256).hexdigest()[:_LETTERS]
