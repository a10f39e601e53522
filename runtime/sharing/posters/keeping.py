"""Posters that were drawn, kept on disk by what stands on them, in bounded room; one is drawn at a time."""

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from runtime.faults import Fault
from runtime.sharing.posters import drawing, poster
from runtime.sharing.posters.poster import Poster

MOST_BYTES = 64 * 1024 * 1024
MOST_FILES = 2000
_PATIENCE = 10.0
"""Seconds that somebody waits for a poster to be drawn before theirs."""
_pen = threading.Lock()


class BusyFault(Fault):
    """Too many posters are being drawn at once."""


class Kept:
    """The posters below a folder."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_files = most_files

    def get(self, wanted: Poster, *, small: bool = False) -> bytes:
        """Return a poster as JPEG, drawn only if it was not before; raise FontFault or BusyFault."""
        name = hashlib.sha256(poster.stamp(wanted)).hexdigest()[:40]
        kept = self._read(f"{name}-s" if small else name)
        if kept is not None:
            return kept
        if not _pen.acquire(timeout=_PATIENCE):
            raise BusyFault("posters are being drawn")
        try:
            drawn = self._read(name)
            if drawn is None:
                drawn = drawing.draw(wanted)
                self._write(name, drawn)
            if small:
                drawn = drawing.small(drawn)
                self._write(f"{name}-s", drawn)
        finally:
            _pen.release()
        return drawn

    def _read(self, name: str) -> bytes | None:
        file = self._folder / f"{name}.jpg"
        try:
            found = file.read_bytes()
            os.utime(file)
        except OSError:
            return None
        return found

    def _write(self, name: str, drawn: bytes) -> None:
        """Keep a poster if there is room: a full disk only means that it is drawn again."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            begun = self._folder / f"{name}.{os.getpid()}.part"
            begun.write_bytes(drawn)
            begun.replace(self._folder / f"{name}.jpg")
            self._make_room()

    def _make_room(self) -> None:
        """Take away what nobody asked for longest."""
        found = []
        for file in self._folder.iterdir():
            with contextlib.suppress(OSError):
                told = file.stat()
                found.append((told.st_mtime_ns, told.st_size, file))
        total, count = sum(each[1] for each in found), len(found)
        for _, size, file in sorted(found):
            if total <= self._most_bytes and count <= self._most_files:
                return
            with contextlib.suppress(OSError):
                file.unlink()
                total, count = total - size, count - 1
