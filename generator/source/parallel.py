"""Reads many files at once where a process can fork; few files, or beside threads, are read one after another."""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec

from generator.loading.reader import Ground
from generator.source import reading
from generator.source.inventory import Source
from generator.source.reading import Result

_WORTH = 2000
_RESULTS = msgspec.msgpack.Decoder(list[Result])


def read(folder: Path, sources: Sequence[Source], ground: Ground) -> list[Result]:
    """Read files; the results stand in the order of the sources."""
    workers = _workers()
    if len(sources) < _WORTH or workers < 2 or threading.active_count() > 1:  # noqa: PLR2004
        return [reading.read(folder, each, ground) for each in sources]
    step = -(-len(sources) // (workers * 4))
    parts = [sources[start : start + step] for start in range(0, len(sources), step)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        packed = pool.map(_read, [(folder, part, ground) for part in parts])
        return [result for part in packed for result in _RESULTS.decode(part)]


def _workers() -> int:
    if "fork" not in multiprocessing.get_all_start_methods() or not hasattr(os, "sched_getaffinity"):
        return 1
    return min(len(os.sched_getaffinity(0)), 8)


def _read(task: tuple[Path, Sequence[Source], Ground]) -> bytes:
    folder, part, ground = task
    return msgspec.msgpack.encode([reading.read(folder, each, ground) for each in part])
