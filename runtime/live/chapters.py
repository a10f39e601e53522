"""Chapters of a replay: the pins of a broadcast, placed where their pictures are in the recording. Pure.

Pins are moments of the server's clock. A recording has no time in which nobody sent: a pin that was set in a gap begins
with the first picture after it, and one that was over before that is no chapter.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

import msgspec

from generator.shop import Value
from runtime.broadcast import Segment
from runtime.broadcast.mp4 import Mark
from runtime.live.values import Pin

VERSION = 1


class Chapter(Value, frozen=True, kw_only=True):
    """A stretch of a recording in which a product is explained, in milliseconds from its beginning."""

    start: int
    end: int
    number: int
    product: str
    pin: int = 0


class Timeline:
    """Leads from moments of the server's clock to places in a recording, both in milliseconds."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._begun: list[int] = []
        self._lasts: list[int] = []
        self._places: list[int] = []
        place = latest = 0
        for each in segments:
            # Where the clock was set back, later segments still lie behind earlier ones.
            latest = max(latest, each.at)
            self._begun.append(latest)
            self._lasts.append(each.duration // 1000)
            self._places.append(place // 1000)
            place += each.duration
        self.length = place // 1000

    def place(self, moment: int) -> int:
        """Return where a moment is: in its segment, or at the beginning of the next one."""
        index = bisect_right(self._begun, moment) - 1
        if index < 0:
            return 0
        return self._places[index] + min(moment - self._begun[index], self._lasts[index])


def chapters(pins: Sequence[Pin], segments: Sequence[Segment]) -> tuple[Chapter, ...]:
    """Return the chapters of a recording in their order; a pin that is shown still lasts until the end."""
    timeline = Timeline(segments)
    ordered = sorted(pins, key=lambda each: (each.at_ms, each.id))
    found = []
    for each, following in zip_longest(ordered, ordered[1:]):
        until = each.until_ms if following is None else min(each.until_ms or following.at_ms, following.at_ms)
        start = timeline.place(each.at_ms)
        end = timeline.length if until is None else timeline.place(until)
        if end > start:
            found.append(Chapter(start=start, end=end, number=each.number, product=each.product, pin=each.id))
    return tuple(found)


def document(found: Sequence[Chapter], length: int) -> bytes:
    """Write chapters as JSON for players: seconds, bag numbers and products."""
    return msgspec.json.encode(
        {
            "v": VERSION,
            "duration": length / 1000,
            "chapters": [
                {
                    "start": each.start / 1000,
                    "end": each.end / 1000,
                    "number": each.number,
                    "product": each.product,
                    "pin": each.pin,
                }
                for each in found
            ],
        }
    )


def vtt(found: Sequence[Chapter], title: Callable[[str], str]) -> str:
    """Write chapters as WebVTT of the kind ``chapters``."""
    cues = [
        f"{number}\n{_clock(each.start)} --> {_clock(each.end)}\n{_cue(each.number, title(each.product))}\n"
        for number, each in enumerate(found, 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def metadata(found: Sequence[Chapter], title: Callable[[str], str], name: str, length: int) -> str:
    """Write chapters as ffmpeg's FFMETADATA1."""
    told = [
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={_escaped(each)}\n"
        for start, end, each in _stretches(found, title, name, length)
    ]
    return "".join([f";FFMETADATA1\ntitle={_escaped(name)}\n", *told])


def marks(found: Sequence[Chapter], title: Callable[[str], str], name: str, length: int) -> tuple[Mark, ...]:
    """Return chapters as our own MP4 has them."""
    return tuple(Mark(start, " ".join(each.split())) for start, _, each in _stretches(found, title, name, length))


def _stretches(
    found: Sequence[Chapter], title: Callable[[str], str], name: str, length: int
) -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and name: in MP4 one chapter follows another, so what is between bears the whole's name."""
    place = 0
    for each in found:
        if each.start > place:
            yield place, each.start, name
        yield each.start, each.end, f"{each.number}. {title(each.product)}"
        place = each.end
    if found and place < length:
        yield place, length, name


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _cue(number: int, title: str) -> str:
    """Return a cue's text: marks of the format are written as they read, and an arrow would end it."""
    plain = " ".join(title.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{number}. {plain}"


def _escaped(text: str) -> str:
    """Return a value of FFMETADATA: ``=``, ``;``, ``#``, backslashes and ends of lines are escaped."""
    plain = " ".join(text.split())
    return "".join(f"\\{each}" if each in "=;#\\" else each for each in plain)
