"""Sound and picture stay together whatever their clocks say, and strange samples are left out."""

import pytest
from media_films import LYING, STANDING, picture, sound
from media_stream import (
    EPOCH,
    described,
    run,
    segmenter,
    segments,
    shots,
    together,
    tone,
    tones,
)  # fmt: skip

from runtime.broadcast import Segmenter

# Sound and picture stay together.


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050])
def test_l8_sound_is_an_unbroken_row_although_rtmp_stamps_whole_milliseconds(rate):
    tracks = (picture(), sound(bytes.fromhex("1210"), rate))
    made = run(segmenter(*tracks), together(shots(0, 60_400), tones(0, 60_400, rate), rate=rate), rate=rate)
    rows = [traf for traf in described(b"".join(s.data for s in segments(made))) if traf["track"] == 2]
    assert {duration for traf in rows for duration in traf["durations"]} == {1024}
    assert [traf["time"] for traf in rows[1:]] == [traf["time"] + 1024 * len(traf["sizes"]) for traf in rows[:-1]]


@pytest.mark.parametrize("drift", [0.999, 1.001])
def test_l8_sound_that_runs_too_fast_or_too_slow_stays_within_forty_milliseconds_of_the_picture(drift):
    stamps = [int(n * 1024 * 1000 / 44_100 * drift) for n in range(5000)]
    stream = together(shots(0, 110_000), [tone(stamp) for stamp in stamps])
    made = run(segmenter(), stream)
    heard = [
        traf["time"] + sum(traf["durations"][:place])
        for traf in described(b"".join(s.data for s in segments(made)))
        if traf["track"] == 2
        for place in range(len(traf["sizes"]))
    ]
    if drift > 1:
        worst = max(abs(time / 44.1 - stamps[n]) for n, time in enumerate(heard))
        assert worst <= 41
    assert abs(len(heard) - 109_000 / (1024 / 44.1 * max(1, drift))) < 5


def test_l8_a_hole_in_the_sound_is_a_hole_and_what_comes_after_is_in_time():
    stream = together(shots(0, 3400), tones(0, 900), tones(1500, 3400))
    made = run(segmenter(), stream)
    rows = [traf for traf in described(b"".join(s.data for s in segments(made))) if traf["track"] == 2]
    starts = [traf["time"] + sum(traf["durations"][:n]) for traf in rows for n in range(len(traf["sizes"]))]
    assert any(abs(start / 44.1 - 1500) < 1 for start in starts)
    assert sorted(starts) == starts


def test_l8_sound_that_comes_long_before_its_picture_waits_for_it():
    cutter = segmenter()
    for sample in tones(0, 1000):
        assert cutter.add(sample, EPOCH) == []
    made = run(cutter, together(shots(500, 1700), tones(1000, 1700)))
    (video, heard, *_) = described(segments(made)[0].data)
    assert (video["time"], heard["track"]) == (0, 2)
    assert heard["time"] < 1024


def test_l8_sound_without_any_picture_is_not_kept_for_ever():
    cutter = segmenter()
    for sample in tones(0, 600_000):
        cutter.add(sample, EPOCH)
    assert len(cutter._early) == 256


def test_l8_sound_that_goes_on_while_the_picture_stands_still_is_not_kept_for_ever():
    cutter = segmenter()
    run(cutter, together(shots(0, 1400), tones(0, 1400)))
    for sample in tones(1400, 600_000):
        cutter.add(sample, EPOCH)
    assert len(cutter._run.lanes["audio"].held) < 150
    made = run(cutter, together(shots(600_000, 601_400), tones(600_000, 601_400)))
    assert [segment.run for segment in segments(made)] == [0, 1]


def test_a_packet_of_sound_that_is_too_long_to_be_one_is_left_out():
    cutter = segmenter(sound())
    assert cutter.add(tone(0).__class__("audio", 0, 0, True, bytes(8193)), EPOCH) == []
    assert cutter._run is None


def test_samples_of_tracks_that_nobody_told_of_are_left_out():
    cutter = Segmenter()
    assert run(cutter, together(shots(0, 2000), tones(0, 2000))) == []
    assert cutter.flush() == []


def test_configurations_of_tests_are_what_they_say():
    assert (LYING != STANDING, picture().width, picture(STANDING, 180, 320).height) == (True, 320, 320)
