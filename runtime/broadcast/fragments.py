"""Fragmented MP4 as a browser's MediaRecorder writes it, read back into samples as the bytes come.

The moov tells the tracks, every moof and its mdat hold samples of known durations; MediaRecorder begins each with a key
frame. Nothing of the foreign boxes is passed on: viewers get boxes that we wrote.
"""

from collections.abc import Iterator

from generator.value import Value
from runtime.broadcast import boxes, h264, movie, sound
from runtime.broadcast.boxes import Box
from runtime.broadcast.movie import Known
from runtime.broadcast.samples import Kind, Media, ProtocolError, Sample, TrackChanged, side_by_side

_MOST_HEADER = 1 << 20
_MOST_DATA = 32 << 20
_MOST_SAMPLES = 20_000
_LONGEST = 10
"""Seconds that one sample may last."""
_LATEST = 1 << 52
_SIGN = 1 << 31
_BASE, _DESCRIPTION, _DURATION, _SIZE = 0x01, 0x02, 0x08, 0x10
_OFFSET, _FIRST_FLAGS, _DURATIONS, _SIZES, _FLAGS, _SHIFTS = 0x001, 0x004, 0x100, 0x200, 0x400, 0x800


class _Row(Value, frozen=True):
    """A sample as the fragment lists it; ``place`` is where its data begins in the file."""

    time: int
    duration: int
    shift: int
    place: int
    size: int


class _Traf(Value, frozen=True):
    """The head of one track's part of a fragment."""

    known: Known
    base: int
    time: int
    duration: int
    size: int


class Fragments:
    """Reads one session's bytes, however they are cut; after a ProtocolError the session is to be begun anew."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._position = 0
        self._known: dict[int, Known] = {}
        self._moof: tuple[int, bytes] | None = None

    def read(self, data: bytes) -> list[TrackChanged | Media]:
        """Take bytes and return the samples that became whole; raise ProtocolError."""
        self._bytes += data
        events: list[TrackChanged | Media] = []
        while (box := boxes.head(self._bytes, 0, len(self._bytes))) is not None:
            if box.end > (_MOST_DATA if box.kind == b"mdat" else _MOST_HEADER):
                raise ProtocolError("a box is too long")
            if box.end > len(self._bytes):
                break
            whole = bytes(self._bytes[: box.end])
            del self._bytes[: box.end]
            events += self._box(box, whole)
            self._position += box.end
        return events

    def _box(self, box: Box, whole: bytes) -> Iterator[TrackChanged | Media]:
        if box.kind == b"moov":
            self._known = movie.tracks(whole, box)
            tracks = {known.track.kind: known.track for known in self._known.values()}
            yield TrackChanged(tuple(tracks[kind] for kind in Kind if kind in tracks))
        elif box.kind == b"moof":
            self._moof = (self._position, whole)
        elif box.kind == b"mdat" and self._moof is not None:
            (position, moof), self._moof = self._moof, None
            samples = self._samples(position, moof, (self._position, box, whole))
            if samples:
                yield Media(samples, complete=True)

    def _samples(self, position: int, moof: bytes, mdat: tuple[int, Box, bytes]) -> tuple[Sample, ...]:
        start, box, data = mdat
        found: list[Sample] = []
        count = 0
        for traf in (_traf(self._known, moof, part, position) for part in _children(moof, b"traf")):
            if traf is None:
                continue
            for row in _rows(*traf, start + box.content):
                place = row.place - start
                if place < box.content or place + row.size > box.end:
                    raise ProtocolError("a sample lies outside of its fragment")
                made = _sample(traf[0].known, row, data[place : place + row.size])
                if made is not None:
                    found.append(made)
                count += 1
                if count > _MOST_SAMPLES:
                    raise ProtocolError("a fragment has too many samples")
        return side_by_side(found, {known.track.kind: known.track.timescale for known in self._known.values()})


def _children(moof: bytes, kind: bytes) -> Iterator[Box]:
    whole = boxes.head(moof, 0, len(moof))
    if whole is not None:
        yield from (box for box in boxes.walk(moof, whole.content, whole.end) if box.kind == kind)


def _traf(tracks: dict[int, Known], moof: bytes, box: Box, position: int) -> tuple[_Traf, bytes, Box] | None:
    """Read the head of a traf; None where it belongs to a track that is not shown."""
    head = boxes.get(moof, box, b"tfhd")
    flags, number = boxes.number(moof, head, 1, 3), boxes.number(moof, head, 4)
    known = tracks.get(number)
    if known is None:
        return None
    place, base, duration, size = 8, position, known.duration, known.size
    if flags & _BASE:
        base, place = boxes.number(moof, head, place, 8), place + 8
    if flags & _DESCRIPTION:
        place += 4
    if flags & _DURATION:
        duration, place = boxes.number(moof, head, place), place + 4
    if flags & _SIZE:
        size = boxes.number(moof, head, place)
    decoded = boxes.get(moof, box, b"tfdt")
    time = boxes.number(moof, decoded, 4, 8 if boxes.number(moof, decoded, 0, 1) == 1 else 4)
    if time > _LATEST:
        raise ProtocolError("a fragment has a time that cannot be")
    return _Traf(known, base, time, duration, size), moof, box


def _rows(traf: _Traf, moof: bytes, box: Box, place: int) -> Iterator[_Row]:
    """Yield the samples of all truns; ``place`` is where data begins that is not told a place."""
    time = traf.time
    for trun in boxes.walk(moof, box.content, box.end):
        if trun.kind != b"trun":
            continue
        flags, count = boxes.number(moof, trun, 1, 3), boxes.number(moof, trun, 4)
        cursor = 8
        if flags & _OFFSET:
            place, cursor = traf.base + _signed(boxes.number(moof, trun, cursor)), cursor + 4
        if flags & _FIRST_FLAGS:
            cursor += 4
        columns = [flag for flag in (_DURATIONS, _SIZES, _FLAGS, _SHIFTS) if flags & flag]
        if count > _MOST_SAMPLES or trun.content + cursor + 4 * count * len(columns) > trun.end:
            raise ProtocolError("a fragment has too many samples or too few")
        for _ in range(count):
            told = {flag: boxes.number(moof, trun, cursor + 4 * at) for at, flag in enumerate(columns)}
            cursor += 4 * len(columns)
            duration, size = told.get(_DURATIONS, traf.duration), told.get(_SIZES, traf.size)
            if duration > _LONGEST * traf.known.timescale:
                raise ProtocolError("a sample lasts too long")
            yield _Row(time, duration, _signed(told.get(_SHIFTS, 0)), place, size)
            time, place = time + duration, place + size


def _sample(known: Known, row: _Row, data: bytes) -> Sample | None:
    """Return the sample in the ticks of its track, None for one that is broken."""
    track = known.track

    def ticks(time: int) -> int:
        return time * track.timescale // known.timescale

    decoded = ticks(row.time)
    duration = ticks(row.time + row.duration) - decoded
    if track.kind is Kind.AUDIO:
        whole = sound.frame(track, data) > 0
        return Sample(Kind.AUDIO, decoded, decoded, True, data, duration) if whole else None
    made_of = h264.units(data, h264.length_size(track.config))
    if not made_of.whole or not made_of.picture:
        return None
    return Sample(Kind.VIDEO, decoded, ticks(row.time + row.shift), made_of.key, data, duration)


def _signed(number: int) -> int:
    return number - 2 * _SIGN if number >= _SIGN else number
