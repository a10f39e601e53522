"""Fragmented MP4 of a browser: what cannot be is refused, and what came is in the order of its times."""

import struct

import msgspec
import pytest
from media_films import picture, sound
from media_stream import shot

from runtime.broadcast import Fragments, Kind, Media, ProtocolError, TrackChanged, boxes, fmp4
from runtime.broadcast.fmp4 import Frame

INIT = fmp4.init((picture(), sound()))
PICTURES = [Frame(1_000_000 + n * 3600, 3600, 1800, n == 0, shot(0, key=n == 0).data) for n in range(25)]
SOUNDS = [Frame(490_000 + n * 1024, 1024, 0, True, b"\x21\x10\x05") for n in range(40)]
FRAGMENT = fmp4.fragment(1, [(Kind.VIDEO, PICTURES), (Kind.AUDIO, SOUNDS)])


def test_our_own_fragments_are_read_as_they_were_written():
    changed, media = Fragments().read(INIT + FRAGMENT)
    assert changed == TrackChanged((picture(), sound()))
    assert media.complete
    pictures = [sample for sample in media.samples if sample.track is Kind.VIDEO]
    sounds = [sample for sample in media.samples if sample.track is Kind.AUDIO]
    assert [(s.dts, s.pts - s.dts, s.duration, s.key, s.data) for s in pictures] == [
        (frame.time, 1800, 3600, frame.key, frame.data) for frame in PICTURES
    ]
    assert [(s.dts, s.duration, s.data) for s in sounds] == [(f.time, 1024, f.data) for f in SOUNDS]
    times = [sample.dts / (90_000 if sample.track is Kind.VIDEO else 44_100) for sample in media.samples]
    assert times == sorted(times)


@pytest.mark.parametrize("size", [1, 7, 100, 4096])
def test_bytes_may_be_cut_anywhere(size):
    reader, data = Fragments(), INIT + FRAGMENT * 2
    events = [event for place in range(0, len(data), size) for event in reader.read(data[place : place + size])]
    assert [type(event) for event in events] == [TrackChanged, Media, Media]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_l8_a_picture_that_a_phone_turned_stays_turned(rotation):
    track = msgspec.structs.replace(picture(), rotation=rotation)
    (changed,) = Fragments().read(fmp4.init((track,)))
    assert changed.tracks[0].rotation == rotation


def test_boxes_that_nobody_needs_are_passed_over():
    other = boxes.write(b"styp", b"iso6\0\0\0\0") + boxes.write(b"free", bytes(1000)) + boxes.write(b"sidx", bytes(40))
    events = Fragments().read(other + INIT + other + FRAGMENT)
    assert [type(event) for event in events] == [TrackChanged, Media]


def test_media_before_its_moov_is_passed_over():
    assert Fragments().read(FRAGMENT) == []


def broken(kind, place, value, size=4, data=None):
    """Overwrite a number inside the first box of a kind."""
    whole = bytearray(data if data is not None else INIT + FRAGMENT)
    start = whole.index(kind) + 4 + place
    whole[start : start + size] = value.to_bytes(size, "big")
    return bytes(whole)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I4s", 7, b"free"),
        struct.pack(">I4sQ", 1, b"mdat", 9),
        struct.pack(">I4s", (1 << 20) + 1, b"moov"),
        struct.pack(">I4s", (32 << 20) + 1, b"mdat"),
        struct.pack(">I4s", 0, b"mdat"),
        broken(b"trun", 4, 20_001),
        broken(b"trun", 8, 0x7FFFFFFF),
        broken(b"trun", 8, 0),
        broken(b"tfdt", 4, 1 << 60, 8),
        broken(b"tfhd", 8, 0x7FFFFFFF),
        broken(b"mdhd", 12, 0),
        broken(b"mdhd", 12, 10_000_001),
        broken(b"hdlr", 8, int.from_bytes(b"text", "big")).replace(b"soun", b"text"),
        INIT.replace(b"avc1\0", b"hvc1\0"),
        INIT.replace(b"avcC", b"xxxx"),
        INIT.replace(b"mp4a\0", b"ac-3\0"),
        INIT.replace(b"esds", b"xxxx"),
        INIT.replace(b"tkhd", b"xxxx"),
        boxes.write(b"moov"),
        boxes.write(b"moov", b"\0\0\0\x20trak"),
    ],
    ids=range(20),
)
def test_what_cannot_be_is_refused(data):
    with pytest.raises(ProtocolError):
        Fragments().read(data)


def test_a_sample_outside_of_its_fragment_is_not_read():
    data = broken(b"trun", 12, 1 << 20, data=FRAGMENT)
    with pytest.raises(ProtocolError, match="outside"):
        Fragments().read(INIT + data)
