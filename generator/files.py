"""Files are written here and nowhere else: whole or not at all, never through a link, never into a foreign folder."""

import contextlib
import ctypes
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MARKER = ".shopwright"
"""The file that says: this folder was made by us, so we may tidy it."""
_MARKER_TEXT = b"This folder is written by shopwright build. Do not keep anything of your own here.\n"
_LOOKS = 0.02
"""Seconds between two looks at a lock."""
_LIBRARY = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of renameat2(2)."""
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class RefusedError(Exception):
    """We will not write there; ``code`` names the reason in the catalogue of problems, ``values`` fill its message."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values


class BusyError(RefusedError):
    """Another process is writing the same folder; ``pid`` is its process, empty if unknown."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__("already-running", path=str(path), pid=pid)
        self.pid = pid


def write_all(handle: int, data: bytes) -> None:
    """Write every byte to an open file, however often the system takes only a part; raise OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """Put a file in place by a temporary one beside it and one rename; a link at ``path`` is replaced, not followed.

    Without ``durable`` the caller syncs later (see ``sync``): many files at once are much faster that way.
    """
    temporary = path.with_name(f".{path.name[:120]}.{os.getpid()}.tmp")
    try:
        _write_new(temporary, data, mode, durable=durable)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def _write_new(path: Path, data: bytes, mode: int, *, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW
    try:
        handle = os.open(path, flags, mode)
    except FileExistsError:
        path.unlink()
        handle = os.open(path, flags, mode)
    try:
        write_all(handle, data)
        if durable:
            os.fsync(handle)
    finally:
        os.close(handle)


def replace_known(path: Path, data: bytes, known: Callable[[bytes], bool], *, mode: int = 0o644) -> bool:
    """Replace a file durably if its bytes are known, or change nothing and return False; raise OSError.

    Programs that know nothing of our locks write too. Where the system can, both files change places in one step and
    what came out is looked at, so that nothing written a moment before is lost; elsewhere the moment is very short.
    """
    temporary = path.with_name(f".{path.name[:120]}.{os.getpid()}.tmp")
    try:
        _write_new(temporary, data, mode, durable=True)
        good = path.is_file() and known(path.read_bytes())
        if good and not exchange(temporary, path):
            temporary.replace(path)
        elif good:
            good = known(temporary.read_bytes())
            if not good:
                exchange(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    sync_folder(path.parent)
    return good


def remove_known(path: Path, known: Callable[[bytes], bool]) -> bool:
    """Remove a file durably if its bytes are known, or change nothing and return False; raise OSError."""
    aside = path.with_name(f".{path.name[:120]}.{os.getpid()}.tmp")
    if not path.is_file():
        return False
    path.rename(aside)
    good = known(aside.read_bytes())
    if good or path.exists():
        aside.unlink()
    else:
        aside.rename(path)
    sync_folder(path.parent)
    return good


def exchange(one: Path, other: Path) -> bool:
    """Let two files change places in one step; False where the system or the disk cannot."""
    call = getattr(_LIBRARY, "renameat2", None)
    return call is not None and call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def atomic_write(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file so that every reader, and every crash, sees the old bytes or the new ones; raise OSError."""
    replace(path, data, mode=mode)


def sweep(left: Iterable[Path]) -> None:
    """Remove those temporary files (see ``replace``) whose process was killed before it gave them their name."""
    for path in left:
        process = path.name.split(".")[-2]
        if path.name.endswith(".tmp") and process.isdigit() and not _is_running(int(process)):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if sys.platform == "win32":
        return True  # There is no harmless way to ask.
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sync(folder: Path) -> None:
    """Make everything written so far durable: the file system of ``folder`` where the system can, else all of them."""
    if sys.platform == "win32":
        return
    os.sync()
    sync_folder(folder)


def link(path: Path, target: str) -> None:
    """Point a symbolic link at ``target`` by one rename, durably; raise OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(target)
    temporary.replace(path)
    sync_folder(path.parent)


@contextlib.contextmanager
def lock(path: Path, *, patience: float = 0) -> Iterator[None]:
    """Hold a lock file that the system frees when its process dies.

    Raise BusyError if another process still holds it after ``patience`` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o644)
    try:
        end = time.monotonic() + patience
        while not (taken := _take(handle)) and time.monotonic() < end:
            time.sleep(_LOOKS)
        if not taken:
            raise BusyError(
                path, os.pread(handle, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_folder(root: Path, relative: str) -> Path:
    """Make a folder below ``root`` step by step; raise RefusedError where a link or a file stands in the way."""
    folder = root
    for part in ("", *Path(relative).parts):
        folder = folder / part
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o755)
        mode = (folder.stat() if folder == root else folder.lstat()).st_mode
        if not stat.S_ISDIR(mode):
            raise RefusedError("output-link" if stat.S_ISLNK(mode) else "output-file", path=str(folder))
    return folder


def claim(folder: Path) -> None:
    """Make an output folder ours or raise RefusedError: never a root, a home, a shop, or one with foreign files."""
    real = folder.resolve()
    if real.parent == real or real == Path.home().resolve() or (real / "shop.yaml").exists():
        raise RefusedError("output-forbidden", path=str(folder))
    if real.exists() and not real.is_dir():
        raise RefusedError("output-file", path=str(folder))
    marker = real / MARKER
    if marker.is_file() and not marker.is_symlink():
        return
    if real.exists() and any(real.iterdir()):
        raise RefusedError("output-foreign", path=str(folder))
    real.mkdir(parents=True, exist_ok=True)
    atomic_write(marker, _MARKER_TEXT)
