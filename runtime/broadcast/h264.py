"""What must be known of H.264: the decoder configuration, the size of the picture, where NAL units begin and end.

After ISO/IEC 14496-15 (AVCDecoderConfigurationRecord) and ITU-T H.264, section 7.3.2.1 (sequence parameter set).
"""

from generator.value import Value
from runtime.broadcast.samples import VIDEO_TIMESCALE, Codec, Kind, ProtocolError, Track

_MOST_CONFIG = 4096
_MOST_SIDE = 8192
_IDR = 5
_CODED = frozenset({1, 2, 3, 4, 5})
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_YUV444 = 3
_EMULATION = b"\x00\x00\x03"


class Units(Value, frozen=True):
    """What a sample is made of: whether its NAL units are whole, whether a picture and an IDR picture is among them."""

    whole: bool
    picture: bool
    key: bool


class _Bits:
    """Reads bits and Exp-Golomb numbers of a parameter set."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        if count > self._left:
            raise ProtocolError("a parameter set of H.264 ends too early")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def golomb(self) -> int:
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 32:  # noqa: PLR2004  the longest number that the standard has
                raise ProtocolError("a number in a parameter set of H.264 is too long")
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        value = self.golomb()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def track(config: bytes, rotation: int = 0) -> Track:
    """Make a track of an AVCDecoderConfigurationRecord; raise ProtocolError."""
    width, height = _size(_first_set(config))
    return Track(
        kind=Kind.VIDEO,
        codec=Codec.AVC,
        config=config,
        timescale=VIDEO_TIMESCALE,
        width=width,
        height=height,
        rotation=rotation,
    )


def length_size(config: bytes) -> int:
    """Return how many bytes hold the length of a NAL unit."""
    return (config[4] & 3) + 1


def codec_name(config: bytes) -> str:
    """Return the name that players are told, such as avc1.64001F."""
    return f"avc1.{config[1:4].hex().upper()}"


def units(data: bytes, size: int) -> Units:
    """Walk over the NAL units of a sample; lengths of ``size`` bytes."""
    place, end = 0, len(data)
    picture = key = False
    while place < end:
        start = place + size
        length = int.from_bytes(data[place:start], "big")
        place = start + length
        if start >= end or place > end or not length:
            return Units(whole=False, picture=picture, key=key)
        kind = data[start] & 31
        picture = picture or kind in _CODED
        key = key or kind == _IDR
    return Units(whole=True, picture=picture, key=key)


def _first_set(config: bytes) -> bytes:
    """Check the whole record and return its first sequence parameter set."""
    if not 7 <= len(config) <= _MOST_CONFIG or config[0] != 1:  # noqa: PLR2004  an empty record has seven bytes
        raise ProtocolError("this is no decoder configuration of H.264")
    if length_size(config) == 3:  # noqa: PLR2004  the standard allows 1, 2 and 4
        raise ProtocolError("lengths of three bytes do not exist in H.264")
    place, found = 5, [b"", b""]
    for which, mask in ((0, 31), (1, 255)):
        if place >= len(config):
            raise ProtocolError("a decoder configuration of H.264 ends too early")
        count = config[place] & mask
        place += 1
        for _ in range(count):
            start = place + 2
            place = start + int.from_bytes(config[place:start], "big")
            if place > len(config) or place <= start:
                raise ProtocolError("a decoder configuration of H.264 ends too early")
            found[which] = found[which] or config[start:place]
    if not all(found):
        raise ProtocolError("a decoder configuration of H.264 lacks a parameter set")
    return found[0]


def _size(data: bytes) -> tuple[int, int]:
    bits = _Bits(data[1:].replace(_EMULATION, b"\x00\x00"))
    profile = bits.read(8)
    bits.read(16)
    bits.golomb()
    chroma, separate = 1, 0
    if profile in _WITH_CHROMA:
        chroma = bits.golomb()
        separate = bits.read(1) if chroma == _YUV444 else 0
        bits.golomb()
        bits.golomb()
        bits.read(1)
        _skip_matrices(bits, chroma)
    bits.golomb()
    _skip_order(bits)
    bits.golomb()
    bits.read(1)
    columns = bits.golomb() + 1
    rows = bits.golomb() + 1
    frames = bits.read(1)
    if not frames:
        bits.read(1)
    bits.read(1)
    left = right = top = bottom = 0
    if bits.read(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
    across = 1 if separate or chroma in {0, _YUV444} else 2
    down = (2 if chroma == 1 and not separate else 1) * (2 - frames)
    width = columns * 16 - (left + right) * across
    height = rows * 16 * (2 - frames) - (top + bottom) * down
    if not (16 <= width <= _MOST_SIDE and 16 <= height <= _MOST_SIDE):  # noqa: PLR2004  one macroblock
        raise ProtocolError("the picture is smaller than 16 or larger than 8192 pixels")
    return width, height


def _skip_matrices(bits: _Bits, chroma: int) -> None:
    if not bits.read(1):
        return
    for index in range(12 if chroma == _YUV444 else 8):
        if bits.read(1):
            last = following = 8
            for _ in range(16 if index < 6 else 64):  # noqa: PLR2004  six lists of 4x4, then 8x8
                if following:
                    following = (last + bits.signed()) % 256
                last = following or last


def _skip_order(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.read(1)
        bits.signed()
        bits.signed()
        count = bits.golomb()
        if count > 255:  # noqa: PLR2004  as in the standard
            raise ProtocolError("a parameter set of H.264 has a picture order that is too long")
        for _ in range(count):
            bits.signed()
