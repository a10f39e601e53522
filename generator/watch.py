"""Watches folders by asking the file system again and again: works everywhere and needs nothing."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

INTERVAL = 0.3
"""Seconds between two looks; longer where a look itself takes long."""
_QUIET = 0.08
_SHARE = 8
_SKIPPED = {"var", "__pycache__", "node_modules"}
_ENDINGS = ("~", ".swp", ".swx", ".tmp", ".part", ".crdownload")
Sight = dict[str, tuple[int, int, int]]


def look(folders: Iterable[Path], beside: Iterable[Path] = ()) -> Sight:
    """Return every file below some folders with what changes when it is written; editors' own files are left out.

    ``beside`` are single files that are looked at wherever they are.
    """
    seen: Sight = {}
    for folder in folders:
        _look(str(folder), seen)
    for file in beside:
        with contextlib.suppress(OSError):
            seen[str(file)] = _state(file.stat())
    return seen


def _look(folder: str, seen: Sight) -> None:
    try:
        with os.scandir(folder) as found:
            for entry in found:
                name = entry.name
                if name.startswith((".", "#")) or name in _SKIPPED or name.endswith(_ENDINGS):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    _look(entry.path, seen)
                else:
                    seen[entry.path] = _state(entry.stat())
    except OSError:
        return  # a folder or file that went away while we looked: the next look tells


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_size, found.st_ino


def changed(before: Sight, after: Sight) -> set[str]:
    """Return the files that came, went or were written between two looks."""
    return {path for path, _ in before.items() ^ after.items()}


class Watch:
    """Remembers how folders, and files beside them, looked; ``wait`` returns what changed since."""

    def __init__(
        self, folders: Callable[[], Iterable[Path]], beside: Callable[[], Iterable[Path]] = lambda: ()
    ) -> None:  # fmt: skip
        self._folders = folders
        self._beside = beside
        self._seen = self._look()

    def wait(self, is_over: Callable[[], bool] = lambda: False) -> set[str]:
        """Wait until files change and then stay as they are for a moment; return them. Empty when ``is_over``."""
        while not is_over():
            started = time.perf_counter()
            found = changed(self._seen, self._look())
            spent = time.perf_counter() - started
            if found:
                return self._settled()
            time.sleep(max(INTERVAL, spent * _SHARE))
        return set()

    def _settled(self) -> set[str]:
        """Let a program that saves many files come to its end."""
        latest = self._look()
        while True:
            time.sleep(_QUIET)
            again = self._look()
            if again == latest:
                break
            latest = again
        found = changed(self._seen, latest)
        self._seen = latest
        return found

    def _look(self) -> Sight:
        return look(self._folders(), self._beside())
