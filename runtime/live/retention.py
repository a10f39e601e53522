"""What is kept of broadcasts, and for how long: recordings by age and by space, the chat of a broadcast by age.

``live.keep_recordings`` is counted from the end of a broadcast; what was said in its room goes at the same time as its
recording. ``live.storage`` bounds all recordings together: the oldest go first, what was said stays. Nothing of a
broadcast that goes on is ever deleted, and nothing that no broadcast made.
"""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from generator.live import LiveTerms
from generator.shop import Value
from runtime.database import Database
from runtime.live import broadcasts, folders
from runtime.live.values import COLUMNS, Broadcast, Recording, State, broadcast
from runtime.transaction import Transaction

log = logging.getLogger(__name__)
WARN_AT = 80
"""Percent of the storage from which on the merchant is warned."""


class Plan(Value, frozen=True, kw_only=True):
    """What is to be deleted: recordings past their time or for want of space, and chat before an instant, by room."""

    expired: tuple[Broadcast, ...] = ()
    crowded: tuple[Broadcast, ...] = ()
    practices: tuple[Broadcast, ...] = ()
    silenced: tuple[tuple[str, int], ...] = ()
    bytes: int = 0
    storage: int = 0

    @property
    def recordings(self) -> tuple[Broadcast, ...]:
        """Return every broadcast whose recording is to be deleted."""
        return (*self.practices, *self.expired, *self.crowded)

    @property
    def left(self) -> int:
        """Return how many bytes of recordings stay."""
        return self.bytes - sum(each.recording_bytes for each in self.recordings)

    @property
    def percent(self) -> int:
        """Return how much of the storage is taken by what stays."""
        return self.left * 100 // self.storage if self.storage else 0


def look(transaction: Transaction) -> list[Broadcast]:
    """Return every broadcast that may have a recording, or was ever begun."""
    statement = f"SELECT {COLUMNS} FROM live_broadcast ORDER BY started_at, id"  # noqa: S608  our own columns
    return [broadcast(row) for row in transaction.all(statement)]


def plan(found: Sequence[Broadcast], terms: LiveTerms, now: datetime) -> Plan:
    """Return what is to be deleted now."""
    moment = int(now.timestamp())
    there = [each for each in found if each.recording in {Recording.WHOLE, Recording.INCOMPLETE}]
    over = [each for each in there if each.state is State.ENDED]
    practices = tuple(each for each in over if each.practice)
    public = sorted((each for each in over if not each.practice), key=lambda each: (each.ended_at or 0, each.id))
    expired = tuple(each for each in public if _is_expired(each, terms, moment))
    size = sum(each.recording_bytes for each in there)
    left = size - sum(each.recording_bytes for each in (*practices, *expired))
    crowded = []
    for each in public[len(expired) :]:
        if not terms.storage_bytes or left <= terms.storage_bytes:
            break
        crowded.append(each)
        left -= each.recording_bytes
    return Plan(
        expired=expired,
        crowded=tuple(crowded),
        practices=practices,
        silenced=tuple(_silenced(found, terms, moment)),
        bytes=size,
        storage=terms.storage_bytes,
    )


def _is_expired(found: Broadcast, terms: LiveTerms, moment: int) -> bool:
    return bool(terms.keep_recordings) and (found.ended_at or moment) + terms.keep_recordings <= moment


def _silenced(found: Iterable[Broadcast], terms: LiveTerms, moment: int) -> Iterable[tuple[str, int]]:
    """Yield for every room before which instant its chat is deleted: none of a broadcast whose time is not over."""
    if not terms.keep_recordings:
        return
    rooms: dict[str, int] = {}
    for each in found:
        before = rooms.setdefault(each.room, moment - terms.keep_recordings)
        if each.started_at is not None and not (each.state is State.ENDED and _is_expired(each, terms, moment)):
            rooms[each.room] = min(before, each.started_at)
    yield from sorted(rooms.items())


def carry_out(database: Database, root: Path, found: Plan) -> int:
    """Delete what a plan names and return how many bytes were freed."""
    freed = 0
    for each in found.recordings:
        freed += remove(database, root, each)
        why = "its time is over" if each in found.expired else "the storage is full"
        log.log(
            logging.INFO if each not in found.crowded else logging.WARNING,
            "the recording of broadcast %d of room %s is deleted: %s",
            each.ordinal, each.room, "a practice" if each.practice else why,
        )  # fmt: skip
    for room, before in found.silenced:
        silence(database, root, room, before)
    return freed


def remove(database: Database, root: Path, found: Broadcast) -> int:
    """Delete the recording of a broadcast and return how many bytes were freed."""
    freed = folders.remove(root, found.room, found.stream)
    broadcasts.record(database, found.id, Recording.REMOVED, size=0)
    return freed


def silence(database: Database, root: Path, room: str, before: int) -> int:
    """Delete what was said in a room before an instant, and its files; return how many messages went."""
    gone = database.read(
        lambda read: read.find("SELECT 1 FROM live_message WHERE room = ? AND at_ms < ? LIMIT 1", room, before * 1000)
    )
    if gone is None:
        return 0
    blocks = sorted((root / room / "chat").glob("*.json"), key=lambda each: (len(each.name), each.name))
    # The newest block stays: numbers of blocks go on from it, and none is ever used twice.
    for each in blocks[:-1]:
        with contextlib.suppress(FileNotFoundError):
            if each.stat().st_mtime < before:
                each.unlink()
    statement = "DELETE FROM live_message WHERE room = ? AND at_ms < ?"
    return database.write(lambda transaction: transaction.run(statement, room, before * 1000))
