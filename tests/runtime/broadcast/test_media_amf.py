"""AMF0 from strangers: what is written is read, and everything else is refused without harm."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.broadcast import ProtocolError, amf

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5))
def test_what_is_written_is_read_again(values):
    def depth(value):
        return 1 + max(map(depth, value.values()), default=0) if isinstance(value, dict) else 0

    if max(map(depth, values), default=0) <= amf.MOST_DEPTH:
        assert amf.decode(amf.encode(*values)) == values


@given(st.binary(max_size=200))
def test_any_bytes_are_values_or_a_protocol_error(data):
    with contextlib.suppress(ProtocolError):
        assert isinstance(amf.decode(data), list)


def test_arrays_dates_and_long_texts_are_read():
    array = b"\x0a\0\0\0\2" + amf.encode(1, "two")
    map_ = b"\x08\0\0\0\1" + amf.encode({"a": True})[1:]
    date = b"\x0b" + struct.pack(">dh", 86400000.0, 0)
    assert amf.decode(array + map_ + date + b"\x0c\0\0\0\2hi" + b"\x06") == [
        [1.0, "two"], {"a": True}, 86400000.0, "hi", None,
    ]  # fmt: skip


def nested(depth):
    value = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return amf.encode(value)


def test_objects_lie_in_each_other_eight_deep_and_no_deeper():
    assert len(amf.decode(nested(9))) == 1
    with pytest.raises(ProtocolError, match="too deep"):
        amf.decode(nested(10))


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a" + struct.pack(">I", 1001) + b"\x05" * 1001,
        b"\x0a" + struct.pack(">I", 0xFFFFFFFF),
        b"\x05" * 1001,
        b"\x03" + b"".join(b"\0\2" + struct.pack(">H", number) + b"\x05" for number in range(1001)) + b"\0\0\x09",
    ],
    ids=["a long array", "an array of four thousand million", "many values", "a large object"],
)
def test_more_than_a_thousand_values_are_refused(data):
    with pytest.raises(ProtocolError, match="too long"):
        amf.decode(data)


@pytest.mark.parametrize("kind", [4, 7, 9, 13, 15, 16, 17, 255])
def test_references_typed_objects_and_unknown_kinds_are_refused(kind):
    with pytest.raises(ProtocolError, match="not taken"):
        amf.decode(bytes((kind,)) + bytes(20))
