"""How a stream is cut; the eighth group of faults: wrong clocks, odd time stamps, missing tracks, phones that turn."""

from itertools import pairwise

import pytest
from media_films import STANDING, picture, sound
from media_stream import (
    EPOCH,
    described,
    inits,
    milliseconds,
    parts,
    run,
    segmenter,
    segments,
    shot,
    shots,
    together,
    tones,
)  # fmt: skip

from runtime.broadcast import Cutting, Media, Segmenter, Start, TrackChanged, fmp4


def lengths(made):
    return [segment.duration / 1000 for segment in segments(made)]


def test_segments_are_cut_at_key_frames_and_parts_hold_half_a_second():
    made = run(segmenter(), together(shots(0, 5000, group=2000), tones(0, 5000)))
    assert lengths(made) == [2000, 2000]
    assert [(part.segment, part.number, part.duration // 1000, part.independent) for part in parts(made)] == [
        (0, 0, 520, True), (0, 1, 520, False), (0, 2, 520, False), (0, 3, 440, False),
        (1, 0, 520, True), (1, 1, 520, False), (1, 2, 520, False), (1, 3, 440, False),
        (2, 0, 520, True),
    ]  # fmt: skip


def test_parts_of_thirty_pictures_a_second_last_500_milliseconds_although_stamps_are_whole_milliseconds():
    made = run(segmenter(), [shot(round(n * 1000 / 30), key=n % 60 == 0) for n in range(150)])
    assert [part.duration // 1000 for part in parts(made)] == [500] * 9


@pytest.mark.parametrize("rate", [10, 15, 20, 24, 25, 30, 50, 60])
def test_all_parts_but_the_last_of_a_segment_are_at_least_85_percent_of_the_part_target(rate):
    made = run(segmenter(), [shot(round(n * 1000 / rate), key=n % (rate * 2) == 0) for n in range(rate * 8)])
    last = {(segment.number, len(segment.pieces) - 1) for segment in segments(made)}
    inner = [part.duration / 1000 for part in parts(made) if (part.segment, part.number) not in last]
    assert len(inner) >= 9
    assert min(inner) >= 0.85 * 520
    assert max(inner) <= 521


def test_a_segment_is_its_parts_one_after_another():
    made = run(segmenter(), together(shots(0, 4200), tones(0, 4200)))
    for segment in segments(made):
        own = [part for part in parts(made) if part.segment == segment.number]
        assert segment.data == b"".join(part.data for part in own)
        assert segment.duration == sum(part.duration for part in own)
        assert [piece.size for piece in segment.pieces] == [len(part.data) for part in own]


def test_times_of_fragments_follow_each_other_without_a_gap_in_both_tracks():
    made = run(segmenter(), together(shots(0, 10_000), tones(0, 10_000)))
    expected = {1: 0, 2: 0}
    for traf in described(b"".join(segment.data for segment in segments(made))):
        assert traf["time"] == expected[traf["track"]]
        expected[traf["track"]] += sum(traf["durations"])
    assert expected[1] == 9 * 90_000
    # The sound of the last segment reaches past its last picture by less than a packet.
    assert 9 * 44_100 <= expected[2] < 9 * 44_100 + 1024


def test_without_parts_segments_are_all_there_is():
    made = run(segmenter(part=0, segment=2000), together(shots(0, 9000), tones(0, 9000)))
    assert (lengths(made), parts(made)) == ([2000] * 4, [])
    assert [segment.pieces for segment in segments(made)] == [()] * 4


def test_key_frames_sooner_than_the_wish_do_not_cut_and_one_a_little_early_does():
    made = run(
        segmenter(segment=1000), [shot(time, key=time % 960 == 0 or time % 480 == 0) for time in range(0, 4000, 40)]
    )
    assert lengths(made) == [960, 960, 960, 960]


def test_a_publisher_without_key_frames_is_cut_after_ten_seconds_all_the_same():
    made = run(segmenter(), shots(0, 25_000, group=1_000_000))
    assert lengths(made) == [10_000, 10_000]
    assert [segment.independent for segment in segments(made)] == [True, False]


def test_a_segment_that_grows_too_large_is_cut():
    made = run(segmenter(most_bytes=10_000), [shot(n * 40, key=n == 0, size=2000) for n in range(50)])
    assert max(segment.size for segment in segments(made)) < 14_000
    assert len(segments(made)) == 9


def test_nothing_is_shown_before_the_first_key_frame():
    cutter = segmenter()
    assert run(cutter, together([shot(0), shot(40), shot(80)], tones(0, 80))) == []
    made = run(cutter, together(shots(120, 2120), tones(120, 2120)))
    first = described(segments(made)[0].data)
    assert (first[0]["time"], first[0]["keys"][0]) == (0, True)
    assert segments(made)[0].time == 0


def test_a_samples_duration_is_the_time_until_the_next_one():
    times = [0, 33, 67, 100, 140, 167, 1000]
    made = run(segmenter(picture(), gap=2000), [shot(time, key=time % 1000 == 0) for time in times])
    assert described(segments(made)[0].data)[0]["durations"] == [2970, 3060, 2970, 3600, 2430, 74970]


def test_the_last_picture_lasts_as_long_as_the_one_before():
    cutter = segmenter(picture())
    run(cutter, shots(0, 400))
    assert [segment.duration for segment in segments(cutter.flush())] == [400_000]


def test_numbers_and_the_time_line_go_on_after_a_publisher_came_back():
    cutter = segmenter()
    first = run(cutter, together(shots(0, 2400), tones(0, 2400))) + cutter.flush()
    second = run(cutter, together(shots(70_000, 72_400), tones(70_000, 72_400))) + cutter.flush()
    made = segments(first + second)
    assert [(s.number, s.run, s.init, s.time // 1000, s.duration // 1000) for s in made] == [
        (0, 0, 1, 0, 1000), (1, 0, 1, 1000, 1000), (2, 0, 1, 2000, 400),
        (3, 1, 1, 2400, 1000), (4, 1, 1, 3400, 1000), (5, 1, 1, 4400, 400),
    ]  # fmt: skip
    # The same tracks need no other initialisation segment.
    assert len(inits(first + second)) == 1


def test_l7_a_broadcast_goes_on_with_numbers_that_were_never_used():
    cutter = Segmenter(Cutting(), Start(segment=1000, init=1001, run=4, time=62_500_000))
    cutter.tracks((picture(), sound()))
    made = run(cutter, together(shots(0, 1400), tones(0, 1400)))
    assert [init.number for init in inits(made)] == [1001]
    assert [(s.number, s.init, s.run, s.time) for s in segments(made)] == [(1000, 1001, 4, 62_500_000)]
    assert [traf["time"] for traf in described(segments(made)[0].data)][:2] == [62.5 * 90_000, 62.5 * 44_100]


def test_events_of_a_reader_are_taken_as_they_are():
    cutter = Segmenter()
    assert cutter.take(TrackChanged((picture(),)), EPOCH) == []
    made = cutter.take(Media(tuple(shots(0, 1040))), EPOCH)
    assert lengths(made) == [1000]


# The publisher's clock and time stamps.


@pytest.mark.parametrize("hour", [-3_600_000, 0, 3_600_000])
def test_l8_the_date_of_a_picture_is_the_servers_whatever_the_hosts_clock_says(hour):
    stream = together(shots(10_000_000 + hour, 10_004_400 + hour), tones(10_000_000 + hour, 10_004_400 + hour))
    made = run(segmenter(), stream)
    assert [segment.at - EPOCH for segment in segments(made)] == [0, 1000, 2000, 3000]


def test_l8_dates_are_steady_although_pictures_arrive_in_bursts():
    cutter, made = segmenter(picture()), []
    for sample in shots(0, 20_400):
        # Every second pictures wait for up to 400 ms and then come at once.
        time = milliseconds(sample)
        made += cutter.add(sample, int(EPOCH + time + max(0, 400 - time % 1000)))
    assert [segment.at - EPOCH for segment in segments(made)] == [n * 1000 for n in range(20)]


@pytest.mark.parametrize("batch", [200, 1000, 3000])
def test_l8_pictures_that_are_sent_together_are_dated_from_the_first_batch_on_as_they_were_taken(batch):
    cutter, made = segmenter(picture()), []
    for start in range(0, 9000, batch):
        event = Media(tuple(shots(start, start + batch, group=1000)))
        made += cutter.take(event, EPOCH + start + batch - 40)
    assert [segment.at - EPOCH for segment in segments(made)] == [n * 1000 for n in range(len(segments(made)))]


def test_l8_a_publishers_clock_that_is_too_fast_is_followed_slowly():
    cutter, made = segmenter(picture()), []
    for sample in shots(0, 600_400):
        # Half a per mille: after ten minutes the publisher is 300 ms ahead.
        made += cutter.add(sample, int(EPOCH + milliseconds(sample) * 0.9995))
    found = segments(made)
    steps = [after.at - before.at for before, after in pairwise(found)]
    assert {min(steps), max(steps)} <= {999, 1000}
    assert abs(found[-1].at - EPOCH - 599_000 * 0.9995) < 10


def test_l8_a_server_whose_clock_was_put_right_dates_by_the_right_clock_soon():
    cutter, made = segmenter(picture()), []
    for sample in shots(0, 30_400):
        time = milliseconds(sample)
        made += cutter.add(sample, int(EPOCH + time + (3_600_000 if time >= 10_000 else 0)))
    wrong = [segment.number for segment in segments(made) if segment.at < EPOCH + 3_600_000]
    assert wrong == list(range(19))


def test_l8_a_second_publisher_is_dated_by_its_own_arrival():
    cutter = segmenter()
    run(cutter, shots(0, 2400))
    cutter.flush()
    made = run(cutter, shots(500_000, 502_400), late=30_000)
    assert segments(made)[0].at == EPOCH + 30_000


@pytest.mark.parametrize("jump", [-30_000, -5000, 1500, 5000, 4_000_000])
def test_l8_a_jump_of_the_time_stamps_is_a_break_from_the_next_key_frame_on(jump):
    cutter = segmenter()
    before = together(shots(0, 2400), tones(0, 2400))
    after = together(shots(2400 + jump, 4800 + jump), tones(2400 + jump, 4800 + jump))
    made = run(cutter, before) + run(cutter, after) + cutter.flush()
    assert [(s.run, s.duration // 1000) for s in segments(made)] == [
        (0, 1000), (0, 1000), (0, 400), (1, 1000), (1, 1000), (1, 400),
    ]  # fmt: skip
    times = [traf["time"] for traf in described(b"".join(s.data for s in segments(made))) if traf["track"] == 1]
    assert times == sorted(times)


def test_l8_a_pause_below_a_second_is_no_break():
    made = run(segmenter(), [*shots(0, 1040), *shots(2000, 4000)])
    assert {segment.run for segment in segments(made)} == {0}
    assert sum(segment.duration for segment in segments(made)) == 3_000_000


def test_l8_time_stamps_that_go_back_a_little_are_put_in_order():
    times = [0, 40, 80, 120, 100, 90, 160, 200, 200, 200, 240]
    cutter = segmenter(picture())
    made = run(cutter, [shot(time, key=time == 0) for time in times]) + cutter.flush()
    (traf,) = described(segments(made)[0].data)
    assert traf["durations"] == [3600, 3600, 3600, 1, 1, 3598, 3600, 1, 1, 3598, 3598]


def test_l8_pictures_that_are_shown_later_than_decoded_keep_their_order():
    # I P B B in decoding order, as x264 sends them with two pictures between.
    group = [(0, 80, True), (40, 200, False), (80, 120, False), (120, 160, False)]
    samples = [
        shot(start + time, key=key and start % 960 == 0, shift=shown - time)
        for start in range(0, 2000, 160)
        for time, shown, key in group
    ]
    made = run(segmenter(picture()), samples)
    traf = described(segments(made)[0].data)[0]
    assert traf["shifts"][:4] == [80 * 90, 160 * 90, 40 * 90, 40 * 90]


@pytest.mark.parametrize("shift", [-1_000_000, 1_000_000, 11_000])
def test_l8_a_shift_that_cannot_be_is_not_believed(shift):
    cutter = segmenter(picture())
    made = run(cutter, [shot(0, key=True, shift=shift), shot(40)]) + cutter.flush()
    assert described(segments(made)[0].data)[0]["shifts"] == [0, 0]


# Tracks that are missing, come late, or change.


def test_l8_sound_alone_is_cut_every_second():
    cutter = segmenter(sound())
    made = run(cutter, tones(0, 4000)) + cutter.flush()
    assert [segment.independent for segment in segments(made)] == [True] * 4
    # 44 packets of 1,024 samples are the first that last a second; 172 packets lie within four.
    assert [round(length) for length in lengths(made)] == [1022, 1022, 1022, 929]
    assert {part.independent for part in parts(made)} == {True}
    assert max(part.duration for part in parts(made)) <= 520_000


def test_l8_pictures_alone_are_shown_and_the_init_tells_of_no_sound():
    made = run(segmenter(picture()), shots(0, 2400))
    assert lengths(made) == [1000, 1000]
    assert inits(made)[0].data == fmp4.init((picture(),))
    assert b"soun" not in inits(made)[0].data


def test_l8_a_phone_that_is_turned_begins_a_new_run_with_another_init():
    cutter = segmenter()
    made = run(cutter, together(shots(0, 2400), tones(0, 2400)))
    made += cutter.tracks((picture(STANDING, 180, 320), sound()))
    made += run(cutter, together(shots(2400, 4800), tones(2400, 4800)))
    assert [init.number for init in inits(made)] == [1, 2]
    assert inits(made)[0].data != inits(made)[1].data
    assert [(s.run, s.init) for s in segments(made)] == [(0, 1), (0, 1), (0, 1), (1, 2), (1, 2)]
    times = [traf["time"] for traf in described(b"".join(s.data for s in segments(made))) if traf["track"] == 2]
    assert times == sorted(times)


def test_l8_pictures_between_a_turn_and_its_key_frame_are_left_out():
    cutter = segmenter(picture())
    made = run(cutter, shots(0, 1200))
    made += cutter.tracks((picture(STANDING, 180, 320),))
    made += run(cutter, [shot(time) for time in range(1200, 1600, 40)])
    assert [segment.duration for segment in segments(made)] == [1_000_000, 200_000]
    assert run(cutter, [shot(1600, key=True)])[0].number == 2


def test_l8_a_late_configuration_of_the_sound_is_heard_from_the_next_key_frame_on():
    cutter = segmenter(picture())
    made = run(cutter, shots(0, 400))
    made += cutter.tracks((picture(), sound()))
    made += run(cutter, together(shots(400, 1000, group=1_000_000)[1:], tones(400, 1000)))
    made += run(cutter, together(shots(1000, 2400), tones(1000, 2400)))
    found = segments(made)
    assert [(segment.run, segment.init) for segment in found] == [(0, 1), (1, 2)]
    assert [traf["track"] for traf in described(found[0].data)] == [1] * len(described(found[0].data))
    assert {traf["track"] for traf in described(found[1].data)} == {1, 2}


def test_l8_sound_that_ends_leaves_the_picture():
    cutter = segmenter()
    made = run(cutter, together(shots(0, 1400), tones(0, 1400)))
    made += cutter.tracks((picture(),))
    made += run(cutter, shots(1400, 1960, group=1_000_000)[1:] + shots(2000, 3400))
    assert [segment.run for segment in segments(made)] == [0, 0, 1]
    assert {traf["track"] for traf in described(segments(made)[-1].data)} == {1}


def test_l8_a_picture_that_ends_leaves_the_sound_and_comes_back_with_a_key_frame():
    cutter = segmenter()
    made = run(cutter, together(shots(0, 1400), tones(0, 1400)))
    made += cutter.tracks((sound(),)) + run(cutter, tones(1400, 3400))
    made += cutter.tracks((picture(), sound())) + run(cutter, together(shots(3400, 5800), tones(3400, 5800)))
    assert [segment.run for segment in segments(made)] == [0, 0, 1, 1, 2, 2]
    assert [init.number for init in inits(made)] == [1, 2, 3]


def test_l8_another_sample_rate_is_another_init():
    cutter = segmenter()
    run(cutter, together(shots(0, 1400), tones(0, 1400)))
    faster = sound(bytes.fromhex("1190"), 48_000)
    made = cutter.tracks((picture(), faster))
    made += run(cutter, together(shots(2000, 3400), tones(2000, 3400, 48_000), rate=48_000), rate=48_000)
    found = segments(made)[-1]
    durations = [traf["durations"] for traf in described(found.data) if traf["track"] == 2]
    assert {duration for row in durations for duration in row} == {1024}
    assert sum(map(len, durations)) == 47
