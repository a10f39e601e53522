"""What viewers say: chat, likes, signs of life; and what is pushed to them where a shop wants that (``events``)."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from generator.live import LiveTerms
from runtime.live.desk import Beat, Desk
from runtime.streaming.asgi import Answer, Request, Send, TurnedAwayError, document, error
from runtime.streaming.stage import Place

T = TypeVar("T", bound=msgspec.Struct)
_MOST = 16 * 1024
_WITHIN = 10.0
_LISTENERS = 2000
_SIGN_OF_LIFE = 15.0
_STATUS = {"shown": 200, "held": 202, "pass": 401, "busy": 429, "slow": 429}
_NO_PASS = error(401, "pass", "Load the page again.")


class _Saying(msgspec.Struct):
    """A line of chat."""

    text: str
    passed: str = msgspec.field(name="pass")


class _Liking(msgspec.Struct):
    """Some likes."""

    count: int
    passed: str = msgspec.field(name="pass")


class _Beating(msgspec.Struct):
    """A sign of life."""

    seconds: int
    passed: str = msgspec.field(name="pass")
    clicks: dict[str, int] = {}


class Talking:
    """Takes what viewers of one shop send."""

    def __init__(self, place: Place, desk: Desk, terms: Callable[[], LiveTerms]) -> None:
        self._place = place
        self._desk = desk
        self._terms = terms
        self._news = asyncio.Event()
        self._listeners = 0

    @property
    def listeners(self) -> int:
        """Return how many are pushed to."""
        return self._listeners

    async def say(self, room: str, request: Request) -> Answer:
        """Take a line of chat."""
        wish = await self._read(request, _Saying)
        said = self._desk.say(room, wish.passed, wish.text, request.address, self._place.clock())
        return document({"code": said.code, "words": said.words, "seq": said.seq}, _STATUS.get(said.code, 403))

    async def like(self, room: str, request: Request) -> Answer:
        """Count likes."""
        wish = await self._read(request, _Liking)
        counted = self._desk.like(room, wish.passed, wish.count, request.address, self._place.clock())
        return _NO_PASS if counted is None else document({"counted": counted})

    async def beat(self, room: str, request: Request) -> Answer:
        """Note that somebody watches."""
        wish = await self._read(request, _Beating)
        beat = Beat(seconds=wish.seconds, clicks=wish.clicks)
        taken = self._desk.beat(room, wish.passed, beat, request.address, self._place.clock())
        return _NO_PASS if taken is None else document({"taken": taken})

    async def events(self, room: str, request: Request, send: Send, cors: tuple[tuple[bytes, bytes], ...]) -> None:
        """Push what leaves a room, as server-sent events, until the viewer is gone."""
        if not self._terms().push:
            raise TurnedAwayError(error(404, "not_found", "Nothing is pushed here."))
        if self._listeners >= _LISTENERS:
            raise TurnedAwayError(error(503, "busy", "Too many are listening: ask every few seconds."))
        head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), *cors]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        gone = asyncio.ensure_future(request.gone())
        self._listeners += 1
        try:
            after = 0
            while not gone.done():
                events = self._desk.events(room, after)
                pieces = [b"id: %d\nevent: %s\ndata: %s\n\n" % (each[0], each[1].encode(), each[2]) for each in events]
                after = events[-1][0] if events else after
                await send({"type": "http.response.body", "body": b"".join(pieces) or b":\n\n", "more_body": True})
                await self._wait(gone)
        finally:
            self._listeners -= 1
            gone.cancel()

    def tell(self) -> None:
        """Wake whoever is pushed to: there may be news."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _wait(self, gone: "asyncio.Future[None]") -> None:
        news = asyncio.ensure_future(self._news.wait())
        await asyncio.wait((news, gone), timeout=_SIGN_OF_LIFE, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()

    async def _read(self, request: Request, form: type[T]) -> T:
        body = await request.body(_MOST, _WITHIN)
        try:
            return msgspec.json.decode(body, type=form)
        except msgspec.MsgspecError as problem:
            raise TurnedAwayError(error(400, "form", "This cannot be read.")) from problem
