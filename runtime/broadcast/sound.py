"""What must be known of sound: AAC's AudioSpecificConfig (ISO/IEC 14496-3) and packets of Opus (RFC 6716, RFC 7845)."""

import struct

from runtime.broadcast.samples import Codec, Kind, ProtocolError, Track

OPUS_RATE = 48_000
_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350)
_SPOKEN_RATE = 15
_LOW_COMPLEXITY, _BANDS, _PARAMETRIC = 2, 5, 29
_PRE_SKIP = 312
_HEAD = b"OpusHead"
_HEAD_SIZE = 19
_LONGEST_PACKET = 5760
"""Samples of the longest packet of Opus, 120 ms."""


def aac(config: bytes) -> Track:
    """Make a track of an AudioSpecificConfig; raise ProtocolError unless it is AAC-LC or HE-AAC with known channels."""
    if not 2 <= len(config) <= 64:  # noqa: PLR2004  five bytes are usual, some encoders append
        raise ProtocolError("this is no configuration of AAC")
    value = int.from_bytes(config[:8].ljust(8, b"\0"), "big")
    kind, place = value >> 59, 5
    rate_index, place = (value >> (60 - place)) & 15, place + 4
    if rate_index == _SPOKEN_RATE:
        rate, place = (value >> (40 - place)) & 0xFFFFFF, place + 24
    elif rate_index < len(_RATES):
        rate = _RATES[rate_index]
    else:
        raise ProtocolError("AAC has a sample rate that does not exist")
    channels, place = (value >> (60 - place)) & 15, place + 4
    short = 0 if kind in {_BANDS, _PARAMETRIC} else (value >> (63 - place)) & 1
    if kind not in {_LOW_COMPLEXITY, _BANDS, _PARAMETRIC}:
        raise ProtocolError("only AAC-LC and HE-AAC are taken")
    if not 1 <= channels <= 8 or not 7350 <= rate <= 96_000:  # noqa: PLR2004  configurations of the standard
        raise ProtocolError("AAC has channels or a sample rate that cannot be played")
    return Track(
        kind=Kind.AUDIO,
        codec=Codec.AAC,
        config=config,
        timescale=rate,
        rate=rate,
        channels=channels,
        frame=960 if short else 1024,
    )


def opus(channels: int, config: bytes = b"") -> Track:
    """Make a track of Opus; ``config`` is a dOps payload, empty for what encoders of browsers do by themselves."""
    if channels not in {1, 2}:
        raise ProtocolError("Opus is taken with one or two channels")
    made = config or struct.pack(">BBHIhB", 0, channels, _PRE_SKIP, OPUS_RATE, 0, 0)
    if len(made) != 11 or made[0] or made[10] or made[1] != channels:  # noqa: PLR2004  mapping family 0
        raise ProtocolError("this is no configuration of Opus with one or two channels")
    return Track(
        kind=Kind.AUDIO,
        codec=Codec.OPUS,
        config=made,
        timescale=OPUS_RATE,
        rate=OPUS_RATE,
        channels=channels,
        frame=960,
    )


def opus_from_head(head: bytes, channels: int) -> Track:
    """Make a track of the OpusHead that an encoder of a browser describes itself with; empty is allowed."""
    if not head:
        return opus(channels)
    if len(head) < _HEAD_SIZE or not head.startswith(_HEAD):
        raise ProtocolError("this is no configuration of Opus")
    _, count, skip, rate, gain, family = struct.unpack_from("<BBHIhB", head, 8)
    return opus(count, struct.pack(">BBHIhB", 0, count, skip, rate, gain, family))


def opus_frame(data: bytes) -> int:
    """Return how many samples a packet of Opus lasts, 0 for what is none (RFC 6716, section 3.1)."""
    if not data:
        return 0
    config = data[0] >> 3
    if config < 12:  # noqa: PLR2004  SILK only
        size = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:  # noqa: PLR2004  hybrid
        size = (480, 960)[config & 1]
    else:
        size = 120 << (config & 3)
    count = (1, 2, 2, data[1] & 63 if len(data) > 1 else 0)[data[0] & 3]
    return count * size if count * size <= _LONGEST_PACKET else 0


def frame(track: Track, data: bytes) -> int:
    """Return how many ticks a packet lasts, 0 for one that cannot be played."""
    if track.codec is Codec.OPUS:
        return opus_frame(data)
    return track.frame if data else 0
