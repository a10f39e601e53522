"""RTMP's chunk stream in both directions: messages are cut into chunks that may be interleaved, and put together again.

After Adobe's "Real-Time Messaging Protocol (RTMP) specification" 1.0 (2012), section 5.3. Extended time stamps are
repeated in chunks of type 3 by most senders and not by some; like SRS, the reader looks whether the four bytes are the
time stamp.
"""

import struct
from collections.abc import Iterator

from generator.value import Value
from runtime.broadcast.samples import ProtocolError

ABORT, SET_CHUNK_SIZE = 2, 1
"""Kinds of messages that the chunk stream itself obeys."""
_EXTENDED = 0xFFFFFF
_FIRST_SIZE = 128
_MOST_SIZE = 1 << 20
_TIMES = 1 << 32
_SHORT, _CONTINUED = 2, 3
_HEADERS = (11, 7, 3)
_Head = tuple[int, int, int, int, int, int | None]
"""Length, kind, stream, time, its step, the extended time stamp if there is one."""


class ChunkLimits(Value, frozen=True, kw_only=True):
    """What a stranger may make us hold: bytes of a message, of all unfinished messages, and chunk streams."""

    message: int = 4 << 20
    unfinished: int = 8 << 20
    streams: int = 64


class Message(Value, frozen=True):
    """One message of RTMP; ``time`` is 32 bits of milliseconds that start again at 0 after 49.7 days."""

    kind: int
    stream: int
    time: int
    data: bytes

    def __repr__(self) -> str:
        """Tell nothing of the data: a command holds the stream key."""
        return f"Message(kind={self.kind}, stream={self.stream}, time={self.time}, {len(self.data)} bytes)"


class _Lane:
    """What the last header of a chunk stream said, and the message that is being put together."""

    __slots__ = ("data", "delta", "extended", "kind", "length", "stream", "time")

    def __init__(self) -> None:
        self.kind = self.stream = self.length = self.time = self.delta = 0
        self.extended: int | None = None
        self.data = bytearray()


class ChunkReader:
    """Puts messages together; ``limits`` may be exchanged at any time."""

    def __init__(self, limits: ChunkLimits) -> None:
        self.limits = limits
        self._size = _FIRST_SIZE
        self._lanes: dict[int, _Lane] = {}
        self._bytes = bytearray()
        self._unfinished = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes and yield the messages that became whole; raise ProtocolError.

        What is yielded must be dealt with before the next message is asked for: it may change how chunks are read.
        """
        self._bytes += data
        place = 0
        try:
            while (done := self._chunk(place)) is not None:
                place, message = done
                if message is not None:
                    if message.kind in {SET_CHUNK_SIZE, ABORT}:
                        self._obey(message)
                    yield message
        finally:
            del self._bytes[:place]

    def _chunk(self, start: int) -> tuple[int, Message | None] | None:
        """Read one chunk; None where it has not wholly come."""
        held, place = self._bytes, start
        if place >= len(held):
            return None
        form, number = held[place] >> 6, held[place] & 63
        place += 1
        if number < 2:  # noqa: PLR2004  0 and 1 say that one or two bytes follow
            if place + number >= len(held):
                return None
            number, place = 64 + int.from_bytes(held[place : place + number + 1], "little"), place + number + 1
        lane = self._lane(number, form)
        ready = self._continued(lane, place) if form == _CONTINUED else self._begun(lane, form, place)
        if ready is None:
            return None
        place, head = ready
        length = head[0] if head is not None else lane.length
        size = min(self._size, length - len(lane.data))
        if place + size > len(held):
            return None
        if head is not None:
            lane.length, lane.kind, lane.stream, lane.time, lane.delta, lane.extended = head
        lane.data += held[place : place + size]
        self._unfinished += size
        if self._unfinished > self.limits.unfinished:
            raise ProtocolError("too many unfinished messages")
        return place + size, self._whole(lane)

    def _lane(self, number: int, form: int) -> _Lane:
        lane = self._lanes.get(number)
        if lane is None:
            # librtmp begins the control stream with a header of type 1
            if form not in {0, 1}:
                raise ProtocolError("a chunk stream does not begin with a whole header")
            if len(self._lanes) >= self.limits.streams:
                raise ProtocolError("too many chunk streams")
            lane = self._lanes[number] = _Lane()
        return lane

    def _continued(self, lane: _Lane, place: int) -> tuple[int, _Head | None] | None:
        """Read what a chunk of type 3 has before its data: more of a message, or one like the last."""
        if lane.extended is not None:
            if place + 4 > len(self._bytes):
                return None
            if int.from_bytes(self._bytes[place : place + 4], "big") == lane.extended:
                place += 4
        if lane.data:
            return place, None
        time = (lane.time + lane.delta) % _TIMES
        return place, (lane.length, lane.kind, lane.stream, time, lane.delta, lane.extended)

    def _begun(self, lane: _Lane, form: int, place: int) -> tuple[int, _Head | None] | None:
        """Read the header of a new message: where its data begins, and what is new for the lane."""
        if lane.data:
            raise ProtocolError("a message begins inside another one of the same chunk stream")
        held, end = self._bytes, place + _HEADERS[form]
        if end > len(held):
            return None
        delta = int.from_bytes(held[place : place + 3], "big")
        length, kind, stream = lane.length, lane.kind, lane.stream
        if form != _SHORT:
            length, kind = int.from_bytes(held[place + 3 : place + 6], "big"), held[place + 6]
        if form == 0:
            stream = int.from_bytes(held[place + 7 : place + 11], "little")
        if length > self.limits.message:
            raise ProtocolError("a message is too long")
        extended = None
        if delta == _EXTENDED:
            if end + 4 > len(held):
                return None
            extended = delta = int.from_bytes(held[end : end + 4], "big")
            end += 4
        time = delta if form == 0 else (lane.time + delta) % _TIMES
        return end, (length, kind, stream, time, delta, extended)

    def _whole(self, lane: _Lane) -> Message | None:
        if len(lane.data) < lane.length:
            return None
        message = Message(lane.kind, lane.stream, lane.time, bytes(lane.data))
        self._unfinished -= len(lane.data)
        lane.data = bytearray()
        return message

    def _obey(self, message: Message) -> None:
        if len(message.data) < 4:  # noqa: PLR2004  both hold one number
            raise ProtocolError("a message of the chunk stream is too short")
        number = int.from_bytes(message.data[:4], "big")
        if message.kind == SET_CHUNK_SIZE:
            if not 1 <= number <= _MOST_SIZE:
                raise ProtocolError("a chunk size that is not taken")
            self._size = number
        elif number in self._lanes:
            lane = self._lanes[number]
            self._unfinished -= len(lane.data)
            lane.data = bytearray()


def write(chunk_stream: int, message: Message, size: int = _FIRST_SIZE) -> bytes:
    """Cut a message into chunks of at most ``size`` bytes; ``chunk_stream`` is 2 to 63."""
    time = message.time % _TIMES
    extended = struct.pack(">I", time) if time >= _EXTENDED else b""
    head = (
        bytes((chunk_stream,))
        + min(time, _EXTENDED).to_bytes(3, "big")
        + len(message.data).to_bytes(3, "big")
        + bytes((message.kind,))
        + struct.pack("<I", message.stream)
        + extended
    )
    more = bytes((_CONTINUED << 6 | chunk_stream,)) + extended
    pieces = [message.data[place : place + size] for place in range(0, len(message.data), size)] or [b""]
    return head + more.join(pieces)
