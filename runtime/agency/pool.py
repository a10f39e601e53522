"""Shops that are open in a process: opened when they are first asked for, closed when others were asked for since.

A shop that is at work is never closed; where all are, there are more than the limit for a moment.
"""

import contextlib
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from runtime.agency.board import Shop

log = logging.getLogger(__name__)


class Closing(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Give everything back."""


T = TypeVar("T", bound=Closing)


class Lease(Generic[T]):
    """Somebody at work in a shop."""

    def __init__(self, place: "_Place[T]", found: T, give_back: Callable[["_Place[T]"], None]) -> None:
        self.found = found
        self._place: _Place[T] | None = place
        self._give_back = give_back

    def __enter__(self) -> T:
        """Work in the shop."""
        return self.found

    def __exit__(self, *_: object) -> None:
        """Leave it."""
        self.close()

    def close(self) -> None:
        """Leave the shop; twice is once."""
        place, self._place = self._place, None
        if place is not None:
            self._give_back(place)


class _Place(Generic[T]):
    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.guard = threading.Lock()
        self.users = 0
        self.found: T | None = None


class Pool(Generic[T]):
    """At most so many open shops."""

    def __init__(self, limit: int, make: Callable[[Shop], T]) -> None:
        self._limit = limit
        self._make = make
        self._guard = threading.Lock()
        self._places: OrderedDict[str, _Place[T]] = OrderedDict()
        self._leaving: list[_Place[T]] = []
        self._returned: deque[_Place[T]] = deque()
        self.closed = 0
        """How many shops were closed until now."""

    def take(self, shop: Shop) -> Lease[T]:
        """Enter a shop, and open it if need be; what opening raises is raised, and the next one tries again."""
        with self._guard:
            self._settle()
            place = self._places.get(shop.name)
            if place is None or place.mark != shop.mark:
                if place is not None:
                    self._leaving.append(self._places.pop(shop.name))
                place = self._places[shop.name] = _Place(shop.mark)
            place.users += 1
            self._places.move_to_end(shop.name)
        try:
            with place.guard:
                if place.found is None:
                    place.found = self._make(shop)
                found = place.found
        except BaseException:
            self._give_back(place)
            raise
        finally:
            self._close_some()
        return Lease(place, found, self._give_back)

    def open_ones(self) -> list[T]:
        """Return what is open at this moment."""
        with self._guard:
            return [place.found for place in self._places.values() if place.found is not None]

    def forget(self, name: str) -> None:
        """Close a shop that is no longer there."""
        with self._guard:
            place = self._places.pop(name, None)
            if place is not None:
                self._leaving.append(place)
        self._close_some()

    def close(self) -> None:
        """Close all."""
        with self._guard:
            self._leaving += self._places.values()
            self._places.clear()
        self._close_some()

    def _give_back(self, place: "_Place[T]") -> None:
        """Note that somebody left; waits for nothing, as the collector may call it in the middle of anything."""
        self._returned.append(place)
        if not self._guard.acquire(blocking=False):
            return
        try:
            self._settle()
            crowded = self._leaving or len(self._places) > self._limit
        finally:
            self._guard.release()
        if crowded:
            self._close_some()

    def _settle(self) -> None:
        while self._returned:
            self._returned.popleft().users -= 1

    def _close_some(self) -> None:
        with self._guard:
            self._settle()
            too_many = len(self._places) - self._limit
            for name in [name for name, each in self._places.items() if not each.users][: max(too_many, 0)]:
                self._leaving.append(self._places.pop(name))
            over = [place for place in self._leaving if not place.users]
            self._leaving = [place for place in self._leaving if place.users]
            self.closed += len(over)
        for place in over:
            if place.found is not None:
                with contextlib.suppress(Exception):
                    place.found.close()
