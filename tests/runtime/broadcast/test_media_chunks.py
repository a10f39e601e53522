"""The chunk stream of RTMP: messages survive every way in which bytes may be cut, and limits hold."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.broadcast import ProtocolError, chunks
from runtime.broadcast.chunks import ChunkLimits, ChunkReader, Message

MESSAGES = st.builds(
    Message, st.sampled_from([8, 9, 18, 20]), st.integers(0, 3), st.integers(0, (1 << 32) - 1), st.binary(max_size=400)
)


LANES = b"".join(chunks.write(lane, Message(9, 1, 0, b"")) for lane in range(2, 64))
HALF = chunks.write(6, Message(9, 1, 0, b"x" * 200))[:140]


def read(data, limits=None):
    return list(ChunkReader(limits or ChunkLimits()).feed(data))


def resized(size):
    return chunks.write(2, Message(chunks.SET_CHUNK_SIZE, 0, 0, struct.pack(">I", size)))


@given(st.lists(st.tuples(st.integers(2, 63), MESSAGES), max_size=6), st.lists(st.integers(1, 50), max_size=40))
def test_messages_come_whole_however_their_bytes_are_cut(sent, cuts):
    data = b"".join(chunks.write(lane, message) for lane, message in sent)
    reader, found, place = ChunkReader(ChunkLimits()), [], 0
    for cut in [*cuts, len(data)]:
        found += reader.feed(data[place : place + cut])
        place += cut
    assert found == [message for _, message in sent]


@given(st.integers(1, 300), st.binary(min_size=1, max_size=900))
def test_a_chunk_size_holds_for_all_chunks_after_it(size, body):
    message = Message(9, 1, 0, body)
    assert read(resized(size) + chunks.write(6, message, size))[1:] == [message]


def test_messages_of_two_chunk_streams_may_be_interleaved():
    one, two = Message(9, 1, 5, b"a" * 300), Message(8, 1, 6, b"b" * 200)
    first, second = chunks.write(6, one), chunks.write(4, two)
    mixed = first[:140] + second[:140] + first[140:269] + second[140:] + first[269:]
    assert read(mixed) == [two, one]


def test_headers_of_types_1_2_and_3_go_on_from_the_one_before():
    whole = chunks.write(6, Message(9, 1, 1000, b"abc"))
    same_stream = bytes((0x46,)) + b"\0\0\x21" + b"\0\0\2" + b"\x09" + b"de"
    same_length = bytes((0x86,)) + b"\0\0\x22" + b"fg"
    all_the_same = bytes((0xC6,)) + b"hi"
    times = [(message.time, message.data) for message in read(whole + same_stream + same_length + all_the_same)]
    assert times == [(1000, b"abc"), (1033, b"de"), (1067, b"fg"), (1101, b"hi")]


def test_an_extended_time_stamp_may_be_repeated_in_later_chunks_or_not():
    message = Message(9, 1, 0x01020304, b"x" * 300)
    repeated = chunks.write(6, message)
    once = repeated.replace(b"\xc6\x01\x02\x03\x04", b"\xc6")
    assert len(once) == len(repeated) - 8
    assert read(repeated) == read(once) == [message]


def test_chunk_streams_with_two_and_three_bytes_of_number():
    body = b"\0\0\0" + b"\0\0\1" + b"\x09" + b"\1\0\0\0" + b"!"
    assert [message.data for message in read(b"\0\x10" + body + b"\1\x10\1" + body)] == [b"!", b"!"]


def test_an_aborted_message_is_forgotten():
    message = Message(9, 1, 0, b"y" * 200)
    abort = chunks.write(2, Message(chunks.ABORT, 0, 0, struct.pack(">I", 6)))
    data = chunks.write(6, Message(9, 1, 0, b"x" * 200))[:140] + abort + chunks.write(6, message)
    assert read(data)[-1] == message


def test_librtmp_begins_its_control_stream_with_a_header_of_type_1():
    assert [message.kind for message in read(b"\x42\0\0\0\0\0\x06\x04" + bytes(6))] == [4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (resized(0), "chunk size"),
        (resized((1 << 20) + 1), "chunk size"),
        (resized(0x80000000), "chunk size"),
        (chunks.write(2, Message(chunks.SET_CHUNK_SIZE, 0, 0, b"\0")), "too short"),
        (b"\x06\0\0\0\x40\0\x01\x09\1\0\0\0", "too long"),
        (b"\xc6", "whole header"),
        (LANES + b"\0\0" + bytes(11) + b"\0\1" + bytes(11) + b"\0\2" + bytes(11), "too many chunk streams"),
        (HALF + chunks.write(6, Message(9, 1, 0, b"x")), "inside another"),
    ],
    ids=["no size", "a large one", "a huge one", "a short size", "4 MiB and a byte", "no header", "65 lanes", "twice"],
)  # fmt: skip
def test_what_breaks_a_limit_is_refused(data, words):
    with pytest.raises(ProtocolError, match=words):
        read(data)


def test_a_message_of_four_mebibytes_is_taken():
    body = bytes(4 << 20)
    assert read(resized(1 << 20) + chunks.write(6, Message(9, 1, 0, body), 1 << 20))[1].data == body


def test_unfinished_messages_together_stay_below_their_limit():
    limits = ChunkLimits(message=1000, unfinished=1500)
    begun = b"".join(chunks.write(lane, Message(9, 1, 0, b"x" * 1000), 128)[:785] for lane in (6, 7, 8))
    with pytest.raises(ProtocolError, match="unfinished"):
        read(begun, limits)


def test_a_message_shows_nothing_of_its_data():
    assert repr(Message(20, 1, 0, b"the secret key")) == "Message(kind=20, stream=1, time=0, 14 bytes)"
