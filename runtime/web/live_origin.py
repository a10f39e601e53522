"""Where the daemon of live rooms answers browsers: its pages may ask there for pictures, and nowhere else."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from runtime.settings import Settings

WRITTEN = "run/live.json"
"""The file below var/ in which the daemon says where it listens."""
_EVERY = 1.0


class Listening(msgspec.Struct, frozen=True):
    """What the daemon writes down; a port of 0 is closed."""

    pid: int
    http_port: int
    rtmp_port: int = 0
    rtmp_secure: bool = False


class Daemon:
    """Follows where the daemon of one shop listens, with one look a second at the most."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.streaming.address
        self._file = settings.var / WRITTEN
        self._guard = threading.Lock()
        self._looked = -_EVERY
        self._found: Listening | None = None
        self._told: tuple[Listening | None, Iterable[str], tuple[str, ...]] = (None, (), ())

    def find(self) -> Listening | None:
        """Return where it listens, None while it never ran here."""
        if time.monotonic() - self._looked >= _EVERY:
            with self._guard:
                read = _read(self._file)
                self._found = self._found if read == self._found else read
                self._looked = time.monotonic()
        return self._found

    def origins(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """Return the origins for a Content-Security-Policy, with the names that the shop answers to; none: our own."""
        if self._address is not None:
            return (self._address,) if self._address else ()
        found = self.find()
        if found is not self._told[0] or hosts is not self._told[1]:
            # A policy has no way to write an IPv6 address.
            named = sorted(host for host in hosts if not host.startswith("["))
            told = tuple(f"http://{host}:{found.http_port}" for host in named) if found else ()
            self._told = (found, hosts, told)
        return self._told[2]


def _read(file: Path) -> Listening | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Listening)
    except (OSError, msgspec.DecodeError):
        return None
