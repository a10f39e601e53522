"""The web server behind ``serve``: granian with a process for every core where it is installed, waitress elsewhere."""

import contextlib
import functools
import http.client
import importlib
import importlib.util
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable

import msgspec

from runtime import logs
from runtime.releases import Live
from runtime.settings import Environment, Settings
from runtime.web.front import Front, Room
from runtime.web.gate import LOOPBACK, UPLOAD_LIMIT
from runtime.web.metrics import Metrics
from runtime.web.wsgi import Application, Environ, StartResponse

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)
THREADS = 64
_HEADERS_WITHIN = 10_000
"""Milliseconds a client may take to send its headers."""
_STOP_WITHIN = 20
_HEADER_BYTES = 64 * 1024
_OPEN_FILES = 65_536
_LOOKS_UP = 0.2
"""Seconds between two looks of the main thread whether it is told to stop."""


Loader = Callable[[Settings, int], Application]
"""Makes what answers in a worker, which has so many threads."""


class PortError(Exception):
    """The port cannot be listened on; the message says why and what to do."""


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how wide to listen."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    threads: int = THREADS

    @property
    def address(self) -> str:
        """Return what to type into a browser."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104  only shown
        return f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{self.port}"


def run(settings: Settings, listening: Listening, ready: Callable[[str], None], make: Loader | None = None) -> None:
    """Serve a shop until SIGTERM or Ctrl-C; requests under way are finished. Raise PortError.

    ``make`` makes what answers in each worker: ``load``, or ``begin`` where a shop is still to be opened.
    """
    make = make or load
    claim(listening)
    settings = reachable(settings, listening.host)
    if settings.environment is not Environment.PRODUCTION:
        settings = msgspec.structs.replace(settings, address=listening.address)
    _allow_many_files()
    Metrics(settings.var / "run").forget_dead()
    announce = functools.partial(_announce, listening, ready)
    if importlib.util.find_spec("granian"):
        _run_granian(settings, listening, announce, make)
    else:
        _run_waitress(settings, listening, announce, make)


def reachable(settings: Settings, host: str) -> Settings:
    """Return the settings with the names under which this machine is reached where others may look, too."""
    return settings if host in LOOPBACK else msgspec.structs.replace(settings, machine=names(host))


def names(host: str) -> tuple[str, ...]:
    """Return what this machine is called from outside where it listens on a host that others reach; else nothing."""
    return () if host in LOOPBACK else _own_names(host)


def claim(listening: Listening) -> None:
    """Make sure that nobody else listens on the port; raise PortError."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listening.host, listening.port))
        except OSError as error:
            raise PortError(f"{listening.host}:{listening.port}: {error.strerror}") from error


def load(settings: Settings, threads: int) -> Application:
    """Make the application inside a worker process: static pages are there at once, the views a moment later."""
    logs.start(settings.log)
    live, metrics = Live(settings.var), Metrics(settings.var / "run")
    metrics.share()
    return Front(settings, live, metrics, Later(settings, live, metrics), room=Room(readers=readers(threads)))


def readers(threads: int) -> int:
    """Return how many of a worker's threads may read bodies at once: the others stay for everybody else."""
    return max(threads * 3 // 4, 1)


def begin(settings: Settings, threads: int) -> Application:
    """Make the wizard inside a worker process; it becomes the shop when that is open."""
    logs.start(settings.log)
    module = importlib.import_module("runtime.web.setup")
    made: Application = module.Beginning(settings, functools.partial(load, settings, threads))
    return made


class Bell:
    """Wakes the main thread of the server: told so by a signal's handler, which must take no lock.

    A signal may reach another thread of the process; its handler runs when the main thread looks up, so that looks up
    now and then, and nobody waits for a stop that was asked for.
    """

    def __init__(self) -> None:
        self._rung = False

    def set(self) -> None:
        """Ring."""
        self._rung = True

    def clear(self) -> None:
        """Be still again."""
        self._rung = False

    def is_set(self) -> bool:
        """Tell whether it was rung."""
        return self._rung

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is rung, or so many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self._rung and (end is None or time.monotonic() < end):
            time.sleep(_LOOKS_UP)
        return self._rung


class Later:
    """The views of a worker, loaded beside the first answers; who asks for one before waits for them."""

    def __init__(self, settings: Settings, live: Live, metrics: Metrics) -> None:
        self._surroundings = (settings, live, metrics)
        self._views: Application | None = None
        self._guard = threading.Lock()
        threading.Thread(target=self._load, name="views", daemon=True).start()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as the views do."""
        return (self._views or self._load())(environ, start_response)

    def _load(self) -> Application:
        with self._guard:
            if self._views is None:
                application = importlib.import_module("runtime.web.application")
                self._views = application.start(*self._surroundings)
            return self._views


def _run_granian(settings: Settings, listening: Listening, announce: Callable[[], None], make: Loader) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    class Server(Granian):  # type: ignore[misc, valid-type]  # one of two classes, by the kind of Python
        """Granian, whose workers also end when they are told so before they are ready."""

        def signal_handler_interrupt(self, *args: object, **named: object) -> None:
            """Stop the server; in a worker that still has its parent's handlers, end at once."""
            if os.getpid() != self.pid:
                os._exit(0)
            super().signal_handler_interrupt(*args, **named)

    server = Server(
        target="runtime.server:load",
        address=listening.host,
        port=listening.port,
        interface=Interfaces.WSGI,
        workers=listening.workers or min(os.cpu_count() or 1, 4),
        blocking_threads=listening.threads,
        backlog=2048,
        backpressure=8192,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN, max_buffer_size=_HEADER_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=_STOP_WITHIN,
        respawn_failed_workers=True,
    )

    server.main_loop_interrupt = Bell()

    def announce_later() -> None:
        while len(server.wrks) < server.workers:
            time.sleep(0.005)  # and nothing else: a lock taken here would be taken for good in a worker forked now
        announce()

    server.on_startup(threading.Thread(target=announce_later, daemon=True).start)
    server.serve(target_loader=functools.partial(make, settings, listening.threads), wrap_loader=False)


def _run_waitress(settings: Settings, listening: Listening, announce: Callable[[], None], make: Loader) -> None:
    from waitress.server import create_server

    server = create_server(
        make(settings, listening.threads),
        host=listening.host,
        port=listening.port,
        threads=listening.threads,
        ident="",
        max_request_body_size=UPLOAD_LIMIT + 1024 * 1024,
        max_request_header_size=_HEADER_BYTES,
        channel_timeout=30,
        asyncore_use_poll=True,  # select() ends with the first descriptor above 1,023, and the server with it
        clear_untrusted_proxy_headers=False,
    )
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=announce, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


def _stop(*_: object) -> None:
    sys.exit(0)


def _announce(listening: Listening, ready: Callable[[str], None]) -> None:
    """Say where the shop is as soon as it answers there."""
    host = listening.address.removeprefix("http://").rpartition(":")[0].strip("[]")
    for _ in range(3000):
        try:
            connection = http.client.HTTPConnection(host, listening.port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.01)
        else:
            ready(listening.address)
            return


def _own_names(host: str) -> tuple[str, ...]:
    """Return what this machine is called from outside, so that a phone in the same house can look at the shop."""
    found = {host.lower(), socket.gethostname().lower()}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # an address of documentation: nothing is sent, the system only picks a way
        found.add(str(probe.getsockname()[0]))
    return tuple(sorted(found))


def _allow_many_files() -> None:
    """Raise the soft limit of open files as far as we may: every visitor is one."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
