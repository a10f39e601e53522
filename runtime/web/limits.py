"""How often one client may do what is costly or worth guessing: token buckets, bounded in number.

All worker processes of a machine count together: the buckets are slots of one small file in the shop's var/.
"""

import contextlib
import hashlib
import ipaddress
import logging
import math
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
FILE = "limits"
_SLOT = struct.Struct("=8sdd")
"""A bucket: whose it is, its tokens, and when they were counted by the clock of the machine."""
_NEIGHBOURS = 8
_SLOTS = 20_000


class Limit(msgspec.Struct, frozen=True):
    """So many at once, and so many in so many seconds after that."""

    burst: int
    seconds: float


LIMITS = {
    "lookup": Limit(10, 300),
    "checkout": Limit(30, 600),
    "order": Limit(60, 60),
    "aftersale": Limit(20, 600),
    "cart": Limit(120, 60),
    "search": Limit(60, 30),
    "offers": Limit(240, 60),
    "seen": Limit(120, 60),
    "pass": Limit(240, 60),
    "remind": Limit(10, 600),
    "live-hook": Limit(240, 60),
    "studio": Limit(10, 300),
    "enter": Limit(10, 300),
    "enter-account": Limit(10, 300),
    "enter-anywhere": Limit(60, 3600),
    "code": Limit(5, 300),
    "code-anywhere": Limit(20, 3600),
    "passkey": Limit(60, 60),
    "forgotten": Limit(10, 3600),
    "short-link": Limit(20, 300),
    "share-click": Limit(120, 600),
    "poster": Limit(60, 60),
}
GUESSING = frozenset({"lookup", "studio", "short-link"})
"""What is limited even for this machine: secrets could be guessed."""


class Slots(Protocol):
    """A row of bytes of a fixed length that is read and written by one at a time."""

    def hold(self) -> contextlib.AbstractContextManager[None]:
        """Keep everybody else out for a moment."""

    def read(self, start: int, size: int) -> bytes:
        """Return some of the bytes."""

    def write(self, start: int, data: bytes) -> None:
        """Replace some of the bytes."""


class OwnSlots:
    """Slots of one process."""

    def __init__(self, size: int) -> None:
        self._bytes = bytearray(size)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the other threads out."""
        with self._lock:
            yield

    def read(self, start: int, size: int) -> bytes:
        """Return some of the bytes."""
        return bytes(self._bytes[start : start + size])

    def write(self, start: int, data: bytes) -> None:
        """Replace some of the bytes."""
        self._bytes[start : start + len(data)] = data


class SharedSlots:
    """Slots in a file that all processes of a machine have open; raise OSError where that cannot be."""

    def __init__(self, path: Path, size: int) -> None:
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with self.hold():
            if os.fstat(self._file).st_size != size:
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, bytes(size), 0)

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the other threads and processes out."""
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def read(self, start: int, size: int) -> bytes:
        """Return some of the bytes."""
        found = os.pread(self._file, size, start)
        if len(found) != size:
            raise OSError("the file was cut")
        return found

    def write(self, start: int, data: bytes) -> None:
        """Replace some of the bytes."""
        os.pwrite(self._file, data, start)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


class Buckets:
    """Buckets of all clients. One holds ``burst`` tokens and fills up again within ``seconds``."""

    def __init__(
        self,
        path: Path | None = None,
        limits: dict[str, Limit] | None = None,
        clock: Callable[[], float] = time.monotonic,
        slots: int = _SLOTS,
    ) -> None:
        self._limits = LIMITS if limits is None else limits
        self._clock = clock
        self._count = max(slots, _NEIGHBOURS)
        self._slots = self._open(path)

    def _open(self, path: Path | None) -> Slots:
        size = self._count * _SLOT.size
        if path is not None and fcntl is not None:
            try:
                return SharedSlots(path, size)
            except OSError as error:
                log.warning("limits are counted by each worker alone: %s", error)
        return OwnSlots(size)

    def close(self) -> None:
        """Give back the file that the processes share."""
        if isinstance(self._slots, SharedSlots):
            self._slots.close()
            self._slots = self._open(None)

    def take(self, name: str, client: str) -> int:
        """Take a token of a client; return 0, or the seconds to wait when there is none."""
        return self._safely(name, client, 1)

    def give(self, name: str, client: str) -> None:
        """Give a client a token back, for what turned out to be right."""
        self._safely(name, client, -1)

    def _safely(self, name: str, client: str, wanted: int) -> int:
        try:
            return self._take(name, client, wanted)
        except OSError as error:
            log.warning("limits are counted by each worker alone from now on: %s", error)
            self._slots = self._open(None)
            return self._take(name, client, wanted)

    def _take(self, name: str, client: str, wanted: int) -> int:
        limit = self._limits[name]
        rate = limit.burst / limit.seconds
        key = hashlib.blake2b(f"{name}\0{network(client)}".encode(), digest_size=8).digest()
        with self._slots.hold():
            now = self._clock()
            place, tokens, since = self._find(key, now, limit)
            tokens = min(limit.burst, tokens + (now - since) * rate)
            granted = tokens >= wanted
            left = min(limit.burst, tokens - wanted) if granted else tokens
            self._slots.write(place, _SLOT.pack(key, left, now))
        return 0 if granted else math.ceil((1 - tokens) / rate)

    def _find(self, key: bytes, now: float, limit: Limit) -> tuple[int, float, float]:
        """Return a client's place with its tokens; a new client takes the place that nobody used for longest."""
        first = int.from_bytes(key, "big") % (self._count - _NEIGHBOURS + 1) * _SLOT.size
        listed = list(_SLOT.iter_unpack(self._slots.read(first, _NEIGHBOURS * _SLOT.size)))
        for number, (owner, tokens, since) in enumerate(listed):
            # After the machine started anew its clock begins at zero: what was counted before it means nothing.
            if owner == key and since <= now:
                return first + number * _SLOT.size, tokens, since
        oldest = min(range(_NEIGHBOURS), key=lambda number: listed[number][2] if listed[number][2] <= now else -1.0)
        return first + oldest * _SLOT.size, float(limit.burst), now


def network(address: str) -> str:
    """Return what stands for one client: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.IPv6Network((found, 64), strict=False))
