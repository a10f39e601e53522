"""How often one client may do what is costly or worth guessing: token buckets in memory, bounded in number.

Each worker process counts for itself, so the shop as a whole allows as many times more as it has workers.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

_MOST_CLIENTS = 20_000


class Limit(msgspec.Struct, frozen=True):
    """So many at once, and so many in so many seconds after that."""

    burst: int
    seconds: float


LIMITS = {
    "lookup": Limit(10, 300),
    "checkout": Limit(30, 600),
    "order": Limit(60, 60),
    "cart": Limit(120, 60),
    "search": Limit(60, 30),
    "offers": Limit(240, 60),
}
GUESSING = frozenset({"lookup"})
"""What is limited even for this machine: secrets could be guessed."""


class Buckets:
    """The buckets of one process. A bucket holds ``burst`` tokens and fills up again within ``seconds``."""

    def __init__(
        self,
        limits: dict[str, Limit] | None = None,
        clock: Callable[[], float] = time.monotonic,
        most: int = _MOST_CLIENTS,
    ) -> None:
        self._limits = LIMITS if limits is None else limits
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, name: str, client: str) -> int:
        """Take a token of a client; return 0, or the seconds to wait when there is none."""
        limit = self._limits[name]
        rate = limit.burst / limit.seconds
        key = (name, network(client))
        now = self._clock()
        with self._lock:
            tokens, since = self._buckets.pop(key, (float(limit.burst), now))
            tokens = min(limit.burst, tokens + (now - since) * rate)
            granted = tokens >= 1
            self._buckets[key] = (tokens - 1 if granted else tokens, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0 if granted else math.ceil((1 - tokens) / rate)


def network(address: str) -> str:
    """Return what stands for one client: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.IPv6Network((found, 64), strict=False))
