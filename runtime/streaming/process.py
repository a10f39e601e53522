"""The daemon itself: one process with one event loop that stands between publishers, viewers and the shop's database.

``run`` returns after SIGTERM or Ctrl-C, when every recording is whole and the database knows who was interrupted.
"""

import asyncio
import contextlib
import functools
import logging
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import uvicorn

from generator import files
from generator.live import LiveTerms
from generator.value import Value
from runtime import database, logs
from runtime.broadcast import RtmpLimits
from runtime.database import Database
from runtime.faults import DatabaseFault, Fault
from runtime.live.desk import Desk, Shop
from runtime.live.document import StreamState
from runtime.live.keeper import Keeper
from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings
from runtime.streaming import ports
from runtime.streaming.application import Application
from runtime.streaming.doors import Room
from runtime.streaming.figures import Figures
from runtime.streaming.impatience import Impatient
from runtime.streaming.intake import Intake
from runtime.streaming.keeping import Keeping
from runtime.streaming.ladders import Ladders
from runtime.streaming.listener import Listener
from runtime.streaming.stage import Place, Stage
from runtime.streaming.talking import Talking
from runtime.streaming.watching import Watching

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)
WRITTEN = "live.json"
"""The file below var/run that says where the daemon listens."""
_EVERY = 0.5
_PATIENCE = 30.0
_FAREWELL = 3
_OPEN_FILES = 65_536
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Wish(Value, frozen=True, kw_only=True):
    """Where to listen unless the environment says it; ``parent`` is the process without which this one ends."""

    host: str = "127.0.0.1"
    port: int = ports.HTTP_PORT
    parent: int = 0


class Server(uvicorn.Server):
    """A server whose signals are somebody else's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def run(settings: Settings, wish: Wish, ready: Callable[[int, int], None]) -> None:
    """Serve live rooms until the process is told to stop; ``ready`` hears of both ports. Raise PortTakenError."""
    logs.start(settings.log)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    _allow_many_files()
    streaming = settings.streaming
    before = _before(settings.var / "run" / WRITTEN)
    http = ports.listen(streaming.host or wish.host, streaming.port, wish.port, before.http(wish.port))
    rtmp = ports.listen(streaming.rtmp_host or wish.host, streaming.rtmp_port, ports.RTMP_PORT, before.rtmp_port)
    if not streaming.rtmp:
        rtmp.close()
    opened = _open(settings, patience=_PATIENCE if wish.parent else 0)
    try:
        daemon = Daemon(settings, opened, wish)
        asyncio.run(daemon.run(http, rtmp if streaming.rtmp else None, ready))
    finally:
        opened.close()


class _Ports(msgspec.Struct, frozen=True):
    http_port: int = 0
    rtmp_port: int = 0

    def http(self, first: int) -> int:
        """Return the port of HTTP if it may be had again: those below ``first`` may be the shop's by now."""
        return self.http_port if self.http_port >= first else 0


def _before(written: Path) -> _Ports:
    """Return where the process listened that ran last."""
    try:
        return msgspec.json.decode(written.read_bytes(), type=_Ports)
    except (OSError, msgspec.MsgspecError):
        return _Ports()


def _open(settings: Settings, patience: float) -> Database:
    """Open the shop's database; a server that began at the same moment may still be making it."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return database.open(settings)
        except DatabaseFault:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.1)


class Daemon:
    """The parts of the process and how they begin and end."""

    def __init__(self, settings: Settings, opened: Database, wish: Wish) -> None:
        self._settings = settings
        self._wish = wish
        self._live = Live(settings.var)
        self._database = opened
        self._place = Place(
            settings=settings,
            database=opened,
            terms=self._terms,
            clock=lambda: datetime.now(UTC),
            starts=self._starts,
        )
        self._deskwork = ThreadPoolExecutor(1, "desk")

    async def run(self, http: socket.socket, rtmp: socket.socket | None, ready: Callable[[int, int], None]) -> None:
        """Serve until SIGTERM."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop.set))
        stage = Stage(self._place)
        listener = Listener(stage, RtmpLimits(), Room()) if rtmp else None
        desk = await loop.run_in_executor(
            self._deskwork, functools.partial(Desk, self._database, self._settings, self._shop, self._place.clock())
        )
        keeping = Keeping(Keeper(self._database, self._settings, self._shop), self._place.clock)
        stage.ended.append(keeping.ended)
        ladders = Ladders(stage, self._terms)
        desk.media(self._media(ports.port_of(http)))
        talking = Talking(self._place, desk, self._terms)
        application = Application(
            self._place,
            Watching(stage, ladders, self._settings.rooms),
            Intake(self._place, stage),
            talking,
            Figures(stage, listener),
            self._hosts,
        )
        if listener is not None and rtmp is not None:
            await listener.open(rtmp, self._context())
        server = Server(_configuration(application))
        serving = asyncio.create_task(server.serve(sockets=[http]))
        rounds = [
            asyncio.create_task(self._desk_rounds(desk, stage, ladders, talking)),
            asyncio.create_task(_rounds(stage, ladders)),
        ]
        self._write_down(http, rtmp)
        ready(ports.port_of(http), ports.port_of(rtmp) if rtmp else 0)
        await self._until(stop, serving)
        await self._close(rounds, listener, stage)
        await ladders.close()
        await keeping.close()
        server.should_exit = True
        await serving
        with contextlib.suppress(Fault, NoReleaseError):
            await loop.run_in_executor(self._deskwork, desk.close, self._place.clock())
        self._deskwork.shutdown()

    async def _until(self, stop: asyncio.Event, serving: "asyncio.Task[None]") -> None:
        while not stop.is_set() and not serving.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY)
            if self._wish.parent and os.getppid() != self._wish.parent:
                log.warning("the shop's server is gone: the daemon of its live rooms ends, too")
                return

    async def _close(self, rounds: "list[asyncio.Task[None]]", listener: Listener | None, stage: Stage) -> None:
        for each in rounds:
            each.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)
        if listener is not None:
            await listener.close()
        await stage.close()

    async def _desk_rounds(self, desk: Desk, stage: Stage, ladders: Ladders, talking: Talking) -> None:
        """Let the desk do its work, twice a second, in its own thread."""
        loop = asyncio.get_running_loop()
        while True:
            for channel in tuple(stage.channels.values()):
                if not channel.broadcast.practice:
                    shown = bool(channel.window.segments or channel.window.parts) and not channel.window.ended
                    ladder = ladders.find(channel)
                    several = ladder is not None and ladder.master() is not None
                    desk.stream(channel.broadcast.room, StreamState(ready=True, master=several) if shown else None)
            try:
                await loop.run_in_executor(self._deskwork, desk.tick, self._place.clock())
            except (Fault, NoReleaseError) as error:
                log.warning("live rooms wait: %s", error)
            except Exception:
                log.exception("a round of the desk failed")
            talking.tell()
            await asyncio.sleep(_EVERY)

    def _terms(self) -> LiveTerms:
        return self._live.current().terms.live

    def _starts(self) -> dict[str, int]:
        rooms = self._live.current().catalogue.rooms()
        return {room.handle: int(datetime.fromisoformat(room.starts_at).timestamp()) for room in rooms}

    def _shop(self) -> Shop | None:
        try:
            return self._live.current().catalogue
        except NoReleaseError:
            return None

    def _hosts(self) -> frozenset[str]:
        """Return the names under which pages of this shop are looked at."""
        if self._settings.hosts:
            return frozenset(self._settings.hosts)
        return _LOOPBACK | {urlsplit(self._live.current().terms.url).hostname or ""}

    def _media(self, port: int) -> dict[str, object]:
        address = self._settings.streaming.address
        return {"port": port} if address is None else {"base": address}

    def _context(self) -> ssl.SSLContext | None:
        streaming = self._settings.streaming
        if not streaming.certificate:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(streaming.certificate, streaming.certificate_key)
        return context

    def _write_down(self, http: socket.socket, rtmp: socket.socket | None) -> None:
        found = {
            "pid": os.getpid(),
            "http_port": ports.port_of(http),
            "rtmp_port": ports.port_of(rtmp) if rtmp else 0,
            "rtmp_secure": bool(self._settings.streaming.certificate),
        }
        folder = self._settings.var / "run"
        folder.mkdir(parents=True, exist_ok=True)
        files.replace(folder / WRITTEN, msgspec.json.encode(found), durable=False)


async def _rounds(stage: Stage, ladders: Ladders) -> None:
    """Bring database and channels together, twice a second."""
    while True:
        try:
            await stage.poll()
            await ladders.tend()
        except NoReleaseError as error:
            log.warning("live rooms wait for a release: %s", error)
        except Exception:
            log.exception("a round of the stage failed")
        await asyncio.sleep(_EVERY)


def _configuration(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=Impatient,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        backlog=2048,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_FAREWELL,
    )


def _allow_many_files() -> None:
    """Raise the soft limit of open files as far as we may: every viewer is one."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
