"""Recordings on disk for tests of replays: of a picture a second, or of a film that ffmpeg made."""

import media_films
from aired import AT

from runtime.broadcast import Cutting, Fragments, Init, Kind, Recording, Segment, Segmenter, fmp4

FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")


INIT = fmp4.init((media_films.picture(),))


def second(at):
    """Return a segment of one picture that lasts a second."""
    shot = b"\0\0\0\5\x65" + at.to_bytes(4, "big")
    return fmp4.fragment(at, [(Kind.VIDEO, [fmp4.Frame(at * 90_000, 90_000, 0, True, shot)])])


def record(folder, *runs, init=INIT):
    """Record segments of a second for runs that begin and end so many seconds after AT; return the segments."""
    made = Recording(folder)
    number, time = made.start.segment, made.start.time
    for place, (start, end) in enumerate(runs):
        run = made.start.run + place
        made.take(Init(number + 1, init if isinstance(init, bytes) else init[place]))
        named = number + 1
        for at in range(start, end):
            data = second(at)
            segment = Segment(
                number=number, init=named, run=run, time=time, duration=1_000_000, at=(AT + at) * 1000,
                independent=True, size=len(data), data=data,
            )  # fmt: skip
            assert made.take(segment)
            number, time = number + 1, time + 1_000_000
        number += 1
    made.close()


def film(folder, tmp_path, *runs):
    """Record films that ffmpeg made, one after another: (seconds after AT, how ``media_films.make`` makes it)."""
    made = Recording(folder)
    cutter = Segmenter(Cutting(), made.start)
    for place, (start, options) in enumerate(runs):
        source = media_films.make(tmp_path / f"source{place}.mp4", options=FRAGMENTS, **options)
        passed = 0
        for event in Fragments().read(source.read_bytes()):
            pictures = [each.dts // 90 for each in getattr(event, "samples", ()) if each.track is Kind.VIDEO]
            passed = max([passed, *pictures])
            for each in cutter.take(event, (AT + start) * 1000 + passed):
                assert made.take(each)
        for each in cutter.flush():
            assert made.take(each)
    made.close()
