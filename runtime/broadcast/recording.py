"""A broadcast on disk: a folder of whole segments, written while it goes on and read back for the replay.

``<n>.m4s`` and ``init<k>.mp4`` are put in place by one rename. ``.index`` is a line of JSON for every segment, written
after its file; what a killed process left half written is overlooked. ``.numbers`` holds the first number that was
never given away, of segments and of initialisation segments alike: numbers are taken a thousand at a time and in
advance, as caches hold what they saw for ever. It is overwritten in place, so that a full disk cannot hinder it.
"""

import contextlib
import os
from itertools import pairwise
from pathlib import Path

import msgspec

from generator.files import replace, sync_folder, write_all
from runtime.broadcast.segments import Init, Part, Segment, Start

INDEX = ".index"
NUMBERS = ".numbers"
_AT_ONCE = 1000
_SOON = 100
_DIGITS = 16
_LONGEST_LINE = 4096
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Recording:
    """Writes one broadcast into its folder; every method may block for as long as the disk does.

    ``incomplete`` says that a segment could not be kept, now or before; ``bytes`` counts what was kept. A folder that
    was begun goes on with ``start``. One process writes a folder at a time.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self.why = ""
        self._durable = durable
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".*.tmp"):
            left.unlink(missing_ok=True)
        kept = _read(folder)
        self.bytes = sum(segment.size for segment in kept)
        self.incomplete = _has_holes(kept)
        self._pending: dict[int, Init] = {}
        self._index = os.open(folder / INDEX, os.O_RDWR | os.O_CREAT | os.O_APPEND | _FLAGS, 0o644)
        self._length = _cut_torn_line(self._index)
        self._reserved = 0
        last = kept[-1] if kept else None
        number = max(_first_free(folder), last.number + 2 if last else 0)
        self._reserve(number)
        self.start = Start(
            segment=number,
            init=number + 1,
            run=last.run + 1 if last else 0,
            time=last.time + last.duration if last else 0,
            last=_find_init(folder, last.init) if last else None,
        )

    def take(self, made: Init | Part | Segment) -> bool:
        """Keep what a segmenter made, and tell whether that went well; parts are not kept, as segments hold them.

        A disk that is full or broken stops nothing: the recording is ``incomplete`` and ``why`` says the reason.
        """
        if isinstance(made, Part):
            return True
        try:
            if isinstance(made, Init):
                self._pending[made.number] = made
                self._write_inits()
            else:
                self._write_inits()
                self._write_segment(made)
        except OSError as error:
            self.incomplete = True
            self.why = os.strerror(error.errno) if error.errno else "the disk failed"
            return False
        return True

    def close(self) -> None:
        """Make everything durable as far as the disk allows, and let go of the folder."""
        with contextlib.suppress(OSError):
            os.fsync(self._index)
            sync_folder(self.folder)
        os.close(self._index)

    def _write_inits(self) -> None:
        for number in list(self._pending):
            replace(self.folder / f"init{number}.mp4", self._pending[number].data, durable=self._durable)
            del self._pending[number]

    def _write_segment(self, segment: Segment) -> None:
        if segment.number + _SOON >= self._reserved:
            self._reserve(self._reserved)
        replace(self.folder / f"{segment.number}.m4s", segment.data, durable=self._durable)
        line = msgspec.json.encode(msgspec.structs.replace(segment, data=b"", pieces=())) + b"\n"
        try:
            write_all(self._index, line)
        except OSError:
            # Half a line must not stand before the next one.
            with contextlib.suppress(OSError):
                os.ftruncate(self._index, self._length)
            with contextlib.suppress(OSError):
                (self.folder / f"{segment.number}.m4s").unlink()
            raise
        self._length += len(line)
        self.bytes += segment.size

    def _reserve(self, number: int) -> None:
        """Take a thousand numbers; where that fails numbers go on all the same, as nothing may stop a broadcast."""
        self._reserved = number + _AT_ONCE
        try:
            handle = os.open(self.folder / NUMBERS, os.O_WRONLY | os.O_CREAT | _FLAGS, 0o644)
            try:
                write_all(handle, f"{self._reserved:0{_DIGITS - 1}d}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            self.incomplete = True
            self.why = os.strerror(error.errno) if error.errno else "the disk failed"


def segments(folder: Path) -> list[Segment]:
    """Return what was recorded, oldest first, without its data; files that are missing or cut short are left out."""
    return _read(folder)


def _read(folder: Path) -> list[Segment]:
    try:
        lines = (folder / INDEX).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    decoder = msgspec.json.Decoder(Segment)
    found: dict[int, Segment] = {}
    for line in lines:
        with contextlib.suppress(msgspec.MsgspecError, OSError):
            segment = decoder.decode(line)
            if (folder / f"{segment.number}.m4s").stat().st_size == segment.size:
                found[segment.number] = segment
    return [found[number] for number in sorted(found)]


def _has_holes(kept: list[Segment]) -> bool:
    return any(after.run == before.run and after.number != before.number + 1 for before, after in pairwise(kept))


def _cut_torn_line(handle: int) -> int:
    """Cut what a killed process left behind the last whole line; return how long the file is then."""
    length = os.fstat(handle).st_size
    os.lseek(handle, max(0, length - _LONGEST_LINE), os.SEEK_SET)
    tail = os.read(handle, _LONGEST_LINE)
    whole = length - (len(tail) - tail.rfind(b"\n") - 1)
    if whole < length:
        os.ftruncate(handle, whole)
    return whole


def _first_free(folder: Path) -> int:
    try:
        return int((folder / NUMBERS).read_text().strip() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def _find_init(folder: Path, number: int) -> Init | None:
    try:
        return Init(number, (folder / f"init{number}.mp4").read_bytes())
    except FileNotFoundError:
        return None
