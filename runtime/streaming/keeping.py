"""The keeper of recordings inside the daemon: a round every second and after every broadcast, films in between."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from runtime.faults import Fault
from runtime.live.keeper import Keeper
from runtime.live.values import Broadcast

log = logging.getLogger(__name__)
_EVERY = 1.0
_FILMS_EVERY = 2.0


class Keeping:
    """Lets a keeper work in threads of its own, so that nothing that is on the air waits for it."""

    def __init__(self, keeper: Keeper, clock: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._clock = clock
        self._ended = asyncio.Event()
        self._threads = ThreadPoolExecutor(2, "keeper")
        self._tasks = [asyncio.create_task(self._rounds()), asyncio.create_task(self._films())]

    def ended(self, _: Broadcast) -> None:
        """Note that a broadcast is over: its replay is made at once."""
        self._ended.set()

    async def close(self) -> None:
        """Break off what can be done another time, and return when nothing is under way."""
        self._keeper.stop()
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown)

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._ended.clear()
            try:
                await loop.run_in_executor(self._threads, self._keeper.round, self._clock())
            except (Fault, OSError) as error:
                log.warning("recordings wait: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _EVERY)

    async def _films(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_FILMS_EVERY)
            try:
                await loop.run_in_executor(self._threads, self._keeper.film, self._clock())
            except (Fault, OSError) as error:
                log.warning("a replay waits to become one file: %s", error)
