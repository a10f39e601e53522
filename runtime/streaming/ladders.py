"""The renditions of all channels, where the shop wants some and the machine has an ffmpeg."""

import asyncio
import logging
from collections.abc import Callable

from generator.live import LiveTerms
from runtime.live.movies import find_ffmpeg
from runtime.streaming.channel import Channel
from runtime.streaming.ladder import Ladder
from runtime.streaming.stage import Stage

log = logging.getLogger(__name__)


class Ladders:
    """Gives every new channel its ladder, and ends it with the channel."""

    def __init__(self, stage: Stage, terms: Callable[[], LiveTerms]) -> None:
        self._stage = stage
        self._terms = terms
        self._ffmpeg = find_ffmpeg()
        self._found: dict[int, Ladder] = {}
        stage.opened.append(self._opened)
        if self._ffmpeg is None and terms().renditions:
            log.warning("live.renditions needs ffmpeg: pip install 'shopwright[renditions]'")

    def find(self, channel: Channel) -> Ladder | None:
        """Return a channel's ladder."""
        return self._found.get(channel.broadcast.id)

    async def tend(self) -> None:
        """End the ladders of broadcasts that are over."""
        for identity, ladder in tuple(self._found.items()):
            channel = self._stage.channels.get(identity)
            if channel is None:
                del self._found[identity]
            elif channel.window.ended:
                await ladder.close()

    async def close(self) -> None:
        """End all of them."""
        await asyncio.gather(*(each.close() for each in self._found.values()))

    def _opened(self, channel: Channel) -> None:
        if self._ffmpeg is not None:
            # Without a wish for sizes, too: Opus is heard on every phone only after it was coded anew.
            self._found[channel.broadcast.id] = Ladder(channel, self._terms().renditions, self._ffmpeg)
