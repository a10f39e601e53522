"""RTMP's server side: a stranger gets little, a publisher gets words, and the key is seen by nobody."""

import hashlib
import struct

import pytest
from media_encoder import AUDIO, DATA, ECHO, HELLO, VIDEO, answers, begin, command, connect, live, media, publish
from media_films import LYING, STEREO

from runtime.broadcast import (
    BAD_NAME,
    REJECTED,
    Connected,
    Ended,
    Kind,
    Media,
    ProtocolError,
    PublishWanted,
    RtmpLimits,
    RtmpSession,
    TrackChanged,
    chunks,
)  # fmt: skip
from runtime.broadcast.chunks import Message

KEY = "a-secret-key"
CONFIG = b"\x17\0\0\0\0" + LYING
KEY_FRAME = b"\x17\1\0\0\0" + b"\0\0\0\5\x65\1\2\3\4"
LATER = b"\x27\1\0\0\x21" + b"\0\0\0\5\x41\1\2\3\4"
SOUND_CONFIG = b"\xaf\0" + STEREO
SOUND = b"\xaf\1" + b"\x21\x10\x05"


def test_a_publisher_is_asked_for_accepted_and_its_media_comes():
    session, events = begin()
    assert events[0] == Connected("live", "FMLE/3.0 (compatible; FMSc/1.0)")
    assert events[1].key.digest == hashlib.sha256(KEY.encode()).hexdigest()
    assert events[1].key.reveal() == KEY
    session.accept()
    told, _ = answers(session.send())
    assert told[0][0] == "_result"
    assert told[0][3]["code"] == "NetConnection.Connect.Success"
    assert told[-1][3]["code"] == "NetStream.Publish.Start"
    events = session.receive(media(DATA, 0, b"anything") + media(VIDEO, 0, CONFIG) + media(AUDIO, 0, SOUND_CONFIG), 1.0)
    assert [[track.kind for track in event.tracks] for event in events] == [[Kind.VIDEO], [Kind.VIDEO, Kind.AUDIO]]
    (event,) = session.receive(media(VIDEO, 40, KEY_FRAME) + media(AUDIO, 46, SOUND) + media(VIDEO, 80, LATER), 1.0)
    assert [(s.track, s.dts, s.pts, s.key) for s in event.samples] == [
        (Kind.VIDEO, 3600, 3600, True), (Kind.AUDIO, 2028, 2028, True), (Kind.VIDEO, 7200, 10170, False),
    ]  # fmt: skip


def test_l1_a_wrong_key_is_refused_by_name_and_nothing_more_is_taken():
    session, _ = begin()
    session.send()
    session.refuse("This stream key is not known.")
    told, _ = answers(session.send(), greeting=False)
    assert told == [["onStatus", 0.0, None, {
        "level": "error", "code": "NetStream.Publish.BadName", "description": "This stream key is not known.",
    }]]  # fmt: skip
    assert session.over
    assert session.receive(media(VIDEO, 0, CONFIG), 1.0) == []
    assert session.send() == b""


@pytest.mark.parametrize("app", ["live", "live/", "/live"])
@pytest.mark.parametrize("form", ["{}", "{}?user=1", "/{}", " {} "])
def test_l1_a_key_is_found_however_encoders_write_it_and_is_in_no_representation(app, form):
    session, events = begin(form.format(KEY), app=app)
    assert events[1].key.reveal() == KEY
    assert KEY not in repr(events) + repr(session) + str(session) + repr(events[1].key)
    assert KEY.encode() not in session.send()


def test_l1_a_key_in_the_address_of_the_server_is_neither_lost_nor_told():
    _, events = begin("", app=f"live/{KEY}")
    assert events[0].app == "live"
    assert events[1].key.reveal() == KEY
    assert KEY not in repr(events)


@pytest.mark.parametrize("key", ["", "x" * 257, None, 7.0, {"a": 1.0}])
def test_l1_a_key_that_is_none_is_refused_without_being_asked_for(key):
    session, events = begin(key)
    asked = [event for event in events if isinstance(event, PublishWanted)]
    if key == 7.0 or isinstance(key, dict):
        assert len(asked) == 1
        return
    assert (asked, events[-1].why, session.over) == ([], "refused", True)
    assert answers(session.send())[0][-1][3]["code"] == BAD_NAME


@pytest.mark.parametrize("kind", [AUDIO, VIDEO])
@pytest.mark.parametrize("asked", [False, True])
def test_l1_no_media_is_taken_before_the_key_was_accepted(kind, asked):
    session = begin()[0] if asked else RtmpSession(RtmpLimits(), 0.0)
    if not asked:
        session.receive(HELLO + ECHO + connect(), 0.0)
    with pytest.raises(ProtocolError, match="before the stream key was accepted"):
        session.receive(media(kind, 0, CONFIG), 0.0)
    assert session.over


@pytest.mark.parametrize("hello", [b"GET / HTTP/1.0\r\n", b"\x16\x03\x01", b"\x06", b"\0", b"SSH-2.0-x\r\n"])
def test_l2_who_does_not_speak_rtmp_is_known_by_the_first_byte(hello):
    session = RtmpSession(RtmpLimits(), 0.0)
    with pytest.raises(ProtocolError, match="this is not RTMP"):
        session.receive(hello, 0.0)
    assert (session.send(), session.over) == (b"", True)


@pytest.mark.parametrize("heard", [b"", HELLO[:1], HELLO[:-1], HELLO, HELLO + ECHO[:-1]])
def test_l2_a_handshake_has_five_seconds_however_slowly_it_comes(heard):
    session = RtmpSession(RtmpLimits(), 100.0)
    for place in range(0, len(heard), 700):
        session.receive(heard[place : place + 700], 104.9)
    assert session.deadline == 105.0
    session.check(104.99)
    with pytest.raises(ProtocolError, match="too slow"):
        session.check(105.0)
    assert session.over


def test_l2_a_slow_loris_that_shook_hands_must_publish_within_fifteen_seconds():
    session = RtmpSession(RtmpLimits(), 0.0)
    session.receive(HELLO + ECHO, 4.0)
    for now, byte in zip(range(5, 15), connect(), strict=False):
        session.receive(bytes((byte,)), float(now))
    session.check(14.9)
    with pytest.raises(ProtocolError, match="too slow"):
        session.check(15.0)


def test_l3_a_publisher_that_falls_silent_is_let_go_after_twenty_seconds():
    session = live()
    session.receive(media(VIDEO, 0, CONFIG), 50.0)
    session.check(69.9)
    with pytest.raises(ProtocolError, match="fell silent"):
        session.check(70.0)


def test_l2_a_stranger_may_send_256_kibibytes_and_no_more():
    session, _ = begin()
    with pytest.raises(ProtocolError, match="too many bytes"):
        session.receive(bytes(256 << 10), 0.0)


def test_l2_a_stranger_may_not_begin_a_long_message():
    session = RtmpSession(RtmpLimits(), 0.0)
    session.receive(HELLO + ECHO, 0.0)
    with pytest.raises(ProtocolError, match="too long"):
        session.receive(b"\x03\0\0\0\1\0\1\x14\0\0\0\0", 0.0)


def test_a_publisher_may_send_long_messages_once_it_was_accepted():
    session = live()
    body = KEY_FRAME + b"\0\1\0\0\x65" + bytes(65535)
    events = session.receive(media(VIDEO, 0, CONFIG) + media(VIDEO, 0, body), 0.0)
    assert len(events[1].samples[0].data) == len(body) - 5


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (VIDEO, b"\x90hvc1" + bytes(20), "HEVC (H.265)"),
        (VIDEO, b"\x91av01" + bytes(20), "AV1"),
        (VIDEO, b"\x90vp09" + bytes(20), "VP9"),
        (VIDEO, b"\x1c\0\0\0\0" + bytes(20), "HEVC (H.265)"),
        (VIDEO, b"\x12" + bytes(20), "Sorenson"),
        (AUDIO, b"\x2f" + bytes(20), "MP3"),
        (AUDIO, b"\x9f" + b"Opus" + bytes(20), "this sound codec"),
        (VIDEO, b"\x17\0\0\0\0" + b"\1\2\3", "no decoder configuration"),
        (AUDIO, b"\xaf\0\x18\x10", "only AAC-LC and HE-AAC"),
    ],
)
def test_what_viewers_cannot_play_is_refused_in_words_and_the_encoder_is_told(kind, body, words):
    session = live()
    (event,) = session.receive(media(kind, 0, body), 0.0)
    assert isinstance(event, Ended)
    assert (event.why, session.over) == ("unplayable", True)
    told, _ = answers(session.send(), greeting=False)
    assert told[0][3]["code"] == REJECTED
    assert told[0][3]["description"] == event.words
    assert words in event.words


@pytest.mark.parametrize(
    "body",
    [b"", b"\x17", b"\x17\1\0\0\0", b"\x17\1\0\0\0\0\0\0\x09\x65\1", b"\x17\1\0\0\0\0\0\0\0", b"\x57\0\0\0\0\0",
     b"\x17\2\0\0\0", b"\x17\1\0\0\0\0\0\0\2\x09\x10"],
    ids=["nothing", "one byte", "no units", "a unit too long", "an empty unit", "a command", "the end", "no picture"],
)  # fmt: skip
def test_a_broken_picture_is_left_out_and_the_next_one_is_taken(body):
    session = live()
    session.receive(media(VIDEO, 0, CONFIG), 0.0)
    events = session.receive(media(VIDEO, 0, body) + media(VIDEO, 40, KEY_FRAME), 0.0)
    assert [len(event.samples) for event in events] == [1]


@pytest.mark.parametrize("how", ["deleteStream", "closeStream"])
def test_a_publisher_says_that_it_ends(how):
    session = live()
    assert session.receive(command("FCUnpublish", 5, None, KEY), 0.0) == []
    assert session.receive(command(how, 6, None, 1), 0.0) == [Ended("unpublished")]
    assert session.over


def test_the_same_configuration_again_changes_nothing():
    session = live()
    events = session.receive(media(VIDEO, 0, CONFIG) * 3 + media(AUDIO, 0, SOUND_CONFIG) * 2, 0.0)
    assert [type(event) for event in events] == [TrackChanged, TrackChanged]


def test_bytes_are_acknowledged_twice_a_window():
    session = live()
    session.receive(chunks.write(2, Message(5, 0, 0, struct.pack(">I", 70_000))), 0.0)
    session.send()
    before = session.received
    session.receive(media(DATA, 0, bytes(40_000)), 0.0)
    assert answers(session.send(), greeting=False)[1] == [(3, struct.pack(">I", session.received))]
    assert session.received > before + 40_000


def test_a_ping_is_answered():
    session = live()
    session.receive(chunks.write(2, Message(4, 0, 0, b"\0\6\1\2\3\4")), 0.0)
    assert answers(session.send(), greeting=False)[1] == [(4, b"\0\7\1\2\3\4")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (connect() + connect(), "connected twice"),
        (publish("k"), "before connect"),
        (connect() + publish("k") + publish("k"), "asked twice"),
        (connect() + command(5), "no name"),
        (connect() + chunks.write(3, Message(22, 1, 0, b"x")), "aggregate"),
    ],
)
def test_commands_in_a_wrong_order_end_the_session(data, words):
    session = RtmpSession(RtmpLimits(), 0.0)
    session.receive(HELLO + ECHO, 0.0)
    with pytest.raises(ProtocolError, match=words):
        session.receive(data, 0.0)
    assert session.over


def test_nobody_watches_by_rtmp():
    session = RtmpSession(RtmpLimits(), 0.0)
    events = session.receive(HELLO + ECHO + connect() + command("play", 5, None, "room"), 0.0)
    assert events[-1].why == "refused"
    assert answers(session.send())[0][-1][3]["code"] == "NetStream.Play.Failed"


def test_accepting_nobody_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="nobody asked"):
        RtmpSession(RtmpLimits(), 0.0).accept()


def test_l4_the_one_that_was_taken_over_is_told_so_and_its_media_is_not_taken_any_more():
    session = live()
    session.receive(media(VIDEO, 0, CONFIG), 0.0)
    session.refuse("Another encoder has taken over.", REJECTED)
    assert answers(session.send(), greeting=False)[0][0][3]["description"] == "Another encoder has taken over."
    assert session.receive(media(VIDEO, 0, KEY_FRAME), 0.0) == []


def test_l8_time_stamps_go_on_when_their_32_bits_are_full():
    session = live()
    session.receive(media(VIDEO, 0xFFFFFFC0, CONFIG), 0.0)
    times = [0xFFFFFFC0, 0xFFFFFFE0, 0x00000000, 0x00000020]
    events = session.receive(b"".join(media(VIDEO, time, KEY_FRAME) for time in times), 0.0)
    assert [sample.dts for sample in events[0].samples] == [(0xFFFFFFC0 + 32 * step) * 90 for step in range(4)]


def test_l8_time_stamps_that_go_back_a_little_go_back_a_little():
    session = live()
    times = [5, 0xFFFFFFF0, 20]
    events = session.receive(media(VIDEO, 5, CONFIG) + b"".join(media(VIDEO, t, KEY_FRAME) for t in times), 0.0)
    assert [sample.dts // 90 for sample in events[1].samples] == [5, -16, 20]


def test_l8_sound_without_its_configuration_is_left_out_until_it_comes():
    session = live()
    assert session.receive(media(VIDEO, 0, CONFIG) + media(AUDIO, 0, SOUND) * 3, 0.0)[1:] == []
    events = session.receive(media(AUDIO, 23, SOUND_CONFIG) + media(AUDIO, 23, SOUND), 0.0)
    assert [type(event) for event in events] == [TrackChanged, Media]
