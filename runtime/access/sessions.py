"""Sessions of the console: a random key in a cookie, its hash in the database, and a row that says whether it holds.

Every request asks the row, so a session that was ended, by whomever and wherever, is over with the next click.
"""

import secrets
from datetime import datetime

from generator.shop import Value
from runtime.access import second
from runtime.access.lodge import Lodge, hashed
from runtime.access.roles import Role
from runtime.transaction import Row, Transaction

FRESH = 15 * 60
"""Seconds for which a proof of who one is is enough for changing how one comes in."""
_NOTED_EVERY = 60
_KEPT = 90 * 24 * 60 * 60
_LONGEST_AGENT = 200
WAYS = ("password", "code", "recovery", "passkey", "link", "setup")
"""What somebody may have shown when a session began; the wizard of a new shop signs its owner in."""
_COLUMNS = "s.id, s.person_id, s.started_at, s.seen_at, s.proved_at, s.how, s.address, s.agent"
_ASKED = (
    f"SELECT {_COLUMNS}, p.name, p.role, p.locale, "  # noqa: S608  our own words
    "CASE WHEN p.totp_key <> '' OR s.how = 'passkey' OR EXISTS (SELECT 1 FROM console_passkey k "
    "WHERE k.person_id = p.id AND k.made_at >= s.started_at) THEN 1 ELSE 0 END, "
    f"(SELECT value FROM meta WHERE key = '{second.KEY}') FROM console_session s "
    "JOIN console_person p ON p.id = s.person_id WHERE s.key_hash = ? AND s.ended_at IS NULL AND p.removed_at IS NULL"
)


class Session(Value, frozen=True, kw_only=True):
    """Somebody signed in at a device; ``how`` is one of WAYS."""

    id: int
    person: int
    started_at: int
    seen_at: int
    proved_at: int
    how: str
    address: str
    agent: str


class Signed(Value, frozen=True, kw_only=True):
    """A session that holds, and what its person is at this moment."""

    session: Session
    name: str
    role: Role
    locale: str
    must_step: bool = False
    """Whether they have to set up a second step before anything else."""


class Place(Value, frozen=True, kw_only=True):
    """Where somebody signs in from: a network address, and what their browser calls itself."""

    address: str = ""
    agent: str = ""


def start(transaction: Transaction, person: int, how: str, place: Place, now: datetime) -> str:
    """Begin a session and return its key, which only the browser keeps."""
    key, at = secrets.token_urlsafe(32), int(now.timestamp())
    transaction.run(
        "INSERT INTO console_session (person_id, key_hash, started_at, seen_at, proved_at, ended_why, how, address, "
        "agent) VALUES (?, ?, ?, ?, ?, '', ?, ?, ?)",
        *(person, hashed(key), at, at, at, how, place.address, place.agent[:_LONGEST_AGENT]),
    )
    transaction.run("DELETE FROM console_session WHERE seen_at < ?", at - _KEPT)
    return key


def number(transaction: Transaction, key: str) -> int:
    """Return the number of the session of a key; 0 for none."""
    row = transaction.find("SELECT id FROM console_session WHERE key_hash = ?", hashed(key))
    return int(row[0]) if row else 0


def find(lodge: Lodge, key: str, now: datetime) -> Signed | None:
    """Return whose a key is; None for one that does not hold any more. Notes now and then that it was seen."""
    row = lodge.database.read(lambda look: look.find(_ASKED, hashed(key)))
    if row is None:
        return None
    session, at = _session(row[:8]), int(now.timestamp())
    if not holds(lodge, session, at):
        return None
    if at - session.seen_at >= _NOTED_EVERY:
        seen = "UPDATE console_session SET seen_at = ? WHERE id = ? AND seen_at < ?"
        lodge.database.write(lambda transaction: transaction.run(seen, at, session.id, at))
    role = Role(row[9])
    must_step = not row[11] and second.asks(second.read(row[12]), role)
    return Signed(session=session, name=row[8], role=role, locale=row[10], must_step=must_step)


def holds(lodge: Lodge, session: Session, at: int) -> bool:
    """Tell whether a session that nobody ended is neither too old nor idle for too long.

    A clock that was set back ends it, too: what is seen in the future proves nothing.
    """
    limits = lodge.console
    return 0 <= at - session.started_at < limits.longest and -_NOTED_EVERY <= at - session.seen_at < limits.idle


def prove(transaction: Transaction, identity: int, now: datetime) -> None:
    """Note that somebody showed again who they are."""
    transaction.run("UPDATE console_session SET proved_at = ? WHERE id = ?", int(now.timestamp()), identity)


def end(transaction: Transaction, identity: int, person: int, why: str, now: datetime) -> bool:
    """End one session of a person; return False if there is none."""
    ended = "UPDATE console_session SET ended_at = ?, ended_why = ? WHERE id = ? AND person_id = ? AND ended_at IS NULL"
    return bool(transaction.run(ended, int(now.timestamp()), why, identity, person))


def end_all(transaction: Transaction, person: int, why: str, now: datetime, *, but: int = 0) -> int:
    """End all sessions of a person ``but`` one; return how many there were."""
    ended = (
        "UPDATE console_session SET ended_at = ?, ended_why = ? WHERE person_id = ? AND id <> ? AND ended_at IS NULL"
    )
    return transaction.run(ended, int(now.timestamp()), why, person, but)


def listing(lodge: Lodge, person: int, now: datetime) -> list[Session]:
    """Return the sessions of a person that hold, the one last seen first."""
    rows = lodge.database.read(
        lambda look: look.all(
            f"SELECT {_COLUMNS} FROM console_session s WHERE s.person_id = ? AND s.ended_at IS NULL "  # noqa: S608
            "ORDER BY s.seen_at DESC, s.id DESC",
            person,
        )
    )
    at = int(now.timestamp())
    return [each for each in map(_session, rows) if holds(lodge, each, at)]


def _session(row: Row) -> Session:
    return Session(**dict(zip(Session.__struct_fields__, row, strict=True)))
