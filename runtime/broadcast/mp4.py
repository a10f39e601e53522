"""A recording as one ordinary MP4: the index in front, chapters inside, nothing coded anew, no other program needed.

The segments' bytes are copied as they are into one mdat, their moof boxes with them; the index points at the samples in
between. After ISO/IEC 14496-12; chapters are Nero's chpl box, which players and ffmpeg read. All segments must have
been made with the same initialisation segment.
"""

import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from generator.value import Value
from runtime.broadcast import boxes
from runtime.broadcast.boxes import Box, write, write_full
from runtime.broadcast.samples import ProtocolError
from runtime.broadcast.segments import Segment

_MOVIE_SCALE = 90_000
_MOST_CHAPTERS = 255
_LONGEST_TITLE = 255
_FOUR_GIBIBYTES = 1 << 32
_SIGNED = 1 << 31
_COPY = 1 << 20
_NOT_A_KEY = 0x00010000
_DURATIONS, _SIZES, _FLAGS, _SHIFTS = 0x100, 0x200, 0x400, 0x800
_USUAL_DURATION, _USUAL_FLAGS = 0x08, 0x20
_EMPTY_EDIT = -1


class Mark(Value, frozen=True):
    """A chapter: when it begins, in milliseconds of the film, and what it is called."""

    start: int
    title: str


class UnlikeError(ValueError):
    """Segments were made with different initialisation segments and cannot be one film without coding anew."""


class _Column:
    """The samples of one track: what the index says of each, and where each row of them lies."""

    def __init__(self) -> None:
        self.begun: int | None = None
        self.end = 0
        self.durations = array("q")
        self.shifts = array("q")
        self.keys = array("I")
        self.sizes = array("I")
        self.offsets = array("Q")
        self.counts = array("I")

    @property
    def shown(self) -> int:
        """When the first sample is shown, which may be later than when it is decoded."""
        return (self.begun or 0) + (self.shifts[0] if self.shifts else 0)

    def add(self, time: int, offset: int, samples: Sequence[tuple[int, int, int, int]]) -> None:
        """Add a row of (duration, size, flags, shift); a hole or an overlap before it changes the sample before."""
        if self.begun is None:
            self.begun = self.end = time
        elif self.durations:
            self.durations[-1] = max(0, self.durations[-1] + time - self.end)
            self.end = time
        for number, (_, _, flags, _) in enumerate(samples, len(self.sizes) + 1):
            if not flags & _NOT_A_KEY:
                self.keys.append(number)
        durations, sizes, _, shifts = zip(*samples, strict=True)
        self.durations.extend(durations)
        self.sizes.extend(sizes)
        self.shifts.extend(shift - 2 * _SIGNED if shift >= _SIGNED else shift for shift in shifts)
        self.offsets.append(offset)
        self.counts.append(len(samples))
        self.end += sum(durations)


def pieces(
    folder: Path, segments: Sequence[Segment], marks: Iterable[Mark] = (), *, check: Callable[[], None] = lambda: None
) -> Iterator[bytes]:
    """Yield the bytes of the film of these segments; raise UnlikeError or OSError.

    ``check`` is called between pieces and may raise to stop.
    """
    init = _init(folder, segments)
    columns: dict[int, _Column] = {}
    length = 0
    for segment in segments:
        check()
        try:
            _index(_fragments(folder, segment), columns, length)
        except (ProtocolError, struct.error) as error:
            raise OSError(f"{segment.number}.m4s is broken") from error
        length += segment.size
    wide = length + len(init) + 64 * len(segments) > _FOUR_GIBIBYTES // 2
    # The index must know where the data begins, which is behind the index: its own length does not depend on that.
    start = len(_front(init, columns, marks, (0, wide)))
    head = 16 if wide else 8
    yield _front(init, columns, marks, (start + head, wide))
    yield struct.pack(">I4sQ", 1, b"mdat", length + head) if wide else struct.pack(">I4s", length + head, b"mdat")
    for segment in segments:
        with (folder / f"{segment.number}.m4s").open("rb") as file:
            left = segment.size
            while left and (data := file.read(min(left, _COPY))):
                check()
                left -= len(data)
                yield data
        if left:
            raise OSError(f"{segment.number}.m4s is shorter than it was")


def _init(folder: Path, segments: Sequence[Segment]) -> bytes:
    found = {(folder / f"init{number}.mp4").read_bytes() for number in {segment.init for segment in segments}}
    if len(found) != 1:
        raise UnlikeError("there is no single initialisation segment")
    return found.pop()


def _fragments(folder: Path, segment: Segment) -> Iterator[tuple[int, bytes]]:
    """Yield the moof boxes of a segment and where each begins in it; their data is not read."""
    with (folder / f"{segment.number}.m4s").open("rb") as file:
        place = 0
        while place < segment.size:
            file.seek(place)
            head = file.read(boxes.HEAD)
            box = boxes.head(head, 0, len(head))
            if box is None or box.end <= 0:
                raise OSError(f"{segment.number}.m4s is shorter than it was")
            if box.kind == b"moof":
                yield place, head + file.read(box.end - boxes.HEAD)
            place += box.end


def _index(moofs: Iterable[tuple[int, bytes]], columns: dict[int, _Column], offset: int) -> None:
    for place, moof in moofs:
        for traf in boxes.walk(moof, boxes.HEAD, len(moof)):
            if traf.kind == b"traf":
                _add(moof, traf, columns, offset + place)


def _add(moof: bytes, traf: Box, columns: dict[int, _Column], base: int) -> None:
    """Add the samples of a traf that ``fmp4`` wrote."""
    head, decoded, trun = (boxes.get(moof, traf, kind) for kind in (b"tfhd", b"tfdt", b"trun"))
    told, place = boxes.number(moof, head, 1, 3), 8
    duration = flags = 0
    if told & _USUAL_DURATION:
        duration, place = boxes.number(moof, head, place), place + 4
    if told & _USUAL_FLAGS:
        flags = boxes.number(moof, head, place)
    shown, count = boxes.number(moof, trun, 1, 3), boxes.number(moof, trun, 4)
    names = [name for name in (_DURATIONS, _SIZES, _FLAGS, _SHIFTS) if shown & name]
    cells = struct.unpack_from(f">{count * len(names)}I", moof, trun.content + 12)
    table = {name: cells[at :: len(names)] for at, name in enumerate(names)}
    usual = {_DURATIONS: (duration,) * count, _SIZES: (0,) * count, _FLAGS: (flags,) * count, _SHIFTS: (0,) * count}
    rows = zip(*(table.get(name, usual[name]) for name in usual), strict=True)
    column = columns.setdefault(boxes.number(moof, head, 4), _Column())
    column.add(boxes.number(moof, decoded, 4, 8), base + boxes.number(moof, trun, 8), list(rows))


def _front(init: bytes, columns: dict[int, _Column], marks: Iterable[Mark], where: tuple[int, bool]) -> bytes:
    """Write ftyp and moov; ``where`` is the place of the data, and whether places need eight bytes."""
    moov = next(box for box in boxes.walk(init, 0, len(init)) if box.kind == b"moov")
    begun = min((_in_movie(column.shown, _scale(init, moov, n)) for n, column in columns.items()), default=0)
    length = 0
    tracks = []
    for trak in boxes.walk(init, moov.content, moov.end):
        if trak.kind != b"trak":
            continue
        number = boxes.number(init, boxes.get(init, trak, b"tkhd"), 12)
        column, scale = columns.get(number), _scale(init, moov, number)
        if column is not None:
            delay = _in_movie(column.shown, scale) - begun
            lasts = _in_movie(column.end - (column.begun or 0), scale)
            length = max(length, delay + lasts)
            tracks.append(_trak(init, trak, column, (delay, lasts), where))
    header = write_full(
        b"mvhd",
        1,
        0,
        struct.pack(">QQIQIH10x", 0, 0, _MOVIE_SCALE, length, 0x10000, 0x100),
        _identity(),
        bytes(24),
        b"\0\0\0\3",
    )
    return write(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + write(b"moov", header, *tracks, _chapters(marks))


def _trak(init: bytes, trak: Box, column: _Column, span: tuple[int, int], where: tuple[int, bool]) -> bytes:
    """Write a trak again with a whole index; ``span`` is when it begins and how long it lasts, in the film's ticks."""
    delay, lasts = span
    old = boxes.get(init, trak, b"tkhd")
    header = init[old.content + 4 : old.end]
    header = struct.pack(">QQIIQ", 0, 0, boxes.number(init, old, 12), 0, delay + lasts) + header[20:]
    edits = [(lasts, column.shown - (column.begun or 0))]
    if delay:
        edits.insert(0, (delay, _EMPTY_EDIT))
    listed = b"".join(struct.pack(">QqI", duration, start, 0x10000) for duration, start in edits)
    media = boxes.get(init, trak, b"mdia")
    scale = boxes.number(init, boxes.get(init, media, b"mdhd"), 12)
    times = write_full(b"mdhd", 1, 0, struct.pack(">QQIQHH", 0, 0, scale, column.end - (column.begun or 0), 0x55C4, 0))
    kept = boxes.get(init, media, b"minf")
    table = boxes.get(init, kept, b"stbl")
    handler = boxes.get(init, media, b"hdlr")
    described = boxes.get(init, table, b"stsd")
    information = write(
        b"minf",
        *(init[box.start : box.end] for box in boxes.walk(init, kept.content, kept.end) if box.kind != b"stbl"),
        write(b"stbl", init[described.start : described.end], *_tables(column, where)),
    )
    return write(
        b"trak",
        write_full(b"tkhd", 1, 3, header),
        write(b"edts", write_full(b"elst", 1, 0, struct.pack(">I", len(edits)), listed)),
        write(b"mdia", times, init[handler.start : handler.end], information),
    )


def _tables(column: _Column, where: tuple[int, bool]) -> Iterator[bytes]:
    start, wide = where
    yield _runs(b"stts", column.durations, 0)
    if any(column.shifts):
        yield _runs(b"ctts", column.shifts, 1)
    if len(column.keys) < len(column.sizes):
        yield _table(b"stss", column.keys)
    firsts = [next(group) for _, group in groupby(enumerate(column.counts, 1), key=itemgetter(1))]
    yield _table(b"stsc", array("I", (cell for number, count in firsts for cell in (number, count, 1))), len(firsts))
    yield write_full(b"stsz", 0, 0, bytes(4), _numbers(column.sizes, len(column.sizes)))
    yield _table(b"co64" if wide else b"stco", array("Q" if wide else "I", (start + at for at in column.offsets)))


def _runs(kind: bytes, values: "array[int]", version: int) -> bytes:
    runs = [(sum(1 for _ in group), value) for value, group in groupby(values)]
    cells = array("I", (cell for count, value in runs for cell in (count, value % (2 * _SIGNED))))
    return write_full(kind, version, 0, _numbers(cells, len(runs)))


def _table(kind: bytes, values: "array[int]", count: int | None = None) -> bytes:
    return write_full(kind, 0, 0, _numbers(values, len(values) if count is None else count))


def _numbers(values: "array[int]", count: int) -> bytes:
    """Write a count and numbers behind it, as big-endian as everything in MP4."""
    if sys.byteorder == "little":
        values = values[:]
        values.byteswap()
    return struct.pack(">I", count) + values.tobytes()


def _chapters(marks: Iterable[Mark]) -> bytes:
    listed = list(marks)[:_MOST_CHAPTERS]
    if not listed:
        return b""
    told = []
    for mark in listed:
        title = mark.title.encode()[:_LONGEST_TITLE].decode(errors="ignore").encode()
        told.append(struct.pack(">QB", mark.start * 10_000, len(title)) + title)
    return write(b"udta", write_full(b"chpl", 1, 0, struct.pack(">IB", 0, len(listed)), *told))


def _scale(init: bytes, moov: Box, number: int) -> int:
    for trak in boxes.walk(init, moov.content, moov.end):
        if trak.kind == b"trak" and boxes.number(init, boxes.get(init, trak, b"tkhd"), 12) == number:
            return boxes.number(init, boxes.get(init, trak, b"mdia", b"mdhd"), 12)
    return _MOVIE_SCALE


def _in_movie(ticks: int, scale: int) -> int:
    return ticks * _MOVIE_SCALE // scale


def _identity() -> bytes:
    return struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
