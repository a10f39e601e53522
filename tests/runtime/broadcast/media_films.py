"""Films that ffmpeg made, and what ffmpeg says of films that we made."""

import json
import os
import shutil
import subprocess

import pytest

from runtime.broadcast import Codec, Kind, Track

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size={size}:rate={rate}"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate={hertz}"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "300k"]


def program(name):
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def run(*command):
    done = subprocess.run([program(command[0]), *map(str, command[1:])], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def make(
    path, *, seconds=4, size="320x180", rate=30, group=30, between=0, hertz=44100, channels=1, picture=True, sound=True,
    options=(),
):  # fmt: skip
    """Let ffmpeg make a film in the form that the file's ending says."""
    command = ["ffmpeg", "-hide_banner", "-v", "error", "-y"]
    command += [part.format(size=size, rate=rate) for part in PICTURE] if picture else []
    command += [part.format(hertz=hertz) for part in SOUND] if sound else []
    command += ["-t", seconds]
    command += [*X264, "-g", group, "-bf", between] if picture else []
    command += ["-c:a", "aac", "-ac", channels, "-b:a", "64k"] if sound else []
    run(*command, *options, path)
    return path


def tags(path):
    """Yield (kind, milliseconds, body) of an FLV file's tags."""
    data, place = path.read_bytes(), 13
    while place < len(data):
        length = int.from_bytes(data[place + 1 : place + 4], "big")
        time = int.from_bytes(data[place + 4 : place + 7], "big") | data[place + 7] << 24
        yield data[place], time, data[place + 11 : place + 11 + length]
        place += 15 + length


def warnings(path):
    """Decode every frame and return what ffmpeg complains of."""
    return run("ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-")[1]


def frames(path, kind):
    """Return (presentation time in milliseconds, whether it is a key frame) of each decoded frame."""
    out, _ = run(
        "ffprobe", "-v", "error", "-select_streams", kind, "-show_frames",
        "-show_entries", "frame=pts_time,best_effort_timestamp_time,key_frame", "-of", "json", path,
    )  # fmt: skip
    return [
        (round(float(frame["best_effort_timestamp_time"]) * 1000), bool(frame["key_frame"]))
        for frame in json.loads(out)["frames"]
    ]


def streams(path):
    """Return (codec, width or sample rate, height or channels) of every stream."""
    out, _ = run("ffprobe", "-v", "error", "-show_streams", "-of", "json", path)
    return [
        (s["codec_name"], s["width"], s["height"])
        if s["codec_type"] == "video"
        else (s["codec_name"], int(s["sample_rate"]), s["channels"])
        for s in json.loads(out)["streams"]
    ]


# What x264 says of 320x180 and of 180x320, and AAC of 44,100 Hz with two channels.
LYING = bytes.fromhex("0142c00dffe100176742c00dda05067e7c0440000003004000000f03c50aa801000468ce0fc8")
STANDING = bytes.fromhex("0142c00dffe100176742c00dda0c0a79fc0440000003004000000f03c50aa801000468ce0fc8")
STEREO = bytes.fromhex("1210")


def picture(config=LYING, width=320, height=180):
    return Track(kind=Kind.VIDEO, codec=Codec.AVC, config=config, timescale=90_000, width=width, height=height)


def sound(config=STEREO, rate=44100, channels=2):
    return Track(
        kind=Kind.AUDIO, codec=Codec.AAC, config=config, timescale=rate, rate=rate, channels=channels, frame=1024
    )
