"""The flash sales of the moment as promotions, read at most once a second by a process that prices many carts."""

import threading
from datetime import datetime

from generator.promotion import Promotion
from runtime.database import Database
from runtime.live import flash
from runtime.live.values import Flash
from runtime.till import Goods

_SECOND = 1.0


class Offers:
    """What hosts offer now; a shop whose release has no live rooms asks nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = 0.0
        self._flashes: list[Flash] = []

    def now(self, database: Database, goods: Goods, now: datetime) -> tuple[Promotion, ...]:
        """Return the flash sales of all rooms as promotions; their times say which of them hold."""
        moment = now.timestamp()
        with self._lock:
            fresh = 0 <= moment - self._at < _SECOND
        if not fresh:
            found = database.read(lambda look: flash.running(look, now))
            with self._lock:
                self._flashes, self._at = found, moment
        return flash.rules(self._flashes, goods) if self._flashes else ()
