"""Who watches a room: counted from the signs of life of distinct passes, never invented.

A pass counts until it was silent for two and a half beats; of one internet address at most fifty count. In very large
rooms only a share of the viewers is asked to send beats, and the count is worked out from it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

EVERY = 15
"""Seconds between two beats of a viewer."""
_ALIVE = int(EVERY * 2.5 * 1000)
PER_ADDRESS = 50
_MOST = 100_000
_BEATERS = 4500
"""Viewers that send beats at most: 300 beats a second."""
_MOST_CLICKS = 20
_MOST_PRODUCTS = 20
_MOST_MINUTES = 600


class _Seen(msgspec.Struct):
    """A viewer's last beat."""

    at: int
    address: str
    minute: int


class Minute(msgspec.Struct):
    """What happened in a minute since it was last written down."""

    viewers: int = 0
    seconds: int = 0
    likes: int = 0
    messages: int = 0
    clicks: Counter[str] = msgspec.field(default_factory=Counter)


class Audience:
    """The viewers of one room; ``last`` is what was counted last, ``sample`` the share that is asked for beats."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._minutes: dict[int, Minute] = {}
        self._present: tuple[int, int] = (0, 0)
        self._samples: list[tuple[int, float]] = []
        self.sample = 1.0
        self.last = 0

    def beat(self, viewer: str, address: str, seconds: int, clicks: Mapping[str, int], at: int) -> bool:
        """Note that somebody watches; seconds are believed as far as they can have passed."""
        known = self._seen.get(viewer)
        if known is None and len(self._seen) >= _MOST:
            return False
        minute = self.minute(at)
        passed = EVERY * 1000 if known is None else at - known.at
        believed = max(0, min(seconds * 1000, passed + 1000, 2 * EVERY * 1000))
        minute.seconds += round(believed / 1000 / self.sample)
        if known is None or known.minute != at // 60_000:
            number, present = self._present
            self._present = (at // 60_000, present + 1 if number == at // 60_000 else 1)
            minute.viewers = round(self._present[1] / self.sample)
        self._seen[viewer] = _Seen(at, address, at // 60_000)
        for product, count in list(clicks.items())[:_MOST_PRODUCTS]:
            minute.clicks[product] += max(0, min(count, _MOST_CLICKS))
        return True

    def minute(self, at: int) -> Minute:
        """Return what is noted of the minute of an instant."""
        return self._minutes.setdefault(at // 60_000, Minute())

    def count(self, at: int) -> int:
        """Return how many watch now, and forget those who left."""
        self._seen = {viewer: seen for viewer, seen in self._seen.items() if at - seen.at <= _ALIVE}
        here = Counter(seen.address for seen in self._seen.values())
        counted = sum(min(number, PER_ADDRESS) if address else number for address, number in here.items())
        self._samples = [(since, sample) for since, sample in self._samples if at - since <= _ALIVE]
        # Beats of the last seconds may still follow an earlier, larger share: dividing by it never says too many.
        found = round(counted / max([self.sample, *(sample for _, sample in self._samples)]))
        self._choose(found, at)
        self.last = found
        return found

    def take(self) -> Iterator[tuple[int, Minute]]:
        """Hand over what was noted since the last time."""
        taken, self._minutes = self._minutes, {}
        return iter(sorted(taken.items()))

    def put_back(self, taken: Iterable[tuple[int, Minute]]) -> None:
        """Take back what could not be kept, of the last hours."""
        for number, noted in taken:
            minute = self._minutes.setdefault(number, Minute())
            minute.viewers = max(minute.viewers, noted.viewers)
            minute.seconds += noted.seconds
            minute.likes += noted.likes
            minute.messages += noted.messages
            minute.clicks.update(noted.clicks)
        for number in sorted(self._minutes)[:-_MOST_MINUTES]:
            del self._minutes[number]

    def _choose(self, viewers: int, at: int) -> None:
        """Ask a smaller share of a larger audience, in halves so that it seldom changes."""
        sample = 1.0
        while viewers * sample > _BEATERS:
            sample /= 2
        if sample != self.sample:
            self._samples.append((at, self.sample))
            self.sample = sample
