"""Fragmented MP4: the initialisation segment of some tracks, and fragments (moof and mdat) of their samples.

After ISO/IEC 14496-12, 14496-14 (mp4a, esds), 14496-15 (avc1, avcC) and "Encapsulation of Opus in ISO Base Media File
Format". A player decodes an initialisation segment followed by any of its fragments.
"""

import struct
from collections.abc import Sequence

from generator.value import Value
from runtime.broadcast.boxes import write, write_full
from runtime.broadcast.samples import Codec, Kind, Track

TRACK_NUMBERS = {Kind.VIDEO: 1, Kind.AUDIO: 2}
"""The track_ID of each kind, in every file of ours."""

_MATRICES = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
_ONE = 0x10000
_LAST = 0x40000000
_UNDETERMINED = 0x55C4
_ENABLED_IN_MOVIE = 3
_MOST_RATE = 0xFFFF
_BASE_IS_MOOF, _WITH_DURATION, _WITH_FLAGS = 0x020000, 0x08, 0x20
_OFFSET, _DURATIONS, _SIZES, _FLAGS, _SHIFTS = 0x001, 0x100, 0x200, 0x400, 0x800
_ALONE, _DEPENDING = 0x02000000, 0x01010000
"""Sample flags: depends on no other; depends on others and is no place to begin."""


class Frame(Value, frozen=True):
    """One sample as it is written; ``shift`` is how much later than decoded it is shown."""

    time: int
    duration: int
    shift: int
    key: bool
    data: bytes


def init(tracks: Sequence[Track]) -> bytes:
    """Make the initialisation segment of tracks."""
    movie = write_full(
        b"mvhd", 0, 0, struct.pack(">4IIHH8x", 0, 0, 1000, 0, _ONE, 0x100, 0), _matrix(0), bytes(24), b"\0\0\0\3"
    )
    extends = b"".join(
        write_full(b"trex", 0, 0, struct.pack(">5I", TRACK_NUMBERS[track.kind], 1, 0, 0, 0)) for track in tracks
    )
    return write(b"ftyp", b"iso6\0\0\0\1iso6mp41") + write(
        b"moov", movie, *(_track(track) for track in tracks), write(b"mvex", extends)
    )


def fragment(number: int, lanes: Sequence[tuple[Kind, Sequence[Frame]]]) -> bytes:
    """Make a fragment of samples; ``number`` counts fragments up."""
    lanes = [(kind, frames) for kind, frames in lanes if frames]
    runs = [_run(kind, frames) for kind, frames in lanes]
    header = write_full(b"mfhd", 0, 0, struct.pack(">I", number & 0xFFFFFFFF))
    # The place of the data is told from the moof's start, so that its length must be known before it is written.
    place = 8 + len(header) + sum(len(before) + 4 + len(after) for before, after in runs) + 8
    pieces, sizes = [], []
    for (before, after), (_, frames) in zip(runs, lanes, strict=True):
        pieces.append(b"".join((before, struct.pack(">i", place), after)))
        sizes.append(sum(len(frame.data) for frame in frames))
        place += sizes[-1]
    body = [frame.data for _, frames in lanes for frame in frames]
    return b"".join((write(b"moof", header, *pieces), struct.pack(">I4s", 8 + sum(sizes), b"mdat"), *body))


def _run(kind: Kind, frames: Sequence[Frame]) -> tuple[bytes, bytes]:
    """Write a traf in two halves, between which the place of its data belongs."""
    video = kind is Kind.VIDEO
    number = TRACK_NUMBERS[kind]
    durations = {frame.duration for frame in frames}
    steady = len(durations) == 1
    head = struct.pack(">I", number) + (struct.pack(">I", frames[0].duration) if steady else b"")
    if not video:
        head += struct.pack(">I", _ALONE)
    head_flags = _BASE_IS_MOOF | (_WITH_DURATION if steady else 0) | (0 if video else _WITH_FLAGS)
    shifted = any(frame.shift for frame in frames)
    flags = _OFFSET | _SIZES | (0 if steady else _DURATIONS) | (_FLAGS if video else 0) | (_SHIFTS if shifted else 0)
    columns: list[Sequence[int]] = []
    if not steady:
        columns.append([frame.duration for frame in frames])
    columns.append([len(frame.data) for frame in frames])
    if video:
        columns.append([_ALONE if frame.key else _DEPENDING for frame in frames])
    if shifted:
        columns.append([frame.shift & 0xFFFFFFFF for frame in frames])
    table = struct.pack(
        f">{len(columns) * len(frames)}I", *(cell for row in zip(*columns, strict=True) for cell in row)
    )
    start = write_full(b"tfhd", 0, head_flags, head) + write_full(b"tfdt", 1, 0, struct.pack(">Q", frames[0].time))
    run_head = struct.pack(">I4sII", 20 + len(table), b"trun", 1 << 24 | flags, len(frames))
    length = 8 + len(start) + len(run_head) + 4 + len(table)
    return struct.pack(">I4s", length, b"traf") + start + run_head, table


def _matrix(rotation: int) -> bytes:
    a, b, c, d = (part * _ONE for part in _MATRICES[rotation])
    return struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, _LAST)


def _track(track: Track) -> bytes:
    video = track.kind is Kind.VIDEO
    header = write_full(
        b"tkhd",
        0,
        _ENABLED_IN_MOVIE,
        struct.pack(">5I8x4h", 0, 0, TRACK_NUMBERS[track.kind], 0, 0, 0, 0, 0 if video else 0x100, 0),
        _matrix(track.rotation),
        struct.pack(">II", track.width << 16, track.height << 16),
    )
    media = write_full(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.timescale, 0, _UNDETERMINED, 0))
    name = b"vide" if video else b"soun"
    handler = write_full(b"hdlr", 0, 0, struct.pack(">4x4s12x", name), b"Shopwright\0")
    kind = write_full(b"vmhd", 0, 1, bytes(8)) if video else write_full(b"smhd", 0, 0, bytes(4))
    place = write(b"dinf", write_full(b"dref", 0, 0, b"\0\0\0\1", write_full(b"url ", 0, 1)))
    entry = write_full(b"stsd", 0, 0, b"\0\0\0\1", _picture(track) if video else _sound(track))
    empty = (
        write_full(name, 0, 0, bytes(size)) for name, size in ((b"stts", 4), (b"stsc", 4), (b"stsz", 8), (b"stco", 4))
    )
    table = write(b"stbl", entry, *empty)
    return write(b"trak", header, write(b"mdia", media, handler, write(b"minf", kind, place, table)))


def _picture(track: Track) -> bytes:
    fields = struct.pack(">6xH16xHHIIIH32xHh", 1, track.width, track.height, 72 * _ONE, 72 * _ONE, 0, 1, 24, -1)
    return write(b"avc1", fields, write(b"avcC", track.config))


def _sound(track: Track) -> bytes:
    rate = track.rate if track.rate <= _MOST_RATE else 0
    fields = struct.pack(">6xH8xHHHHI", 1, track.channels, 16, 0, 0, rate << 16)
    if track.codec is Codec.OPUS:
        return write(b"Opus", fields, write(b"dOps", track.config))
    decoder = struct.pack(">BBBHII", 0x40, 0x15, 0, 0, 0, 0) + _descriptor(5, track.config)
    stream = struct.pack(">HB", 2, 0) + _descriptor(4, decoder) + _descriptor(6, b"\2")
    return write(b"mp4a", fields, write_full(b"esds", 0, 0, _descriptor(3, stream)))


def _descriptor(kind: int, data: bytes) -> bytes:
    return bytes((kind, 0x80, 0x80, 0x80, len(data))) + data
