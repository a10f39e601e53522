"""Who changed which file when, from which text to which: lines that are only ever added, beside the texts themselves.

A text is kept once under its digest, compressed. The journal keeps the newest 2,000 versions, and of their texts the
newest 64 MB; it looks at that with every hundredth version.
"""

import contextlib
import hashlib
import os
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from generator import files
from generator.editing.saving import Kind, Version

MOST_VERSIONS = 2_000
MOST_BYTES = 64 * 1024 * 1024
_LOOK_EVERY = 100
_OWN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_TAIL = 16 * 1024
_LOOSE = timedelta(days=7)
"""So long a text is kept that was opened and never saved."""
_DECODER = msgspec.json.Decoder(Version)


def digest(raw: bytes) -> str:
    """Return what stands for the bytes of a file."""
    return hashlib.blake2b(raw, digest_size=20).hexdigest()


class Journal:
    """The versions of one shop's files; whoever writes holds the desk's lock."""

    def __init__(self, folder: Path) -> None:
        self._lines = folder / "journal.jsonl"
        self._texts = folder / "texts"

    def keep(self, raw: bytes) -> str:
        """Keep a text and return its digest."""
        name = digest(raw)
        path = self._texts / f"{name}.z"
        if not path.exists():
            self._texts.mkdir(parents=True, exist_ok=True)
            files.replace(path, zlib.compress(raw, 6), durable=False)
        return name

    def find(self, name: str) -> bytes | None:
        """Return the text of a digest; None if it was dropped, or is damaged."""
        try:
            raw = zlib.decompress((self._texts / f"{name}.z").read_bytes())
        except (OSError, zlib.error):
            return None
        return raw if digest(raw) == name else None

    def add(self, version: Version, now: datetime) -> Version:
        """Write a version down, durably, under the next number."""
        last = self.last()
        numbered = msgspec.structs.replace(version, number=last.number + 1 if last else 1)
        if numbered.number % _LOOK_EVERY == 0:
            self._drop_oldest(now, {version.before, version.after})
        self._lines.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._lines, os.O_RDWR | os.O_CREAT | os.O_APPEND | _OWN, 0o644)
        try:
            size = os.fstat(handle).st_size
            os.lseek(handle, max(size - 1, 0), os.SEEK_SET)
            torn = size > 0 and os.read(handle, 1) != b"\n"
            files.write_all(handle, b"\n" * torn + msgspec.json.encode(numbered) + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        return numbered

    def last(self) -> Version | None:
        """Return the newest version."""
        try:
            with self._lines.open("rb") as stream:
                stream.seek(max(0, self._lines.stat().st_size - _TAIL))
                found = _read(stream.read())
        except OSError:
            return None
        return found[-1] if found else None

    def versions(self) -> list[Version]:
        """Return all versions that are kept, the oldest first, without those that never came to be."""
        try:
            found = _read(self._lines.read_bytes())
        except OSError:
            return []
        never = {each.of for each in found if each.kind is Kind.VOID}
        return [each for each in found if each.kind is not Kind.VOID and each.number not in never]

    def _drop_oldest(self, now: datetime, wanted: set[str]) -> None:
        with contextlib.suppress(OSError):
            kept = _read(self._lines.read_bytes())[-MOST_VERSIONS:]
            sizes = {entry.name.removesuffix(".z"): entry.stat() for entry in os.scandir(self._texts)}
            seen: set[str] = set()
            total = 0
            for count, version in enumerate(reversed(kept)):
                new = {version.before, version.after} - seen
                total += sum(sizes[name].st_size for name in new if name in sizes)
                seen |= new
                if total > MOST_BYTES and count:
                    kept = kept[-count:]
                    break
            files.replace(self._lines, b"".join(msgspec.json.encode(each) + b"\n" for each in kept))
            wanted = wanted.union(*({each.before, each.after} for each in kept))
            for name, state in sizes.items():
                if name not in wanted and (
                    total > MOST_BYTES or now.timestamp() - state.st_mtime > _LOOSE.total_seconds()
                ):
                    (self._texts / f"{name}.z").unlink(missing_ok=True)


def _read(raw: bytes) -> list[Version]:
    """Read lines; the first of a part of the file, and one whose writing was cut short, are none."""
    found = []
    for line in raw.split(b"\n"):
        with contextlib.suppress(msgspec.MsgspecError):
            found.append(_DECODER.decode(line))
    return found


def history(versions: list[Version], file: str) -> list[Version]:
    """Return what was done to a file, the newest first, under its older names too, back to its creation."""
    found = []
    for version in reversed(versions):
        if version.file != file:
            continue
        found.append(version)
        file = version.was or file
        if version.kind is Kind.CREATE:
            break
    return found


def stacks(found: list[Version]) -> tuple[list[Version], list[Version]]:
    """Return from a file's history what can be undone and what can be redone, the next one last."""
    done: list[Version] = []
    undone: list[Version] = []
    for version in reversed(found):
        if version.kind is Kind.UNDO:
            undone += [done.pop()] if done else []
        elif version.kind is Kind.REDO:
            done += [undone.pop()] if undone else []
        else:
            done.append(version)
            undone = []
    return done, undone
