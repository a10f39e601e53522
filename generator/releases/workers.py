"""Work shared out to forked processes: they take numbered pieces from a pipe and send back what they made."""

import contextlib
import gc
import os
import selectors
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

Piece = Callable[[int], Any]
"""Does one numbered piece of work and returns a value that msgspec can write."""

_HEAD = struct.Struct(">II")
_TOKEN = struct.Struct(">H")
_MOST_PIECES = 4096
_FAILED = 0xFFFFFFFF


class WorkerDiedError(Exception):
    """A worker ended before its work did; ``piece`` is what it was doing, ``signal`` what ended it (0: an exit)."""

    def __init__(self, piece: int | None, signal: int, told: str = "") -> None:
        super().__init__(f"worker died on piece {piece} by signal {signal} {told}")
        self.piece = piece
        self.signal = signal
        self.told = told


def can_fork() -> bool:
    """Tell whether this system shares work by forking."""
    return hasattr(os, "fork") and sys.platform != "win32"


def count() -> int:
    """Return how many workers are worth starting here."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return max(1, min(available, 8))


def share(
    pieces: int, work: Piece, *, workers: int, begin: Callable[[], None] | None = None
) -> Iterator[tuple[int, Any]]:
    """Do all pieces in forked workers and yield (piece, result) as they come; ``begin`` runs first in every worker."""
    if not 0 <= pieces <= _MOST_PIECES:
        raise ValueError(pieces)
    reading, writing = os.pipe()
    os.write(writing, b"".join(_TOKEN.pack(piece) for piece in range(pieces)))
    os.close(writing)
    children: dict[int, int] = {}
    sys.stdout.flush()
    sys.stderr.flush()
    gc.collect()
    gc.freeze()
    try:
        for _ in range(workers):
            out, into = os.pipe()
            pid = os.fork()
            if pid == 0:
                for other in (out, *children):
                    os.close(other)
                _child(reading, into, work, begin)
            os.close(into)
            children[out] = pid
        yield from _collect(children, pieces)
    finally:
        os.close(reading)
        for out, pid in children.items():
            os.close(out)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        gc.unfreeze()


def _child(reading: int, into: int, work: Piece, begin: Callable[[], None] | None) -> None:
    encode = msgspec.msgpack.Encoder().encode
    code = 1
    try:
        if begin:
            begin()
        while token := os.read(reading, _TOKEN.size):
            piece = _TOKEN.unpack(token)[0]
            _send(into, piece, b"")
            _send(into, piece, encode(work(piece)))
        code = 0
    except BaseException as error:  # noqa: BLE001  the parent is told, whatever it was
        with contextlib.suppress(OSError):
            number = error.errno if isinstance(error, OSError) else 0
            _send(into, _FAILED, encode((type(error).__name__, number, str(error))))
    finally:
        os._exit(code)


def _send(into: int, piece: int, data: bytes) -> None:
    rest = memoryview(_HEAD.pack(piece, len(data)) + data)
    while rest:
        rest = rest[os.write(into, rest) :]


def _collect(children: dict[int, int], pieces: int) -> Iterator[tuple[int, Any]]:
    buffers = {out: bytearray() for out in children}
    doing: dict[int, int | None] = dict.fromkeys(children)
    done = 0
    with selectors.DefaultSelector() as selector:
        for out in children:
            selector.register(out, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 1 << 18)
                if not data:
                    selector.unregister(key.fd)
                    if doing[key.fd] is not None:
                        _buried(children[key.fd], doing[key.fd])
                    continue
                buffers[key.fd] += data
                for piece, result in _messages(buffers[key.fd]):
                    doing[key.fd] = piece if result is None else None
                    if result is not None:
                        done += 1
                        yield piece, result
    if done != pieces:
        raise WorkerDiedError(None, 0)


def _messages(buffer: bytearray) -> Iterator[tuple[int, Any]]:
    while len(buffer) >= _HEAD.size:
        piece, length = _HEAD.unpack_from(buffer)
        if len(buffer) < _HEAD.size + length:
            return
        data = bytes(buffer[_HEAD.size : _HEAD.size + length])
        del buffer[: _HEAD.size + length]
        if piece == _FAILED:
            name, number, told = msgspec.msgpack.decode(data)
            raise OSError(number, told) if number else WorkerDiedError(None, 0, f"{name}: {told}")
        yield piece, (msgspec.msgpack.decode(data) if data else None)


def _buried(pid: int, piece: int | None) -> None:
    _, status = os.waitpid(pid, 0)
    raise WorkerDiedError(piece, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
