"""The server's side of RTMP for one publisher: bytes in, events and bytes out; who may publish is the caller's answer.

After Adobe's "Real-Time Messaging Protocol (RTMP) specification" 1.0 (2012). Everything before the stream key was
accepted comes from a stranger: few bytes, little time, no media. The key is in no message, representation or error.
"""

import hashlib
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import TypeAlias

from generator.value import Value
from runtime.broadcast import amf, chunks
from runtime.broadcast.chunks import ChunkLimits, ChunkReader, Message
from runtime.broadcast.samples import Media, ProtocolError, Sample, TrackChanged
from runtime.broadcast.tags import Tags

BAD_NAME = "NetStream.Publish.BadName"
"""The code by which encoders learn that a stream key is not taken."""
REJECTED = "NetStream.Publish.Rejected"
"""The code of any other refusal."""

_VERSION = 3
_HANDSHAKE = 1536
_ACKNOWLEDGED, _CONTROL, _WINDOW, _BANDWIDTH = 3, 4, 5, 6
_AUDIO, _VIDEO = 8, 9
_COMMAND_3, _COMMAND, _AGGREGATE = 17, 20, 22
_PING, _PONG = 6, 7
_OUR_WINDOW = 2_500_000
_LEAST_WINDOW = 65_536
_CHUNK = 4096
_LONGEST_KEY = 256
_LONGEST_NAME = 64
_TIMES = 1 << 32


class RtmpLimits(Value, frozen=True, kw_only=True):
    """What a publisher may take, in seconds and bytes; ``bytes_before`` is all until its key was accepted."""

    handshake: float = 5.0
    publish: float = 15.0
    idle: float = 20.0
    bytes_before: int = 256 << 10
    before: ChunkLimits = ChunkLimits(message=64 << 10, unfinished=128 << 10, streams=64)
    chunks: ChunkLimits = ChunkLimits()


class StreamKey:
    """A stream key as a publisher sent it; shows itself to nobody who does not ask by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def digest(self) -> str:
        """The SHA-256 of the key in hexadecimal: what is kept and compared."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    def reveal(self) -> str:
        """Return the key itself."""
        return self._text

    def __repr__(self) -> str:
        """Tell nothing."""
        return "StreamKey(…)"


class Connected(Value, frozen=True):
    """A client said hello: the first word of its application's path, and what it calls itself."""

    app: str
    agent: str


class PublishWanted(Value, frozen=True):
    """A publisher named its stream key: answer ``accept`` or ``refuse`` before more is received."""

    key: StreamKey


class Ended(Value, frozen=True):
    """The session is over: send what is left, then close; ``why`` is unpublished, unplayable or refused."""

    why: str
    words: str = ""


RtmpEvent: TypeAlias = Connected | PublishWanted | TrackChanged | Media | Ended


class _Phase(Enum):
    HELLO = auto()
    ECHO = auto()
    STRANGER = auto()
    CONNECTED = auto()
    ASKED = auto()
    LIVE = auto()
    OVER = auto()


_BEFORE_PUBLISH = frozenset({_Phase.HELLO, _Phase.ECHO, _Phase.STRANGER, _Phase.CONNECTED, _Phase.ASKED})


class RtmpSession:
    """One connection; ``now`` is a clock of seconds that only goes forward, ``check`` is asked by ``deadline``."""

    def __init__(self, limits: RtmpLimits, now: float) -> None:
        self.received = 0
        self._limits = limits
        self._begun = self._heard = now
        self._phase = _Phase.HELLO
        self._reader = ChunkReader(limits.before)
        self._head = bytearray()
        self._out = bytearray()
        self._tags = Tags()
        self._app_key = ""
        self._window = _OUR_WINDOW
        self._acknowledged = 0
        self._time: int | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will be taken."""
        return self._phase is _Phase.OVER

    @property
    def live(self) -> bool:
        """Whether the key was accepted and the publisher is there."""
        return self._phase is _Phase.LIVE

    @property
    def deadline(self) -> float:
        """When ``check`` will fail if nothing happens until then."""
        if self._phase in {_Phase.HELLO, _Phase.ECHO}:
            return self._begun + self._limits.handshake
        if self._phase is _Phase.LIVE:
            return self._heard + self._limits.idle
        return self._begun + self._limits.publish

    def check(self, now: float) -> None:
        """Raise ProtocolError when the publisher took too long or fell silent."""
        if now >= self.deadline:
            was = self._phase
            self._phase = _Phase.OVER
            raise ProtocolError("the publisher fell silent" if was is _Phase.LIVE else "the publisher was too slow")

    def receive(self, data: bytes, now: float) -> list[RtmpEvent]:
        """Take bytes and tell what they meant; raise ProtocolError, after which the connection is to be closed."""
        if self._phase is _Phase.OVER:
            return []
        self.received += len(data)
        self._heard = now
        if self._phase in _BEFORE_PUBLISH and self.received > self._limits.bytes_before:
            self._phase = _Phase.OVER
            raise ProtocolError("too many bytes before a stream key")
        try:
            return list(_grouped(self._events(data)))
        except ProtocolError:
            self._phase = _Phase.OVER
            raise

    def send(self) -> bytes:
        """Return what is to be sent, once."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def accept(self) -> None:
        """Let the publisher begin."""
        if self._phase is not _Phase.ASKED:
            raise ValueError("nobody asked to publish")
        self._phase = _Phase.LIVE
        self._reader.limits = self._limits.chunks
        self._status("status", "NetStream.Publish.Start", "Published.")

    def refuse(self, words: str, code: str = BAD_NAME) -> None:
        """Tell the publisher why it may not begin, or not go on; then the session is over."""
        if self._phase is not _Phase.OVER:
            self._status("error", code, words)
            self._phase = _Phase.OVER

    def _events(self, data: bytes) -> Iterator[RtmpEvent | Sample]:
        if self._phase in {_Phase.HELLO, _Phase.ECHO}:
            data = self._greet(data)
        for message in self._reader.feed(data):
            yield from self._message(message)
            if self._phase is _Phase.OVER:
                return
        if self.received - self._acknowledged >= self._window // 2:
            self._acknowledged = self.received
            self._control(_ACKNOWLEDGED, (self.received % _TIMES).to_bytes(4, "big"))

    def _greet(self, data: bytes) -> bytes:
        """Go on with the handshake and return what came after it."""
        self._head += data
        if self._head and self._head[0] != _VERSION and self._phase is _Phase.HELLO:
            raise ProtocolError("this is not RTMP")
        if self._phase is _Phase.HELLO and len(self._head) > _HANDSHAKE:
            self._out += bytes((_VERSION,)) + bytes(_HANDSHAKE) + self._head[1 : 1 + _HANDSHAKE]
            del self._head[: 1 + _HANDSHAKE]
            self._phase = _Phase.ECHO
        if self._phase is _Phase.ECHO and len(self._head) >= _HANDSHAKE:
            rest = bytes(self._head[_HANDSHAKE:])
            self._head.clear()
            self._phase = _Phase.STRANGER
            return rest
        return b""

    def _message(self, message: Message) -> Iterator[RtmpEvent | Sample]:
        if message.kind in {_COMMAND, _COMMAND_3}:
            yield from self._command(message.data[message.kind == _COMMAND_3 :])
        elif message.kind in {_AUDIO, _VIDEO}:
            yield from self._media(message)
        elif message.kind == _AGGREGATE:
            raise ProtocolError("aggregate messages are not taken")
        elif message.kind == _WINDOW and len(message.data) >= 4:  # noqa: PLR2004  one number
            self._window = min(max(int.from_bytes(message.data[:4], "big"), _LEAST_WINDOW), _OUR_WINDOW)
        elif message.kind == _CONTROL and message.data[:2] == _PING.to_bytes(2, "big"):
            self._control(_CONTROL, _PONG.to_bytes(2, "big") + message.data[2:6])

    def _media(self, message: Message) -> Iterator[RtmpEvent | Sample]:
        if self._phase is not _Phase.LIVE:
            raise ProtocolError("media came before the stream key was accepted")
        time = self._unwrapped(message.time)
        try:
            found = (self._tags.video if message.kind == _VIDEO else self._tags.audio)(time, message.data)
        except ProtocolError as error:
            self.refuse(str(error), REJECTED)
            yield Ended("unplayable", str(error))
            return
        if found is not None:
            yield found

    def _unwrapped(self, time: int) -> int:
        """Go on through the 32 bits of the time stamp, forwards and backwards."""
        if self._time is None:
            self._time = time
        self._time += (time - self._time + _TIMES // 2) % _TIMES - _TIMES // 2
        return self._time

    def _command(self, data: bytes) -> Iterator[RtmpEvent]:
        values = amf.decode(data)
        if not values or not isinstance(values[0], str):
            raise ProtocolError("a command has no name")
        name = values[0]
        number = values[1] if len(values) > 1 and isinstance(values[1], float) else 0.0
        if name == "connect":
            yield self._connect(number, values[2] if len(values) > 2 else None)  # noqa: PLR2004  its third value
        elif self._phase is _Phase.STRANGER:
            raise ProtocolError("a command came before connect")
        elif name == "createStream":
            self._answer(number, None, 1)
        elif name in {"releaseStream", "FCPublish"}:
            self._answer(number, None, None)
        elif name == "publish":
            yield self._publish(values[3] if len(values) > 3 else None)  # noqa: PLR2004  its fourth value
        elif name == "play":
            self.refuse("Nothing is played here by RTMP.", "NetStream.Play.Failed")
            yield Ended("refused", "nothing is played by RTMP")
        elif name in {"deleteStream", "closeStream"} and self._phase is _Phase.LIVE:
            # FCUnpublish comes before and is no end: who is cut off then reports an error to its user.
            self._status("status", "NetStream.Unpublish.Success", "The stream has ended.")
            self._phase = _Phase.OVER
            yield Ended("unpublished")

    def _connect(self, number: float, wish: amf.Amf) -> Connected:
        if self._phase is not _Phase.STRANGER:
            raise ProtocolError("a client connected twice")
        told = wish if isinstance(wish, dict) else {}
        path = str(told.get("app") or "").split("?")[0].strip("/")
        app, _, self._app_key = path.partition("/")
        self._phase = _Phase.CONNECTED
        self._control(_WINDOW, _OUR_WINDOW.to_bytes(4, "big"))
        self._control(_BANDWIDTH, _OUR_WINDOW.to_bytes(4, "big") + b"\x02")
        self._control(chunks.SET_CHUNK_SIZE, _CHUNK.to_bytes(4, "big"))
        status = {"level": "status", "code": "NetConnection.Connect.Success", "description": "Connected."}
        self._answer(number, {"fmsVer": "FMS/3,0,1,123", "capabilities": 31}, {**status, "objectEncoding": 0})
        return Connected(_readable(app), _readable(str(told.get("flashVer") or "")))

    def _publish(self, name: amf.Amf) -> RtmpEvent:
        if self._phase is not _Phase.CONNECTED:
            raise ProtocolError("a publisher asked twice")
        # Some encoders have one field for address and key: then the key is the end of the application's path.
        key = str(name or "").split("?")[0].strip("/ ") or self._app_key.strip("/ ")
        self._app_key = ""
        if not 1 <= len(key) <= _LONGEST_KEY:
            self.refuse("The stream key is missing or too long.")
            return Ended("refused", "the stream key is missing or too long")
        self._phase = _Phase.ASKED
        return PublishWanted(StreamKey(key))

    def _answer(self, number: float, *values: "amf.Amf | int | Mapping[str, object]") -> None:
        self._write(3, Message(_COMMAND, 0, 0, amf.encode("_result", number, *values)))

    def _status(self, level: str, code: str, words: str) -> None:
        told = {"level": level, "code": code, "description": words}
        self._write(3, Message(_COMMAND, 1, 0, amf.encode("onStatus", 0, None, told)))

    def _control(self, kind: int, data: bytes) -> None:
        self._write(2, Message(kind, 0, 0, data))

    def _write(self, chunk_stream: int, message: Message) -> None:
        self._out += chunks.write(chunk_stream, message, _CHUNK)


def _grouped(found: Iterator[RtmpEvent | Sample]) -> Iterator[RtmpEvent]:
    """Put samples that follow each other into one event."""
    samples: list[Sample] = []
    for event in found:
        if isinstance(event, Sample):
            samples.append(event)
            continue
        if samples:
            yield Media(tuple(samples))
            samples = []
        yield event
    if samples:
        yield Media(tuple(samples))


def _readable(text: str) -> str:
    return "".join(letter for letter in text[:_LONGEST_NAME] if letter.isprintable())
