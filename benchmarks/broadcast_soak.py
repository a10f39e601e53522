"""A day on the air in a few minutes: does memory stay flat, and do sound, picture and clock stay together?

``python benchmarks/broadcast_soak.py [--hours 24]``. A publisher sends 25 pictures a second and AAC of 44,100 Hz with
the whole milliseconds of RTMP, by a clock that is 100 millionths too fast, over the end of RTMP's 32 bits; every six
hours it is away for half a minute. What comes out is read back: where sound and picture really are, and what date a
picture has, are compared with what was sent. Bytes of pictures are few, as memory for them is bounded by the window.
"""

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "runtime" / "broadcast")]

from media_encoder import AUDIO, VIDEO, live, media  # noqa: E402  found by the line above
from media_films import LYING, STEREO  # noqa: E402
from media_stream import described  # noqa: E402

from runtime.broadcast import Media, Segment, Segmenter, TrackChanged, Window, playlist  # noqa: E402

EPOCH = 1_790_000_000_000
FAST = 1.0001
BEGUN = (1 << 32) - 3_600_000
KEY = b"\x17\1\0\0\0" + b"\0\0\0\5\x65\1\2\3\4"
LATER = b"\x27\1\0\0\0" + b"\0\0\0\5\x41\1\2\3\4"


def memory() -> float:
    """Return the mebibytes that this process holds."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1024


class Day:
    """The broadcast and what was seen of it."""

    def __init__(self) -> None:
        self.cutter, self.window = Segmenter(), Window()
        self.session = live()
        self.apart = self.date = 0.0
        self.heard = 0

    def publish(self, start: int, end: int) -> None:
        """Send from one millisecond to another, by the server's clock."""
        self.session = live()
        self.take(media(VIDEO, 0, b"\x17\0\0\0\0" + LYING) + media(AUDIO, 0, b"\xaf\0" + STEREO), start)
        told = round(start * FAST)
        packet = 0
        for picture in range((end - start) // 40):
            now = start + picture * 40
            due = told + picture * 40 * FAST
            sent = []
            while told + packet * 1024 * 1000 / 44_100 <= due:
                sent.append((AUDIO, int(told + packet * 1024 * 1000 / 44_100), b"\xaf\1\x21\x10\5"))
                packet += 1
            sent.append((VIDEO, int(due), LATER if picture % 50 else KEY))
            self.take(b"".join(media(kind, (BEGUN + at) & 0xFFFFFFFF, body) for kind, at, body in sent), now)
        for made in self.cutter.flush():
            self.window.take(made)

    def take(self, data: bytes, now: int) -> None:
        """Pass on what was sent and look at what comes out."""
        for event in self.session.receive(data, 0.0):
            if not isinstance(event, TrackChanged | Media):
                continue
            for made in self.cutter.take(event, EPOCH + now):
                self.window.take(made)
                if isinstance(made, Segment):
                    self.look(made, now)
        self.session.send()

    def look(self, made: Segment, now: int) -> None:
        """Compare a segment's sound with its picture, and its date with the moment it came."""
        playlist.low_latency(self.window, 500)
        ends = {1: 0.0, 2: 0.0}
        for traf in described(made.data):
            ends[traf["track"]] = (traf["time"] + sum(traf["durations"])) / (90_000 if traf["track"] == 1 else 44_100)
        self.apart = max(self.apart, abs(ends[1] - ends[2]) * 1000)
        self.date = max(self.date, abs(made.at + made.duration / 1000 - EPOCH - now))


def main() -> None:
    """Print a line an hour."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=24)
    day = Day()
    print("hour   MiB   sound from picture, at most   date from arrival, at most")
    for hour in range(parser.parse_args().hours):
        away = 30_000 if hour % 6 == 5 else 0
        day.publish(hour * 3_600_000, (hour + 1) * 3_600_000 - away)
        print(f"{hour + 1:4} {memory():6.1f} {day.apart:18.0f} ms {day.date:27.0f} ms", flush=True)


if __name__ == "__main__":
    main()
