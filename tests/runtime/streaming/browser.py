"""What a browser would send: batches of coded samples, and the file of a recorder, made with ffmpeg."""

import struct
import subprocess

from air import FFMPEG

from runtime.broadcast import Codec, Fragments, Kind, Media, TrackChanged

_RECORD = struct.Struct(">BBHQiI")


def film(seconds=4, sound="aac"):
    """Return a fragmented MP4 with a fragment for every second."""
    encoding = [sound if each == "aac" else each for each in FFMPEG if each != "-re"]
    done = subprocess.run(
        [*encoding, "-t", str(seconds), "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "-"],
        capture_output=True,
        check=True,
    )
    return done.stdout


def fragments(data):
    """Return what a recorder hands over: the head with the first fragment, then a fragment at a time."""
    pieces, place, begun = [], 0, 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        place += size
        if kind == b"mdat":
            pieces.append(data[begun:place])
            begun = place
    return pieces


def batches(data, milliseconds=250):
    """Return the batches of WebCodecs for the samples of an MP4: the first with its configurations."""
    heads, records = b"", []
    rates = {}
    for event in Fragments().read(data):
        if isinstance(event, TrackChanged):
            heads = b"".join(_configuration(track) for track in event.tracks)
            rates = {track.kind: track.timescale for track in event.tracks}
        elif isinstance(event, Media):
            for sample in event.samples:
                at = sample.pts * 1_000_000 // rates[sample.track]
                behind = (sample.dts - sample.pts) * 1_000_000 // rates[sample.track]
                kind = 3 if sample.track is Kind.VIDEO else 4
                key = int(kind == 3 and sample.key)
                records.append((at + behind, _RECORD.pack(kind, key, 0, at, behind, len(sample.data)) + sample.data))
    made = {}
    for at, record in sorted(records, key=lambda each: each[0]):
        made.setdefault(at // (milliseconds * 1000), []).append(record)
    found = [b"".join(made[each]) for each in sorted(made)]
    return [b"SWP1" + (heads if number == 0 else b"") + each for number, each in enumerate(found)]


def _configuration(track):
    if track.kind is Kind.VIDEO:
        return _RECORD.pack(1, 0, 0, 0, 0, len(track.config)) + track.config
    codec = 1 if track.codec is Codec.AAC else 2
    data = struct.pack(">BBHI", codec, track.channels, 0, track.rate) + track.config
    return _RECORD.pack(2, 0, 0, 0, 0, len(data)) + data
