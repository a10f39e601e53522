"""Hostile bytes with a seed: recorded conversations, changed a little, cut anywhere, fed to every reader.

``Case.run`` raises whatever a reader raises that is no ProtocolError, and Excess where a reader keeps too much.
"""

import random
from collections.abc import Callable

from media_encoder import AUDIO, ECHO, HELLO, VIDEO, command, connect, live, media, publish
from media_films import LYING, STANDING, STEREO, picture, sound

from runtime.broadcast import (
    Cutting,
    Fragments,
    Kind,
    Media,
    Packets,
    ProtocolError,
    PublishWanted,
    RtmpLimits,
    RtmpSession,
    Segmenter,
    TrackChanged,
    Window,
    WindowLimits,
    amf,
    fmp4,
    playlist,
)  # fmt: skip
from runtime.broadcast.fmp4 import Frame

MOST_KEPT = 48 << 20
_EDGES = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 31, 63, 64, 65, 127, 128, 129, 192, 254, 255)
_WIDE = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0xFFFFFF, 0x1000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_KEY, _LATER, _TONE = b"\0\0\0\5\x65\1\2\3\4", b"\0\0\0\5\x41\1\2\3\4", b"\x21\x10\x05\0"


class ExcessError(Exception):
    """A reader keeps more than it may."""


def _rtmp(size: int) -> bytes:
    sent = [media(VIDEO, 0, b"\x17\0\0\0\0" + LYING, size), media(AUDIO, 0, b"\xaf\0" + STEREO, size)]
    for place in range(12):
        body = b"\x17\1\0\0\0" + _KEY if place % 6 == 0 else b"\x27\1\0\0\x21" + _LATER * (1 + place % 7)
        sent.append(media(VIDEO, place * 40, body, size))
        sent.append(media(AUDIO, place * 40, b"\xaf\1" + _TONE, size))
    sent.insert(14, media(VIDEO, 500, b"\x17\0\0\0\0" + STANDING, size))
    return b"".join(sent) + command("deleteStream", 6, None, 1)


def _packets() -> bytes:
    def record(kind: int, data: bytes, pts: int = 0, flags: int = 0) -> bytes:
        head = bytes((kind, flags, 0, 0)) + pts.to_bytes(8, "big") + bytes(4) + len(data).to_bytes(4, "big")
        return head + data

    told = [record(1, LYING), record(2, b"\1\2\0\0\0\0\xac\x44" + STEREO)]
    for place in range(9):
        told.append(record(3, _LATER if place % 4 else _KEY, place * 140_000, not place % 4))
        told.append(record(4, _TONE, place * 140_000))
    told.append(record(2, b"\2\2\0\0\0\0\xbb\x80"))
    return b"SWP1" + b"".join(told) + record(4, b"\xfc" + bytes(9), 900_000)


def _fragments() -> bytes:
    pictures = [Frame(n * 3600, 3600, 0, n == 0, _LATER if n else _KEY) for n in range(6)]
    sounds = [Frame(n * 1024, 1024, 0, True, _TONE) for n in range(8)]
    body = [fmp4.fragment(n, [(Kind.VIDEO, pictures), (Kind.AUDIO, sounds)]) for n in range(2)]
    return fmp4.init((picture(), sound())) + b"".join(body)


_AMF = amf.encode("connect", 1, {"app": "live", "inner": {"a": None, "b": True}}, "text") + b"\x0a\0\0\0\2\5\5"
_HELLO = HELLO + ECHO + connect() + command("createStream", 4, None) + publish("key")
_RTMP = [_rtmp(size) for size in (128, 7)]
_PACKETS = _packets()
_FRAGMENTS = _fragments()


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Change some bytes: flip, overwrite, repeat, cut, insert, and mix in numbers at the edges."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        place, how = chance.randrange(len(found) + 1), chance.randrange(8)
        if how == 0 and place < len(found):
            found[place] ^= 1 << chance.randrange(8)
        elif how == 1 and place < len(found):
            found[place] = chance.choice(_EDGES)
        elif how == 2:
            size = chance.choice((2, 3, 4, 4, 8))
            found[place : place + size] = (chance.choice(_WIDE) % (1 << 8 * size)).to_bytes(size, "big")
        elif how == 3:
            del found[place : place + chance.choice((1, 2, 4, 11, 40, 400))]
        elif how == 4:
            found[place:place] = chance.randbytes(chance.choice((1, 2, 4, 12, 100)))
        elif how == 5:
            start = chance.randrange(len(found) + 1)
            found[place:place] = found[start : start + chance.choice((4, 12, 60, 300))]
        elif how == 6:
            del found[place:]
        else:
            found[place:place] = bytes(chance.choice((1, 4, 16, 64)))
        found = found or bytearray(b"\0")
    return bytes(found)


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """Cut bytes as networks do: whole, in a few, or in many small ones."""
    size = chance.choice((len(data), len(data), 1448, 400, 61, 3))
    size = max(1, size, len(data) // 400)
    return [data[place : place + size] for place in range(0, len(data), size)]


def _shown(events: list[TrackChanged | Media], cutter: Segmenter, window: Window, clock: int) -> None:
    for event in events:
        if isinstance(event, TrackChanged | Media):
            for made in cutter.take(event, clock):
                window.take(made)


def _stream() -> tuple[Segmenter, Window]:
    return Segmenter(Cutting(most_bytes=1 << 20)), Window(WindowLimits(most_bytes=1 << 20))


def _fuzz_rtmp(chance: random.Random) -> None:
    stranger = chance.random() < 0.3
    cutter, window = _stream()
    session = RtmpSession(RtmpLimits(), 0.0) if stranger else live()
    data = mutated(chance, _HELLO + _RTMP[0] if stranger else chance.choice(_RTMP))
    try:
        for piece in pieces(chance, data):
            events = session.receive(piece, 0.0)
            if any(isinstance(event, PublishWanted) for event in events) and not session.over:
                session.accept()
            _shown([e for e in events if isinstance(e, TrackChanged | Media)], cutter, window, 10**12)
            _hold(len(session._reader._bytes) + session._reader._unfinished + len(session._out))
    except ProtocolError:
        pass
    _finish(cutter, window)


def _fuzz_reader(reader: Packets | Fragments, bodies: list[bytes]) -> None:
    cutter, window = _stream()
    for body in bodies:
        try:
            _shown(reader.read(body), cutter, window, 10**12)
        except ProtocolError:
            break
        if isinstance(reader, Fragments):
            _hold(len(reader._bytes))
    _finish(cutter, window)


def _fuzz_packets(chance: random.Random) -> None:
    _fuzz_reader(Packets(), [mutated(chance, _PACKETS), _PACKETS])


def _fuzz_fragments(chance: random.Random) -> None:
    _fuzz_reader(Fragments(), pieces(chance, mutated(chance, _FRAGMENTS)))


def _fuzz_amf(chance: random.Random) -> None:
    data = chance.randbytes(chance.randrange(80)) if chance.random() < 0.3 else mutated(chance, _AMF)
    try:
        values = amf.decode(data)
    except ProtocolError:
        return
    _hold(len(values))


def _finish(cutter: Segmenter, window: Window) -> None:
    for made in cutter.flush():
        window.take(made)
    window.end()
    _hold(sum(segment.size for segment in window._segments))
    playlist.low_latency(window, 500)


def _hold(size: int) -> None:
    if size > MOST_KEPT:
        raise ExcessError(f"{size} bytes are kept")


TARGETS: dict[str, Callable[[random.Random], None]] = {
    "rtmp": _fuzz_rtmp,
    "packets": _fuzz_packets,
    "fragments": _fuzz_fragments,
    "amf": _fuzz_amf,
}


def run(target: str, seed: int) -> None:
    """Run one case; the same target and seed are the same bytes."""
    TARGETS[target](random.Random(f"{target}-{seed}"))
