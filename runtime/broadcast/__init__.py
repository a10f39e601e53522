"""The media core of live selling: bytes of a publisher in, segments and playlists out; no sockets, no clock of its own.

Publishers come in three ways, and each gives the same events, ``TrackChanged`` and ``Media``:

- ``RtmpSession`` (OBS, ffmpeg, phones' apps): ``receive(bytes, now)``, ``send()``; asks the caller about a stream key;
- ``Packets`` (a browser with WebCodecs): ``read(body)``, the format stands in ``packets``;
- ``Fragments`` (a browser's MediaRecorder): ``read(bytes)``, fragmented MP4.

A ``Segmenter`` makes of them ``Init``, ``Part`` and ``Segment`` (``take(event, arrived_ms)``, and ``flush()`` when the
publisher has gone); a ``Window`` keeps the newest of these in memory and knows when a blocked request may be answered;
``playlist`` writes the texts; a ``Recording`` keeps segments on disk and says by ``start`` where a broadcast goes on.
"""

from runtime.broadcast.fragments import Fragments
from runtime.broadcast.packets import Packets
from runtime.broadcast.recording import Recording
from runtime.broadcast.rtmp import (
    BAD_NAME,
    REJECTED,
    Connected,
    Ended,
    PublishWanted,
    RtmpEvent,
    RtmpLimits,
    RtmpSession,
    StreamKey,
)
from runtime.broadcast.samples import Codec, Kind, Media, ProtocolError, Sample, Track, TrackChanged
from runtime.broadcast.segmenter import Made, Segmenter
from runtime.broadcast.segments import Cutting, Init, Part, Piece, Segment, Start
from runtime.broadcast.window import Answer, Wanted, Window, WindowLimits

__all__ = [
    "BAD_NAME",
    "REJECTED",
    "Answer",
    "Codec",
    "Connected",
    "Cutting",
    "Ended",
    "Fragments",
    "Init",
    "Kind",
    "Made",
    "Media",
    "Packets",
    "Part",
    "Piece",
    "ProtocolError",
    "PublishWanted",
    "Recording",
    "RtmpEvent",
    "RtmpLimits",
    "RtmpSession",
    "Sample",
    "Segment",
    "Segmenter",
    "Start",
    "StreamKey",
    "Track",
    "TrackChanged",
    "Wanted",
    "Window",
    "WindowLimits",
]
