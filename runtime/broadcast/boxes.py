"""Boxes of ISO base media files (ISO/IEC 14496-12): written, and walked over with care."""

import struct
from collections.abc import Iterator

from generator.value import Value
from runtime.broadcast.samples import ProtocolError

HEAD = 8
"""Bytes of a box's head: its length and its kind."""
_LARGE_HEAD = 16
_MOST_BOXES = 1000


class Box(Value, frozen=True):
    """Where a box stands in its bytes: all of it from ``start``, its content from ``content``, up to ``end``."""

    kind: bytes
    start: int
    content: int
    end: int


def write(kind: bytes, *content: bytes) -> bytes:
    """Make a box."""
    data = b"".join(content)
    return struct.pack(">I4s", HEAD + len(data), kind) + data


def write_full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """Make a box with a version and flags."""
    return write(kind, struct.pack(">I", version << 24 | flags), *content)


def head(data: bytes | bytearray, start: int, end: int) -> Box | None:
    """Read the head of a box, None where fewer bytes are there; the box may end behind ``end``. Raise ProtocolError."""
    if start + HEAD > end:
        return None
    length, kind = struct.unpack_from(">I4s", data, start)
    content = start + HEAD
    if length == 1:
        if start + _LARGE_HEAD > end:
            return None
        length = int.from_bytes(data[start + HEAD : start + _LARGE_HEAD], "big")
        content = start + _LARGE_HEAD
    if start + length < content:
        raise ProtocolError("a box is shorter than its head")
    return Box(bytes(kind), start, content, start + length)


def walk(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that stand in a row; raise ProtocolError where one is not whole."""
    count = 0
    while start < end:
        box = head(data, start, end)
        count += 1
        if box is None or box.end > end or count > _MOST_BOXES:
            raise ProtocolError("a box is not whole")
        yield box
        start = box.end


def find(data: bytes, inside: Box, *path: bytes) -> Box | None:
    """Return the first box that a path of kinds leads to; raise ProtocolError."""
    found = inside
    for kind in path:
        following = next((box for box in walk(data, found.content, found.end) if box.kind == kind), None)
        if following is None:
            return None
        found = following
    return found


def get(data: bytes, inside: Box, *path: bytes) -> Box:
    """Return the first box that a path of kinds leads to; raise ProtocolError where there is none."""
    found = find(data, inside, *path)
    if found is None:
        raise ProtocolError("a box is missing")
    return found


def number(data: bytes, box: Box, place: int, size: int = 4) -> int:
    """Read a number at a place of a box's content; raise ProtocolError where the box ends before it."""
    start = box.content + place
    if start + size > box.end:
        raise ProtocolError("a box is too short")
    return int.from_bytes(data[start : start + size], "big")
