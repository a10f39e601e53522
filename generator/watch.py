"""Watches folders by asking the file system again and again: works everywhere and needs nothing."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

INTERVAL = 0.3
"""Seconds between two looks; longer where a look itself takes long."""
_QUIET = 0.08
_SHARE = 8
_SKIPPED = {"var", "__pycache__", "node_modules"}
_ENDINGS = ("~", ".swp", ".swx", ".tmp", ".part", ".crdownload")
Sight = dict[str, tuple[int, int, int]]


def look(folders: Sequence[Path]) -> Sight:
    """Return every file below some folders with what changes when it is written; editors' own files are left out."""
    seen: Sight = {}
    for folder in folders:
        _look(str(folder), seen)
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
                    state = entry.stat()
                    seen[entry.path] = (state.st_mtime_ns, state.st_size, state.st_ino)
    except OSError:
        return  # a folder or file that went away while we looked: the next look tells


def changed(before: Sight, after: Sight) -> set[str]:
    """Return the files that came, went or were written between two looks."""
    return {path for path, _ in before.items() ^ after.items()}


class Watch:
    """Remembers how folders looked; ``wait`` returns what changed since."""

    def __init__(self, folders: Callable[[], Sequence[Path]]) -> None:
        self._folders = folders
        self._seen = look(folders())

    def wait(self, is_over: Callable[[], bool] = lambda: False) -> set[str]:
        """Wait until files change and then stay as they are for a moment; return them. Empty when ``is_over``."""
        while not is_over():
            started = time.perf_counter()
            found = changed(self._seen, look(self._folders()))
            spent = time.perf_counter() - started
            if found:
                return self._settled()
            time.sleep(max(INTERVAL, spent * _SHARE))
        return set()

    def _settled(self) -> set[str]:
        """Let a program that saves many files come to its end."""
        latest = look(self._folders())
        while True:
            time.sleep(_QUIET)
            again = look(self._folders())
            if again == latest:
                break
            latest = again
        found = changed(self._seen, latest)
        self._seen = latest
        return found
