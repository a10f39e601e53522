"""Batches of a browser's encoders: what the format says, and that a broken batch changes nothing (L10)."""

import struct

import pytest
from media_films import LYING, STANDING, STEREO, picture

from runtime.broadcast import Codec, Kind, Media, Packets, ProtocolError, Sample, TrackChanged, packets

KEY = b"\0\0\0\3\x65\1\2"
LATER = b"\0\0\0\3\x41\1\2"
OPUS_20_MS = b"\xfc" + bytes(20)
"""One frame of 20 ms, both channels (RFC 6716)."""


def record(kind, data, *, key=False, pts=0, offset=0, reserved=0):
    return struct.pack(">BBHQiI", kind, key, reserved, pts, offset, len(data)) + data


def heard(codec, channels, rate, description=b""):
    return record(2, struct.pack(">BBHI", codec, channels, 0, rate) + description)


def batch(*records):
    return b"SWP1" + b"".join(records)


def test_a_batch_is_read_as_the_format_says():
    events = Packets().read(
        batch(
            record(1, LYING),
            heard(1, 2, 44_100, STEREO),
            record(3, KEY, key=True, pts=1_000_000),
            record(4, b"\x21\x10\x05", pts=1_010_000),
            record(3, LATER, pts=1_033_333, offset=-20_000),
        )
    )
    assert [type(event) for event in events] == [TrackChanged, TrackChanged, Media]
    assert [(track.codec, track.width, track.rate) for track in events[1].tracks] == [
        (Codec.AVC, 320, 0), (Codec.AAC, 0, 44_100),
    ]  # fmt: skip
    assert events[2] == Media(
        (
            Sample(Kind.VIDEO, 90_000, 90_000, True, KEY),
            Sample(Kind.AUDIO, 44_541, 44_541, True, b"\x21\x10\x05"),
            Sample(Kind.VIDEO, 91_199, 92_999, False, LATER),
        )
    )


def test_sound_is_put_beside_its_picture_whichever_came_first_in_the_batch():
    told = batch(record(1, LYING), heard(1, 2, 44_100, STEREO))
    pictures = [record(3, KEY if n == 0 else LATER, key=n == 0, pts=n * 40_000) for n in range(3)]
    sounds = [record(4, b"\x21\x10\x05", pts=n * 25_000) for n in range(4)]
    (*_, media) = Packets().read(told + b"".join(pictures + sounds))
    assert "".join(sample.track[0] for sample in media.samples) == "vaavaav"


def test_pictures_keep_the_order_of_their_decoding_whatever_their_times_are():
    times = [0, 80_000, 40_000, 120_000]
    (*_, media) = Packets().read(
        batch(record(1, LYING), *(record(3, KEY, key=True, pts=time) for time in times), record(2, b""))
    )
    assert [sample.pts // 90 for sample in media.samples] == [0, 80, 40, 120]


def test_what_a_session_told_once_holds_in_all_its_batches():
    reader = Packets()
    assert len(reader.read(batch(record(1, LYING)))) == 1
    assert reader.read(batch(record(1, LYING))) == []
    (event,) = reader.read(batch(record(3, KEY, key=True, pts=5)))
    assert event.samples[0].key


def test_opus_is_taken_with_and_without_its_description():
    described = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48_000, 0, 0)
    for description in (b"", described):
        (changed, media) = Packets().read(batch(heard(2, 2, 48_000, description), record(4, OPUS_20_MS, pts=20_000)))
        (track,) = changed.tracks
        assert (track.codec, track.channels, track.rate, track.frame) == (Codec.OPUS, 2, 48_000, 960)
        assert track.config == struct.pack(">BBHIhB", 0, 2, 312, 48_000, 0, 0)
        assert media.samples[0].dts == 960


def test_l8_a_phone_that_is_turned_tells_another_configuration_between_its_pictures():
    events = Packets().read(
        batch(record(1, LYING), record(3, KEY, key=True), record(1, STANDING), record(3, KEY, key=True, pts=40_000))
    )
    assert [type(event) for event in events] == [TrackChanged, Media, TrackChanged, Media]
    assert [event.tracks[0].width for event in events[::2]] == [320, 180]


def test_l10_a_camera_that_was_taken_away_leaves_the_sound():
    reader = Packets()
    reader.read(batch(record(1, LYING), heard(1, 2, 44_100, STEREO)))
    events = reader.read(batch(record(1, b""), record(3, KEY, key=True), record(4, b"\x21\x10\x05")))
    assert [track.kind for track in events[0].tracks] == [Kind.AUDIO]
    assert [sample.track for sample in events[1].samples] == [Kind.AUDIO]


@pytest.mark.parametrize("data", [b"", b"\0\0\0\x09\x65", b"\0\0\0\0", b"\0\0\0"])
def test_a_broken_picture_is_left_out(data):
    assert Packets().read(batch(record(1, LYING), record(3, data, key=True)))[1:] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"SWP2",
        b"<html>",
        batch(b"\3"),
        batch(record(3, KEY)[:-1]),
        batch(record(0, b"")),
        batch(record(5, b"")),
        batch(record(3, KEY, reserved=1)),
        batch(struct.pack(">BBHQiI", 3, 2, 0, 0, 0, 0)),
        batch(record(3, KEY, pts=1 << 53)),
        batch(record(3, KEY, offset=1)),
        batch(record(1, b"\1\2\3")),
        batch(heard(3, 2, 48_000)),
        batch(heard(2, 3, 48_000)),
        batch(heard(1, 2, 48_000, b"\0\0")),
        batch(record(2, b"\1")),
        batch(*[record(4, b"")] * 4097),
        batch(record(3, bytes(8 << 20))),
    ],
    ids=range(18),
)
def test_l10_a_batch_that_is_broken_anywhere_is_refused_whole_and_changes_nothing(body):
    reader = Packets()
    reader.read(batch(record(1, LYING)))
    with pytest.raises(ProtocolError):
        reader.read(body if not body.startswith(b"SWP1") else batch(record(1, STANDING)) + body[4:])
    assert reader.read(batch(record(1, LYING))) == []


def test_the_format_that_studios_are_written_after_says_its_numbers():
    assert (packets.MAGIC, packets.MOST_BYTES, picture().timescale) == (b"SWP1", 8 << 20, 90_000)
