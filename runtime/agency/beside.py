"""Keeps the steward running beside the servers: started with them, started again when it dies, stopped at the end."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

from runtime.agency.steward import Plan

log = logging.getLogger(__name__)
_LOOK_EVERY = 0.5
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY = 60.0
_STOP_WITHIN = 30.0


class Beside:
    """A thread that keeps one steward running."""

    def __init__(self, plan: Plan) -> None:
        self._plan = msgspec.structs.replace(plan, parent=os.getpid())
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="steward", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the steward, and wait until what it began is whole."""
        self._stop.set()
        self._thread.join()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            log.warning("the steward did not end by itself")
            process.kill()
            process.wait()

    def _run(self) -> None:
        pause = _SHORTEST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            self._process = self._begin()
            while self._process.poll() is None:
                if self._stop.wait(_LOOK_EVERY):
                    return
            if time.monotonic() - began >= _STEADY:
                pause = _SHORTEST_PAUSE
            log.error("the steward of the shops ended with %d; it is started again", self._process.returncode)
            self._process = None
            self._stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _begin(self) -> "subprocess.Popen[bytes]":
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, "-P", "-m", "runtime.agency.steward", msgspec.json.encode(self._plan).decode()]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        return subprocess.Popen(command, env=environment)  # noqa: S603  our own interpreter
