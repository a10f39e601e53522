"""The channel of one broadcast: what its publisher sends becomes segments, in memory and on disk, and viewers wait.

A channel lives in the event loop; only its recording is written by a thread of its own, in order, so that a slow disk
delays no picture.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from generator.value import Value
from runtime.broadcast import Cutting, Init, Media, Part, Segment, Start, Track, TrackChanged
from runtime.broadcast.recording import Recording
from runtime.broadcast.segmenter import Segmenter
from runtime.broadcast.window import Window
from runtime.live.values import Broadcast
from runtime.streaming.doors import Bucket
from runtime.streaming.publishers import Leaving, NotAdmittedError, Publisher
from runtime.streaming.screen import Screen

log = logging.getLogger(__name__)
TAKEOVERS = 5
"""Publishers that may take over from another within a minute; more means that a stream key is known to others."""
_MINUTE = 60.0
_BACKLOG = 256
"""Segments that wait for the disk at most."""


PART = 340
"""Milliseconds of a part: ten pictures at 30 a second, eight at 24. Players stay three parts behind."""


class Rules(Value, frozen=True, kw_only=True):
    """How a channel is cut and who may take it over."""

    part: int = PART
    takeover: str = "newest"
    most_kbps: int = 4000


class Sending(Value, frozen=True, kw_only=True):
    """What the publisher of a channel sends now."""

    tracks: tuple[Track, ...]
    bytes: int


class Watcher(Protocol):
    """Who wants to know when publishers come and go."""

    def came(self, channel: "Channel", publisher: Publisher, sending: Sending) -> None:
        """Note that a publisher's pictures have come."""

    def went(self, channel: "Channel", publisher: Publisher, sent: int, why: Leaving) -> None:
        """Note that a publisher is gone, of whom so many bytes came."""


class Channel:
    """One broadcast on the air. ``now`` is the loop's clock, ``wall`` the server's in milliseconds since 1970."""

    def __init__(
        self, broadcast: Broadcast, rules: Rules, recording: Recording | None, wall: Callable[[], int], start: Start
    ) -> None:
        self.broadcast = broadcast
        self.rules = rules
        self.recording = recording
        self.publisher: Publisher | None = None
        self.sending: Sending | None = None
        self.watchers: list[Watcher] = []
        self.made: list[Callable[[Init | Part | Segment], None]] = []
        self.alerts: set[str] = set()
        self.closed = False
        self.length_ms = start.time // 1000
        self.screen = Screen(rules.part, start.segment)
        self.init = start.last.data if start.last is not None else b""
        self._now = asyncio.get_running_loop().time
        self.wall = wall
        self._segmenter = Segmenter(Cutting(part=rules.part), start)
        self._bucket = Bucket(rules.most_kbps, self._now())
        self._takeovers: deque[float] = deque(maxlen=TAKEOVERS)
        self._disk = ThreadPoolExecutor(1, f"recording-{broadcast.id}")
        self._writing = 0

    @property
    def window(self) -> Window:
        """Return what can be fetched now."""
        return self.screen.window

    @property
    def flowing(self) -> bool:
        """Tell whether a publisher is there and its pictures as well."""
        return self.publisher is not None and self.sending is not None

    def enter(self, publisher: Publisher) -> None:
        """Let a publisher in, in another's place if need be; raise NotAdmittedError."""
        if self.window.ended:
            raise NotAdmittedError("ended", "This broadcast is over.")
        before = self.publisher
        if before is not None:
            now = self._now()
            if self.rules.takeover == "refuse":
                raise NotAdmittedError("already-live", "Somebody is live with this stream key already.")
            if len(self._takeovers) == TAKEOVERS and now - self._takeovers[0] < _MINUTE:
                self.alerts.add("takeovers")
                log.error("room %s: its stream key is used by several publishers; change it", self.broadcast.room)
                raise NotAdmittedError("takeovers", "This stream key is used by too many publishers: get a new one.")
            self._takeovers.append(now)
            self.leave(before, Leaving.TAKEN_OVER)
            before.dismiss(Leaving.TAKEN_OVER)
        self.publisher = publisher
        log.info("room %s: a publisher came by %s", self.broadcast.room, publisher.origin.way)

    def feed(self, publisher: Publisher, events: list[TrackChanged | Media], size: int) -> None:
        """Take what a publisher sent, made of so many bytes."""
        if publisher is not self.publisher:
            return
        if not self._bucket.take(size, self._now()):
            self.alerts.add("too-much")
            log.warning("room %s: more than %d kbit/s were sent", self.broadcast.room, self.rules.most_kbps)
            self.leave(publisher, Leaving.TOO_MUCH)
            publisher.dismiss(Leaving.TOO_MUCH)
            return
        sent = self.sending
        tracks, arrived = sent.tracks if sent else (), self.wall()
        made: list[Init | Part | Segment] = []
        for event in events:
            if isinstance(event, TrackChanged):
                tracks = event.tracks
            made += self._segmenter.take(event, arrived)
        if sent is not None or made:
            self.sending = Sending(tracks=tracks, bytes=(sent.bytes if sent else 0) + size)
        self._publish(made)
        if sent is None and self.sending is not None:
            for watcher in self.watchers:
                watcher.came(self, publisher, self.sending)

    def leave(self, publisher: Publisher, why: Leaving) -> None:
        """Note that a publisher is gone: what it sent so far is closed, and the next one begins after a break."""
        if publisher is not self.publisher:
            return
        log.info("room %s: the publisher is gone (%s)", self.broadcast.room, why)
        self._publish(self._segmenter.flush())
        sent = self.sending
        self.publisher = self.sending = None
        for watcher in self.watchers:
            watcher.went(self, publisher, sent.bytes if sent else 0, why)

    def expel(self, why: Leaving) -> None:
        """End the publisher's connection from our side."""
        publisher = self.publisher
        if publisher is not None:
            self.leave(publisher, why)
            publisher.dismiss(why)

    async def end(self) -> None:
        """End the broadcast for its viewers; return when all of it is on disk."""
        self.expel(Leaving.ENDED)
        await self.settle()
        self.screen.end()

    async def close(self) -> None:
        """Let go of the folder, with everything on disk; viewers who wait are answered."""
        self.expel(Leaving.STOPPED)
        await self.settle()
        if self.recording is not None:
            await asyncio.get_running_loop().run_in_executor(self._disk, self.recording.close)
        self._disk.shutdown()
        self.closed = True

    async def settle(self) -> None:
        """Return when everything made so far is on disk, or was given up."""
        await asyncio.get_running_loop().run_in_executor(self._disk, lambda: None)

    def _publish(self, made: list[Init | Part | Segment]) -> None:
        for each in made:
            self._keep(each)
            if isinstance(each, Init):
                self.init = each.data
            if isinstance(each, Segment):
                self.length_ms = (each.time + each.duration) // 1000
            for tell in self.made:
                tell(each)
        self.screen.publish(made)

    def _keep(self, made: Init | Part | Segment) -> None:
        if self.recording is None or isinstance(made, Part):
            return
        if self._writing >= _BACKLOG:
            self.recording.incomplete = True
            self.alerts.add("disk")
            return
        self._writing += 1
        asyncio.get_running_loop().run_in_executor(self._disk, self.recording.take, made).add_done_callback(self._kept)

    def _kept(self, done: "asyncio.Future[bool]") -> None:
        self._writing -= 1
        if done.cancelled() or done.exception() is not None or not done.result():
            if "disk" not in self.alerts and self.recording is not None:
                log.error("room %s: the recording is incomplete: %s", self.broadcast.room, self.recording.why)
            self.alerts.add("disk")
