"""Invitations to the studio: a name, a role, a room or all of them, and a key that is shown once.

The key is kept as SHA-256 and compared in constant time; an invitation ends by its date or is taken back.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime.database import Database
from runtime.refusals import Code, Refusal
from runtime.transaction import Row

ENTRANCE = "/console/live/enter"
"""Where a key is entered; it stands behind a # there, which no server and no log sees."""
_COLUMNS = "id, name, role, room, made_at, expires_at, revoked_at, seen_at"


class Role(StrEnum):
    """What somebody may do: a host sends and sells, an assistant looks after the chat and the pins."""

    HOST = "host"
    ASSISTANT = "assistant"


class Access(Value, frozen=True, kw_only=True):
    """An invitation; ``room`` '' is all rooms."""

    id: int
    name: str
    role: Role
    room: str
    made_at: int
    expires_at: int
    revoked_at: int | None
    seen_at: int | None

    def holds(self, now: datetime) -> bool:
        """Tell whether it still lets somebody in."""
        return self.revoked_at is None and now.timestamp() < self.expires_at


def invite(database: Database, name: str, role: Role, room: str, *, seconds: int, now: datetime) -> tuple[Access, str]:
    """Make an invitation and return it with its key, which is never shown again."""
    key, at = secrets.token_urlsafe(24), int(now.timestamp())
    database.write(
        lambda transaction: transaction.run(
            "INSERT INTO live_access (name, role, room, key_hash, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
            *(name, role, room, _hashed(key), at, at + seconds),
        )
    )
    found = find(database, key, now)
    if found is None:
        raise Refusal(Code.LIVE_ACCESS_UNKNOWN, number=0)
    return found, key


def find(database: Database, key: str, now: datetime) -> Access | None:
    """Return the invitation of a key, None for a wrong one or one that no longer holds; note that it was seen."""
    wanted = _hashed(key)
    rows = database.read(
        lambda look: look.all(f"SELECT {_COLUMNS}, key_hash FROM live_access WHERE key_hash = ?", wanted)  # noqa: S608
    )
    found = next((_access(row[:-1]) for row in rows if hmac.compare_digest(row[-1], wanted)), None)
    if found is None or not found.holds(now):
        return None
    seen = "UPDATE live_access SET seen_at = ? WHERE id = ?"
    database.write(lambda transaction: transaction.run(seen, int(now.timestamp()), found.id))
    return found


def find_open(database: Database, identity: int, now: datetime) -> Access | None:
    """Return an invitation by its number as long as it holds."""
    row = database.read(lambda look: look.find(f"SELECT {_COLUMNS} FROM live_access WHERE id = ?", identity))  # noqa: S608
    found = _access(row) if row else None
    return found if found is not None and found.holds(now) else None


def revoke(database: Database, identity: int, now: datetime) -> Access:
    """Take an invitation back; whoever is in the studio by it is out with the next click.

    Raises Refusal: live-access-unknown.
    """
    at = int(now.timestamp())
    taken = "UPDATE live_access SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    database.write(lambda transaction: transaction.run(taken, at, identity))
    found = next((each for each in listing(database) if each.id == identity), None)
    if found is None:
        raise Refusal(Code.LIVE_ACCESS_UNKNOWN, number=identity)
    return found


def listing(database: Database) -> list[Access]:
    """Return all invitations, the newest first."""
    rows = database.read(lambda look: look.all(f"SELECT {_COLUMNS} FROM live_access ORDER BY id DESC"))  # noqa: S608
    return [_access(row) for row in rows]


def _access(row: Row) -> Access:
    found = dict(zip(Access.__struct_fields__, row, strict=True))
    return Access(**{**found, "role": Role(found["role"])})


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
