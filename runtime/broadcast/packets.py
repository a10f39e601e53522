"""Batches of coded samples that a browser's WebCodecs encoders made: the body of one request, several a second.

All numbers are big-endian. A batch is

    4 bytes   "SWP1"
    records   until the end of the body, each of
      u8      type: 1 picture configuration, 2 sound configuration, 3 picture, 4 sound
      u8      flags: bit 0 = key frame (type 3); all other bits 0
      u16     reserved, 0
      u64     presentation time in microseconds (``chunk.timestamp``; 0 for configurations)
      i32     decoding time minus presentation time in microseconds, 0 or below (0: no B-frames)
      u32     length of the data
      bytes   data

Data of type 1: the AVCDecoderConfigurationRecord, that is ``metadata.decoderConfig.description`` of an encoder with
``avc: {format: "avc"}``. Data of type 2: u8 codec (1 AAC, 2 Opus), u8 channels, u16 reserved, u32 sample rate, then
``decoderConfig.description`` (AudioSpecificConfig for AAC; OpusHead or nothing for Opus). A configuration without any
data says that this picture or sound has ended (camera or microphone gone). Data of types 3 and 4: what ``copyTo`` of
the chunk gives; one clock for both, so that they stay together.

A session sends both configurations before its first sample, as far as it has picture and sound; again whenever one
changes (a phone was turned), and then a key frame follows. Sending a configuration again that did not change costs
nothing. Times go on through batches; where the times jump by more than a second viewers get a break, so a key frame
should follow there too. A key frame every second or two is what viewers join and segments are cut at.
"""

import struct
from collections.abc import Iterator, Sequence

from runtime.broadcast import h264, sound
from runtime.broadcast.samples import Kind, Media, ProtocolError, Sample, Track, TrackChanged, side_by_side

MAGIC = b"SWP1"
VIDEO_CONFIG, AUDIO_CONFIG, VIDEO, AUDIO = 1, 2, 3, 4
AAC, OPUS = 1, 2
MOST_BYTES = 8 << 20
"""Bytes of the longest batch."""
_MOST_RECORDS = 4096
_LATEST = 1 << 52
_RECORD = struct.Struct(">BBHQiI")
_SOUND = struct.Struct(">BBHI")
_MICROSECONDS = 1_000_000

Tracks = dict[Kind, Track]
_Record = tuple[int, bool, int, int, bytes]


class Packets:
    """Reads the batches of one session; a batch that raises ProtocolError has changed nothing."""

    def __init__(self) -> None:
        self._tracks: Tracks = {}

    def read(self, body: bytes) -> list[TrackChanged | Media]:
        """Take one whole batch; raise ProtocolError."""
        tracks = dict(self._tracks)
        events: list[TrackChanged | Media] = []
        samples: list[Sample] = []
        for kind, key, pts, offset, data in _records(body):
            if kind in {VIDEO_CONFIG, AUDIO_CONFIG}:
                changed = _configured(tracks, kind, data)
                if changed != tracks:
                    events += _media(tracks, samples)
                    samples = []
                    tracks = changed
                    events.append(TrackChanged(tuple(tracks[kind] for kind in Kind if kind in tracks)))
            elif made := _sample(tracks, (kind, key, pts, offset, data)):
                samples.append(made)
        events += _media(tracks, samples)
        self._tracks = tracks
        return events


def _media(tracks: Tracks, samples: Sequence[Sample]) -> list[Media]:
    scales = {kind: track.timescale for kind, track in tracks.items()}
    return [Media(side_by_side(samples, scales))] if samples else []


def _records(body: bytes) -> Iterator[_Record]:
    if len(body) > MOST_BYTES:
        raise ProtocolError("a batch is too long")
    if body[:4] != MAGIC:
        raise ProtocolError("a batch does not begin with its four letters")
    place, count = 4, 0
    while place < len(body):
        if place + _RECORD.size > len(body):
            raise ProtocolError("a batch ends inside a record")
        kind, flags, reserved, pts, offset, length = _RECORD.unpack_from(body, place)
        place += _RECORD.size
        count += 1
        if kind not in {VIDEO_CONFIG, AUDIO_CONFIG, VIDEO, AUDIO} or flags > 1 or reserved:
            raise ProtocolError("a batch has a record of a kind that does not exist")
        if place + length > len(body) or count > _MOST_RECORDS:
            raise ProtocolError("a batch ends inside a record or has too many of them")
        if pts > _LATEST or offset > 0:
            raise ProtocolError("a batch has a time that cannot be")
        yield kind, bool(flags), pts, offset, body[place : place + length]
        place += length


def _configured(tracks: Tracks, kind: int, data: bytes) -> Tracks:
    changed = dict(tracks)
    which = Kind.VIDEO if kind == VIDEO_CONFIG else Kind.AUDIO
    if not data:
        changed.pop(which, None)
    elif which is Kind.VIDEO:
        changed[which] = h264.track(data)
    else:
        changed[which] = _heard(data)
    return changed


def _heard(data: bytes) -> Track:
    if len(data) < _SOUND.size:
        raise ProtocolError("a sound configuration is too short")
    codec, channels, _, _ = _SOUND.unpack_from(data)
    if codec == AAC:
        return sound.aac(data[_SOUND.size :])
    if codec == OPUS:
        return sound.opus_from_head(data[_SOUND.size :], channels)
    raise ProtocolError("only AAC and Opus are taken")


def _sample(tracks: Tracks, record: _Record) -> Sample | None:
    """Return the sample, None where the track has ended or the data is broken: one picture less stops nothing."""
    kind, key, pts, offset, data = record
    if kind == VIDEO:
        track = tracks.get(Kind.VIDEO)
        if track is None:
            return None
        made_of = h264.units(data, h264.length_size(track.config))
        if not made_of.whole or not made_of.picture:
            return None
        at, decoded = pts * 9 // 100, max(0, pts + offset) * 9 // 100
        return Sample(Kind.VIDEO, decoded, at, key, data)
    track = tracks.get(Kind.AUDIO)
    if track is None or not sound.frame(track, data):
        return None
    at = pts * track.timescale // _MICROSECONDS
    return Sample(Kind.AUDIO, at, at, True, data)
