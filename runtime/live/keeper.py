"""The keeper of recordings: makes replays of what is over, shows and hides them, and deletes what is kept no longer.

``round`` is called about once a second and after every broadcast, by one process at a time; ``film`` makes one file to
download and may take minutes, so that it has a thread of its own. Both find by themselves what is to be done, also
after they were killed.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from generator.live import LiveTerms
from generator.shop import LiveRoom, Product, Terms
from runtime.broadcast.recording import INDEX
from runtime.database import Database
from runtime.live import broadcasts, folders, movies, pins, replays, reports, retention
from runtime.live.movies import MovieError, NoRoomError, StoppedError
from runtime.live.replays import Recorded
from runtime.live.values import COLUMNS, Broadcast, Recording, Through, broadcast
from runtime.settings import Settings
from runtime.transaction import Transaction

log = logging.getLogger(__name__)
_FRESH = 60
"""Seconds after its end for which a broadcast is looked at with every round: its last segments may still come."""
_SETTLED = 3
"""Seconds after its end from which on nothing of a broadcast is under way any more."""
_AGAIN = 60 * 60
_CLEAN_EVERY = 60
_WARN_EVERY = 24 * 60 * 60


class Shop(Protocol):
    """What the keeper needs of a release's catalogue."""

    @property
    def terms(self) -> Terms:
        """Return the shop's terms."""

    @property
    def release(self) -> str:
        """Return the id of the release."""

    def rooms(self) -> list[LiveRoom]:
        """Return all live rooms."""

    def find_product(self, handle: str) -> Product | None:
        """Return a product."""


class Keeper:
    """Keeps the recordings of one shop; ``shop`` returns the live release's catalogue, None while there is none."""

    def __init__(self, database: Database, settings: Settings, shop: Callable[[], Shop | None]) -> None:
        self._database = database
        self._root = settings.rooms
        self._shop = shop
        self._release = ""
        self._done: set[int] = set()
        self._written: dict[int, tuple[int, ...]] = {}
        self._later: dict[int, int] = {}
        self._cleaned_at = self._warned_at = 0
        self._stopped = threading.Event()
        self._maker = movies.Maker(movies.find_ffmpeg(), self._stopped.is_set)

    def stop(self) -> None:
        """Break off a file that is being made; it is made another time."""
        self._stopped.set()

    def round(self, now: datetime) -> None:
        """Do what is to be done now, but for files to download."""
        shop = self._shop()
        if shop is None:
            return
        moment = int(now.timestamp())
        if moment - self._cleaned_at >= _CLEAN_EVERY:
            self._cleaned_at = moment
            self.clean(shop.terms.live, now)
        if shop.release != self._release:
            self._done, self._release = set(), shop.release
        found = self._database.read(_over)
        rooms = {room.handle: room for room in shop.rooms()}
        for each in found:
            if each.id not in self._done:
                self._tend(each, rooms.get(each.room), shop, moment)
        self._tell(rooms, found)

    def clean(self, terms: LiveTerms, now: datetime) -> retention.Plan:
        """Delete what is kept no longer, finish what was broken off, and warn when the storage fills up."""
        for room, stream in folders.left(self._root):
            folders.remove(self._root, room, stream)
            whose = broadcasts.find_by_stream(self._database, room, stream)
            if whose is not None:
                retention.remove(self._database, self._root, whose)
        reports.forget(self._database, now)
        made = retention.plan(self._database.read(retention.look), terms, now)
        retention.carry_out(self._database, self._root, made)
        moment = int(now.timestamp())
        if made.percent >= retention.WARN_AT and moment - self._warned_at >= _WARN_EVERY:
            self._warned_at = moment
            log.warning(
                "recordings of live rooms take %d %% of live.storage: when it is full the oldest are deleted",
                made.percent,
            )
        return made

    def film(self, now: datetime) -> bool:
        """Make one file to download, if one is due; return whether there was one."""
        shop = self._shop()
        if shop is None:
            return False
        terms, moment = shop.terms.live, int(now.timestamp())
        rooms = {room.handle: room for room in shop.rooms()}
        every = self._database.read(retention.look)
        taken = sum(each.recording_bytes for each in every if each.recording is not Recording.REMOVED)
        for each in reversed(self._database.read(_over)):
            room = rooms.get(each.room)
            due = max((each.ended_at or 0) + _SETTLED, self._later.get(each.id, 0))
            if room is None or moment < due or not self._is_due(each):
                continue
            if terms.storage_bytes and taken + each.recording_bytes > terms.storage_bytes:
                continue
            self._make(each, room, shop, moment)
            return True
        return False

    def _is_due(self, found: Broadcast) -> bool:
        there = replays.shown(self._root, found.room, found.stream)
        folder = folders.seen(self._root, found.room, found.stream)
        return there.playlist and not there.movie and not replays.mark(folder).no_movie

    def _make(self, found: Broadcast, room: LiveRoom, shop: Shop, moment: int) -> None:
        there = replays.recorded(self._root, found)
        if there is None:
            return
        name = _in(shop, room.title)
        try:
            size = self._maker.make(there, replays.mark(there.folder), _titles(shop), name)
        except StoppedError:
            return
        except (NoRoomError, OSError) as error:
            log.warning("the replay of room %s becomes one file later: %s", found.room, error or "the disk is full")
            self._later[found.id] = moment + _AGAIN
            return
        except MovieError as error:
            log.warning("broadcast %d of room %s gets no file to download: %s", found.ordinal, found.room, error)
            replays.give_up_movie(there.folder, str(error))
            return
        whole = sum(each.size for each in there.segments) + size
        broadcasts.record(self._database, found.id, found.recording, size=whole)

    def _tend(self, found: Broadcast, room: LiveRoom | None, shop: Shop, moment: int) -> None:
        """Make a replay of one broadcast, and show or hide it."""
        settled = moment - (found.ended_at or 0) >= _SETTLED
        shown = room is not None and room.replay and not found.practice
        if not shown and not settled:
            return  # whoever records it may still be writing there
        if found.practice:
            retention.remove(self._database, self._root, found)
            return
        folders.show(self._root, found.room, found.stream, shown=shown)
        folder = folders.find(self._root, found.room, found.stream)
        over = moment - (found.ended_at or 0) >= _FRESH
        try:
            if folder is not None and not (over and (folder / folders.PLAYLIST).is_file()):
                self._publish(found, folder, shop)
        except OSError as error:
            log.warning("the replay of room %s could not be written: %s", found.room, error.strerror)
            return
        if over:
            self._done.add(found.id)
            self._written.pop(found.id, None)

    def _publish(self, found: Broadcast, folder: Path, shop: Shop) -> None:
        """Write the replay of a broadcast, unless nothing came since it was written."""
        shown = pins.of_broadcast(self._database, found.id)
        index = (folder / INDEX).stat() if (folder / INDEX).is_file() else None
        seen = (index.st_mtime_ns, index.st_size, len(shown)) if index else ()
        if seen == self._written.get(found.id) and (folder / folders.PLAYLIST).is_file():
            return
        there = replays.recorded(self._root, found)
        if there is not None:
            replays.publish(there, shown, _titles(shop))
            self._record(found, there)
            self._written[found.id] = seen

    def _record(self, found: Broadcast, there: Recorded) -> None:
        """Note what is on disk, where whoever recorded it could not."""
        whole = there.whole and found.recording is not Recording.INCOMPLETE
        kind = Recording.WHOLE if whole else Recording.INCOMPLETE
        size = sum(each.size for each in there.segments)
        movie = there.folder / folders.MOVIE
        size += movie.stat().st_size if movie.is_file() else 0
        if (found.recording, found.recording_bytes, found.duration_ms) != (kind, size, there.length):
            broadcasts.record(self._database, found.id, kind, size=size, duration_ms=there.length)

    def _tell(self, rooms: Mapping[str, LiveRoom], found: Sequence[Broadcast]) -> None:
        """Write for pages which replay each room has: that of its newest broadcast."""
        newest = {each.room: each for each in sorted(found, key=lambda each: each.ordinal) if not each.practice}
        for handle in rooms:
            last = newest.get(handle)
            if last is not None and not replays.shown(self._root, handle, last.stream).playlist:
                last = None
            replays.tell(self._root, handle, last)


def _over(transaction: Transaction) -> list[Broadcast]:
    """Return broadcasts of our own that are over and may have a recording, the oldest first."""
    rows = transaction.all(
        f"SELECT {COLUMNS} FROM live_broadcast WHERE state = 'ended' AND recording <> 'removed' "  # noqa: S608  our own columns
        "AND through = ? AND started_at IS NOT NULL ORDER BY ended_at, id",
        Through.OWN,
    )
    return [broadcast(row) for row in rows]


def _titles(shop: Shop) -> Callable[[str], str]:
    def title(handle: str) -> str:
        found = shop.find_product(handle)
        return _in(shop, found.title) if found is not None else handle

    return title


def _in(shop: Shop, text: Mapping[str, str]) -> str:
    return text.get(shop.terms.locale) or next(iter(text.values()), "")
