"""A recording on disk: numbers are used once (L7), a full disk stops nothing (L5), a killed process loses little."""

import errno
import os
import resource
import signal
import subprocess
import sys

import msgspec
import pytest
from media_stream import run, segmenter, segments, shots, together, tones

from runtime.broadcast import Recording, Segmenter, recording
from runtime.broadcast.segments import Init, Start


def film(seconds=3, start=None):
    cutter = segmenter() if start is None else Segmenter(start=start)
    if start is not None:
        cutter.tracks(segmenter()._tracks)
    return run(cutter, together(shots(0, seconds * 1000), tones(0, seconds * 1000))) + cutter.flush()


def keep(kept, made):
    return [kept.take(found) for found in made]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_kept_is_read_again_without_its_bytes(tmp_path):
    made, kept = film(), Recording(tmp_path)
    assert all(keep(kept, made))
    kept.close()
    wanted = [msgspec.structs.replace(segment, data=b"", pieces=()) for segment in segments(made)]
    assert recording.segments(tmp_path) == wanted
    assert names(tmp_path) == [".index", ".numbers", "0.m4s", "1.m4s", "2.m4s", "init1.mp4"]
    assert [(tmp_path / f"{segment.number}.m4s").read_bytes() for segment in segments(made)] == [
        segment.data for segment in segments(made)
    ]
    assert kept.bytes == sum(segment.size for segment in segments(made))
    assert not kept.incomplete


def test_a_folder_that_was_never_written_has_no_segments(tmp_path):
    assert recording.segments(tmp_path / "none") == []


def test_l7_numbers_go_on_after_a_restart_and_are_never_used_again(tmp_path):
    starts = []
    for _ in range(4):
        kept = Recording(tmp_path)
        starts.append(kept.start)
        keep(kept, film(start=kept.start))
    assert [(start.segment, start.init, start.run, start.time) for start in starts] == [
        (0, 1, 0, 0), (1000, 1001, 1, 3_000_000), (2000, 2001, 2, 6_000_000), (3000, 3001, 3, 9_000_000),
    ]  # fmt: skip
    numbers = [segment.number for segment in recording.segments(tmp_path)]
    assert numbers == [0, 1, 2, 1000, 1001, 1002, 2000, 2001, 2002, 3000, 3001, 3002]
    # The tracks are the same, so is the init.
    assert {segment.init for segment in recording.segments(tmp_path)} == {1}


def test_l7_numbers_that_viewers_saw_but_nobody_kept_are_not_used_again(tmp_path):
    assert Recording(tmp_path).start == Start()
    # Killed before the first segment was whole: its parts had been sent.
    assert Recording(tmp_path).start == Start(segment=1000, init=1001)


def test_l7_more_than_a_thousand_segments_take_more_numbers_in_time(tmp_path):
    kept = Recording(tmp_path)
    (first, *_) = segments(film())
    for number in (0, 899, 900, 1899):
        kept.take(msgspec.structs.replace(first, number=number))
    assert Recording(tmp_path).start.segment == 2000


@pytest.mark.parametrize("torn", [b'{"number":3', b"\xff\xfe", b'{"number":"x"}\n{"num'])
def test_l7_what_a_killed_process_left_half_written_is_overlooked(tmp_path, torn):
    kept = Recording(tmp_path)
    keep(kept, film())
    with (tmp_path / ".index").open("ab") as index:
        index.write(torn)
    (tmp_path / ".9.m4s.77.tmp").write_bytes(b"half")
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 1, 2]
    again = Recording(tmp_path)
    keep(again, film(start=again.start))
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 1, 2, 1000, 1001, 1002]
    assert ".9.m4s.77.tmp" not in names(tmp_path)


def test_segments_that_are_missing_or_cut_short_are_left_out_and_the_recording_says_so(tmp_path):
    kept = Recording(tmp_path)
    keep(kept, film(6))
    (tmp_path / "1.m4s").unlink()
    (tmp_path / "3.m4s").write_bytes(b"short")
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 2, 4, 5]
    assert Recording(tmp_path).incomplete


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from media_stream import run, segmenter, shots, together, tones
from runtime.broadcast import Recording, Segmenter
kept = Recording(Path({folder!r}))
cutter = Segmenter(start=kept.start)
cutter.tracks(segmenter()._tracks)
for made in run(cutter, together(shots(0, 8000), tones(0, 8000))):
    kept.take(made)
    if getattr(made, "number", None) == kept.start.segment + {last} and hasattr(made, "pieces"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_l7_a_killed_process_loses_only_the_segment_that_was_open(tmp_path):
    paths = [path for path in sys.path if path]
    for last in (2, 4):
        code = KILLED.format(paths=paths, folder=str(tmp_path), last=last)
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == -9
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 1, 2, 1000, 1001, 1002, 1003, 1004]
    assert not Recording(tmp_path).incomplete


# A disk that is full.


class Full:
    """Lets no file grow beyond a number of bytes, as a full disk would."""

    def __init__(self, most):
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.most = most

    def __enter__(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.most, self.before[1]))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@pytest.fixture
def no_signal():
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGXFSZ, before)


@pytest.mark.usefixtures("no_signal")
def test_l5_a_full_disk_leaves_a_hole_and_the_broadcast_goes_on(tmp_path):
    kept, made = Recording(tmp_path), film(6)
    found = segments(made)
    assert keep(kept, made[: made.index(found[1]) + 1])[-1]
    with Full(500):
        assert [kept.take(segment) for segment in found[2:4]] == [False, False]
    assert (kept.incomplete, kept.why) == (True, os.strerror(errno.EFBIG))
    assert [kept.take(segment) for segment in found[4:]] == [True, True]
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 1, 4, 5]
    assert "2.m4s" not in names(tmp_path)
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]
    # The next one who looks knows it too.
    assert Recording(tmp_path).incomplete


@pytest.mark.usefixtures("no_signal")
def test_l5_an_index_that_is_full_in_the_middle_of_a_line_stays_whole(tmp_path):
    kept, made = Recording(tmp_path), film(6)
    found = segments(made)
    for segment in found[:3]:
        kept.take(msgspec.structs.replace(segment, data=b"x", size=1))
    with Full((tmp_path / ".index").stat().st_size + 20):
        assert not kept.take(msgspec.structs.replace(found[3], data=b"x", size=1))
    assert kept.take(msgspec.structs.replace(found[4], data=b"x", size=1))
    assert [segment.number for segment in recording.segments(tmp_path)] == [0, 1, 2, 4]
    assert (tmp_path / ".index").read_bytes().count(b"\n") == 4


@pytest.mark.usefixtures("no_signal")
def test_l5_an_init_that_could_not_be_kept_is_kept_as_soon_as_there_is_room(tmp_path):
    kept, made = Recording(tmp_path), film()
    with Full(100):
        assert not kept.take(next(found for found in made if isinstance(found, Init)))
    assert kept.take(segments(made)[0])
    assert "init1.mp4" in names(tmp_path)


@pytest.mark.usefixtures("no_signal")
def test_l5_numbers_that_cannot_be_kept_stop_nothing(tmp_path):
    with Full(0):
        kept = Recording(tmp_path)
    assert (kept.incomplete, kept.start) == (True, Start())
    assert kept.take(segments(film())[0])
