"""The content-addressed store of a shop: what the releases consist of, each content once, with its compressed forms."""

import gzip
import hashlib
import os
from pathlib import Path

import brotli

from generator import files

STAMP = 1_000_000_000
"""The time that all blobs carry (seconds since 1970): one with another time was touched and is read again."""
ENCODINGS = ("br", "gz")
_COMPRESSED = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/xml",
    "image/svg+xml",
    "application/manifest",
)
_WORTH_COMPRESSING = 256
_STAMP_NS = STAMP * 10**9
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW |= getattr(os, "O_BINARY", 0)
_BY_HANDLE = os.utime in os.supports_fd


class Store:
    """Writes and finds blobs below ``var/store``."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self.root = var / "store"
        self._start = f"{self.root}{os.sep}"
        self._folders: set[str] = set()

    def _name(self, blob: str, encoding: str = "") -> str:
        name = f"{self._start}{blob[:2]}{os.sep}{blob}"
        return f"{name}.{encoding}" if encoding else name

    def path(self, blob: str, encoding: str = "") -> Path:
        """Return where a blob lies, or one of its compressed forms."""
        return Path(self._name(blob, encoding))

    def has(self, blob: str, size: int, encodings: tuple[str, ...]) -> bool:
        """Tell whether a blob is there and whole; one that was touched since it was written is read again."""
        try:
            sound = _is_sound(os.lstat(self._name(blob)), size)
            return (sound or self._verified(blob, size)) and all(
                _is_sound(os.lstat(self._name(blob, each)), None) for each in encodings
            )
        except OSError:
            return False

    def _verified(self, blob: str, size: int) -> bool:
        path = self.path(blob)
        if path.is_symlink() or not path.is_file():
            return False
        data = path.read_bytes()
        return len(data) == size and hashlib.sha256(data).hexdigest() == blob

    def forms(self, size: int, media_type: str, *, compress: bool = True) -> tuple[str, ...]:
        """Return the compressed forms that a content of this size and type is kept in."""
        return ENCODINGS if compress and size >= _WORTH_COMPRESSING and media_type.startswith(_COMPRESSED) else ()

    def put(self, data: bytes, media_type: str, *, compress: bool = True) -> tuple[str, tuple[str, ...]]:
        """Keep a content, and its compressed forms where they are worth it; return its name and those forms."""
        blob = hashlib.sha256(data).hexdigest()
        forms = self.forms(len(data), media_type, compress=compress)
        if not self.has(blob, len(data), forms):
            for form in forms:
                self._write(blob, form, compressed(data, form))
            self._write(blob, "", data)
        return blob, forms

    def _write(self, blob: str, form: str, data: bytes) -> None:
        if blob[:2] not in self._folders:
            files.make_folder(self._var, f"{self.root.name}/{blob[:2]}")
            self._folders.add(blob[:2])
        name = self._name(blob, form)
        try:
            handle = os.open(name, _NEW, 0o644)
        except FileExistsError:
            path = Path(name)
            files.replace(path, data, durable=False)
            os.utime(path, (STAMP, STAMP))
            return
        # Nobody reads a blob before its release is published, and one without the stamp is never trusted.
        try:
            files.write_all(handle, data)
            if _BY_HANDLE:
                os.utime(handle, (STAMP, STAMP))
        except OSError:
            os.close(handle)
            os.unlink(name)  # noqa: PTH108  as above: many thousand times in a build
            raise
        os.close(handle)
        if not _BY_HANDLE:
            os.utime(name, (STAMP, STAMP))

    def read(self, blob: str) -> bytes:
        """Return the bytes of a blob; raise OSError if it is not there."""
        return self.path(blob).read_bytes()

    def reap(self, used: set[str]) -> int:
        """Remove every blob that no kept release uses, and what a killed build left; return how many."""
        removed = 0
        for folder in sorted(self.root.iterdir()) if self.root.is_dir() else ():
            for path in folder.iterdir() if folder.is_dir() and not folder.is_symlink() else ():
                if path.name.split(".")[0] not in used:
                    path.unlink()
                    removed += 1
        return removed


def _is_sound(found: os.stat_result, size: int | None) -> bool:
    return found.st_mtime_ns == _STAMP_NS and found.st_size > 0 and size in {None, found.st_size}


def compressed(data: bytes, form: str) -> bytes:
    """Compress for delivery; brotli 9 with a small window is as good as with its default one, and much faster."""
    if form == "br":
        return bytes(brotli.compress(data, quality=9, lgwin=16))
    return gzip.compress(data, 6, mtime=0)
