"""All channels of a shop, and the broadcasts they belong to: who is let in, what is live, interrupted, over.

The database says what the studio and the shop wish; what publishers do is written there. Both are brought together
again and again (``poll``), so that a killed process, a lost message or a fault of the database leaves nothing wrong.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from generator.live import LiveTerms
from generator.value import Value
from runtime.broadcast import Start
from runtime.broadcast.recording import Recording as Folder
from runtime.database import Database
from runtime.faults import DatabaseFault
from runtime.live import broadcasts
from runtime.live.values import Broadcast, Recording, State, Through, milliseconds
from runtime.settings import Settings
from runtime.streaming import sessions
from runtime.streaming.channel import PART, Channel, Rules, Sending
from runtime.streaming.publishers import Leaving, NotAdmittedError, Publisher
from runtime.transaction import Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")
_LINGER = 120.0
"""Seconds for which the end of a broadcast can still be fetched."""
_NOTED = 10.0
"""Seconds between two notes of how much is recorded."""
_HALF_SECONDS = 500


class Place(Value, frozen=True, kw_only=True):
    """What the stage stands on.

    ``clock`` gives the time in UTC, ``terms`` what the live release says, ``starts`` for when its rooms are announced.
    """

    settings: Settings
    database: Database
    terms: Callable[[], LiveTerms]
    clock: Callable[[], datetime]
    starts: Callable[[], Mapping[str, int]]


class Stage:
    """The channels by their broadcasts."""

    def __init__(self, place: Place) -> None:
        self.channels: dict[int, Channel] = {}
        self.opened: list[Callable[[Channel], None]] = []
        self.ended: list[Callable[[Broadcast], None]] = []
        self._place = place
        self._names: dict[tuple[str, str], Channel] = {}
        self._open: dict[int, Broadcast] = {}
        self._over: dict[int, float] = {}
        self._noted: dict[int, float] = {}
        self._connections: dict[int, int] = {}
        self._looked = asyncio.Event()
        self._turn = asyncio.Lock()
        self._entering = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "database")

    def find(self, room: str, stream: str) -> Channel | None:
        """Return the channel of a room's stream."""
        return self._names.get((room, stream))

    async def find_open(self, room: str, stream: str) -> Channel | None:
        """Return a stream's channel, made anew for a broadcast that goes on since before this process began."""
        known = self._known(room, stream)
        if known is None:
            # It may have been armed a moment ago: the next look at the database tells.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._looked.wait(), 1)
            known = self._known(room, stream)
        if known is None:
            return None
        async with self._entering:
            return await self._channel(known)

    async def admit_by_key(self, key: str, publisher: Publisher) -> Channel:
        """Let in whoever has a stream key; raise NotAdmittedError."""
        try:
            found = await self.run(lambda: broadcasts.find_by_key(self._place.database, key))
        except DatabaseFault as error:
            raise NotAdmittedError("unavailable", "The shop is not available: try again.") from error
        if found is None or found.through is not Through.OWN:
            raise NotAdmittedError("wrong-key", "The stream key is wrong, or its broadcast is over.")
        return await self.admit(found, publisher)

    async def admit(self, broadcast: Broadcast, publisher: Publisher) -> Channel:
        """Let a publisher of a known broadcast in; raise NotAdmittedError."""
        async with self._entering:
            channel = await self._channel(broadcast)
            if broadcast.key_generation > channel.broadcast.key_generation:
                # Who comes with the new key before we have heard of it: only the one with the old key goes.
                channel.expel(Leaving.ROTATED)
                channel.broadcast = self._open[broadcast.id] = broadcast
            self._open.setdefault(broadcast.id, broadcast)
            channel.enter(publisher)
            return channel

    async def find_broadcast(self, identity: int) -> Broadcast | None:
        """Return a broadcast of this shop that is not over."""
        found = self._open.get(identity) or await self.run(lambda: broadcasts.find(self._place.database, identity))
        return found if found is not None and found.open and found.through is Through.OWN else None

    async def poll(self) -> None:
        """Bring the database and the channels together."""
        present = list(self.channels.values())
        now, longest, starts = self._place.clock(), self._place.terms().longest_seconds, self._place.starts()
        database = self._place.database
        async with self._turn:
            try:
                opened = await self.run(
                    lambda: (
                        broadcasts.end_due(database, now, longest=longest, starts=starts),
                        broadcasts.all_open(database),
                    )[1]
                )
            except DatabaseFault as error:
                log.warning("broadcasts go on without the database: %s", error)
                return
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()
            self._open = {each.id: each for each in opened if each.through is Through.OWN}
            for channel in present:
                await self._compare(channel)
            for broadcast in tuple(self._open.values()):
                await self._follow(broadcast.id)
        self._forget()

    async def close(self) -> None:
        """Close every channel, with recordings whole; publishers come back to the next process."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for channel in self.channels.values():
            if not channel.window.ended:
                await channel.close()
                await self._note(channel)
        async with self._turn:
            for broadcast in tuple(self._open.values()):
                await self._follow(broadcast.id)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown()

    async def run(self, work: Callable[[], T]) -> T:
        """Do something with the database in the thread that is there for it."""
        return await self._loop.run_in_executor(self._thread, work)

    def came(self, channel: Channel, publisher: Publisher, sending: Sending) -> None:
        """Note a publisher whose pictures have come."""
        at = int(self._place.clock().timestamp())

        def unit(transaction: Transaction) -> int:
            return sessions.begin(transaction, channel.broadcast, publisher.origin, sending, at)

        def keep() -> None:
            self._connections[id(publisher)] = self._place.database.write(unit)

        self._spawn(self._record(keep))
        self._spawn(self._follow_soon(channel.broadcast.id))

    def went(self, channel: Channel, publisher: Publisher, sent: int, why: Leaving) -> None:
        """Note a publisher who is gone."""
        at = int(self._place.clock().timestamp())

        def keep() -> None:
            identity = self._connections.pop(id(publisher), 0)
            if identity:
                self._place.database.write(lambda transaction: sessions.end(transaction, identity, why, sent, at))

        self._spawn(self._record(keep))
        self._spawn(self._follow_soon(channel.broadcast.id))

    async def _channel(self, broadcast: Broadcast) -> Channel:
        """Return a broadcast's channel, or make it; its folder says with which numbers it goes on."""
        found = self.channels.get(broadcast.id)
        if found is not None:
            return found
        terms, folder = self._place.terms(), self._place.settings.rooms / broadcast.room / broadcast.stream
        rules = Rules(part=PART if terms.latency == "low" else 0, takeover=terms.takeover, most_kbps=terms.most_kbps)
        recording = None if broadcast.practice else await self._folder(folder)
        if recording is None:
            # Nothing says which numbers were given: those that rise with time are never given twice either.
            passed = (milliseconds(self._place.clock()) - broadcast.armed_at * 1000) // _HALF_SECONDS
            start = Start(segment=passed, init=passed + 1, run=passed)
        else:
            start = recording.start
        channel = Channel(broadcast, rules, recording, lambda: milliseconds(self._place.clock()), start)
        if recording is None and not broadcast.practice:
            channel.alerts.add("disk")
        channel.watchers.append(self)
        self.channels[broadcast.id] = self._names[broadcast.room, broadcast.stream] = channel
        for each in self.opened:
            each(channel)
        return channel

    async def _folder(self, folder: Path) -> Folder | None:
        """Open a broadcast's folder; a disk that cannot be written hinders no broadcast."""
        try:
            return await asyncio.to_thread(Folder, folder)
        except OSError as error:
            log.error("a broadcast is not recorded: %s", error.strerror)  # noqa: TRY400  the disk's fault, not ours
            return None

    async def _compare(self, channel: Channel) -> None:
        known = self._open.get(channel.broadcast.id)
        if known is None:
            if not channel.window.ended:
                await self._end(channel)
            return
        if known.key_generation < channel.broadcast.key_generation:
            return  # Read before the new key was made, with which somebody has come meanwhile.
        if known.key_generation > channel.broadcast.key_generation:
            channel.expel(Leaving.ROTATED)
        channel.broadcast = known
        if self._loop.time() - self._noted.get(known.id, 0) >= _NOTED:
            await self._note(channel)

    async def _end(self, channel: Channel) -> None:
        """End a channel whose broadcast is over, and let its replay begin."""
        await channel.end()
        await channel.close()
        await self._note(channel)
        self._over[channel.broadcast.id] = self._loop.time()
        for each in self.ended:
            each(channel.broadcast)
        log.info("room %s: broadcast %d is over", channel.broadcast.room, channel.broadcast.ordinal)

    async def _note(self, channel: Channel) -> None:
        """Write down how much is recorded."""
        folder, identity, length = channel.recording, channel.broadcast.id, channel.length_ms
        self._noted[identity] = self._loop.time()
        if folder is None:
            return
        kept = Recording.INCOMPLETE if folder.incomplete else Recording.WHOLE
        state = kept if folder.bytes else Recording.NONE
        size = folder.bytes
        await self._record(
            lambda: broadcasts.record(self._place.database, identity, state, size=size, duration_ms=length)
        )

    async def _follow_soon(self, identity: int) -> None:
        async with self._turn:
            await self._follow(identity)

    async def _follow(self, identity: int) -> None:
        """Take the step of a broadcast's life that its publisher has taken already."""
        broadcast, channel = self._open.get(identity), self.channels.get(identity)
        if broadcast is None:
            return
        database, now = self._place.database, self._place.clock()
        flowing = channel is not None and channel.flowing
        step: Callable[[], Broadcast | None] | None = None
        if flowing and broadcast.state is State.ARMED:
            step = lambda: broadcasts.begin(database, identity, now)  # noqa: E731  one of three, or none
        elif flowing and broadcast.state is State.INTERRUPTED:
            step = lambda: broadcasts.resume(database, identity, now)  # noqa: E731
        elif broadcast.state is State.LIVE and (channel is None or channel.publisher is None):
            grace = self._place.terms().grace_seconds
            step = lambda: broadcasts.interrupt(database, identity, now, grace=grace)  # noqa: E731
        if step is None:
            return
        try:
            done = await self.run(step)
        except DatabaseFault as error:
            log.warning("a step of a broadcast waits for the database: %s", error)
            return
        if done is not None:
            self._open[identity] = done
            if channel is not None:
                channel.broadcast = done
            log.info("room %s: broadcast %d is %s", done.room, done.ordinal, done.state)

    async def _record(self, work: Callable[[], None]) -> None:
        try:
            await self.run(work)
        except DatabaseFault as error:
            log.warning("something about a broadcast could not be written down: %s", error)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _known(self, room: str, stream: str) -> Broadcast | None:
        return next((each for each in self._open.values() if (each.room, each.stream) == (room, stream)), None)

    def _forget(self) -> None:
        for identity, at in tuple(self._over.items()):
            if self._loop.time() - at >= _LINGER:
                channel = self.channels.pop(identity)
                del self._over[identity], self._names[channel.broadcast.room, channel.broadcast.stream]
                self._noted.pop(identity, None)
