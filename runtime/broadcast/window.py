"""The newest of a broadcast in memory: what players may ask for now, and whether a blocked request may be answered."""

from collections import deque
from enum import Enum, auto

from generator.value import Value
from runtime.broadcast.segments import Init, Part, Segment

_INITS = 16
_AHEAD = 2
"""A player may ask for the segment after the next one; more is a mistake (RFC 8216bis, section 6.2.5.2)."""


class WindowLimits(Value, frozen=True, kw_only=True):
    """Milliseconds of media that playlists list, and that stay fetchable; bytes in all."""

    listed: int = 24_000
    kept: int = 60_000
    most_bytes: int = 64 << 20
    fewest: int = 3


class Wanted(Value, frozen=True):
    """What a player waits for: a segment, or a part of it; ``skip`` asks for a delta update."""

    segment: int | None = None
    part: int | None = None
    skip: bool = False

    @classmethod
    def read(cls, segment: str | None, part: str | None, skip: str | None) -> "Wanted":
        """Read ``_HLS_msn``, ``_HLS_part`` and ``_HLS_skip``; raise ValueError."""
        numbers = [_number(text) for text in (segment, part)]
        if numbers[0] is None and numbers[1] is not None:
            raise ValueError("a part without its segment")
        return cls(numbers[0], numbers[1], skip in {"YES", "v2"})


class Answer(Enum):
    """Whether a request is answered now, later when more is there, or never."""

    NOW = auto()
    WAIT = auto()
    NEVER = auto()


class Window:
    """What a segmenter made last. ``version`` counts changes, so that texts can be kept until the next one."""

    def __init__(self, limits: WindowLimits | None = None, start: int = 0) -> None:
        self.version = 0
        self.ended = False
        self.open = start
        self.parts: list[Part] = []
        self._limits = limits or WindowLimits()
        self._segments: deque[Segment] = deque()
        self._inits: dict[int, Init] = {}
        self._size = 0
        self._longest = 0

    def take(self, made: Init | Part | Segment) -> None:
        """Keep what the segmenter made, and let go of what is too old."""
        if isinstance(made, Init):
            self._inits[made.number] = made
            while len(self._inits) > _INITS:
                del self._inits[min(self._inits)]
        elif isinstance(made, Part):
            self.parts.append(made)
            self.open = made.segment
        else:
            self._segments.append(made)
            self._size += made.size
            self._longest = max(self._longest, made.duration)
            self.parts = []
            self.open = made.number + 1
            self._let_go()
        self.version += 1

    def end(self) -> None:
        """Say that nothing more will come."""
        self.ended = True
        self.version += 1

    @property
    def segments(self) -> list[Segment]:
        """The closed segments that playlists list, oldest first."""
        listed: list[Segment] = []
        length = 0
        for segment in reversed(self._segments):
            if length >= self._limits.listed * 1000 and len(listed) >= self._limits.fewest:
                break
            listed.append(segment)
            length += segment.duration
        return listed[::-1]

    @property
    def target(self) -> int:
        """The target duration in seconds: the longest segment so far, rounded; it never becomes less."""
        open_so_far = sum(part.duration for part in self.parts)
        return max(1, (max(self._longest, open_so_far) + 500_000) // 1_000_000)

    def answer(self, wanted: Wanted) -> Answer:
        """Tell whether a playlist, or a part, that is waited for may be answered."""
        if self.ended:
            return Answer.NOW
        if wanted.segment is None:
            return Answer.NOW if self._segments or self.parts else Answer.WAIT
        segment, part = wanted.segment, wanted.part
        if segment > self.open + _AHEAD:
            return Answer.NEVER
        last = self._segments[-1] if self._segments else None
        if part is not None and last is not None and segment == last.number and part >= len(last.pieces):
            segment, part = segment + 1, 0
        if segment != self.open:
            there = segment < self.open and bool(self._segments or self.parts)
        else:
            there = part is not None and part < len(self.parts)
        return Answer.NOW if there else Answer.WAIT

    def find_init(self, number: int) -> bytes | None:
        """Return an initialisation segment."""
        found = self._inits.get(number)
        return found.data if found else None

    def find_segment(self, number: int) -> bytes | None:
        """Return a closed segment."""
        found = self._find(number)
        return found.data if found else None

    def find_part(self, segment: int, number: int) -> bytes | None:
        """Return a part of the open segment or of a closed one."""
        if segment == self.open:
            return self.parts[number].data if 0 <= number < len(self.parts) else None
        found = self._find(segment)
        if found is None or not 0 <= number < len(found.pieces):
            return None
        start = sum(piece.size for piece in found.pieces[:number])
        return found.data[start : start + found.pieces[number].size]

    def _find(self, number: int) -> Segment | None:
        place = number - self._segments[0].number if self._segments else -1
        return self._segments[place] if 0 <= place < len(self._segments) else None

    def _let_go(self) -> None:
        length = sum(segment.duration for segment in self._segments)
        while len(self._segments) > self._limits.fewest:
            oldest = self._segments[0]
            if length - oldest.duration < self._limits.kept * 1000 and self._size <= self._limits.most_bytes:
                return
            length -= oldest.duration
            self._size -= oldest.size
            self._segments.popleft()


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004  no number of ours is longer
        raise ValueError("not a number")
    return int(text)
