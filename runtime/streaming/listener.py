"""The RTMP listener: a public socket that strangers knock on; whoever has a stream key becomes a publisher.

What a connection may take stands in ``RtmpLimits``, how many there may be in ``doors``. Lines of the log have the
address of who knocked and our own words, never a byte of what was sent.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from typing import Protocol

from runtime.broadcast import Connected, Ended, Media, ProtocolError, PublishWanted, RtmpLimits, RtmpSession
from runtime.broadcast.samples import TrackChanged
from runtime.streaming.doors import Doors, Room
from runtime.streaming.publishers import Leaving, NotAdmittedError, Origin, Publisher, Way

log = logging.getLogger(__name__)
APPLICATION = "live"
"""The path that publishers send to: rtmp://host/live."""
_READ = 64 * 1024
_FAREWELL = 2.0
_REJECTED = "NetStream.Publish.Rejected"
_WORDS = {
    Leaving.TAKEN_OVER: "Somebody else goes on with this stream key.",
    Leaving.ROTATED: "This stream key is good no longer: there is a new one.",
    Leaving.TOO_MUCH: "More is sent than this shop takes: choose a lower bit rate.",
    Leaving.ENDED: "The broadcast is over.",
    Leaving.STOPPED: "The server is being restarted: try again.",
}


class Feeding(Protocol):
    """What becomes of a publisher's pictures."""

    def feed(self, publisher: Publisher, events: list[TrackChanged | Media], size: int) -> None:
        """Take what a publisher sent, made of so many bytes."""

    def leave(self, publisher: Publisher, why: Leaving) -> None:
        """Note that a publisher is gone."""


class Admission(Protocol):
    """Who lets publishers in."""

    async def admit_by_key(self, key: str, publisher: Publisher) -> Feeding:
        """Return the channel that a key opens; raise NotAdmittedError."""


class Listener:
    """Takes connections until it is closed."""

    def __init__(self, admission: Admission, limits: RtmpLimits, room: Room) -> None:
        self._admission = admission
        self._limits = limits
        self._doors = Doors(room)
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()
        self.turned_away = 0

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._doors)

    async def open(self, listening: socket.socket, context: ssl.SSLContext | None) -> None:
        """Begin to take connections."""
        within = self._limits.handshake if context else None
        self._server = await asyncio.start_server(
            self._serve, sock=listening, limit=2 * _READ, ssl=context, ssl_handshake_timeout=within
        )

    async def close(self) -> None:
        """Take no more connections and end those there are."""
        if self._server is not None:
            self._server.close()
        for each in tuple(self._running):
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        if not self._doors.enter(peer):
            self.turned_away += 1
            writer.transport.abort()
            return
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            await Connection(self._admission, self._limits, reader, writer, peer).run()
        except OSError as error:
            log.info("a connection from %s broke off: %s", peer, type(error).__name__)
        finally:
            self._doors.leave(peer)
            self._running.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await writer.wait_closed()
            writer.transport.abort()


class Connection:
    """One connection: a stranger, then perhaps a publisher."""

    def __init__(
        self,
        admission: Admission,
        limits: RtmpLimits,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: str,
    ) -> None:
        self.origin = Origin(way=Way.RTMP, peer=peer)
        self._admission = admission
        self._reader = reader
        self._writer = writer
        self._now = asyncio.get_running_loop().time
        self._session = RtmpSession(limits, self._now())
        self._channel: Feeding | None = None
        self._why: Leaving | None = None

    def dismiss(self, why: Leaving) -> None:
        """End the connection from our side."""
        if self._why is None:
            self._why = why
            self._session.refuse(_WORDS.get(why, "The server ends this connection."), _REJECTED)
            self._flush()
            self._writer.close()

    async def run(self) -> None:
        """Serve the connection until either side ends it."""
        why = Leaving.BROKEN
        try:
            why = await self._talk()
        except ProtocolError as error:
            log.info("a connection from %s ends: %s", self.origin.peer, error)
        except asyncio.CancelledError:
            why = Leaving.STOPPED
            self.dismiss(why)
            raise
        finally:
            self._flush()
            if self._channel is not None:
                self._channel.leave(self, self._why or why)

    async def _talk(self) -> Leaving:
        while not self._session.over:
            data = await self._read()
            if data is None:
                return Leaving.SILENT
            if not data:
                return Leaving.CLOSED
            media: list[TrackChanged | Media] = []
            for event in self._session.receive(data, self._now()):
                if isinstance(event, TrackChanged | Media):
                    media.append(event)
                else:
                    await self._answer(event)
            if self._channel is not None and self._why is None and media:
                self._channel.feed(self, media, len(data))
            self._flush()
            await self._drain()
        return Leaving.UNPUBLISHED

    async def _read(self) -> bytes | None:
        try:
            async with asyncio.timeout(max(0.0, self._session.deadline - self._now())):
                return await self._reader.read(_READ)
        except TimeoutError:
            log.info("a connection from %s is silent for too long", self.origin.peer)
            return None

    async def _answer(self, event: Connected | PublishWanted | Ended) -> None:
        if isinstance(event, Connected):
            self.origin = Origin(way=Way.RTMP, peer=self.origin.peer, agent=event.agent)
            if event.app != APPLICATION:
                self._session.refuse("Publish to /live.")
        elif isinstance(event, PublishWanted):
            try:
                self._channel = await self._admission.admit_by_key(event.key.reveal(), self)
            except NotAdmittedError as refused:
                log.warning("a publisher from %s is not let in: %s", self.origin.peer, refused.code)
                self._session.refuse(refused.words)
            else:
                self._session.accept()
        elif event.words:
            log.warning("a publisher from %s cannot be played: %s", self.origin.peer, event.words)

    def _flush(self) -> None:
        data = self._session.send()
        if data and not self._writer.is_closing():
            self._writer.write(data)

    async def _drain(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._session.deadline - self._now())):
                await self._writer.drain()
