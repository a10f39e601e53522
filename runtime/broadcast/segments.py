"""What the segmenter makes: initialisation segments, parts, and segments; numbers, times and places in a broadcast.

A run is a stretch without a break: one publisher, one set of tracks, steady time stamps. Between two runs players are
told EXT-X-DISCONTINUITY; a run's number is the discontinuity sequence number of its segments. Durations and media
times are microseconds, ``at`` is the wall clock of the server in milliseconds since 1970.
"""

from generator.value import Value


class Init(Value, frozen=True):
    """An initialisation segment, ``init<number>.mp4``: what a decoder needs before the first part of a run."""

    number: int
    data: bytes


class Start(Value, frozen=True, kw_only=True):
    """Where a broadcast goes on: the first numbers that no viewer and no cache has ever seen.

    ``last`` is the newest initialisation segment: tracks that are the same again need no other.
    """

    segment: int = 0
    init: int = 1
    run: int = 0
    time: int = 0
    last: Init | None = None


class Cutting(Value, frozen=True, kw_only=True):
    """How a stream is cut, in milliseconds and bytes; ``part`` 0 makes no parts (latency: normal).

    Segments begin at the first key frame after ``segment``; where none comes they are cut at ``longest`` or at
    ``most_bytes``. A step of the time stamps above ``gap``, or below it backwards, begins a new run.
    """

    part: int = 500
    segment: int = 1000
    longest: int = 10_000
    gap: int = 1000
    most_bytes: int = 32 << 20


class Piece(Value, frozen=True):
    """A part inside a closed segment: how long it lasts, whether it begins with a key frame, how many bytes it has."""

    duration: int
    independent: bool
    size: int


class Part(Value, frozen=True, kw_only=True):
    """A part of the open segment, ``<segment>.<number>.m4s``; ``at`` is when that segment begins."""

    segment: int
    number: int
    duration: int
    independent: bool
    init: int
    run: int
    at: int
    data: bytes


class Segment(Value, frozen=True, kw_only=True):
    """A closed segment, ``<number>.m4s``. One that was read back from a recording has no data and no pieces."""

    number: int
    init: int
    run: int
    time: int
    duration: int
    at: int
    independent: bool
    size: int
    pieces: tuple[Piece, ...] = ()
    data: bytes = b""
