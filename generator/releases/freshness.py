"""Whether anything changed since the last build: told by sizes and times of all files that take part.

Of what a running shop writes, only its replays take part: they are few and small, and are read.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from generator import clock, files, replays

_TICK = 0.02
"""Seconds within which two changes of a file may carry the same time."""
_MOST_LOOKS = 5


class Record(msgspec.Struct, frozen=True):
    """The last build: what it was made from, what came of it, and when a product's hour comes (empty: never).

    ``replays`` is the signature of the replays that it showed.
    """

    shop: str
    themes: str
    folders: tuple[str, ...]
    engine: str
    release: str
    until: str
    replays: str = ""


def _path(folder: Path) -> Path:
    return folder / "var" / "cache" / "inputs"


def read(folder: Path) -> Record | None:
    """Return the record of the last build; None if there is none that can be read."""
    try:
        return msgspec.msgpack.decode(_path(folder).read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return None


def write(folder: Path, record: Record) -> None:
    """Keep the record of a build; what is kept already is not written again."""
    if read(folder) == record:
        return
    files.replace(_path(folder), msgspec.msgpack.encode(record), durable=False)


def is_overdue(folder: Path, now: str) -> bool:
    """Tell whether nothing changed since the last build but the hour, or a replay: what it published is out of date."""
    record = read(folder)
    if record is None:
        return False
    due = bool(record.until) and now >= record.until
    if not due and record.replays == replays.signature(folder / "var"):
        return False
    return _is_live(folder, record.release) and _is_unchanged(folder, record)


def _is_unchanged(folder: Path, record: Record) -> bool:
    return (
        record.engine == engine()
        and record.shop == signature([folder])
        and record.themes == signature([Path(each) for each in record.folders])
    )


def is_fresh(folder: Path, *, publish: bool = True) -> bool:
    """Tell whether a build would change nothing; with ``publish`` the last release has to be live, too."""
    record = read(folder)
    if record is None or (record.until and clock.now() >= record.until):
        return False
    release_folder = folder / "var" / "releases" / record.release
    if not (release_folder / "manifest.json").is_file() or not (release_folder / "catalogue.db").is_file():
        return False
    if publish and not _is_live(folder, record.release):
        return False
    if record.replays != replays.signature(folder / "var"):
        return False
    return _is_unchanged(folder, record)


def _is_live(folder: Path, release: str) -> bool:
    try:
        return (folder / "var" / "live").readlink().name == release
    except OSError:
        return False


def release(folder: Path) -> str:
    """Return the release of the last build; empty if there was none."""
    record = read(folder)
    return record.release if record else ""


def engine() -> str:
    """Return what changes with any file of our own code."""
    return signature([Path(__file__).parents[1]])


def signature(folders: Sequence[Path]) -> str:
    """Return what changes with any file below some folders, but for var/ and hidden ones.

    Where a file changed this very moment, it looks again a moment later: a further change could carry the same time.
    """
    digest, newest = _signed(folders)
    for _ in range(_MOST_LOOKS):
        if abs(time.time() - newest / 1e9) >= _TICK:
            break
        time.sleep(_TICK)
        digest, newest = _signed(folders)
    return digest


def _signed(folders: Sequence[Path]) -> tuple[str, int]:
    digest = hashlib.blake2b(digest_size=16)
    newest = 0
    for folder in folders:
        digest.update(os.fsencode(f"{folder.resolve()}\n"))
        for name, state in _walk(str(folder), ""):
            newest = max(newest, state.st_mtime_ns, state.st_ctime_ns)
            seen = f"{name}\0{state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}\n"
            digest.update(os.fsencode(seen))
    return digest.hexdigest(), newest


def _walk(folder: str, before: str) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = entry.name
        if name.startswith(".") or name in {"__pycache__", "var"}:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{before}{name}/")
        else:
            yield before + name, entry.stat(follow_symlinks=False)
