"""A replay as one file to download: ``replay.mp4``, put in place whole by one rename.

Its index is in front and its chapters are inside, and nothing is coded anew: where a picture changed its form meanwhile
there is no such file, as copying would leave half of it broken. ffmpeg, which writes chapters for Apple's players too,
is taken where there is one. What a killed process left half done is made again.
"""

import contextlib
import importlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.broadcast import mp4
from runtime.live import chapters, folders
from runtime.live.replays import Mark, Recorded

_LONGEST = 3600
_LOOK = 0.2
_NICE = 10
_ROOM_LEFT = 1.2
"""So many times the size of a recording have to be free on the disk."""


class MovieError(Exception):
    """A recording cannot become one file; the message says why."""


class StoppedError(Exception):
    """There was no more time; the file is made another time."""


class NoRoomError(Exception):
    """The disk has no room for the file now."""


def find_ffmpeg() -> str | None:
    """Return the ffmpeg of this machine, or that of the extra "renditions", or None."""
    found = shutil.which("ffmpeg")
    if found is None and importlib.util.find_spec("imageio_ffmpeg"):
        with contextlib.suppress(RuntimeError):
            return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    return found


class Maker:
    """Makes single files; ``ffmpeg`` is the program's path or None, ``stopped`` tells that there is no more time."""

    def __init__(self, ffmpeg: str | None, stopped: Callable[[], bool]) -> None:
        self._ffmpeg = ffmpeg
        self._stopped = stopped

    def make(self, found: Recorded, marks: Mark, title: Callable[[str], str], name: str) -> int:
        """Make the file and return its size; leave nothing half done behind.

        Raises MovieError, NoRoomError, StoppedError and OSError.
        """
        if not _is_alike(found):
            raise MovieError("the picture changed its form meanwhile")
        draft = found.folder / folders.MOVIE_DRAFT
        size = sum(each.size for each in found.segments)
        if shutil.disk_usage(found.folder).free < size * _ROOM_LEFT:
            raise NoRoomError
        # An ffmpeg whose parent was killed may still be writing: it keeps the file that it has, and we get another.
        draft.unlink(missing_ok=True)
        try:
            if self._ffmpeg is not None:
                self._copied(self._ffmpeg, found.folder, chapters.metadata(marks.chapters, title, name, found.length))
            else:
                self._written(found, draft, chapters.marks(marks.chapters, title, name, found.length))
            _sync(draft)
            draft.replace(found.folder / folders.MOVIE)
        finally:
            draft.unlink(missing_ok=True)
        return (found.folder / folders.MOVIE).stat().st_size

    def _written(self, found: Recorded, draft: Path, marks: Sequence[mp4.Mark]) -> None:
        with draft.open("wb") as into:
            for piece in mp4.pieces(found.folder, found.segments, marks, check=self._check):
                into.write(piece)

    def _check(self) -> None:
        if self._stopped():
            raise StoppedError

    def _copied(self, ffmpeg: str, folder: Path, metadata: str) -> None:
        command = [
            ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y",
            "-protocol_whitelist", "file,pipe", "-i", folders.PLAYLIST, "-f", "ffmetadata", "-i", "pipe:0",
            "-map", "0", "-map_metadata", "1", "-map_chapters", "1", "-c", "copy",
            "-movflags", "+faststart", "-f", "mp4", f"./{folders.MOVIE_DRAFT}",
        ]  # fmt: skip
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe) as running:  # noqa: S603  ours
            _be_nice(running.pid)
            said = self._wait(running, metadata.encode())
        if running.returncode:
            lines = said.decode("utf-8", "replace").strip().splitlines()
            raise MovieError(f"ffmpeg: {lines[-1][:200] if lines else running.returncode}")

    def _wait(self, running: "subprocess.Popen[bytes]", given: bytes) -> bytes:
        """Wait for ffmpeg and return what it said; raise StoppedError or MovieError after it was ended."""
        sent: bytes | None = given
        for _ in range(int(_LONGEST / _LOOK)):
            try:
                return running.communicate(sent, timeout=_LOOK)[1]
            except subprocess.TimeoutExpired:
                sent = None
            if self._stopped():
                break
        running.kill()
        running.communicate()
        raise StoppedError if self._stopped() else MovieError("ffmpeg took too long")


def _is_alike(found: Recorded) -> bool:
    inits = {each.init for each in found.segments}
    return len({(found.folder / f"init{number}.mp4").read_bytes() for number in inits}) == 1


def _be_nice(process: int) -> None:
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process, _NICE)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
