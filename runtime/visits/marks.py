"""The key of a day and the marks made with it: they tell visitors apart for a day, and nobody can tell afterwards who.

The key is random, stands in the database only, and is overwritten when the day is over; the marks go with it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from generator.shop import Value
from runtime.database import Database, Transaction

WORDS_KEPT = timedelta(days=90)
"""For how long searches without a result are kept."""
_FIND = "SELECT day, key FROM visit_key WHERE id = 1"
_NEW = "INSERT INTO visit_key (id, day, key) VALUES (1, '', '') ON CONFLICT DO NOTHING"
_REPLACE = "UPDATE visit_key SET day = ?, key = ? WHERE id = 1 AND (day < ? OR (day = ? AND key = ''))"
_DESTROY = "UPDATE visit_key SET key = '' WHERE id = 1 AND day < ? AND key <> ''"


class Key(Value, frozen=True, kw_only=True):
    """The key of a day; days are ISO dates by the shop's clock."""

    day: str
    secret: str


def day_of(now: datetime, zone: ZoneInfo) -> str:
    """Return the day of a moment by the shop's clock."""
    return now.astimezone(zone).date().isoformat()


def find_key(database: Database, day: str) -> Key | None:
    """Return the key of a day, a new one if it is the first to ask; None when the database is in a later day."""
    row = database.read(lambda look: look.find(_FIND))
    if row is None or row[0] < day or (row[0] == day and not row[1]):
        row = database.write(lambda transaction: _begin(transaction, day))
    return Key(day=day, secret=row[1]) if row and row[0] == day else None


def _begin(transaction: Transaction, day: str) -> tuple[str, str] | None:
    transaction.run(_NEW)
    if transaction.run(_REPLACE, day, secrets.token_hex(32), day, day):
        transaction.run("DELETE FROM visit_mark")
    row = transaction.find(_FIND)
    return (row[0], row[1]) if row else None


def current_day(transaction: Transaction) -> str:
    """Return the day whose marks are taken, and let no other process begin another one meanwhile."""
    row = transaction.find(_FIND + (" FOR UPDATE" if transaction.postgres else ""))
    return str(row[0]) if row and row[1] else ""


def mark(key: Key, address: str, agent: str, shop: str) -> str:
    """Return what tells a visitor of this day from others; ``address`` is the network of one client."""
    said = f"{address}\0{agent}\0{shop}".encode()
    return hashlib.blake2b(said, digest_size=16, key=bytes.fromhex(key.secret)).hexdigest()


def forget_due(database: Database, zone: ZoneInfo, now: datetime) -> bool:
    """Destroy the key and the marks of a day that is over, and old searches; return whether there was anything."""
    day, words = day_of(now, zone), day_of(now - WORDS_KEPT, zone)
    row = database.read(lambda look: look.find(_FIND))
    if row is None or row[0] >= day or not row[1]:
        return False

    def unit(transaction: Transaction) -> bool:
        if not transaction.run(_DESTROY, day):
            return False
        transaction.run("DELETE FROM visit_mark")
        transaction.run("DELETE FROM visit_words WHERE day < ?", words)
        return True

    return database.write(unit)
