"""What leaves a room: its state at most once a second, and chat in blocks that never change once they are written.

Only what is taken away leaves its block, too: who watches a replay, or asks for the file, does not read it. Files are
put in place by a rename, so that caches and nginx send whole ones; the last of them are kept in memory for viewers who
are pushed to.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from pathlib import Path

import msgspec

from generator import files
from runtime.live import document
from runtime.live.values import Message

STATE = "room.json"
_CHAT = "chat"
_PAUSE = 1000
"""Milliseconds between two writes of a state, and between two blocks of chat."""
_SIGN_OF_LIFE = 10_000
"""Milliseconds after which a state is written again though nothing changed: its moment tells that it is fresh."""
_MARK = b',"state"'
_REMEMBERED = 5000
_READ_AGAIN = 200
"""Blocks that are read when a process takes a room over."""

Event = tuple[int, str, bytes]
"""A number that rises, ``room`` or ``chat``, and the bytes of the file."""


class Outlet:
    """The files of one room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.block = _last_block(folder / _CHAT)
        self.seq = 0
        self.events: deque[Event] = deque(maxlen=50)
        self._lines: deque[Message] = deque()
        self._removed: deque[int] = deque()
        self._gone: set[int] = set()
        self._told = _told(folder / _CHAT, self.block)
        self._blocks_at = 0
        self._state = b""
        self._state_at = 0
        self._version = 0

    def written_at(self) -> float:
        """Return when the state was last written, in seconds; 0 if never."""
        try:
            return (self.folder / STATE).stat().st_mtime
        except OSError:
            return 0.0

    def add(self, lines: Iterable[Message], removed: Iterable[int] = ()) -> None:
        """Let lines appear with the next block, and others go; what viewers know already is not told again."""
        for line in lines:
            if self._tell(line.seq, shown=True):
                self._lines.append(line)
        for seq in removed:
            if self._told.get(seq):
                self._gone.add(seq)
            if self._tell(seq, shown=False):
                self._removed.append(seq)

    def write_blocks(self, at: int) -> int:
        """Write what waits, in blocks, once a second; return how many; raise OSError."""
        if at - self._blocks_at < _PAUSE or not (self._lines or self._removed):
            return 0
        written = 0
        while self._lines or self._removed:
            lines = list(self._lines)[: document.BLOCK]
            removed = list(self._removed)[: document.BLOCK]
            data = document.block(self.block + 1, lines, removed)
            self._put(f"{_CHAT}/{self.block + 1}.json", data)
            self.block += 1
            for _ in lines:
                self.seq = max(self.seq, self._lines.popleft().seq)
            for _ in removed:
                self._removed.popleft()
            self._happened("chat", data)
            written += 1
        self._blocks_at = at
        self._scrub()
        return written

    def _scrub(self) -> None:
        """Take what is gone out of the blocks that it was written in."""
        for number in range(self.block, 0, -1):
            if not self._gone:
                return
            path = self.folder / _CHAT / f"{number}.json"
            try:
                found = msgspec.json.decode(path.read_bytes())
            except (FileNotFoundError, msgspec.DecodeError):
                continue
            here = self._gone & {line["seq"] for line in found["messages"]}
            if here:
                found["messages"] = [line for line in found["messages"] if line["seq"] not in here]
                files.replace(path, msgspec.json.encode(found), durable=False)
                self._gone -= here
        self._gone.clear()

    def write_state(self, data: bytes, at: int) -> bool:
        """Write the state if it changed, at most once a second; return whether it was; raise OSError."""
        plain = data.partition(_MARK)[2]
        if at - self._state_at < (_SIGN_OF_LIFE if plain == self._state else _PAUSE):
            return False
        self._put(STATE, data)
        self._state, self._state_at = plain, at
        self._happened("room", data)
        return True

    def _tell(self, seq: int, *, shown: bool) -> bool:
        """Return whether something is news, and remember it."""
        if self._told.get(seq) is shown:
            return False
        self._told[seq] = shown
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return True

    def _put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, data, durable=False)

    def _happened(self, kind: str, data: bytes) -> None:
        self._version += 1
        self.events.append((self._version, kind, data))


def _last_block(folder: Path) -> int:
    """Return the highest number that was ever given to a block: caches keep them for ever, so none is used twice."""
    return max((int(file.stem) for file in folder.glob("*.json") if file.stem.isdigit()), default=0)


class _Line(msgspec.Struct, frozen=True):
    seq: int


class _Block(msgspec.Struct, frozen=True):
    messages: list[_Line] = []
    removed: list[int] = []


def _told(folder: Path, last: int) -> OrderedDict[int, bool]:
    """Return what the last blocks told: which messages were shown, and which were taken away."""
    found: OrderedDict[int, bool] = OrderedDict()
    for number in range(max(1, last - _READ_AGAIN + 1), last + 1):
        try:
            block = msgspec.json.decode((folder / f"{number}.json").read_bytes(), type=_Block)
        except (OSError, msgspec.DecodeError):
            continue
        found.update((line.seq, True) for line in block.messages)
        found.update(dict.fromkeys(block.removed, False))
    return found
