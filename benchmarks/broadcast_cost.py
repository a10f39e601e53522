"""What one broadcast costs: milliseconds of CPU for a second of media, and memory, on each of the three ways in.

``python benchmarks/broadcast_cost.py [--seconds 30] [--size 1280x720] [--kbps 2500] [--repeat 5]``. ffmpeg makes a
film; it comes in as RTMP in TCP's pieces, as batches of 250 ms of a browser's encoders, and as fragments of its
recorder. Each is cut into parts of half a second; segments go to disk, and both playlists are written for every part,
the low latency one also as a delta update. Encoding, sockets and viewers are not in it.
"""

import argparse
import resource
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "runtime" / "broadcast")]

from media_encoder import AUDIO, VIDEO, live, media  # noqa: E402  found by the line above
from media_films import make, tags  # noqa: E402

from runtime.broadcast import (  # noqa: E402
    Fragments,
    Media,
    Packets,
    Part,
    Recording,
    Segmenter,
    TrackChanged,
    Wanted,
    Window,
    playlist,
)  # fmt: skip

TCP = 1448
CHUNK = 4096
BATCH = 250
Events = Iterator[list[TrackChanged | Media]]


def by_rtmp(film: Path) -> Callable[[], Events]:
    """Send the film as OBS does."""
    data = b"".join(media(kind, time, body) for kind, time, body in tags(film) if kind in {AUDIO, VIDEO})

    def read() -> Events:
        session = live()
        for place in range(0, len(data), TCP * 4):
            events = session.receive(data[place : place + TCP * 4], 0.0)
            session.send()
            yield [event for event in events if isinstance(event, TrackChanged | Media)]

    return read


def by_packets(film: Path) -> Callable[[], Events]:
    """Send the film as the studio does."""

    def record(kind: int, data: bytes, milliseconds: int = 0, *, key: bool = False) -> bytes:
        return struct.pack(">BBHQiI", kind, key, 0, milliseconds * 1000, 0, len(data)) + data

    bodies, last = [b"SWP1"], 0
    for kind, milliseconds, body in tags(film):
        if kind == VIDEO:
            bodies[-1] += record(3 if body[1] else 1, body[5:], milliseconds, key=body[0] >> 4 == 1)
        elif kind == AUDIO:
            head = b"" if body[1] else struct.pack(">BBHI", 1, 2, 0, 48_000)
            bodies[-1] += record(4 if body[1] else 2, head + body[2:], milliseconds)
        if milliseconds - last >= BATCH:
            bodies.append(b"SWP1")
            last = milliseconds

    def read() -> Events:
        reader = Packets()
        for body in bodies:
            yield reader.read(body)

    return read


def by_fragments(film: Path) -> Callable[[], Events]:
    """Send the film as MediaRecorder does."""
    data = film.read_bytes()

    def read() -> Events:
        reader = Fragments()
        for place in range(0, len(data), 1 << 16):
            yield reader.read(data[place : place + (1 << 16)])

    return read


def cost(read: Callable[[], Events]) -> float:
    """Return the CPU seconds of one broadcast."""
    with tempfile.TemporaryDirectory() as folder:
        recording, cutter, window = Recording(Path(folder)), Segmenter(), Window()
        begun = time.process_time()
        for events in read():
            for made in (made for event in events for made in cutter.take(event, 1_790_000_000_000)):
                window.take(made)
                recording.take(made)
                if isinstance(made, Part):
                    playlist.low_latency(window, 500)
                    playlist.low_latency(window, 500, Wanted(skip=True))
                    playlist.plain(window)
        took = time.process_time() - begun
        recording.close()
    return took


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--kbps", type=int, default=2500)
    parser.add_argument("--repeat", type=int, default=5)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options = {"seconds": told.seconds, "size": told.size, "group": 60, "hertz": 48_000, "channels": 2}
        rate = ["-b:v", f"{told.kbps}k", "-minrate", f"{told.kbps}k", "-maxrate", f"{told.kbps}k", "-bufsize", "1000k"]
        flv = make(Path(folder) / "film.flv", **options, options=rate)
        flags = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
        mp4 = make(Path(folder) / "film.mp4", **options, options=[*rate, *flags])
        print(f"{told.size}, {flv.stat().st_size * 8 / told.seconds / 1000:.0f} kbit/s, {told.seconds} s")
        for name, read in (("RTMP", by_rtmp(flv)), ("packets", by_packets(flv)), ("fragments", by_fragments(mp4))):
            each = [cost(read) / told.seconds * 1000 for _ in range(told.repeat)]
            middle = statistics.median(each)
            print(f"{name:10} {middle:5.1f} ms of CPU a second ({min(each):.1f} to {max(each):.1f})")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most, the film in memory included")


if __name__ == "__main__":
    main()
