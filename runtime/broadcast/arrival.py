"""When a picture was taken, by the server's own clock: the publisher's clock is asked for nothing but its pace."""

from collections import deque

_WINDOW = 10
"""Seconds of pictures whose fastest arrival counts."""
_SLOWLY = 20
"""One part in so many is the most by which time is stretched or squeezed: nobody sees 5 %."""
_SET_ANEW = 30_000_000
"""A difference so large is no drift: the server's clock was put right."""


class ArrivalClock:
    """Maps media time of one run to the wall clock, steadily, although pictures arrive in bursts.

    The picture that came fastest, of the last ten seconds, tells how far media time and wall clock are apart. A
    publisher's clock that is too fast or too slow is followed slowly; waiting on the road moves nothing.
    """

    def __init__(self) -> None:
        self._fastest: deque[tuple[int, int]] = deque(maxlen=_WINDOW)
        self._apart: int | None = None
        self._asked = 0

    def observe(self, arrived_ms: int, media: int) -> None:
        """Note that a picture of this media time, in microseconds, arrived now."""
        apart = arrived_ms * 1000 - media
        second = media // 1_000_000
        if self._fastest and self._fastest[-1][0] == second:
            self._fastest[-1] = (second, min(apart, self._fastest[-1][1]))
        else:
            self._fastest.append((second, apart))

    def at(self, media: int) -> int:
        """Return the wall clock of a media time in milliseconds; at least one picture was observed before."""
        estimate = min(apart for _, apart in self._fastest)
        if self._apart is None or abs(estimate - self._apart) > _SET_ANEW:
            self._apart = estimate
        else:
            most = max(0, media - self._asked) // _SLOWLY
            self._apart += min(max(estimate - self._apart, -most), most)
        self._asked = media
        return (media + self._apart) // 1000
