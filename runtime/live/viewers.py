"""Passes for viewers: a guest gets a name without meaning, a buyer is known by the contact of an order.

An order proves a contact when it was paid for, or placed to be paid at the door, and the visitor has its secret
address. Whoever watches with a new browser is the same person as long as they use the same contact.
"""

from datetime import datetime, timedelta

import msgspec

from generator.shop import LiveRoom, Value
from runtime import customers, words
from runtime.live import tickets
from runtime.live.hall import Code
from runtime.live.tickets import Pass
from runtime.transaction import Transaction

VALID = timedelta(hours=12)
"""For how long a pass holds: a room and its evening."""


class Buyer(Value, frozen=True, kw_only=True):
    """Who is known by an order: a name as everybody may read it, and veiled contacts."""

    name: str
    contacts: tuple[str, ...]


def buyer(transaction: Transaction, secret: bytes, token: str) -> Buyer | None:
    """Return the buyer of an order's secret address, None where nothing was bought."""
    row = transaction.find(
        "SELECT contact, email, phone FROM orders WHERE token = ? "
        "AND state NOT IN ('pending_payment', 'closing', 'cancelled')",
        token,
    )
    if row is None:
        return None
    contacts = tickets.veiled(secret, "contact", customers.keys(row[1], row[2]))
    name = str(msgspec.json.decode(row[0]).get("name", ""))
    return Buyer(name=tickets.shown_name(name), contacts=contacts) if contacts else None


def guest(room: str, locale: str, now: datetime, known: Buyer | None = None, viewer: str = "") -> Pass:
    """Return a pass for a visitor; ``viewer`` is the id of the pass that they had before."""
    identity = viewer or tickets.new_viewer()
    number = f"{int(identity[:8], 16) % 9000 + 1000}"
    return Pass(
        room=room,
        viewer=identity,
        name=(known.name if known else "") or words.say("live.guest", locale, number=number),
        locale=locale,
        contacts=known.contacts if known else (),
        until=int((now + VALID).timestamp()),
    )


def why_not(room: LiveRoom, viewer: Pass) -> Code | None:
    """Return why somebody cannot write in a room at all; bans are looked at when they write."""
    if room.chat == "off":
        return Code.OFF
    return Code.BUYERS if room.chat == "buyers" and not viewer.buyer and not viewer.host else None
