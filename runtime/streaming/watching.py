"""What viewers fetch: playlists that wait for news, parts, segments, and the small files of a room.

Segments, parts and chat never change and may be kept for ever; playlists and states are kept for seconds, so that a
cache in front asks once for all its viewers.
"""

import asyncio
import re
from pathlib import Path

from runtime.broadcast import playlist
from runtime.broadcast.window import Answer as When
from runtime.broadcast.window import Wanted
from runtime.streaming.asgi import FOREVER, NEVER, SECOND, Answer, Header, Request, error
from runtime.streaming.channel import Channel
from runtime.streaming.ladders import Ladders
from runtime.streaming.screen import Screen
from runtime.streaming.stage import Stage

PATIENCE = 8.0
"""Seconds for which somebody who comes before the first picture waits for it."""
_BLOCK = 5.0
"""Seconds for which a request for something that is about to be is held."""
_AWAITED = (b"cache-control", b"public, max-age=6")
_MINUTE = (b"cache-control", b"public, max-age=60")
_PACKED: tuple[Header, ...] = ((b"content-encoding", b"gzip"),)
_VARY: tuple[Header, ...] = ((b"vary", b"accept-encoding"),)
_HLS = playlist.KIND.encode()
_SEGMENT, _MOVIE = b"video/iso.segment", b"video/mp4"
_NUMBERED = re.compile(r"(\d{1,12})(?:\.(\d{1,4}))?\.m4s", re.ASCII)
_INIT = re.compile(r"init(\d{1,9})\.mp4", re.ASCII)
_BLOCK_OF_CHAT = re.compile(r"\d{1,9}\.json", re.ASCII)
_HANDLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_STREAM = re.compile(r"\d{1,6}|p[0-9a-f]{32}", re.ASCII)
_NOTHING = error(404, "not_found", "There is nothing here.")


class Watching:
    """Answers viewers of one shop."""

    def __init__(self, stage: Stage, ladders: Ladders, rooms: Path) -> None:
        self._stage = stage
        self._ladders = ladders
        self._rooms = rooms

    async def file(self, room: str, stream: str, name: str, request: Request) -> Answer:
        """Answer for a file of a broadcast."""
        if not _STREAM.fullmatch(stream) or not _HANDLE.fullmatch(room):
            return await self._chat(room, name) if stream == "chat" else _NOTHING
        channel = self._stage.find(room, stream) or await self._stage.find_open(room, stream)
        if channel is None:
            return _NOTHING
        if name == "master.m3u8":
            return self._master(channel)
        return await self._shown(channel.screen, name, request) or await self._recorded(channel, name)

    async def rendition(self, place: tuple[str, str, str], name: str, request: Request) -> Answer:
        """Answer for a file of a rendition; ``place`` is its room, stream and own name."""
        channel = self._stage.find(place[0], place[1])
        ladder = self._ladders.find(channel) if channel else None
        picture = ladder.pictures.get(place[2]) if ladder else None
        found = await self._shown(picture.screen, name, request) if picture else None
        return found or _NOTHING

    async def state(self, room: str) -> Answer:
        """Answer for the state of a room, as a file or a proxy in front of it would."""
        if not _HANDLE.fullmatch(room):
            return _NOTHING
        return await self._read(self._rooms / room / "room.json", b"application/json", SECOND)

    async def _shown(self, screen: Screen, name: str, request: Request) -> Answer | None:
        """Answer from memory, None for what is not there (any more)."""
        if name in {"ll.m3u8", "index.m3u8"}:
            return await self._playlist(screen, name, request)
        numbered, init = _NUMBERED.fullmatch(name), _INIT.fullmatch(name)
        if init is not None:
            found = screen.window.find_init(int(init[1]))
            return None if found is None else Answer(200, found, _MOVIE, (FOREVER,))
        if numbered is None:
            return _NOTHING
        found = await self._media(screen, int(numbered[1]), numbered[2])
        return None if found is None else Answer(200, found, _SEGMENT, (FOREVER,))

    def _master(self, channel: Channel) -> Answer:
        ladder = self._ladders.find(channel)
        text = ladder.master() if ladder else None
        return _NOTHING if text is None else Answer(200, text.encode(), _HLS, (SECOND,))

    async def _playlist(self, screen: Screen, name: str, request: Request) -> Answer:
        query, window = request.query(), screen.window
        try:
            wanted = Wanted.read(query.get("_HLS_msn"), query.get("_HLS_part"), query.get("_HLS_skip"))
        except ValueError:
            return error(400, "query", "This is not a part of a broadcast.")
        blocked, low = wanted.segment is not None, name == "ll.m3u8" and screen.part > 0
        when = await screen.wait(wanted, _BLOCK if blocked else PATIENCE, whole=not low)
        if when is When.NEVER and screen.left:
            return _NOTHING
        if when is When.NEVER:
            return error(400, "ahead", "This is too far ahead.")
        if not window.segments and not (low and window.parts) and not window.ended:
            return error(404, "not_yet", "Nothing was sent yet.")
        packed = "gzip" in request.header(b"accept-encoding")
        # A blocked request that came to nothing is answered as things stand, but no cache may keep that answer.
        caching = NEVER if when is When.WAIT else _MINUTE if window.ended else _AWAITED if blocked else SECOND
        text = screen.text(wanted, low=low, packed=packed)
        return Answer(200, text, _HLS, (caching, *_VARY, *(_PACKED if packed else ())))

    async def _media(self, screen: Screen, number: int, part: str | None) -> bytes | None:
        window = screen.window
        if part is None:
            return window.find_segment(number)
        found = window.find_part(number, int(part))
        if found is None and number >= window.open and not window.ended:
            await screen.wait(Wanted(number, int(part)), _BLOCK)
            found = window.find_part(number, int(part))
        return found

    async def _recorded(self, channel: Channel, name: str) -> Answer:
        """Answer with a file that left the memory."""
        if channel.recording is None or not (_INIT.fullmatch(name) or _NUMBERED.fullmatch(name)):
            return _NOTHING
        return await self._read(channel.recording.folder / name, _SEGMENT, FOREVER)

    async def _chat(self, room: str, name: str) -> Answer:
        if not _HANDLE.fullmatch(room) or not _BLOCK_OF_CHAT.fullmatch(name):
            return _NOTHING
        return await self._read(self._rooms / room / "chat" / name, b"application/json", FOREVER)

    async def _read(self, path: Path, media_type: bytes, caching: Header) -> Answer:
        try:
            return Answer(200, await asyncio.to_thread(path.read_bytes), media_type, (caching,))
        except OSError:
            return _NOTHING
