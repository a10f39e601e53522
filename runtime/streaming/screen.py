"""What viewers of one picture can fetch, and how they wait for more of it: of a broadcast itself or of a rendition."""

import asyncio
import gzip
from collections.abc import Sequence

from runtime.broadcast import Init, Part, Segment, playlist
from runtime.broadcast.window import Answer, Wanted, Window


class Screen:
    """A window with whoever waits in front of it; ``part`` is how long its parts are in milliseconds, 0 for none."""

    def __init__(self, part: int, start: int = 0) -> None:
        self.part = part
        self.window = Window(start=start)
        self.left = False
        self._news = asyncio.Event()
        self._texts: dict[tuple[bool, bool, bool], tuple[int, bytes]] = {}

    def publish(self, made: Sequence[Init | Part | Segment]) -> None:
        """Show what was made, and wake whoever waits."""
        for each in made:
            self.window.take(each)
        if made:
            self._wake()

    def end(self) -> None:
        """Say that nothing more will come."""
        self.window.end()
        self._wake()

    def leave(self) -> None:
        """Send those away who wait: there is no such picture any more."""
        self.left = True
        self._wake()

    async def wait(self, wanted: Wanted, within: float, *, whole: bool = False) -> Answer:
        """Wait until a playlist or part can be answered, and return whether it can; ``whole`` wants whole segments."""
        answer = self._answer(wanted, whole=whole)
        if answer is not Answer.WAIT:
            return answer
        try:
            async with asyncio.timeout(within):
                while answer is Answer.WAIT:
                    await self._news.wait()
                    answer = self._answer(wanted, whole=whole)
        except TimeoutError:
            return Answer.WAIT
        return answer

    def text(self, wanted: Wanted, *, low: bool, packed: bool) -> bytes:
        """Return a playlist as it is now, of parts or of whole segments; the same bytes until something changes."""
        key = (low, wanted.skip, packed)
        version, text = self._texts.get(key, (-1, b""))
        if version != self.window.version:
            made = playlist.low_latency(self.window, self.part, wanted) if low else playlist.plain(self.window)
            text = gzip.compress(made.encode(), 4, mtime=0) if packed else made.encode()
            self._texts[key] = (self.window.version, text)
        return text

    def _answer(self, wanted: Wanted, *, whole: bool) -> Answer:
        if self.left and not self.window.ended:
            return Answer.NEVER
        found = self.window.answer(wanted)
        missing = whole and not self.window.segments and not self.window.ended
        return Answer.WAIT if missing and found is Answer.NOW else found

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
