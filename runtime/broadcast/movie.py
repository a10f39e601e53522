"""What the moov of a foreign MP4 tells: its tracks, and what their samples are unless a fragment says otherwise."""

import struct
from collections.abc import Iterator

from generator.value import Value
from runtime.broadcast import boxes, h264, sound
from runtime.broadcast.boxes import Box
from runtime.broadcast.samples import Kind, ProtocolError, Track

_MOST_TRACKS = 8
_FASTEST = 10_000_000
_ROTATIONS = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
_BEFORE_BOXES = {Kind.VIDEO: 78, Kind.AUDIO: 28}
"""Bytes of a sample entry before its own boxes."""
_STREAM, _DECODER, _SPECIFIC = 3, 4, 5
_BEFORE_DESCRIPTORS = {_STREAM: 3, _DECODER: 13}
"""Bytes of a descriptor of esds before those inside it."""


class Known(Value, frozen=True):
    """A track of the file: its ticks a second there, and the duration, size and flags that samples have by default."""

    number: int
    track: Track
    timescale: int
    duration: int
    size: int


def tracks(data: bytes, moov: Box) -> dict[int, Known]:
    """Return the picture and the sound of a moov by their numbers; raise ProtocolError."""
    defaults = dict(_defaults(data, moov))
    found: dict[int, Known] = {}
    kinds: set[Kind] = set()
    for count, trak in enumerate(box for box in boxes.walk(data, moov.content, moov.end) if box.kind == b"trak"):
        if count >= _MOST_TRACKS:
            raise ProtocolError("a file has too many tracks")
        kind = _kind(data, trak)
        if kind is None or kind in kinds:
            continue
        kinds.add(kind)
        number, rotation = _header(data, trak)
        duration, size = defaults.get(number, (0, 0))
        found[number] = Known(number, _track(data, trak, kind, rotation), _timescale(data, trak), duration, size)
    if not found:
        raise ProtocolError("a file has neither picture nor sound")
    return found


def _defaults(data: bytes, moov: Box) -> Iterator[tuple[int, tuple[int, int]]]:
    extends = boxes.find(data, moov, b"mvex")
    for box in boxes.walk(data, extends.content, extends.end) if extends else ():
        if box.kind == b"trex":
            numbers = [boxes.number(data, box, place) for place in (4, 12, 16)]
            yield numbers[0], (numbers[1], numbers[2])


def _kind(data: bytes, trak: Box) -> Kind | None:
    handler = boxes.get(data, trak, b"mdia", b"hdlr")
    name = data[handler.content + 8 : handler.content + 12]
    return {b"vide": Kind.VIDEO, b"soun": Kind.AUDIO}.get(name)


def _header(data: bytes, trak: Box) -> tuple[int, int]:
    """Return a track's number and by how much its picture is turned."""
    header = boxes.get(data, trak, b"tkhd")
    wide = boxes.number(data, header, 0, 1) == 1
    matrix = header.content + (52 if wide else 40)
    if matrix + 36 > header.end:
        raise ProtocolError("a box is too short")
    a, b, _, c, d, *_ = struct.unpack_from(">9i", data, matrix)
    turned = (a >> 16, b >> 16, c >> 16, d >> 16)
    return boxes.number(data, header, 20 if wide else 12), _ROTATIONS.get(turned, 0)


def _timescale(data: bytes, trak: Box) -> int:
    header = boxes.get(data, trak, b"mdia", b"mdhd")
    found = boxes.number(data, header, 20 if boxes.number(data, header, 0, 1) == 1 else 12)
    if not 1 <= found <= _FASTEST:
        raise ProtocolError("a track has a time scale that cannot be")
    return found


def _track(data: bytes, trak: Box, kind: Kind, rotation: int) -> Track:
    table = boxes.get(data, trak, b"mdia", b"minf", b"stbl", b"stsd")
    entry = next(boxes.walk(data, table.content + 8, table.end), None)
    if entry is None:
        raise ProtocolError("a track does not say how it is coded")
    start = entry.content + _BEFORE_BOXES[kind]
    inside = {box.kind: data[box.content : box.end] for box in boxes.walk(data, start, entry.end)}
    if entry.kind == b"avc1" and b"avcC" in inside:
        return h264.track(inside[b"avcC"], rotation)
    if entry.kind == b"mp4a" and b"esds" in inside:
        return sound.aac(_specific(inside[b"esds"]))
    if entry.kind == b"Opus" and len(inside.get(b"dOps", b"")) > 1:
        return sound.opus(inside[b"dOps"][1], inside[b"dOps"])
    raise ProtocolError("only H.264 with AAC or Opus is taken")


def _specific(esds: bytes) -> bytes:
    """Return the AudioSpecificConfig out of its three descriptors."""
    data = esds[4:]
    for wanted in (_STREAM, _DECODER, _SPECIFIC):
        if not data or data[0] != wanted:
            break
        length, place = 0, 1
        while place < min(len(data), 5):
            length, more = length << 7 | data[place] & 0x7F, data[place] & 0x80
            place += 1
            if not more:
                break
        if wanted == _SPECIFIC:
            return data[place : place + length]
        data = data[place + _BEFORE_DESCRIPTORS[wanted] : place + length]
    raise ProtocolError("AAC has no configuration")
