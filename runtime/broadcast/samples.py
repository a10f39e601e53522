"""What a publisher sends, whichever way it came: tracks, and samples in decoding order.

A stream has at most one picture and one sound. Pictures are H.264 in the form of MP4 (NAL units behind their lengths,
SPS and PPS in the track's configuration), sound is AAC without ADTS headers, or Opus.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import inf
from operator import itemgetter

from generator.value import Value

VIDEO_TIMESCALE = 90_000
"""Ticks a second of every picture track."""


class ProtocolError(ValueError):
    """A publisher broke the rules of its protocol or a limit of ours; the connection is to be closed.

    The message is for logs and never holds a stream key or any other bytes that were received.
    """


class Kind(StrEnum):
    """What a track is for."""

    VIDEO = "video"
    AUDIO = "audio"


class Codec(StrEnum):
    """How a track is coded, by the name of its sample entry in MP4."""

    AVC = "avc1"
    AAC = "mp4a"
    OPUS = "opus"


class Track(Value, frozen=True, kw_only=True):
    """One picture or sound and what a decoder must know of it.

    ``config`` is the AVCDecoderConfigurationRecord, the AudioSpecificConfig, or the payload of a dOps box.
    ``timescale`` is ticks a second: 90,000 for pictures, the sample rate for sound. ``frame`` is the ticks that a
    packet of sound lasts; ``rotation`` are the degrees by which a player turns the picture clockwise.
    """

    kind: Kind
    codec: Codec
    config: bytes
    timescale: int
    width: int = 0
    height: int = 0
    rotation: int = 0
    rate: int = 0
    channels: int = 0
    frame: int = 0


class Sample(Value, frozen=True):
    """One coded picture or packet of sound; times are ticks of its track since an origin of the publisher's choice.

    ``duration`` is 0 where only the next sample tells it.
    """

    track: Kind
    dts: int
    pts: int
    key: bool
    data: bytes
    duration: int = 0

    def __repr__(self) -> str:
        """Tell everything but the bytes."""
        return f"Sample({self.track}, dts={self.dts}, pts={self.pts}, key={self.key}, {len(self.data)} bytes)"


def side_by_side(samples: Iterable[Sample], scales: Mapping[Kind, int]) -> tuple[Sample, ...]:
    """Put sound beside the picture of its time; neither changes its own order. ``scales`` are ticks a second."""
    latest = dict.fromkeys(Kind, -inf)
    timed = []
    for sample in samples:
        latest[sample.track] = max(latest[sample.track], sample.dts / scales[sample.track])
        timed.append((latest[sample.track], sample))
    return tuple(sample for _, sample in sorted(timed, key=itemgetter(0)))


class TrackChanged(Value, frozen=True):
    """From here on the stream has exactly these tracks; samples that follow belong to them."""

    tracks: tuple[Track, ...]


class Media(Value, frozen=True):
    """Samples in the order in which they came.

    ``complete`` says that a group of pictures ends with them: the next picture will be a key frame.
    """

    samples: tuple[Sample, ...]
    complete: bool = False
