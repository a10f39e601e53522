"""How many may knock: open connections of strangers and publishers, in all and of one internet address."""

from collections import Counter

from generator.value import Value


class Room(Value, frozen=True, kw_only=True):
    """How many connections there is room for."""

    in_all: int = 50
    each: int = 5


class Doors:
    """Counts the open connections of one listener."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many are open."""
        return self._open.total()

    def enter(self, address: str) -> bool:
        """Count a connection, or return False where there is no room for one more."""
        if len(self) >= self._room.in_all or self._open[address] >= self._room.each:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


class Bucket:
    """Bytes that may come: so many a second, and those of half a minute at once, as after a gap in a phone's net."""

    BURST = 30.0

    def __init__(self, kilobits: int, now: float) -> None:
        self._rate = kilobits * 125.0
        self._left = self._rate * self.BURST
        self._at = now

    def take(self, size: int, now: float) -> bool:
        """Count bytes and tell whether they were still within the limit."""
        self._left = min(self._rate * self.BURST, self._left + (now - self._at) * self._rate) - size
        self._at = now
        return self._left >= 0
