"""Pictures from a browser: ``PUT /ingest/<stream>/<session>/<seq>``, a batch a request, with a ticket of the studio.

A browser names each of its sessions by letters of its own choice and counts its batches from 0. The answer says which
batch is expected next: 200 for one that was taken (now or before: a batch may be sent again), 202 for one that came too
early and is kept for a while, 409 for one that is too far ahead. ``{"expect": 0}`` with 409 means that the session is
not known here (any more): it begins anew, with configurations and a key frame. 401: the ticket is over or replaced;
410: the broadcast is over, or another publisher took it over; 413: more is sent than the shop takes.
"""

import asyncio
import re
from collections import OrderedDict
from typing import Protocol

from runtime.broadcast import Media, Packets, ProtocolError, TrackChanged
from runtime.broadcast.fragments import Fragments
from runtime.broadcast.packets import MAGIC, MOST_BYTES
from runtime.live import tickets
from runtime.live.tickets import Ticket
from runtime.live.values import Broadcast
from runtime.streaming.asgi import Answer, Request, document, error
from runtime.streaming.channel import Channel
from runtime.streaming.publishers import Leaving, NotAdmittedError, Origin, Way
from runtime.streaming.stage import Place, Stage

SILENCE = 20.0
"""Seconds after which a browser that sends nothing is gone."""
_WITHIN = 20.0
_SESSION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_EARLY = 8
"""Batches that are kept until those before them have come."""
_REMEMBERED = 1000
_BEARER = "Bearer "
_ENDED = {
    Leaving.TAKEN_OVER: error(410, "taken_over", "Somebody else goes on with this broadcast."),
    Leaving.TOO_MUCH: error(413, "too_much", "More is sent than this shop takes."),
    Leaving.ROTATED: error(401, "ticket", "The key of this broadcast was changed."),
    Leaving.STOPPED: error(503, "restart", "The server is being restarted."),
}
_OVER = error(410, "over", "The broadcast is over.")


class Reader(Protocol):
    """Reads what a browser sends."""

    def read(self, body: bytes) -> list[TrackChanged | Media]:
        """Take one batch; raise ProtocolError."""


class Session:
    """One browser's sending."""

    def __init__(self, origin: Origin, reader: Reader) -> None:
        self.origin = origin
        self.expect = 0
        self.channel: Channel | None = None
        self.ended: Leaving | None = None
        self.turn = asyncio.Lock()
        self._reader = reader
        self._early: dict[int, bytes] = {}
        self._silence: asyncio.TimerHandle | None = None

    def dismiss(self, why: Leaving) -> None:
        """Take nothing more of this session."""
        self.ended = self.ended or why
        self._hush()

    def take(self, number: int, body: bytes) -> int:
        """Take a batch and those that waited for it; return the status of the answer; raise ProtocolError."""
        if number < self.expect:
            return 200
        if number > self.expect:
            return self._wait(number, body)
        while body:
            self._feed(body)
            self.expect += 1
            body = self._early.pop(self.expect, b"")
        return 200

    def listen(self) -> None:
        """Begin to count the seconds of silence anew."""
        self._hush()
        self._silence = asyncio.get_running_loop().call_later(SILENCE, self._fell_silent)

    def leave(self, why: Leaving) -> None:
        """End the session from the browser's side."""
        if self.channel is not None and self.ended is None:
            self.channel.leave(self, why)
        self.dismiss(why)

    def _wait(self, number: int, body: bytes) -> int:
        self._early = {each: kept for each, kept in self._early.items() if each > self.expect}
        if number - self.expect > _EARLY or sum(map(len, self._early.values())) + len(body) > MOST_BYTES:
            return 409
        self._early[number] = body
        return 202

    def _feed(self, body: bytes) -> None:
        if self.channel is not None:
            self.channel.feed(self, self._reader.read(body), len(body))

    def _hush(self) -> None:
        if self._silence is not None:
            self._silence.cancel()

    def _fell_silent(self) -> None:
        self.leave(Leaving.SILENT)


class Intake:
    """The browsers that send to one shop."""

    def __init__(self, place: Place, stage: Stage) -> None:
        self._place = place
        self._stage = stage
        self._sessions: OrderedDict[tuple[int, str], Session] = OrderedDict()

    async def put(self, stream: str, name: str, number: str, request: Request) -> Answer:
        """Take one batch."""
        if not _SESSION.fullmatch(name) or not _NUMBER.fullmatch(number):
            return error(404, "not_found", "There is nothing here.")
        ticket = self._ticket(request)
        if ticket is None or ticket.stream != stream:
            return error(401, "ticket", "The ticket is not valid any more.")
        broadcast = await self._stage.find_broadcast(ticket.broadcast)
        if broadcast is None:
            return _OVER
        if broadcast.key_generation != ticket.generation:
            return _ENDED[Leaving.ROTATED]
        body = await request.body(MOST_BYTES, _WITHIN)
        session = self._sessions.get((broadcast.id, name))
        if session is not None and session.ended is Leaving.SILENT:
            session = None
        if session is None:
            if number != "0":
                return document({"expect": 0}, 409)
            session = self._begin(broadcast, name, body, request)
        async with session.turn:
            return await self._take(broadcast, session, int(number), body)

    async def _take(self, broadcast: Broadcast, session: Session, number: int, body: bytes) -> Answer:
        if session.ended is not None:
            return _ENDED.get(session.ended, _OVER)
        try:
            if session.channel is None:
                session.channel = await self._stage.admit(broadcast, session)
            status = session.take(number, body)
        except NotAdmittedError as refused:
            return error(403, refused.code, refused.words)
        except ProtocolError as problem:
            session.leave(Leaving.BROKEN)
            return error(400, "broken", str(problem))
        if session.ended is not None:
            return _ENDED.get(session.ended, _OVER)
        session.listen()
        return document({"expect": session.expect}, status)

    def _ticket(self, request: Request) -> Ticket | None:
        text = request.header(b"authorization")
        if not text.startswith(_BEARER):
            return None
        return tickets.verify_ticket(self._place.settings.secret, text[len(_BEARER) :], self._place.clock())

    def _begin(self, broadcast: Broadcast, name: str, body: bytes, request: Request) -> Session:
        frames = body[: len(MAGIC)] == MAGIC
        origin = Origin(
            way=Way.FRAMES if frames else Way.RECORDER, peer=request.address, agent=request.header(b"user-agent")[:120]
        )
        session = self._sessions[broadcast.id, name] = Session(origin, Packets() if frames else Fragments())
        while len(self._sessions) > _REMEMBERED:
            self._sessions.popitem(last=False)[1].leave(Leaving.SILENT)
        return session
