"""HLS playlists as texts: low latency, plain, recorded, and the master of several renditions.

After RFC 8216 and draft-pantos-hls-rfc8216bis. Addresses are relative: ``<n>.m4s``, ``<n>.<part>.m4s``,
``init<k>.mp4``.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from generator.value import Value
from runtime.broadcast.h264 import codec_name
from runtime.broadcast.samples import Codec, Track
from runtime.broadcast.segmenter import PART_TOLERANCE
from runtime.broadcast.segments import Part, Piece, Segment
from runtime.broadcast.window import Wanted, Window

KIND = "application/vnd.apple.mpegurl"
"""The media type of every playlist."""

_HOLD_BACK = 3
"""Parts that a player stays behind the newest one: as Apple wants it; two are the least."""
_SKIPPABLE = 6
"""Target durations behind the end after which a delta update may leave segments out: the least that is allowed."""
_WITH_PARTS = 3
"""Target durations behind the end within which parts are listed."""


class Rendition(Value, frozen=True, kw_only=True):
    """One of several sizes of a broadcast, and where its playlist is; bits a second at most."""

    address: str
    bandwidth: int
    width: int
    height: int
    codecs: str


def low_latency(window: Window, part_ms: int, wanted: Wanted | None = None) -> str:
    """Write the playlist of parts, as a delta update where that was wanted and leaves something out."""
    segments, target = window.segments, window.target
    longest_part = (part_ms + PART_TOLERANCE) / 1000
    control = (
        f"CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={target * _SKIPPABLE:.1f},PART-HOLD-BACK={longest_part * _HOLD_BACK:.3f}"
    )
    lines = [
        *_head(9, target),
        f"#EXT-X-SERVER-CONTROL:{control}",
        f"#EXT-X-PART-INF:PART-TARGET={longest_part:.3f}",
        *_sequence(segments, window),
    ]
    left = _seconds_left(segments, window.parts)
    skipped = 0
    if wanted is not None and wanted.skip:
        skipped = sum(1 for after in left if after > target * _SKIPPABLE)
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    before = None if not skipped else segments[skipped - 1]
    for segment, after in zip(segments[skipped:], left[skipped:], strict=True):
        lines += _start(segment, before, map_again=before is None or before is segments[skipped - 1])
        if after < target * _WITH_PARTS:
            lines += (_part(segment.number, *numbered) for numbered in enumerate(segment.pieces))
        lines += _segment(segment)
        before = segment
    if window.parts:
        lines += _start(window.parts[0], before, map_again=before is None)
        lines += (_part(part.segment, part.number, part) for part in window.parts)
    if window.ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{window.open}.{len(window.parts)}.m4s"')
    return _text(lines)


def plain(window: Window) -> str:
    """Write the playlist of whole segments, for players that know no parts."""
    lines = [*_head(7, window.target), *_sequence(window.segments, window)]
    before = None
    for segment in window.segments:
        lines += _start(segment, before, map_again=before is None)
        lines += _segment(segment)
        before = segment
    if window.ended:
        lines.append("#EXT-X-ENDLIST")
    return _text(lines)


def recorded(segments: Sequence[Segment]) -> str:
    """Write the playlist of a whole recording; where segments are missing players are told of a break."""
    longest = max((segment.duration for segment in segments), default=0)
    lines = [
        *_head(7, max(1, (longest + 500_000) // 1_000_000)),
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    before = None
    for segment in segments:
        lines += _start(segment, before, map_again=before is None)
        lines += _segment(segment)
        before = segment
    return _text([*lines, "#EXT-X-ENDLIST"])


def master(renditions: Iterable[Rendition]) -> str:
    """Write the list of renditions, in the order in which players should think of them."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
    for rendition in renditions:
        size = f"RESOLUTION={rendition.width}x{rendition.height}"
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={rendition.bandwidth},{size},CODECS="{rendition.codecs}"')
        lines.append(rendition.address)
    return _text(lines)


def codecs(tracks: Iterable[Track]) -> str:
    """Return the names of codecs as playlists and browsers write them (RFC 6381)."""
    names = []
    for track in tracks:
        if track.codec is Codec.AVC:
            names.append(codec_name(track.config))
        elif track.codec is Codec.AAC:
            names.append(f"mp4a.40.{track.config[0] >> 3}")
        else:
            names.append("opus")
    return ",".join(names)


def _head(version: int, target: int) -> list[str]:
    return ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{target}"]


def _sequence(segments: Sequence[Segment], window: Window) -> list[str]:
    first: Segment | Part | None = segments[0] if segments else next(iter(window.parts), None)
    number = segments[0].number if segments else window.open
    return [f"#EXT-X-MEDIA-SEQUENCE:{number}", f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.run if first else 0}"]


def _start(what: Segment | Part, before: Segment | None, *, map_again: bool) -> list[str]:
    """Write what is told before a segment or its parts: a break, another initialisation segment, the time."""
    number = what.segment if isinstance(what, Part) else what.number
    lines = []
    if before is not None and (before.run != what.run or before.number + 1 != number):
        lines.append("#EXT-X-DISCONTINUITY")
    if map_again or (before is not None and before.init != what.init):
        lines.append(f'#EXT-X-MAP:URI="init{what.init}.mp4"')
    moment = datetime.fromtimestamp(what.at / 1000, UTC).isoformat(timespec="milliseconds")
    return [*lines, f"#EXT-X-PROGRAM-DATE-TIME:{moment.removesuffix('+00:00')}Z"]


def _segment(segment: Segment) -> tuple[str, str]:
    return f"#EXTINF:{segment.duration / 1e6:.5f},", f"{segment.number}.m4s"


def _part(segment: int, number: int, part: Part | Piece) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    return f'#EXT-X-PART:DURATION={part.duration / 1e6:.5f},URI="{segment}.{number}.m4s"{independent}'


def _seconds_left(segments: Sequence[Segment], parts: Sequence[Part]) -> list[float]:
    """Return for every segment how far its end is from the end of the playlist."""
    left = sum(part.duration for part in parts)
    found = []
    for segment in reversed(segments):
        found.append(left / 1e6)
        left += segment.duration
    return found[::-1]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
