"""Broadcasts: armed with a key that is shown once, begun, interrupted, resumed and ended.

Whoever asks gets what became of the broadcast, or None where the step may not be taken (any more): two publishers,
two hooks or a host and a timer at once cannot both win. Keys are kept as SHA-256 and compared in constant time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

import peewee

from runtime.database import Database
from runtime.live import life
from runtime.live.life import Event
from runtime.live.values import COLUMNS, Broadcast, Recording, State, Through, Why, broadcast
from runtime.refusals import Code, Refusal
from runtime.transaction import Transaction

UNUSED_AFTER = 24 * 60 * 60
"""Seconds after the announced time, or after it was made, from which on a key that nobody used is good for nothing."""
_TAIL = 4
_INSERT = (
    "INSERT INTO live_broadcast (room, ordinal, practice, through, stream, state, version, key_hash, key_tail, "
    "key_generation, armed_at, ended_why, recording, recording_bytes, duration_ms, peak, likes, provider_ref, actor) "
    "VALUES (?, ?, ?, ?, ?, 'armed', 1, ?, ?, 1, ?, '', 'none', 0, 0, 0, 0, ?, ?)"
)


def new_key() -> str:
    """Return a stream key that nobody can guess: 192 random bits."""
    return secrets.token_urlsafe(24)


def hashed(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def arm(
    database: Database, room: str, *, practice: bool = False, through: Through = Through.OWN, by: str, now: datetime
) -> tuple[Broadcast, str]:
    """Make a broadcast ready for its publisher and return it with its key, which is never shown again.

    Raises Refusal (live-open-already) while another one of the room is not over.
    """
    key = new_key()

    def unit(transaction: Transaction) -> Broadcast:
        if _open_in(transaction, room, practice=practice):
            raise Refusal(Code.LIVE_OPEN_ALREADY, room=room)
        last = transaction.find(
            "SELECT COALESCE(MAX(ordinal), 0) FROM live_broadcast WHERE room = ? AND practice = ?", room, int(practice)
        )
        ordinal = int(last[0]) + 1 if last else 1
        stream = f"p{secrets.token_hex(16)}" if practice else str(ordinal)
        names = (room, ordinal, int(practice), through, stream, hashed(key), key[-_TAIL:], int(now.timestamp()))
        transaction.run(_INSERT, *names, "", by)
        return _get(transaction, "key_hash = ?", hashed(key))

    try:
        return database.write(unit), key
    except peewee.IntegrityError as error:
        raise Refusal(Code.LIVE_OPEN_ALREADY, room=room) from error


def rotate(database: Database, identity: int, now: datetime) -> tuple[Broadcast, str] | None:
    """Give a broadcast that is not over a new key and return both; the old key is good for nothing at once."""
    key = new_key()

    def unit(transaction: Transaction) -> Broadcast | None:
        found = life.find(transaction, identity)
        if found is None:
            return None
        return life.change(
            transaction,
            found,
            key_hash=hashed(key),
            key_tail=key[-_TAIL:],
            key_generation=found.key_generation + 1,
            armed_at=int(now.timestamp()) if found.state is State.ARMED else found.armed_at,
        )

    done = database.write(unit)
    return (done, key) if done else None


def begin(database: Database, identity: int, now: datetime) -> Broadcast | None:
    """Count an armed broadcast as live: its picture is there."""
    return _step(database, identity, Event.BEGIN, started_at=int(now.timestamp()))


def interrupt(database: Database, identity: int, now: datetime, *, grace: int) -> Broadcast | None:
    """Count a live broadcast as interrupted: its publisher is away and has so many seconds to come back."""
    return _step(database, identity, Event.INTERRUPT, grace_until=int(now.timestamp()) + grace)


def resume(database: Database, identity: int, now: datetime) -> Broadcast | None:
    """Count an interrupted broadcast as live again; None when its grace is over."""

    def unit(transaction: Transaction) -> Broadcast | None:
        found = life.find(transaction, identity)
        if found is None or (found.grace_until is not None and now.timestamp() >= found.grace_until):
            return None
        return life.step(transaction, found, Event.RESUME, grace_until=None)

    return database.write(unit)


def end(database: Database, identity: int, why: Why, now: datetime) -> Broadcast | None:
    """End a broadcast for good; its key never works again."""
    return database.write(_ending(identity, why, now))


def end_due(
    database: Database, now: datetime, *, longest: int, starts: Mapping[str, int] | None = None
) -> list[Broadcast]:
    """End what has been away for longer than its grace, has lasted too long, or was armed and never begun.

    ``starts`` says for when rooms are announced: a key that is made days ahead still works then.
    """
    announced = starts or {}
    moment = int(now.timestamp())

    def look(transaction: Transaction) -> list[tuple[Broadcast, Why]]:
        due = []
        for found in _list(transaction, "state <> 'ended'"):
            if found.state is State.INTERRUPTED and (found.grace_until or 0) <= moment:
                due.append((found, Why.GRACE))
            elif found.started_at is not None and found.started_at + longest <= moment:
                due.append((found, Why.LENGTH))
            elif found.state is State.ARMED and _last_used(found, announced) <= moment:
                due.append((found, Why.UNUSED))
        return due

    ended = [database.write(_ending(seen.id, why, now, seen.version)) for seen, why in database.read(look)]
    return [each for each in ended if each is not None]


def find_by_key(database: Database, key: str) -> Broadcast | None:
    """Return the broadcast that a key opens, None for a wrong key or one of a broadcast that is over."""
    wanted = hashed(key)
    found = database.read(lambda look: _list(look, "key_hash = ? AND state <> 'ended'", wanted))
    return next((each for each in found if hmac.compare_digest(each.key_hash, wanted)), None)


def find(database: Database, identity: int) -> Broadcast | None:
    """Return a broadcast by its id."""
    return database.read(lambda look: life.find(look, identity))


def find_by_stream(database: Database, room: str, stream: str) -> Broadcast | None:
    """Return the broadcast of a room's folder."""
    found = database.read(lambda look: _list(look, "room = ? AND stream = ?", room, stream))
    return found[0] if found else None


def open_in(database: Database, room: str, *, practice: bool = False) -> Broadcast | None:
    """Return the broadcast of a room that is not over; practices are asked for by themselves."""
    return database.read(lambda look: _open_in(look, room, practice=practice))


def all_open(database: Database) -> list[Broadcast]:
    """Return everything that is not over, practices as well."""
    return database.read(lambda look: _list(look, "state <> 'ended'"))


def of_room(database: Database, room: str) -> list[Broadcast]:
    """Return the broadcasts of a room that were begun, the newest first, without practices."""
    condition = "room = ? AND practice = 0 AND started_at IS NOT NULL ORDER BY ordinal DESC"
    return database.read(lambda look: _list(look, condition, room))


def last_ended(transaction: Transaction, room: str) -> Broadcast | None:
    """Return the newest broadcast of a room that was begun and is over."""
    condition = "room = ? AND practice = 0 AND state = 'ended' AND started_at IS NOT NULL ORDER BY ordinal DESC LIMIT 1"
    found = _list(transaction, condition, room)
    return found[0] if found else None


def record(
    database: Database, identity: int, recording: Recording, *, size: int, duration_ms: int | None = None
) -> None:
    """Note what is recorded of a broadcast so far, whether it is over or not: bytes, and how long it lasts."""
    changes: dict[str, int | str] = {"recording": recording, "recording_bytes": size}
    if duration_ms is not None:
        changes["duration_ms"] = duration_ms
    columns = ", ".join(f"{name} = ?" for name in changes)
    statement = f"UPDATE live_broadcast SET {columns} WHERE id = ?"  # noqa: S608  our own columns
    database.write(lambda transaction: transaction.run(statement, *changes.values(), identity))


def _last_used(found: Broadcast, announced: Mapping[str, int]) -> int:
    return max(found.armed_at, announced.get(found.room, 0)) + UNUSED_AFTER


def _step(database: Database, identity: int, event: Event, **changes: int | str | None) -> Broadcast | None:
    def unit(transaction: Transaction) -> Broadcast | None:
        found = life.find(transaction, identity)
        return life.step(transaction, found, event, **changes) if found else None

    return database.write(unit)


def _ending(
    identity: int, why: Why, now: datetime, version: int | None = None
) -> Callable[[Transaction], Broadcast | None]:
    """Return the unit that ends a broadcast, with the pins and flash sales that still run in it.

    With a version it ends only what nobody has changed since: a publisher may be back in the meantime.
    """

    def unit(transaction: Transaction) -> Broadcast | None:
        found = life.find(transaction, identity)
        if found is None or (version is not None and found.version != version):
            return None
        moment = int(now.timestamp())
        length = (moment - found.started_at) * 1000 if found.started_at is not None and not found.duration_ms else None
        done = life.step(
            transaction,
            found,
            Event.END,
            ended_at=moment,
            ended_why=why,
            grace_until=None,
            key_generation=found.key_generation + 1,
            duration_ms=found.duration_ms if length is None else length,
        )
        if done is not None:
            until = round(now.timestamp() * 1000)
            transaction.run(
                "UPDATE live_pin SET until_ms = ? WHERE broadcast_id = ? AND until_ms IS NULL", until, identity
            )
            transaction.run(
                "UPDATE live_flash SET stopped_at = ? WHERE broadcast_id = ? AND stopped_at IS NULL AND ends_at > ?",
                moment,
                identity,
                moment,
            )
        return done

    return unit


def _open_in(transaction: Transaction, room: str, *, practice: bool) -> Broadcast | None:
    found = _list(transaction, "room = ? AND practice = ? AND state <> 'ended'", room, int(practice))
    return found[0] if found else None


def _get(transaction: Transaction, condition: str, *values: int | str) -> Broadcast:
    return _list(transaction, condition, *values)[0]


def _list(transaction: Transaction, condition: str, *values: int | str) -> list[Broadcast]:
    order = "" if "ORDER BY" in condition else " ORDER BY id"
    rows = transaction.all(f"SELECT {COLUMNS} FROM live_broadcast WHERE {condition}{order}", *values)  # noqa: S608
    return [broadcast(row) for row in rows]
