"""Chapters are the pins of a broadcast without the time in which nothing was sent."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.broadcast import Segment
from runtime.live import chapters
from runtime.live.chapters import Chapter, Timeline
from runtime.live.values import Pin

BEGAN = 1_800_000_000_000


def segments(*runs, seconds=1):
    """Make segments of a second for runs that begin and end so many seconds after BEGAN."""
    found, time = [], 0
    for run, (start, end) in enumerate(runs):
        for at in range(start, end, seconds):
            number = len(found)
            found.append(
                Segment(
                    number=number, init=run + 1, run=run, time=time, duration=seconds * 1_000_000,
                    at=BEGAN + at * 1000, independent=True, size=1000,
                )
            )  # fmt: skip
            time += seconds * 1_000_000
    return found


def pin(identity, number, start, end):
    until = None if end is None else BEGAN + round(end * 1000)
    at = BEGAN + round(start * 1000)
    return Pin(id=identity, broadcast_id=1, number=number, product=f"p{number}", at_ms=at, until_ms=until)


def spans(pins, recorded):
    return [(each.start, each.end, each.number) for each in chapters.chapters(pins, recorded)]


def test_l13_chapters_are_the_pins():
    recorded = segments((0, 60))
    pins = [pin(1, 3, 5, 20), pin(2, 1, 20, 41.5), pin(3, 3, 50, 55)]
    assert spans(pins, recorded) == [(5000, 20000, 3), (20000, 41500, 1), (50000, 55000, 3)]


def test_l13_chapters_equal_pins_after_gaps():
    recorded = segments((0, 20), (30, 50), (80, 100))
    pins = [
        pin(1, 1, 5, 25),  # ends in the first gap
        pin(2, 2, 25, 28),  # begins and ends in it: there is no picture of it
        pin(3, 3, 28, 40),  # begins in it
        pin(4, 4, 40, 90),  # lasts over the second gap
        pin(5, 5, 90, None),  # lasts until the end
    ]
    assert spans(pins, recorded) == [
        (5000, 20000, 1),
        (20000, 30000, 3),
        (30000, 50000, 4),
        (50000, 60000, 5),
    ]


def test_a_pin_before_the_first_picture_begins_with_it_and_one_after_the_last_is_no_chapter():
    recorded = segments((0, 10))
    pins = [pin(1, 2, -9, -5), pin(2, 1, -5, 4), pin(3, 3, 12, 15), pin(4, 4, 15, None)]
    assert spans(pins, recorded) == [(0, 4000, 1)]


def test_the_next_pin_ends_the_one_before_it_whatever_was_written():
    recorded = segments((0, 60))
    assert spans([pin(1, 1, 0, None), pin(2, 2, 10, 30), pin(3, 3, 20, 25)], recorded) == [
        (0, 10000, 1),
        (10000, 20000, 2),
        (20000, 25000, 3),
    ]


def test_without_a_recording_there_are_no_chapters():
    assert spans([pin(1, 1, 0, 5)], []) == []


def test_a_clock_that_was_set_back_puts_nothing_before_what_was_shown():
    recorded = segments((0, 10), (4, 14))
    timeline = Timeline(recorded)
    places = [timeline.place(BEGAN + at * 100) for at in range(-10, 200)]
    assert places == sorted(places)
    assert (places[0], places[-1], timeline.length) == (0, 20000, 20000)


@given(st.data())
def test_chapters_lie_in_the_recording_in_their_order_and_do_not_overlap(data):
    marks = sorted(data.draw(st.lists(st.integers(0, 300), min_size=2, max_size=12, unique=True)))
    recorded = segments(*zip(marks[::2], marks[1::2], strict=False))
    drawn = data.draw(st.lists(st.tuples(st.integers(-20, 320), st.one_of(st.none(), st.integers(0, 90))), max_size=9))
    pins = [pin(i, i, start, None if last is None else start + last) for i, (start, last) in enumerate(drawn, 1)]
    found = spans(pins, recorded)
    length = len(recorded) * 1000
    assert all(0 <= start < end <= length for start, end, _ in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))


TITLES = {"a": "Tea <b> & --> so", "b": "a=b;c#d\\e\nf"}


def test_webvtt_has_a_cue_for_each_chapter_and_no_mark_of_its_own_in_a_title():
    found = [
        Chapter(start=0, end=65_250, number=2, product="a"),
        Chapter(start=65_250, end=3_725_001, number=11, product="b"),
    ]
    assert chapters.vtt(found, TITLES.__getitem__) == (
        "WEBVTT\n\n1\n00:00:00.000 --> 00:01:05.250\n2. Tea &lt;b&gt; &amp; --&gt; so\n\n"
        "2\n00:01:05.250 --> 01:02:05.001\n11. a=b;c#d\\e f\n"
    )
    assert chapters.vtt([], TITLES.__getitem__) == "WEBVTT\n"


def test_what_ffmpeg_reads_is_escaped():
    found = [Chapter(start=0, end=2, number=1, product="b")]
    assert chapters.metadata(found, TITLES.__getitem__, "x=1;\n#", 2) == (
        ";FFMETADATA1\ntitle=x\\=1\\; \\#\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2\ntitle=1. a\\=b\\;c\\#d\\\\e f\n"
    )


def test_in_a_file_to_download_the_time_between_chapters_bears_the_name_of_the_whole():
    found = [Chapter(start=start, end=end, number=1, product="a") for start, end in ((1, 2), (2, 3), (5, 6))]
    text = chapters.metadata(found, lambda _: "A", "Whole", 7)
    assert re.findall(r"START=(\d)\nEND=(\d)\ntitle=(.*)", text) == [
        ("0", "1", "Whole"), ("1", "2", "1. A"), ("2", "3", "1. A"), ("3", "5", "Whole"), ("5", "6", "1. A"),
        ("6", "7", "Whole"),
    ]  # fmt: skip
    assert chapters.metadata([], str, "Whole", 7) == ";FFMETADATA1\ntitle=Whole\n"


def test_players_get_seconds_numbers_and_products():
    found = [Chapter(start=1500, end=2000, number=1, product="b", pin=7)]
    assert json.loads(chapters.document(found, 9500)) == {
        "v": 1,
        "duration": 9.5,
        "chapters": [{"start": 1.5, "end": 2.0, "number": 1, "product": "b", "pin": 7}],
    }


@pytest.mark.parametrize(("moment", "place"), [(-1, 0), (0, 0), (999, 999), (1000, 1000), (1999, 1999), (2500, 2000)])
def test_a_moment_leads_to_its_place(moment, place):
    assert Timeline(segments((0, 2), (10, 12))).place(BEGAN + moment) == place
