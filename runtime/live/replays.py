"""Replays: a broadcast that is over becomes a playlist of the very segments it was sent as, with chapters.

``publish`` is called the moment a broadcast ends and whenever something about it changed: the same again writes the
same. ``shown`` tells what can be watched of a broadcast, ``tell`` what pages are built from.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from generator import files, replays
from generator.shop import Value
from runtime.broadcast import Segment, playlist, recording
from runtime.live import chapters, folders
from runtime.live.chapters import Chapter
from runtime.live.values import Broadcast, Pin

_MARK = ".replay"
VTT = "chapters.vtt"
CHAPTERS = "chapters.json"


class Recorded(Value, frozen=True, kw_only=True):
    """What is on disk of a broadcast; ``whole`` unless segments are missing."""

    folder: Path
    segments: tuple[Segment, ...]
    whole: bool

    @property
    def length(self) -> int:
        """Return how long it lasts in milliseconds."""
        return sum(each.duration for each in self.segments) // 1000


class Shown(Value, frozen=True, kw_only=True):
    """What everybody can watch of a broadcast that is over, now: its playlist, and one file to download."""

    playlist: bool = False
    movie: bool = False


class Mark(Value, frozen=True, kw_only=True):
    """What is known of a recording beside its segments: its chapters, and why there is no single file."""

    length: int = 0
    chapters: tuple[Chapter, ...] = ()
    no_movie: str = ""


def shown(root: Path, room: str, stream: str) -> Shown:
    """Return what everybody can watch of a broadcast."""
    folder = folders.seen(root, room, stream)
    if not (folder / folders.PLAYLIST).is_file():
        return Shown()
    return Shown(playlist=True, movie=(folder / folders.MOVIE).is_file())


def recorded(root: Path, broadcast: Broadcast) -> Recorded | None:
    """Return what is on disk of a broadcast, or None where nothing is."""
    folder = folders.find(root, broadcast.room, broadcast.stream)
    found = recording.segments(folder) if folder is not None else []
    if folder is None or not found:
        return None
    holes = any(after.run == before.run and after.number != before.number + 1 for before, after in pairwise(found))
    return Recorded(folder=folder, segments=tuple(found), whole=not holes)


def publish(found: Recorded, pins: Sequence[Pin], title: Callable[[str], str]) -> Mark:
    """Write playlist and chapters of a recording; only what changed is written, the playlist last. Raise OSError."""
    marks = chapters.chapters(pins, found.segments)
    before = mark(found.folder)
    made = Mark(length=found.length, chapters=marks, no_movie=before.no_movie)
    _put(found.folder / VTT, chapters.vtt(marks, title).encode())
    _put(found.folder / CHAPTERS, chapters.document(marks, found.length))
    _put(found.folder / _MARK, msgspec.json.encode(made))
    _put(found.folder / folders.PLAYLIST, playlist.recorded(found.segments).encode())
    return made


def mark(folder: Path) -> Mark:
    """Return what is known of a recording."""
    try:
        return msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return Mark()


def give_up_movie(folder: Path, why: str) -> None:
    """Note why a recording gets no single file, so that nobody tries for ever."""
    _put(folder / _MARK, msgspec.json.encode(msgspec.structs.replace(mark(folder), no_movie=why)))


def tell(root: Path, room: str, broadcast: Broadcast | None) -> bool:
    """Write for the builder of pages which replay a room has, None for none; return whether that is news."""
    path = root / room / replays.NAME
    if broadcast is None or broadcast.started_at is None or broadcast.ended_at is None:
        if not path.exists():
            return False
        path.unlink()
        return True
    known = mark(folders.seen(root, room, broadcast.stream))
    found = replays.Replay(
        stream=broadcast.stream,
        began=_instant(broadcast.started_at),
        ended=_instant(broadcast.ended_at),
        duration=known.length,
        movie=shown(root, room, broadcast.stream).movie,
        chapters=tuple(
            replays.Chapter(start=each.start, end=each.end, number=each.number, product=each.product)
            for each in known.chapters
        ),
    )
    return _put(path, msgspec.json.encode(found))


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _put(path: Path, data: bytes) -> bool:
    """Put a file in place by one rename, unless it says the same already; return whether it was written."""
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        pass
    files.replace(path, data)
    return True
