"""Where recordings lie: below ``var/rooms/<room>/`` under their stream's name, or out of sight, or on their way out.

What everybody may fetch lies in ``<stream>/``; what is only kept lies in ``private/<stream>/``. A recording that is
deleted is renamed first, so that a process that is killed meanwhile never leaves half of one to be watched. Only files
that a broadcast makes are ever deleted, and never through a link.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from generator import files

PLAYLIST = "vod.m3u8"
MOVIE = "replay.mp4"
MOVIE_DRAFT = ".replay.mp4.part"
PRIVATE = "private"
_STREAM = re.compile(r"[0-9]{1,6}|p[0-9a-f]{32}")
_ROOM = re.compile(r"\w[\w-]*")
_GOING = ".removed-"
_MADE = re.compile(
    r"\d{1,9}(\.\d{1,4})?\.m4s|init\d{1,9}\.mp4|(vod|ll|index|master)\.m3u8|chapters\.(vtt|json)|replay\.mp4|"
    r"\.replay|\.index|\.numbers|\.replay\.mp4\.part|\..{1,80}\.tmp",
    re.ASCII,
)


def seen(root: Path, room: str, stream: str) -> Path:
    """Return the folder of a broadcast that everybody may fetch; raise ValueError for what is no name of one."""
    return _room(root, room) / _stream(stream)


def kept(root: Path, room: str, stream: str) -> Path:
    """Return the folder of a broadcast that is only kept; raise ValueError for what is no name of one."""
    return _room(root, room) / PRIVATE / _stream(stream)


def find(root: Path, room: str, stream: str) -> Path | None:
    """Return the folder in which a broadcast is, or None where nothing was recorded or all is deleted."""
    places = (seen(root, room, stream), kept(root, room, stream))
    return next((each for each in places if each.is_dir() and not each.is_symlink()), None)


def show(root: Path, room: str, stream: str, *, shown: bool) -> bool:
    """Put a recording where everybody may fetch it, or out of sight; False where it is there already, or nowhere."""
    places = (kept(root, room, stream), seen(root, room, stream))
    before, after = places if shown else places[::-1]
    if not before.is_dir() or before.is_symlink() or after.exists():
        return False
    files.make_folder(root, after.parent.relative_to(root).as_posix())
    before.rename(after)
    return True


def remove(root: Path, room: str, stream: str) -> int:
    """Delete a recording and return how many bytes were freed; nothing else that lies there is touched."""
    going = _room(root, room) / f"{_GOING}{_stream(stream)}"
    found = find(root, room, stream)
    if found is not None and not going.exists():
        with contextlib.suppress(FileNotFoundError):  # somebody else was faster
            found.rename(going)
    return _empty(going)


def left(root: Path) -> Iterator[tuple[str, str]]:
    """Yield room and stream of recordings whose deletion was broken off."""
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.is_symlink() and _ROOM.fullmatch(folder.name):
            for each in sorted(folder.glob(f"{_GOING}*")):
                stream = each.name.removeprefix(_GOING)
                if _STREAM.fullmatch(stream):
                    yield folder.name, stream


def size(folder: Path) -> int:
    """Return how many bytes a broadcast's own files take."""
    return sum(each.stat().st_size for each in folder.iterdir() if _is_made(each))


def _empty(folder: Path) -> int:
    if not folder.is_dir() or folder.is_symlink():
        return 0
    freed = 0
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if _is_made(each):
                freed += each.stat().st_size
                each.unlink()
    with contextlib.suppress(OSError):  # somebody else's files lie there
        folder.rmdir()
    return freed


def _is_made(path: Path) -> bool:
    return bool(_MADE.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def _room(root: Path, room: str) -> Path:
    if not _ROOM.fullmatch(room):
        raise ValueError(f"{room!r} is no room")
    return root / room


def _stream(stream: str) -> str:
    if not _STREAM.fullmatch(stream):
        raise ValueError(f"{stream!r} is no stream")
    return stream
