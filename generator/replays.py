"""Replays that a running shop has: what its rooms wrote below var/rooms, so that pages carry chapters and a video.

The one thing of var/ that a build reads. A replay that appears, changes or goes makes the release stale.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from generator.shop import LiveRoom
from generator.value import Value

NAME = "replay.json"
_LARGEST = 1024 * 1024


class Chapter(Value, frozen=True, kw_only=True):
    """A stretch of a replay in which a product is explained, in milliseconds from its beginning."""

    start: int
    end: int
    number: int
    product: str


class Replay(Value, frozen=True, kw_only=True):
    """A broadcast that can be watched again: ``began`` and ``ended`` are ISO 8601 in UTC as rooms write it.

    ``duration`` is milliseconds; ``movie`` says that it can be downloaded as one file.
    """

    stream: str
    began: str
    ended: str
    duration: int
    movie: bool = False
    chapters: tuple[Chapter, ...] = ()


def read(var: Path) -> dict[str, Replay]:
    """Return the replays of a running shop by the handles of their rooms; what cannot be read is none."""
    found = {}
    for handle, data in _files(var):
        try:
            found[handle] = msgspec.json.decode(data, type=Replay)
        except msgspec.DecodeError:
            continue
    return found


def signature(var: Path) -> str:
    """Return what changes with any replay; empty where there is none."""
    digest = hashlib.blake2b(digest_size=16)
    some = False
    for handle, data in _files(var):
        some = True
        digest.update(f"{handle}\0{len(data)}\0".encode() + data)
    return digest.hexdigest() if some else ""


def files(var: Path) -> list[Path]:
    """Return where the replays of a running shop are told, one file for each room that has ever sent."""
    try:
        return [folder / NAME for folder in sorted((var / "rooms").iterdir())]
    except OSError:
        return []


def shown(rooms: Iterable[LiveRoom], found: Mapping[str, Replay]) -> dict[str, Replay]:
    """Return the replays that pages show: none of a room that keeps none, or was announced anew since."""
    return {
        room.handle: each
        for room in rooms
        if room.replay and (each := found.get(room.handle)) and room.starts_at <= each.ended
    }


def _files(var: Path) -> Iterator[tuple[str, bytes]]:
    for path in files(var):
        try:
            with path.open("rb") as file:
                data = file.read(_LARGEST)
        except OSError:
            continue
        yield path.parent.name, data
