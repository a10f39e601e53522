"""A recording as one MP4: every picture where it was, the index in front, chapters inside, and no other program."""

import json
from itertools import pairwise

import pytest
from media_encoder import live, media
from media_films import STANDING, frames, make, picture, run, sound, streams, tags, warnings
from media_stream import EPOCH, segmenter, shots, together, tones
from media_stream import run as feed

from runtime.broadcast import Recording, Segmenter, recording
from runtime.broadcast.mp4 import Mark, UnlikeError, pieces


def record(folder, film):
    kept, session = Recording(folder), live()
    cutter = Segmenter(start=kept.start)
    made = [
        found
        for kind, moment, body in tags(film)
        for event in session.receive(media(kind, moment, body), 0.0)
        for found in cutter.take(event, EPOCH + moment)
    ]
    for found in made + cutter.flush():
        kept.take(found)
    kept.close()


def write(folder, marks=()):
    path = folder / "replay.mp4"
    path.write_bytes(b"".join(pieces(folder, recording.segments(folder), marks)))
    return path


def relative(shown):
    return [(time - shown[0][0], key) for time, key in shown]


def apart(path):
    """Return by how many milliseconds the first picture is later than the first sound."""
    return frames(path, "v")[0][0] - frames(path, "a")[0][0]


@pytest.mark.parametrize("told", [{"between": 2, "group": 60}, {"picture": False}, {"sound": False}], ids=str)
def test_the_film_has_every_picture_and_every_sound_at_its_time(tmp_path, told):
    film = make(tmp_path / "film.flv", seconds=3, **told)
    record(tmp_path / "kept", film)
    path = write(tmp_path / "kept")
    assert warnings(path) == ""
    assert streams(path) == streams(film)
    if len(streams(film)) == 2:
        assert abs(apart(path) - apart(film)) <= 1
    for kind in ("v", "a"):
        ours, theirs = relative(frames(path, kind)), relative(frames(film, kind))
        assert len(theirs) - len(ours) in ({0} if kind == "v" else {0, 1})
        assert all(abs(a[0] - b[0]) <= 1 and a[1] == b[1] for a, b in zip(ours, theirs, strict=False))


def test_the_index_is_in_front_and_chapters_are_inside(tmp_path):
    record(tmp_path / "kept", make(tmp_path / "film.flv", seconds=3))
    marks = [Mark(0, "开场 Welcome"), Mark(1200, "红色T恤 = M; #3"), Mark(2000, "x" * 300)]
    path = write(tmp_path / "kept", marks)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    out, _ = run("ffprobe", "-v", "error", "-show_chapters", "-show_format", "-of", "json", path)
    told = json.loads(out)
    assert [(float(c["start_time"]), c["tags"]["title"]) for c in told["chapters"]] == [
        (0.0, "开场 Welcome"), (1.2, "红色T恤 = M; #3"), (2.0, "x" * 255),
    ]  # fmt: skip
    assert abs(float(told["format"]["duration"]) - 3.0) < 0.05


def test_a_seek_finds_its_picture(tmp_path):
    record(tmp_path / "kept", make(tmp_path / "film.flv", seconds=3))
    path = write(tmp_path / "kept")
    out, _ = run(
        "ffprobe",
        "-v",
        "error",
        "-read_intervals",
        "2%+#1",
        "-select_streams",
        "v",
        "-show_packets",
        "-of",
        "json",
        path,
    )
    assert float(json.loads(out)["packets"][0]["pts_time"]) == 2.0


def test_a_broadcast_with_a_restart_and_a_lost_segment_is_one_film_whose_sound_stays_with_its_picture(tmp_path):
    film = make(tmp_path / "film.flv", seconds=3)
    for _ in range(2):
        record(tmp_path / "kept", film)
    (tmp_path / "kept" / "1.m4s").unlink()
    path = write(tmp_path / "kept")
    assert warnings(path) == ""
    shown = [moment for moment, _ in relative(frames(path, "v"))]
    assert len(shown) == 150
    # A second is missing and its place is kept: what came after it is shown as late as it was.
    assert (shown[30] - shown[29], shown[-1]) == (1033, 5968)
    heard = [moment for moment, _ in frames(path, "a")]
    assert max(b - a for a, b in pairwise(heard)) in range(990, 1070)


def test_segments_of_different_tracks_are_no_single_film(tmp_path):
    kept, cutter = Recording(tmp_path), segmenter()
    made = feed(cutter, together(shots(0, 1400), tones(0, 1400)))
    made += cutter.tracks((picture(STANDING, 180, 320), sound()))
    made += feed(cutter, together(shots(1400, 2800), tones(1400, 2800))) + cutter.flush()
    for found in made:
        kept.take(found)
    with pytest.raises(UnlikeError):
        next(pieces(tmp_path, recording.segments(tmp_path)))


@pytest.mark.parametrize("place", [0, 24])
def test_a_broken_segment_is_a_fault_of_the_disk(tmp_path, place):
    kept, cutter = Recording(tmp_path), segmenter()
    for found in feed(cutter, together(shots(0, 1400), tones(0, 1400))):
        kept.take(found)
    data = bytearray((tmp_path / "0.m4s").read_bytes())
    data[place : place + 4] = b"\0\0\0\x01"
    (tmp_path / "0.m4s").write_bytes(data)
    with pytest.raises(OSError, match="m4s is"):
        list(pieces(tmp_path, recording.segments(tmp_path)))


def test_it_stops_when_it_is_told_to(tmp_path):
    record(tmp_path / "kept", make(tmp_path / "film.flv", seconds=2))

    class EnoughError(Exception):
        pass

    def enough():
        raise EnoughError

    with pytest.raises(EnoughError):
        list(pieces(tmp_path / "kept", recording.segments(tmp_path / "kept"), check=enough))


def test_the_index_of_ten_minutes_is_small(tmp_path):
    kept, cutter = Recording(tmp_path), segmenter()
    for found in feed(cutter, together(shots(0, 600_000), tones(0, 600_000))) + cutter.flush():
        kept.take(found)
    found = recording.segments(tmp_path)
    index, _, *data = pieces(tmp_path, found)
    assert sum(map(len, data)) == sum(segment.size for segment in found)
    # Four bytes for each of 15,000 pictures and 25,839 packets of sound, 600 key frames and 2,400 rows; twelve more
    # for most rows of sound, as they have 18 to 23 packets in turn.
    assert len(index) == 205_377
