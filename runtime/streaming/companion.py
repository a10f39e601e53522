"""The daemon beside ``serve``: started when the shop has live rooms, started again when it dies, stopped at the end."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from generator.value import Value
from runtime.releases import Live, NoReleaseError
from runtime.settings import PREFIX, Settings
from runtime.streaming import ports

log = logging.getLogger(__name__)
_LOOK_EVERY = 2.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY = 60.0
"""Seconds after which a daemon that dies is started again at once."""
_STOP_WITHIN = 15.0
_LAST = 65_000


class Neighbour(Value, frozen=True):
    """The shop's server: the daemon listens on the same host, on the first free port after the shop's.

    ``lang`` is the language that it speaks, empty for the locale's.
    """

    host: str
    port: int
    lang: str = ""


class Companion:
    """A thread that keeps the daemon of one shop running; ``hosts`` are its names where a server has many shops."""

    def __init__(self, settings: Settings, neighbour: Neighbour, hosts: tuple[str, ...] = ()) -> None:
        self._settings = settings
        self._hosts = hosts
        self._neighbour = neighbour
        self._live = Live(settings.var)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live rooms", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to look after it."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the daemon and wait until its recordings are whole."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            log.warning("the daemon of live rooms did not end by itself")
            process.kill()
            process.wait()

    def is_needed(self) -> bool:
        """Tell whether the shop that is published has a live room."""
        try:
            return bool(self._live.current().catalogue.rooms())
        except NoReleaseError:
            return False

    def _run(self) -> None:
        pause = _SHORTEST_PAUSE
        while not self._stop.is_set():
            if not self.is_needed():
                self._stop.wait(_LOOK_EVERY)
                continue
            began = time.monotonic()
            self._process = subprocess.Popen(self._command(), env=self._environment())  # noqa: S603  our own interpreter
            if self._wait(self._process):
                return
            if self._process.returncode == 0:
                # Somebody told it to end, as Ctrl-C does with all processes of a terminal.
                self._stop.wait(_LOOK_EVERY)
                continue
            if time.monotonic() - began >= _STEADY:
                pause = _SHORTEST_PAUSE
            log.error("the daemon of live rooms ended with %d; it is started again", self._process.returncode)
            self._process = None
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _wait(self, process: "subprocess.Popen[bytes]") -> bool:
        """Return False when the daemon has ended, True when it is to be stopped."""
        while process.poll() is None:
            if self._stop.wait(_SHORTEST_PAUSE):
                return True
        return self._stop.is_set()

    def _command(self) -> list[str]:
        call = "from runtime.cli import main; main()"
        first = min(self._neighbour.port + 1, _LAST) if self._neighbour.port else ports.HTTP_PORT
        spoken = ["--lang", self._neighbour.lang] if self._neighbour.lang else []
        asked = ["--host", self._neighbour.host, "--port", str(first), *spoken]
        folder = str(self._settings.folder)
        return [sys.executable, "-P", "-c", call, "live", "serve", folder, *asked, "--parent", str(os.getpid())]

    def _environment(self) -> dict[str, str]:
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        told = {f"{PREFIX}HOSTS": ",".join(self._hosts)} if self._hosts else {}
        return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **told}
