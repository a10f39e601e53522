"""What was found in unchanged files last time: one file in var/cache that may be lost, old or damaged any time."""

import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from generator import files
from generator.shop import Value
from generator.source.inventory import Source
from generator.source.reading import Result, digest

_MAGIC = b"shopwright check cache 1\n"
_FRESH = 2_000_000_000
"""A file changed so many nanoseconds before the cache was written may change again without its time changing."""
_CODE = sorted(Path(__file__).parents[1].rglob("*.py"))


class Entry(Value, frozen=True, kw_only=True):
    """A file as it was, and what it gave."""

    modified: int
    size: int
    result: msgspec.Raw


class Stored(Value, frozen=True, kw_only=True):
    """The whole cache: ``key`` stands for everything but the files: our code, the schemas, the shop's ground."""

    key: bytes
    written: int
    entries: dict[str, Entry]


_DECODER = msgspec.msgpack.Decoder(Stored)
_RESULTS = msgspec.msgpack.Decoder(Result)
_ENCODER = msgspec.msgpack.Encoder()
_DECODED: dict[Path, dict[str, tuple[msgspec.Raw, Result]]] = {}
"""What this process read from the cache of its last shop: the same bytes are the same values, made once."""

_SEEN: dict[Path, tuple[tuple[int, ...], Stored]] = {}
"""The cache that this process read or wrote last, and what its file looked like: as long as it does, it stands."""


def key(*parts: bytes) -> bytes:
    """Return what changes with our code and with each of the parts."""
    found = hashlib.blake2b(digest_size=16)
    for path in _CODE:
        state = path.stat()
        found.update(f"{path.name} {state.st_mtime_ns} {state.st_size}\n".encode())
    for part in parts:
        found.update(len(part).to_bytes(8, "big") + part)
    return found.digest()


class Cache:
    """Results of files of one shop; ``find`` gives what is still true, ``keep`` writes what is true now."""

    def __init__(self, path: Path, wanted: bytes) -> None:
        self._path = path
        self._key = wanted
        self._stored = _load(path, wanted)
        self._good: dict[str, msgspec.Raw] = {}
        self._stale = False
        if path not in _DECODED:
            _DECODED.clear()
        self._known = _DECODED.setdefault(path, {})

    def find(self, folder: Path, source: Source) -> Result | None:
        """Return what the file gave before, if it is the same file; its content decides where its time cannot."""
        entry = self._stored.entries.get(source.file)
        if entry is None or entry.size != source.size:
            return None
        try:
            result = self._decoded(source.file, entry.result)
            if entry.modified != source.modified or source.modified > self._stored.written - _FRESH:
                self._stale = True
                if digest((folder / source.file).read_bytes()) != result.digest:
                    return None
        except (msgspec.MsgspecError, OSError):
            return None
        self._good[source.file] = entry.result
        return result

    def _decoded(self, file: str, raw: msgspec.Raw) -> Result:
        known = self._known.get(file)
        if known is not None and known[0] == raw:
            return known[1]
        result: Result = _RESULTS.decode(raw)
        self._known[file] = (raw.copy(), result)
        return result

    def keep(self, sources: Iterable[Source], results: Mapping[str, Result]) -> None:
        """Write the cache if anything changed; a folder that cannot be written has no cache."""
        if not self._stale and self._good.keys() == results.keys() == self._stored.entries.keys():
            return
        entries = {
            each.file: Entry(modified=each.modified, size=each.size, result=self._raw(results[each.file]))
            for each in sources
            if results[each.file].digest
        }
        stored = Stored(key=self._key, written=time.time_ns(), entries=entries)
        body = _ENCODER.encode(stored)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            files.replace(self._path, _MAGIC + digest(body) + body, durable=False)
            _SEEN.clear()
            _SEEN[self._path] = _state(self._path.lstat()), stored
        except (OSError, files.RefusedError):
            return

    def _raw(self, result: Result) -> msgspec.Raw:
        return self._good.get(result.file) or msgspec.Raw(_ENCODER.encode(result))


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _load(path: Path, wanted: bytes) -> Stored:
    nothing = Stored(key=wanted, written=0, entries={})
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            state = _state(os.fstat(stream.fileno()))
            if path in _SEEN and _SEEN[path][0] == state:
                stored = _SEEN[path][1]
                return stored if stored.key == wanted else nothing
            data = stream.read()
    except OSError:
        return nothing
    head = len(_MAGIC) + 16
    body = memoryview(data)[head:]
    if not data.startswith(_MAGIC) or digest(body) != data[len(_MAGIC) : head]:
        return nothing
    try:
        stored = _DECODER.decode(body)
    except msgspec.MsgspecError:
        return nothing
    _SEEN.clear()
    _SEEN[path] = state, stored
    return stored if stored.key == wanted else nothing
