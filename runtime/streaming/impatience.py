"""Connections over HTTP that wait for nobody for long: half a request, or an answer that is not taken, ends them.

uvicorn itself ends only connections that are idle between two requests. A daemon without a proxy in front would keep
a file open for everybody who connects and says nothing.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base
else:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol as Base

HEADERS_WITHIN = 10.0
"""Seconds from the first byte of a request, or from the beginning, until its headers are whole."""
TAKEN_WITHIN = 60.0
"""Seconds for which a viewer may take nothing at all of what is waiting for them; whoever is slow is waited for."""


class Impatient(Base):
    """A connection of uvicorn with two deadlines more."""

    headers_within = HEADERS_WITHIN
    taken_within = TAKEN_WITHIN

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._asking = Deadline(self.headers_within, transport.abort)
        self._taking = Deadline(self.taken_within, self._look)
        self._waiting = 0
        self._asking.set()

    def data_received(self, data: bytes) -> None:
        """Take what came; what completes no headers has to do so soon."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._asking.call_off()
        elif before is None or before.response_complete:
            self._asking.set()

    def pause_writing(self) -> None:
        """Give a viewer who takes nothing some time."""
        super().pause_writing()
        self._waiting = self.transport.get_write_buffer_size()
        self._taking.set()

    def resume_writing(self) -> None:
        """Go on with a viewer who took something."""
        super().resume_writing()
        self._taking.call_off()

    def _look(self) -> None:
        """Go on waiting for a viewer who took something since the last look."""
        before, self._waiting = self._waiting, self.transport.get_write_buffer_size()
        if self._waiting >= before:
            self.transport.abort()
        else:
            self._taking.call_off()
            self._taking.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        super().connection_lost(exc)
        self._asking.call_off()
        self._taking.call_off()


class Deadline:
    """What is done unless it is called off in time."""

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self._seconds = seconds
        self._act = act
        self._timer: asyncio.TimerHandle | None = None

    def set(self) -> None:
        """Begin to wait, unless it has begun."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._act)

    def call_off(self) -> None:
        """Do nothing after all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
