"""How often somebody may do something: memory that is bounded however many come."""

from collections import OrderedDict


class Pace:
    """Lets each key do one thing every so many milliseconds, some at once; old keys are forgotten."""

    def __init__(self, every: float, burst: int = 1, most: int = 20_000) -> None:
        self._every = every
        self._slack = every * (burst - 1)
        self._most = most
        self._due: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._due)

    def is_free(self, key: str, at: int) -> bool:
        """Tell whether a key may do something now, and count nothing."""
        return self._due.get(key, 0) - at <= self._slack

    def allow(self, key: str, at: int) -> bool:
        """Count what a key does now, or return False and count nothing."""
        if not self.is_free(key, at):
            return False
        self._note(key, max(self._due.get(key, 0), at) + self._every)
        return True

    def take(self, key: str, at: int, wanted: int) -> int:
        """Count as many of the wanted things as are allowed now, and return how many."""
        due = max(self._due.get(key, 0), at)
        free = int((self._slack + self._every - (due - at)) // self._every) if self._every else wanted
        granted = max(0, min(wanted, free))
        if granted:
            self._note(key, due + self._every * granted)
        return granted

    def _note(self, key: str, due: float) -> None:
        self._due[key] = due
        self._due.move_to_end(key)
        while len(self._due) > self._most:
            self._due.popitem(last=False)
