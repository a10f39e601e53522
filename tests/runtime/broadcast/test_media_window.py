"""The window and the playlists: what players are told, word for word, and when a blocked request is answered."""

import pytest
from media_films import picture, sound
from media_stream import EPOCH, parts, run, segmenter, segments, shots, together, tones

from runtime.broadcast import Answer, Codec, Init, Part, Segment, Wanted, Window, WindowLimits, playlist
from runtime.broadcast.playlist import Rendition


def filled(end, *, part=500, group=2000, limits=None, more=()):
    cutter = segmenter(part=part)
    window = Window(limits)
    made = run(cutter, together(shots(0, end, group=group), tones(0, end)))
    for found in [*made, *more]:
        window.take(found)
    return window, cutter


def test_the_playlist_of_parts_word_for_word():
    window, _ = filled(7200)
    assert playlist.low_latency(window, 500) == (
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,PART-HOLD-BACK=1.560\n"
        "#EXT-X-PART-INF:PART-TARGET=0.520\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
        '#EXT-X-MAP:URI="init1.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.000Z\n'
        '#EXT-X-PART:DURATION=0.52000,URI="0.0.m4s",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.52000,URI="0.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.52000,URI="0.2.m4s"\n#EXT-X-PART:DURATION=0.44000,URI="0.3.m4s"\n'
        "#EXTINF:2.00000,\n0.m4s\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:22.000Z\n"
        '#EXT-X-PART:DURATION=0.52000,URI="1.0.m4s",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.52000,URI="1.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.52000,URI="1.2.m4s"\n#EXT-X-PART:DURATION=0.44000,URI="1.3.m4s"\n'
        "#EXTINF:2.00000,\n1.m4s\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:24.000Z\n"
        '#EXT-X-PART:DURATION=0.52000,URI="2.0.m4s",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.52000,URI="2.1.m4s"\n'
        '#EXT-X-PART:DURATION=0.52000,URI="2.2.m4s"\n#EXT-X-PART:DURATION=0.44000,URI="2.3.m4s"\n'
        "#EXTINF:2.00000,\n2.m4s\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:26.000Z\n"
        '#EXT-X-PART:DURATION=0.52000,URI="3.0.m4s",INDEPENDENT=YES\n#EXT-X-PART:DURATION=0.52000,URI="3.1.m4s"\n'
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="3.2.m4s"\n'
    )


def test_the_playlist_of_whole_segments_word_for_word():
    window, cutter = filled(3000)
    for made in cutter.flush():
        window.take(made)
    window.end()
    assert playlist.plain(window) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
        '#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-MAP:URI="init1.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.000Z\n#EXTINF:2.00000,\n0.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:22.000Z\n#EXTINF:1.00000,\n1.m4s\n#EXT-X-ENDLIST\n"
    )


def test_the_target_duration_is_rounded_as_1_02_seconds_are_one():
    assert filled(3100, group=1040)[0].target == 1
    assert filled(4600, group=1520)[0].target == 2
    assert filled(9000, group=2480)[0].target == 2


def test_the_target_duration_counts_the_segment_that_is_still_open():
    assert filled(1640, group=5000)[0].target == 2


def test_a_break_is_told_and_its_number_stays_right_when_it_slid_out():
    limits = WindowLimits(listed=2000, kept=2000)
    window, cutter = filled(2400, group=1000, limits=limits)
    more = cutter.flush() + run(cutter, together(shots(9000, 11_400), tones(9000, 11_400)))
    for made in more:
        window.take(made)
    assert [segment.number for segment in window.segments] == [2, 3, 4]
    text = playlist.plain(window)
    assert "#EXT-X-MEDIA-SEQUENCE:2\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n" in text
    assert "2.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME" in text
    for made in run(cutter, together(shots(11_400, 13_400)[1:], tones(11_400, 13_400))):
        window.take(made)
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:1\n" in playlist.plain(window)


def test_a_delta_update_leaves_out_what_is_older_than_six_target_durations():
    window, _ = filled(20_200, group=1000)
    whole, delta = (playlist.low_latency(window, 500, Wanted(19, 0, skip=skip)) for skip in (False, True))
    skipped = 13
    assert f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n" in delta
    assert "#EXT-X-SKIP" not in whole
    assert delta.count("#EXTINF") == whole.count("#EXTINF") - skipped
    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in delta
    assert delta.split("SKIPPED-SEGMENTS=13\n")[1].startswith('#EXT-X-MAP:URI="init1.mp4"\n')
    assert whole.endswith(delta[delta.index("#EXTINF") :])


def test_a_short_playlist_has_nothing_to_leave_out():
    window, _ = filled(5000)
    assert playlist.low_latency(window, 500, Wanted(skip=True)) == playlist.low_latency(window, 500)


def test_parts_are_listed_for_three_target_durations_only():
    window, _ = filled(20_200, group=1000)
    text = playlist.low_latency(window, 500)
    assert text.count("#EXT-X-PART:") == 2 * 3
    assert text.count("#EXTINF") == 20


def test_the_master_lists_renditions():
    rendition = Rendition(
        address="480/ll.m3u8", bandwidth=900_000, width=854, height=480, codecs="avc1.42C01E,mp4a.40.2"
    )
    assert playlist.master([rendition]) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=854x480,CODECS="avc1.42C01E,mp4a.40.2"\n480/ll.m3u8\n'
    )


def test_codecs_have_the_names_that_browsers_know():
    opus = sound().__class__(kind="audio", codec=Codec.OPUS, config=bytes(11), timescale=48_000)
    assert playlist.codecs((picture(), sound())) == "avc1.42C00D,mp4a.40.2"
    assert playlist.codecs((opus,)) == "opus"


# Blocked requests.


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (Wanted(), Answer.NOW),
        (Wanted(0), Answer.NOW),
        (Wanted(1), Answer.NOW),
        (Wanted(1, 3), Answer.NOW),
        (Wanted(2), Answer.WAIT),
        (Wanted(2, 0), Answer.NOW),
        (Wanted(2, 1), Answer.WAIT),
        (Wanted(1, 4), Answer.NOW),  # no such part any more: the first of the next segment
        (Wanted(3, 0), Answer.WAIT),
        (Wanted(4, 0), Answer.WAIT),
        (Wanted(5, 0), Answer.NEVER),
        (Wanted(5), Answer.NEVER),
    ],
)
def test_a_request_is_answered_when_what_it_waits_for_is_there(wanted, answer):
    window, _ = filled(4700)
    assert (window.open, len(window.parts)) == (2, 1)
    assert window.answer(wanted) is answer


def test_a_part_that_will_never_be_is_the_first_of_the_next_segment():
    window, cutter = filled(4600)
    for made in cutter.flush():
        window.take(made)
    last = window.segments[-1]
    assert window.answer(Wanted(last.number, len(last.pieces))) is Answer.WAIT


def test_before_anything_came_everybody_waits_and_after_the_end_nobody():
    window = Window(start=1000)
    assert {window.answer(wanted) for wanted in (Wanted(), Wanted(3, 1), Wanted(1000))} == {Answer.WAIT}
    assert window.answer(Wanted(1003)) is Answer.NEVER
    window.end()
    assert window.answer(Wanted(1003)) is Answer.NOW


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((None, None, None), Wanted()),
        (("7", None, None), Wanted(7)),
        (("7", "0", "YES"), Wanted(7, 0, skip=True)),
        (("7", "0", "v2"), Wanted(7, 0, skip=True)),
        (("7", "0", "no"), Wanted(7, 0)),
    ],
)
def test_a_query_is_read(asked, found):
    assert Wanted.read(*asked) == found


@pytest.mark.parametrize(
    "asked", [(None, "1"), ("-1", None), ("1.5", None), ("١", None), ("9" * 16, None), ("1", "x"), ("", None)]
)
def test_a_query_that_makes_no_sense_is_refused(asked):
    with pytest.raises(ValueError, match=r"number|segment"):
        Wanted.read(*asked, None)


# What is kept.


def test_segments_and_parts_are_found_as_long_as_they_are_kept():
    window, _ = filled(4700)
    assert window.find_segment(1) == window.segments[1].data
    assert (
        window.find_part(1, 0) + window.find_part(1, 1)
        == window.segments[1].data[: sum(p.size for p in window.segments[1].pieces[:2])]
    )
    assert window.find_part(2, 0) == window.parts[0].data
    assert window.find_init(1)[4:8] == b"ftyp"
    assert (window.find_part(2, 1), window.find_part(1, 4), window.find_part(1, -1), window.find_part(9, 0)) == (
        None,
    ) * 4
    assert (window.find_segment(2), window.find_segment(-1), window.find_init(2)) == (None, None, None)


def test_memory_is_bounded_by_time_and_by_bytes():
    limits = WindowLimits(listed=3000, kept=6000, most_bytes=1 << 20)
    window, _ = filled(60_000, group=1000, limits=limits)
    assert len(window._segments) == 6
    assert [segment.number for segment in window.segments] == [56, 57, 58]
    tight = WindowLimits(listed=3000, kept=60_000, most_bytes=10_000)
    window, _ = filled(60_000, group=1000, limits=tight)
    assert sum(segment.size for segment in window._segments) <= 10_000


def test_a_hundred_turns_of_a_phone_leave_the_newest_inits():
    window = Window()
    for number in range(1, 101):
        window.take(Init(number, b"x"))
    assert [number for number in range(1, 101) if window.find_init(number)] == list(range(85, 101))


def test_every_change_is_counted_so_that_texts_may_be_kept():
    window, _ = filled(2600)
    before = window.version
    window.take(Part(segment=1, number=1, duration=1, independent=False, init=1, run=0, at=EPOCH, data=b""))
    assert window.version == before + 1


# Recorded.


def test_the_playlist_of_a_recording_word_for_word_with_a_break_where_segments_are_missing():
    def kept(number, run, init):
        return Segment(
            number=number,
            init=init,
            run=run,
            time=0,
            duration=2_000_000,
            at=EPOCH + number * 2000,
            independent=True,
            size=1,
        )

    found = [kept(0, 0, 1), kept(2, 0, 1), kept(1000, 1, 1), kept(1001, 2, 1001)]
    assert playlist.recorded(found) == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n"
        '#EXT-X-MAP:URI="init1.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.000Z\n#EXTINF:2.00000,\n0.m4s\n'
        "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:24.000Z\n#EXTINF:2.00000,\n2.m4s\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:46:40.000Z\n#EXTINF:2.00000,\n1000.m4s\n"
        '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init1001.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:46:42.000Z\n'
        "#EXTINF:2.00000,\n1001.m4s\n#EXT-X-ENDLIST\n"
    )


def test_parts_that_were_made_are_the_parts_that_are_told():
    cutter = segmenter()
    made = run(cutter, together(shots(0, 2400), tones(0, 2400)))
    assert len(parts(made)) == sum(len(segment.pieces) for segment in segments(made)) + len(
        [part for part in parts(made) if part.segment == 2]
    )
