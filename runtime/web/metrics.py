"""Counts of the running shop in Prometheus' text form, summed over all worker processes.

Every process writes its counts into a small mapped file of its own below ``var/run``; whoever is asked adds them up.
"""

import contextlib
import mmap
import os
import struct
import threading
from pathlib import Path

KINDS = ("static", "page", "api", "notice")
STATUSES = ("2xx", "3xx", "4xx", "5xx")
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
EVENTS = (
    "turned_away",
    "limited",
    "refused",
    "fault",
    "orders_placed",
    "orders_paid",
    "cart_added",
    "money_to_look_at",
)
_HELP = {
    "shopwright_requests_total": ("counter", "Answers by kind and class of status."),
    "shopwright_request_seconds": ("histogram", "Time to answer what views answer."),
    "shopwright_events_total": ("counter", "What happened at the till and at the gate."),
}


def _series() -> list[str]:
    found = [f'shopwright_requests_total{{kind="{k}",status="{s}"}}' for k in KINDS for s in STATUSES]
    for kind in KINDS[1:]:
        bounds = [*(str(each) for each in BOUNDS), "+Inf"]
        found += [f'shopwright_request_seconds_bucket{{kind="{kind}",le="{each}"}}' for each in bounds]
        found += [f'shopwright_request_seconds_{each}{{kind="{kind}"}}' for each in ("sum", "count")]
    return [*found, *(f'shopwright_events_total{{event="{each}"}}' for each in EVENTS)]


SERIES = _series()
_PLACES = {name: place for place, name in enumerate(SERIES)}
_SIZE = 8 * len(SERIES)


class Metrics:
    """The counts of this process, and the sums of all."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._map: mmap.mmap | bytearray = bytearray(_SIZE)
        self._values = memoryview(self._map).cast("d")

    def share(self) -> None:
        """Move the counts into a file that the other workers read; where that cannot be written nothing changes."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{os.getpid()}.counts"
            if not path.is_file() or path.stat().st_size != _SIZE:
                path.write_bytes(bytes(_SIZE))
            with path.open("r+b") as file:
                mapped = mmap.mmap(file.fileno(), _SIZE)
            self._map = mapped
            self._values = memoryview(mapped).cast("d")

    def add(self, place: int, amount: float = 1) -> None:
        """Add to the series at a place."""
        with self._lock:
            self._values[place] += amount

    def static(self, status: int) -> None:
        """Count an answer of the static layer by the class of its status, 2 to 5."""
        with self._lock:
            self._values[status - 2] += 1

    def event(self, name: str) -> None:
        """Count one event."""
        self.add(_PLACES[f'shopwright_events_total{{event="{name}"}}'])

    def request(self, kind: str, status: int, seconds: float) -> None:
        """Count one answer of a view and how long it took."""
        self.add(_PLACES[f'shopwright_requests_total{{kind="{kind}",status="{status // 100}xx"}}'])
        for bound in BOUNDS:
            if seconds <= bound:
                self.add(_PLACES[f'shopwright_request_seconds_bucket{{kind="{kind}",le="{bound}"}}'])
        self.add(_PLACES[f'shopwright_request_seconds_bucket{{kind="{kind}",le="+Inf"}}'])
        self.add(_PLACES[f'shopwright_request_seconds_sum{{kind="{kind}"}}'], seconds)
        self.add(_PLACES[f'shopwright_request_seconds_count{{kind="{kind}"}}'])

    def text(self) -> str:
        """Return all counts, summed over the living processes."""
        sums = [*self._values]
        for values in self._others():
            sums = [a + b for a, b in zip(sums, values, strict=True)]
        lines: list[str] = []
        for name, value in zip(SERIES, sums, strict=True):
            for family, (kind, about) in _HELP.items():
                if name.startswith(family) and f"# HELP {family} {about}" not in lines:
                    lines += [f"# HELP {family} {about}", f"# TYPE {family} {kind}"]
            lines.append(f"{name} {int(value) if value.is_integer() else value}")
        return "\n".join(lines) + "\n"

    def forget_dead(self) -> None:
        """Remove the counts of processes that are no more."""
        for path in self._folder.glob("*.counts") if self._folder else ():
            with contextlib.suppress(OSError, ValueError):
                if not _is_alive(int(path.stem)):
                    path.unlink()

    def _others(self) -> list[tuple[float, ...]]:
        found: list[tuple[float, ...]] = []
        for path in sorted(self._folder.glob("*.counts")) if self._folder and self._folder.is_dir() else ():
            if path.stem == str(os.getpid()):
                continue
            with contextlib.suppress(OSError, struct.error, ValueError):
                if _is_alive(int(path.stem)):
                    found.append(struct.unpack(f"{len(SERIES)}d", path.read_bytes()))
        return found


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
