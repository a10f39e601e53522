"""Pictures drawn before: found by the times of their file without opening it, else by content; checked when used."""

import contextlib
import hashlib
import os
import shutil
import time
from pathlib import Path

import msgspec

from generator import files
from generator.pictures.renditions import PictureSet

RECIPE = "2"
"""Changes with everything that changes the bytes of a drawn picture: sizes, qualities, colours."""
_TICK_NS = 100_000_000
"""Two changes of a file within this time may carry the same time: what is younger is not remembered by its time."""
Look = tuple[int, int, int, int]


class _Index(msgspec.Struct):
    recipe: str = RECIPE
    seen: dict[str, tuple[Look, str]] = {}
    sets: dict[str, msgspec.Raw] = {}


class PictureCache:
    """Sets by the content they were made of, in ``folder``; the folder may be lost or damaged at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = self._read()
        self._changed = False

    def _read(self) -> _Index:
        try:
            found = msgspec.msgpack.decode((self.folder / "index").read_bytes(), type=_Index)
        except (OSError, msgspec.DecodeError):
            return _Index()
        return found if found.recipe == RECIPE else _Index()

    def key(self, name: str, path: Path, salt: str = "") -> str:
        """Return the key of a file's content, read only if its size or times changed; raise OSError."""
        return content_key(self.digest(name, path), salt)

    def digest(self, name: str, path: Path) -> str:
        """Return the SHA-256 of a file's content, read only if its size or times changed; raise OSError."""
        look = _look(path)
        known = self._index.seen.get(name)
        if known is not None and known[0] == look:
            return known[1]
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if _look(path) == look and time.time_ns() - max(look[0], look[1]) > _TICK_NS:
            self._index.seen[name] = (look, digest)
            self._changed = True
        return digest

    def find(self, key: str) -> PictureSet | None:
        """Return the set of a key, if all its files are there."""
        raw = self._index.sets.get(key)
        with contextlib.suppress(OSError, msgspec.DecodeError):
            if raw is not None:
                return msgspec.msgpack.decode(raw, type=PictureSet)
            packed = (self.place(key) / "set").read_bytes()
            found = msgspec.msgpack.decode(packed, type=PictureSet)
            if all((self.place(key) / each.name).stat().st_size == each.size for each in found.renditions):
                self._remember(key, packed)
                return found
        return None

    def place(self, key: str) -> Path:
        """Return the folder of a set."""
        return self.folder / key[:2] / key

    def begin(self, key: str) -> Path:
        """Make an empty folder to draw a set into; raise OSError."""
        files.make_folder(self.folder, key[:2])
        folder = self.folder / key[:2] / f".{key}.{os.getpid()}"
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        return folder

    def keep(self, key: str, folder: Path, picture: PictureSet) -> None:
        """Put a drawn set in its place by one rename; what stood there before goes."""
        packed = msgspec.msgpack.encode(picture)
        files.replace(folder / "set", packed, durable=False)
        self._remove(self.place(key))
        folder.rename(self.place(key))
        self._remember(key, packed)

    def drop(self, folder: Path) -> None:
        """Remove a folder that was begun and comes to nothing."""
        shutil.rmtree(folder, ignore_errors=True)

    def _remove(self, place: Path) -> None:
        if place.is_symlink() or place.is_file():
            place.unlink()
        elif place.exists():
            shutil.rmtree(place)

    def _remember(self, key: str, packed: bytes) -> None:
        self._index.sets[key] = msgspec.Raw(packed)
        self._changed = True

    def read(self, key: str, name: str, digest: str) -> bytes | None:
        """Return the bytes of a drawn file; None if they are lost or were changed behind our back."""
        try:
            data = (self.place(key) / name).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def save(self) -> None:
        """Keep the index for the next build, if it changed."""
        if self._changed:
            files.replace(self.folder / "index", msgspec.msgpack.encode(self._index), durable=False)
            self._changed = False


def content_key(digest: str, salt: str = "") -> str:
    """Return the key of a set: it changes with the content, with the recipe, and with what else is drawn."""
    return hashlib.sha256(f"{RECIPE}\0{digest}\0{salt}".encode()).hexdigest()[:40]


def _look(path: Path) -> Look:
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
