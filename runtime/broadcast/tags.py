"""Media messages of RTMP, which are the bodies of FLV's tags: pictures in H.264, sound in AAC, anything else refused.

After Adobe's "Flash Video File Format specification" 10.1, annex E.4, and "Enhanced RTMP" (Veovera, 2023) for what is
recognised in order to be refused in words.
"""

from runtime.broadcast import h264, sound
from runtime.broadcast.samples import Kind, ProtocolError, Sample, Track, TrackChanged

_AVC, _AAC = 7, 10
_ENHANCED_VIDEO, _ENHANCED_AUDIO = 8, 9
_KEY, _COMMAND = 1, 5
_CONFIGURATION, _CODED = 0, 1
_TICKS = 90
"""Ticks of a picture in a millisecond."""
_VIDEO_HEAD, _AUDIO_HEAD = 5, 2
_OLD = {2: "Sorenson H.263", 3: "Screen video", 4: "VP6", 5: "VP6", 6: "Screen video", 12: "HEVC (H.265)", 13: "AV1"}
_NEW = {b"hvc1": "HEVC (H.265)", b"av01": "AV1", b"vp09": "VP9", b"avc1": "H.264 in Enhanced RTMP"}
_SOUNDS = {2: "MP3", 5: "Nellymoser", 6: "Nellymoser", 11: "Speex", 13: "Opus", 14: "MP3"}


class Tags:
    """Turns media messages into samples; keeps the tracks that the publisher told of."""

    def __init__(self) -> None:
        self._tracks: dict[Kind, Track] = {}

    def video(self, time: int, data: bytes) -> TrackChanged | Sample | None:
        """Take a picture message; None for what shows nothing. ``time`` is milliseconds. Raise ProtocolError."""
        if len(data) < _VIDEO_HEAD:
            return None
        form, codec = data[0] >> 4, data[0] & 15
        if form & _ENHANCED_VIDEO or (codec != _AVC and form != _COMMAND):
            what = _NEW.get(data[1:5]) if form & _ENHANCED_VIDEO else _OLD.get(codec)
            raise _refused(what or "this picture codec", "H.264 (x264, NVENC H.264 or the like)")
        if form != _COMMAND and data[1] == _CONFIGURATION:
            return self._changed(h264.track(data[_VIDEO_HEAD:]))
        track = self._tracks.get(Kind.VIDEO)
        if form == _COMMAND or data[1] != _CODED or track is None:
            return None
        body = data[_VIDEO_HEAD:]
        made_of = h264.units(body, h264.length_size(track.config))
        if not made_of.whole or not made_of.picture:
            return None
        decoded = time * _TICKS
        shown = decoded + int.from_bytes(data[2:5], "big", signed=True) * _TICKS
        return Sample(Kind.VIDEO, decoded, shown, made_of.key or form == _KEY, body)

    def audio(self, time: int, data: bytes) -> TrackChanged | Sample | None:
        """Take a sound message; None for what sounds of nothing. ``time`` is milliseconds. Raise ProtocolError."""
        if not data:
            return None
        codec = data[0] >> 4
        if codec != _AAC:
            name = "this sound codec" if codec == _ENHANCED_AUDIO else _SOUNDS.get(codec, "this sound codec")
            raise _refused(name, "AAC")
        if len(data) <= _AUDIO_HEAD:
            return None
        if data[1] == _CONFIGURATION:
            return self._changed(sound.aac(data[_AUDIO_HEAD:]))
        track = self._tracks.get(Kind.AUDIO)
        if data[1] != _CODED or track is None:
            return None
        decoded = time * track.timescale // 1000
        return Sample(Kind.AUDIO, decoded, decoded, True, data[_AUDIO_HEAD:])

    def _changed(self, track: Track) -> TrackChanged | None:
        if self._tracks.get(track.kind) == track:
            return None
        self._tracks[track.kind] = track
        return TrackChanged(tuple(self._tracks[kind] for kind in Kind if kind in self._tracks))


def _refused(what: str, instead: str) -> ProtocolError:
    return ProtocolError(f"{what} cannot be shown by every viewer's browser: please send {instead}")
