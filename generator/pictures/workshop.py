"""Child processes that draw pictures: one that crashes or is exhausted costs its picture, never the build."""

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import IO

import msgspec

from generator.pictures.renditions import Order, Refusal, Reply

_MOST_WORKERS = 8
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Reply)


class WorkshopError(OSError):
    """The child process cannot start on this machine."""


class Worker:
    """One child process; it is started when its first order comes, and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def draw(self, order: Order) -> Reply:
        """Fulfil one order; raise WorkshopError or OSError for a fault of the world."""
        process = self._process or self._start()
        orders, answers = process.stdin, process.stdout
        if orders is None or answers is None:
            raise WorkshopError("no pipe")
        try:
            orders.write(_ENCODER.encode(order) + b"\n")
            orders.flush()
            line = answers.readline()
        except BrokenPipeError:
            line = b""
        if not line.endswith(b"\n"):
            self.close()
            return Reply(refusal=Refusal("picture-unreadable", {"reason": "decoder stopped"}))
        reply = _DECODER.decode(line)
        if reply.fault:
            raise OSError(reply.errno, reply.fault, order.target)
        return reply

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "generator.pictures.pixels"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._process = process
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            self._said.seek(0)
            reason = self._said.read().decode(errors="replace").strip().rpartition("\n")[2]
            self.close()
            raise WorkshopError(f"pictures cannot be drawn: {reason}")
        return process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            process.kill()
            process.wait()
        if self._said is not None:
            self._said.close()


def workers_for(count: int) -> int:
    """Return how many processes are worth their start for a number of pictures."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(count, processors, _MOST_WORKERS))


def draw(orders: Sequence[Order], done: Callable[[int, int], None]) -> Iterator[tuple[Order, Reply]]:
    """Fulfil orders side by side, in the order in which they get ready; raise OSError for a fault of the world."""
    if not orders:
        return
    count = workers_for(len(orders))
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    crew = [Worker() for _ in range(count)]
    for worker in crew:
        free.put(worker)

    def fulfil(order: Order) -> tuple[Order, Reply]:
        worker = free.get()
        try:
            return order, worker.draw(order)
        finally:
            free.put(worker)

    with ThreadPoolExecutor(count) as pool:
        try:
            futures = [pool.submit(fulfil, order) for order in orders]
            for number, future in enumerate(as_completed(futures), 1):
                yield future.result()
                done(number, len(orders))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for worker in crew:
                worker.close()
