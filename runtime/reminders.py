"""REMINDERS: who wants to be told when a live room opens, once they confirmed their address; each is told once.

``ask`` writes a mail with a link to confirm, ``confirm`` and ``stop`` take the link's token, ``tell_due`` belongs to
the recurring work. The token is made from the shop's secret and kept as a hash; addresses are forgotten in time.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from generator.shop import LiveRoom, Value
from runtime import notices
from runtime.database import Database, Transaction
from runtime.notices import Topic

BEFORE = timedelta(minutes=10)
"""How long before the announced time people are told; a room that opens earlier tells them then."""
LATE = timedelta(hours=1)
"""How long after that it is still worth telling."""
_UNCONFIRMED = timedelta(days=2)
_KEPT = timedelta(days=30)
_AGAIN = 60 * 60
"""Seconds after which somebody who asks again gets the mail again."""
_BATCH = 200
_COLUMNS = "id, room, email, locale, at, confirmed_at, sent_at"


class Reminder(Value, frozen=True, kw_only=True):
    """A wish to be told."""

    id: int
    room: str
    email: str
    locale: str
    at: int
    confirmed_at: int | None
    sent_at: int | None


def token(secret: bytes, room: str, email: str) -> str:
    """Return the secret part of the address at which a wish is confirmed or taken back."""
    return hmac.new(secret, f"remind|{room}|{email}".encode(), hashlib.sha256).hexdigest()[:40]


def path(room: str, secret_part: str) -> str:
    """Return where a wish is confirmed or taken back."""
    return f"/live/{quote(room)}/remind/{secret_part}"


def ask(database: Database, secret: bytes, wish: tuple[str, str, str], now: datetime) -> None:
    """Note a wish (room, email, locale) and ask by mail whether it is meant; at most once an hour.

    Somebody who confirmed already is not asked again; the answer to the visitor is the same, so that nobody learns
    who wants to be told.
    """
    room, email, locale = wish[0], wish[1].strip().casefold(), wish[2]
    kept, at = _hashed(token(secret, room, email)), int(now.timestamp())

    def unit(transaction: Transaction) -> None:
        transaction.run(
            "INSERT INTO live_reminder (room, email, locale, at, token_hash) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (room, email) DO UPDATE SET locale = excluded.locale, at = excluded.at, sent_at = NULL, "
            "confirmed_at = CASE WHEN live_reminder.sent_at IS NULL THEN live_reminder.confirmed_at ELSE NULL END",
            *(room, email, locale, at, kept),
        )
        found = _find(transaction, "token_hash = ?", kept)
        if found is not None and found.confirmed_at is None:
            reference = f"{found.id}:{at // _AGAIN}"
            notices.write(transaction, Topic.LIVE_CONFIRM, reference, now, recipient=email)

    database.write(unit)


def confirm(database: Database, secret_part: str, now: datetime) -> Reminder | None:
    """Confirm a wish by its link; None for a link that is not good (any more). Twice changes nothing."""

    def unit(transaction: Transaction) -> Reminder | None:
        transaction.run(
            "UPDATE live_reminder SET confirmed_at = ? WHERE token_hash = ? AND confirmed_at IS NULL",
            int(now.timestamp()),
            _hashed(secret_part),
        )
        return _find(transaction, "token_hash = ?", _hashed(secret_part))

    return database.write(unit)


def stop(database: Database, secret_part: str) -> bool:
    """Forget a wish by its link; return False if there was none."""
    forget = "DELETE FROM live_reminder WHERE token_hash = ?"
    return bool(database.write(lambda transaction: transaction.run(forget, _hashed(secret_part))))


def find_by_token(database: Database, secret_part: str) -> Reminder | None:
    """Return the wish of a link."""
    return database.read(lambda look: _find(look, "token_hash = ?", _hashed(secret_part)))


def get(transaction: Transaction, identity: int) -> Reminder:
    """Return a wish; raise LookupError for one that was taken back."""
    found = _find(transaction, "id = ?", identity)
    if found is None:
        raise LookupError(f"reminder {identity}")
    return found


def tell_due(database: Database, find_room: Callable[[str], LiveRoom | None], now: datetime) -> int:
    """Write to everybody whose room opens, some hundred a round; forget old wishes; return how many were told."""
    waiting = "SELECT DISTINCT room FROM live_reminder WHERE confirmed_at IS NOT NULL AND sent_at IS NULL"
    rooms = [row[0] for row in database.read(lambda look: look.all(waiting))]
    told = 0
    for handle in rooms:
        room = find_room(handle)
        if room is not None and database.read(lambda look, room=room: _opens(look, room, now)):  # type: ignore[misc]
            told += database.write(lambda transaction, handle=handle: _tell(transaction, handle, now))  # type: ignore[misc]
    if database.read(lambda look: look.find(f"SELECT 1 FROM live_reminder WHERE {_OLD} LIMIT 1", *_old(now))):  # noqa: S608
        database.write(lambda transaction: transaction.run(f"DELETE FROM live_reminder WHERE {_OLD}", *_old(now)))  # noqa: S608
    return told


_OLD = "(confirmed_at IS NULL AND at < ?) OR sent_at < ?"


def _old(now: datetime) -> tuple[int, int]:
    return int((now - _UNCONFIRMED).timestamp()), int((now - _KEPT).timestamp())


def _opens(transaction: Transaction, room: LiveRoom, now: datetime) -> bool:
    """Tell whether a room opens now: its announced time is near, or its broadcast has just begun."""
    begins = datetime.fromisoformat(room.starts_at)
    if begins - BEFORE <= now < begins + LATE and room.source.kind != "broadcast":
        return True
    if begins - BEFORE <= now < begins:
        return True
    live = "SELECT 1 FROM live_broadcast WHERE room = ? AND practice = 0 AND state = 'live' AND started_at > ?"
    return transaction.find(live, room.handle, int((now - LATE).timestamp())) is not None


def _tell(transaction: Transaction, room: str, now: datetime) -> int:
    rows = transaction.all(
        f"SELECT {_COLUMNS} FROM live_reminder WHERE room = ? AND confirmed_at IS NOT NULL AND sent_at IS NULL "  # noqa: S608
        "ORDER BY id LIMIT ?",
        room,
        _BATCH,
    )
    told = 0
    for found in map(_reminder, rows):
        sent = "UPDATE live_reminder SET sent_at = ? WHERE id = ? AND sent_at IS NULL"
        if transaction.run(sent, int(now.timestamp()), found.id):
            notices.write(transaction, Topic.LIVE_BEGINS, f"{found.id}:{found.at}", now, recipient=found.email)
            told += 1
    return told


def _find(transaction: Transaction, condition: str, value: str | int) -> Reminder | None:
    row = transaction.find(f"SELECT {_COLUMNS} FROM live_reminder WHERE {condition}", value)  # noqa: S608  our own words
    return _reminder(row) if row else None


def _reminder(row: tuple[object, ...]) -> Reminder:
    return Reminder(**dict(zip(Reminder.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]


def _hashed(secret_part: str) -> str:
    return hashlib.sha256(secret_part.encode()).hexdigest()
