"""Hostile bytes: whatever comes, a reader raises ProtocolError or goes on, within bounds of time and memory.

``benchmarks/fuzz_broadcast.py`` runs the same for hours.
"""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media_encoder import HELLO, live
from media_mutations import TARGETS, run
from media_stream import EPOCH, described, segmenter, segments, shot, tone

from runtime.broadcast import Fragments, Media, Packets, ProtocolError, RtmpLimits, RtmpSession, chunks
from runtime.broadcast.chunks import ChunkLimits, ChunkReader, Message

CASES = {"rtmp": 400, "packets": 1000, "fragments": 600, "amf": 4000}


@pytest.mark.parametrize("target", TARGETS)
def test_mutated_conversations_end_in_a_protocol_error_or_not_at_all(target):
    for seed in range(CASES[target]):
        run(target, seed)


def taken(read, data, size):
    """Give bytes to a reader in pieces; return whether it took them all, or False where they break the protocol."""
    try:
        for place in range(0, len(data), size):
            read(data[place : place + size])
    except ProtocolError:
        return False
    return True


@given(st.binary(max_size=600), st.integers(1, 600))
def test_any_bytes_at_every_door_are_taken_or_end_in_a_protocol_error_that_ends_the_session(data, size):
    for session, before in (
        (RtmpSession(RtmpLimits(), 0.0), b""),
        (RtmpSession(RtmpLimits(), 0.0), HELLO + bytes(1536)),
        (live(), b""),
    ):
        known = session.received
        went_well = taken(lambda piece, session=session: session.receive(piece, 0.0), before + data, size)
        assert went_well or session.over
        assert session.received <= known + len(before + data)
    made = []
    reader = ChunkReader(ChunkLimits())
    taken(lambda piece: made.extend(reader.feed(piece)), data, size)
    assert sum(len(message.data) for message in made) <= len(data)


@given(st.binary(max_size=600), st.integers(1, 600))
def test_no_bytes_of_a_browser_become_more_picture_than_there_were_bytes(data, size):
    made, fragments, packets = [], Fragments(), Packets()
    taken(lambda piece: made.extend(fragments.read(piece)), data, size)
    taken(lambda batch: made.extend(packets.read(batch)), b"SWP1" + data, len(data) + 4)
    samples = [sample for event in made if isinstance(event, Media) for sample in event.samples]
    assert sum(len(sample.data) for sample in samples) <= 2 * len(data)


SAMPLES = st.lists(
    st.one_of(
        st.builds(shot, st.integers(-(10**6), 10**6), key=st.booleans(), shift=st.integers(-20_000, 20_000)),
        st.builds(shot, st.integers(0, 4000), key=st.booleans(), shift=st.integers(0, 200)),
        st.builds(tone, st.integers(-(10**6), 10**6)),
        st.builds(tone, st.integers(0, 4000)),
    ),
    max_size=120,
)


@given(SAMPLES, st.integers(0, 1))
@settings(max_examples=200, deadline=None)
def test_any_samples_in_any_order_make_segments_that_hold_together(samples, with_parts):
    cutter = segmenter(part=500 * with_parts)
    made = [found for sample in samples for found in cutter.add(sample, EPOCH + len(samples))] + cutter.flush()
    found = segments(made)
    assert [segment.number for segment in found] == list(range(len(found)))
    assert all(segment.duration > 0 and segment.size == len(segment.data) for segment in found)
    assert all(after.time == before.time + before.duration for before, after in pairwise(found))
    times = {1: 0, 2: 0}
    for traf in described(b"".join(segment.data for segment in found)):
        assert min(traf["durations"]) > 0
        assert traf["time"] >= times[traf["track"]]
        times[traf["track"]] = traf["time"] + (sum(traf["durations"]) if traf["track"] == 1 else 0)


def test_a_stranger_cannot_make_us_keep_more_than_a_few_hundred_kibibytes():
    begun = b"".join(chunks.write(lane, Message(20, 0, 0, bytes(60_000)), 128)[:-200] for lane in range(2, 64))
    tracemalloc.start()
    sessions = []
    for _ in range(20):
        session = RtmpSession(RtmpLimits(), 0.0)
        taken(lambda piece, session=session: session.receive(piece, 0.0), HELLO + bytes(1536) + begun, 4096)
        sessions.append(session)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 20 * 300_000


def test_a_stranger_who_sends_single_bytes_in_chunks_is_stopped_like_any_other():
    small = chunks.write(2, Message(chunks.SET_CHUNK_SIZE, 0, 0, b"\0\0\0\1"))
    flood = small + chunks.write(3, Message(20, 0, 0, bytes(60_000)), 1) * 10
    session = RtmpSession(RtmpLimits(), 0.0)
    taken(lambda piece: session.receive(piece, 0.0), HELLO + bytes(1536) + flood, 1448)
    assert session.over
    assert session.received <= (256 << 10) + 1448


def test_a_publisher_cannot_make_us_keep_more_than_its_limits():
    session = live()
    resized = chunks.write(2, Message(chunks.SET_CHUNK_SIZE, 0, 0, (1 << 20).to_bytes(4, "big")))
    session.receive(resized, 0.0)
    begun = [chunks.write(n, Message(9, 1, 0, bytes(4 << 20)), 1 << 20)[: 12 + (1 << 20)] for n in range(2, 11)]
    for piece in begun[:-1]:
        session.receive(piece, 0.0)
    with pytest.raises(ProtocolError, match="unfinished"):
        session.receive(begun[-1], 0.0)
    assert session.over
