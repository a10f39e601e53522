"""Builds the shop anew when its hour comes: a promotion begins or ends, a product appears, and nobody is there.

Only what was published is built again: where a file changed since, it waits for the merchant to publish it.
"""

import logging
import subprocess
import sys
import threading
from pathlib import Path

from generator import clock
from generator.releases import freshness

log = logging.getLogger(__name__)
_EVERY = 10.0
"""Seconds between two looks at the clock."""
_AGAIN = 300.0
"""Seconds after a build that did not work."""
_LONGEST = 600


class Renewal:
    """A thread beside the server; the build runs in a process of its own."""

    def __init__(self, folder: Path, lang: str) -> None:
        self._folder = folder
        self._lang = lang
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renewal", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; a build under way ends by itself."""
        self._stop.set()

    def round(self, now: str) -> bool:
        """Build if the hour has come; return whether the shop is up to date again."""
        if not freshness.is_overdue(self._folder, now):
            return True
        command = [sys.executable, "-P", "-m", "generator.releases.rebuild", str(self._folder), self._lang]
        try:
            subprocess.run(command, input=b"\n", capture_output=True, check=True, timeout=_LONGEST)  # noqa: S603
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("the shop could not be built anew at its hour: %s", error)
            return False
        done = not freshness.is_overdue(self._folder, now)
        log.info("the shop's hour has come: %s", "built anew" if done else "it has problems and stays as it was")
        return done

    def _run(self) -> None:
        wait = _EVERY
        while not self._stop.wait(wait):
            wait = _EVERY if self.round(clock.now()) else _AGAIN
