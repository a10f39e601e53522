"""The board: how every shop of a folder is, written by the steward and read by the servers and the agency's people."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from generator import files
from generator.value import Text, Value

FOLDER = "shops"
"""Below the var/ of the folder of shops."""
_FILE = "board.json"
_EVERY = 0.5
"""Seconds between two looks of a server."""


class Line(Value, frozen=True, kw_only=True):
    """One problem of a shop: where it is, and what it says in both languages."""

    error: bool
    place: str
    zh: str
    en: str


class Takings(Value, frozen=True, kw_only=True):
    """What came in at a shop, in minor units of its currency, by its own clock."""

    currency: str
    today: int = 0
    week: int = 0
    orders: int = 0
    day: str = ""


class Shop(Value, frozen=True, kw_only=True):
    """One shop: where it lies, what it answers to, and how it is.

    ``mark`` changes whenever a server has to open the shop anew. ``fault`` says why it cannot run at all.
    """

    name: str
    folder: str
    title: Text
    hosts: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    address: str = ""
    mark: str = ""
    release: str = ""
    published_at: int = 0
    stopped: bool = False
    building: bool = False
    changed: bool = False
    errors: int = 0
    warnings: int = 0
    problems: tuple[Line, ...] = ()
    fault: Line | None = None
    takings: Takings | None = None

    @property
    def state(self) -> str:
        """Return the one word for how it is."""
        if self.fault is not None:
            return "broken"
        if self.stopped:
            return "stopped"
        if self.building:
            return "building"
        return "serving" if self.release else "problems"

    @property
    def has_problems(self) -> bool:
        """Tell whether somebody should look at it."""
        return bool(self.fault is not None or self.errors or self.taken or (not self.release and not self.building))


class Board(Value, frozen=True, kw_only=True):
    """All shops by their names, and the process that looks after them."""

    shops: tuple[Shop, ...] = ()
    steward: int = 0

    @property
    def is_kept(self) -> bool:
        """Tell whether the process that writes it lives."""
        if not self.steward:
            return False
        try:
            os.kill(self.steward, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def place(root: Path) -> Path:
    """Return the folder of what is kept about the shops."""
    return root / "var" / FOLDER


def write(root: Path, board: Board) -> None:
    """Put a new board in the place of the old one."""
    files.replace(place(root) / _FILE, msgspec.json.encode(board), durable=False, mode=0o600)


def read(root: Path) -> Board:
    """Return the board as it was written last; an empty one if there is none."""
    try:
        return msgspec.json.decode((place(root) / _FILE).read_bytes(), type=Board)
    except (OSError, msgspec.DecodeError):
        return Board()


class Wishes:
    """What people want done with a shop, as empty files: they outlive whoever is to do it."""

    def __init__(self, root: Path) -> None:
        self._root = place(root)

    def stop(self, name: str) -> None:
        """Close a shop to visitors until it is opened again."""
        self._put("stopped", name)

    def open(self, name: str) -> None:
        """Open a shop that was stopped."""
        (self._root / "stopped" / name).unlink(missing_ok=True)

    def is_stopped(self, name: str) -> bool:
        """Tell whether a shop was stopped."""
        return (self._root / "stopped" / name).exists()

    def publish(self, name: str) -> None:
        """Let a shop be built and published."""
        self._put("publish", name)

    def take_publish(self, name: str) -> bool:
        """Tell whether that was wished, once."""
        try:
            (self._root / "publish" / name).unlink()
        except FileNotFoundError:
            return False
        return True

    def _put(self, kind: str, name: str) -> None:
        folder = self._root / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


class Following:
    """A server's view of the board: read again when another one was written, looked for twice a second at most."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = place(root) / _FILE
        self._guard = threading.Lock()
        self._looked = -_EVERY
        self._seen = 0
        self._board = Board()
        self._hosts: Mapping[str, Shop] = {}

    @property
    def board(self) -> Board:
        """Return the newest board."""
        self._look()
        return self._board

    def find(self, host: str) -> Shop | None:
        """Return the shop that answers to a host name."""
        self._look()
        return self._hosts.get(host)

    def _look(self) -> None:
        if time.monotonic() - self._looked < _EVERY:
            return
        with self._guard:
            self._looked = time.monotonic()
            try:
                seen = self._file.stat()
            except OSError:
                return
            mark = hash((seen.st_mtime_ns, seen.st_ino))
            if mark != self._seen:
                found = read(self._root)
                self._hosts = {host: shop for shop in found.shops for host in shop.hosts}
                self._board, self._seen = found, mark
