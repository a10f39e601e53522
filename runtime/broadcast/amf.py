"""AMF0, the notation of RTMP's commands (Adobe, "Action Message Format AMF 0", 2007), with limits for strangers.

Decoded values are None, bool, float, str, list and dict; references, typed objects, XML and AMF3 are refused.
"""

import struct
from collections.abc import Callable, Mapping
from typing import TypeAlias

from runtime.broadcast.samples import ProtocolError

Amf: TypeAlias = "bool | float | str | list[Amf] | dict[str, Amf] | None"

MOST_DEPTH = 8
MOST_VALUES = 1000
"""Values in one message, those inside objects and arrays counted."""

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_MAP, _END, _ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12
_DOUBLE = struct.Struct(">d")


def encode(*values: "Amf | int | Mapping[str, object]") -> bytes:
    """Write values one after another; whole numbers become numbers of AMF."""
    return b"".join(_encoded(value) for value in values)


def decode(data: bytes) -> list[Amf]:
    """Read all values of a message; raise ProtocolError."""
    reader = _Reader(data)
    values = []
    while reader.place < len(data):
        values.append(reader.value(0))
    return values


def _encoded(value: object) -> bytes:
    if value is None:
        return bytes((_NULL,))
    if isinstance(value, bool):
        return bytes((_BOOLEAN, value))
    if isinstance(value, int | float):
        return bytes((_NUMBER,)) + _DOUBLE.pack(value)
    if isinstance(value, str):
        return bytes((_STRING,)) + _name(value)
    if isinstance(value, Mapping):
        fields = b"".join(_name(str(name)) + _encoded(field) for name, field in value.items())
        return bytes((_OBJECT,)) + fields + bytes((0, 0, _END))
    raise TypeError("this cannot be written in AMF0")


def _name(text: str) -> bytes:
    data = text.encode()[:0xFFFF]
    return len(data).to_bytes(2, "big") + data


class _Reader:
    """Reads one message; ``place`` is where the next value begins."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0
        self._count = 0

    def value(self, depth: int) -> Amf:
        """Read one value; ``depth`` is how many objects and arrays are around it."""
        self._count += 1
        if depth > MOST_DEPTH or self._count > MOST_VALUES:
            raise ProtocolError("a message of AMF0 is too deep or too long")
        kind = self._number(1)
        if kind in {_OBJECT, _MAP, _ARRAY}:
            return self._items(depth) if kind == _ARRAY else self._fields(kind, depth)
        read = _SIMPLE.get(kind)
        if read is None:
            raise ProtocolError("a message of AMF0 has a value of a kind that is not taken")
        return read(self)

    def number(self) -> float:
        """Read a number."""
        return float(_DOUBLE.unpack(self._take(8))[0])

    def date(self) -> float:
        """Read a moment, milliseconds since 1970; its time zone is meant to be ignored."""
        found = self.number()
        self._take(2)
        return found

    def boolean(self) -> bool:
        """Read yes or no."""
        return bool(self._number(1))

    def text(self, size: int = 2) -> str:
        """Read a text behind its length of ``size`` bytes."""
        return self._take(self._number(size)).decode("utf-8", "replace")

    def _fields(self, kind: int, depth: int) -> dict[str, Amf]:
        if kind == _MAP:
            self._number(4)
        found: dict[str, Amf] = {}
        while True:
            name = self.text()
            if not name and self._data[self.place : self.place + 1] == bytes((_END,)):
                self.place += 1
                return found
            found[name] = self.value(depth + 1)

    def _items(self, depth: int) -> list[Amf]:
        count = self._number(4)
        if count > MOST_VALUES:
            raise ProtocolError("an array of AMF0 is too long")
        return [self.value(depth + 1) for _ in range(count)]

    def _take(self, count: int) -> bytes:
        end = self.place + count
        if end > len(self._data):
            raise ProtocolError("a message of AMF0 ends too early")
        found = self._data[self.place : end]
        self.place = end
        return found

    def _number(self, count: int) -> int:
        return int.from_bytes(self._take(count), "big")


_SIMPLE: dict[int, Callable[[_Reader], Amf]] = {
    _NUMBER: _Reader.number,
    _BOOLEAN: _Reader.boolean,
    _STRING: _Reader.text,
    _LONG_STRING: lambda reader: reader.text(4),
    _NULL: lambda _: None,
    _UNDEFINED: lambda _: None,
    _DATE: _Reader.date,
}
