"""Streams made by hand, whose every time stamp a test decides, and what the segmenter made of them."""

from media_films import picture, sound

from runtime.broadcast import Cutting, Init, Kind, Part, Sample, Segment, Segmenter, boxes

EPOCH = 1_790_000_000_000
"""A server's wall clock in milliseconds."""


def shot(milliseconds, *, key=False, shift=0, size=40):
    """Return a picture of these milliseconds."""
    unit = bytes((0x65 if key else 0x41,)) + bytes(size)
    data = len(unit).to_bytes(4, "big") + unit
    return Sample(Kind.VIDEO, milliseconds * 90, (milliseconds + shift) * 90, key, data)


def tone(milliseconds, rate=44100):
    """Return a packet of AAC of these milliseconds."""
    time = int(milliseconds * rate // 1000)
    return Sample(Kind.AUDIO, time, time, True, b"\x21\x10\x05" + bytes(20))


def shots(start, end, *, group=1000, rate=25):
    """Return pictures from one moment to another, a key frame at every multiple of ``group``."""
    return [shot(time, key=(time - start) % group == 0) for time in range(start, end, 1000 // rate)]


def tones(start, end, rate=44100):
    """Return AAC from one moment to another with the whole milliseconds that RTMP has."""
    count = int((end - start) * rate / 1000 / 1024)
    return [tone(int(start + place * 1024 * 1000 / rate), rate) for place in range(count)]


def milliseconds(sample, rate=44100):
    return sample.dts * 1000 / (90_000 if sample.track is Kind.VIDEO else rate)


def together(*streams, rate=44100):
    """Put samples in the order of their times."""
    return sorted((sample for stream in streams for sample in stream), key=lambda sample: milliseconds(sample, rate))


def segmenter(*tracks, **cutting):
    found = Segmenter(Cutting(**cutting))
    assert found.tracks(tracks or (picture(), sound())) == []
    return found


def run(cutter, samples, *, late=0, rate=44100):
    """Feed samples that arrive when they were taken, or ``late`` milliseconds after; return all that was made."""
    begun = milliseconds(samples[0], rate) - EPOCH - late
    return [made for sample in samples for made in cutter.add(sample, int(milliseconds(sample, rate) - begun))]


def of(kind, made):
    return [found for found in made if isinstance(found, kind)]


def segments(made):
    return of(Segment, made)


def parts(made):
    return of(Part, made)


def inits(made):
    return of(Init, made)


def described(data):
    """Read fragments back: for every traf (track, time, durations, shifts, key flags, sizes)."""
    return [
        _traf(data, traf)
        for moof in boxes.walk(data, 0, len(data))
        if moof.kind == b"moof"
        for traf in boxes.walk(data, moof.content, moof.end)
        if traf.kind == b"traf"
    ]


def _traf(data, traf):
    head, decoded, trun = (boxes.get(data, traf, kind) for kind in (b"tfhd", b"tfdt", b"trun"))
    usual = boxes.number(data, head, 8) if boxes.number(data, head, 1, 3) & 8 else None
    flags, count = boxes.number(data, trun, 1, 3), boxes.number(data, trun, 4)
    columns = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
    rows = [
        {flag: boxes.number(data, trun, 12 + 4 * (row * len(columns) + place)) for place, flag in enumerate(columns)}
        for row in range(count)
    ]
    return {
        "track": boxes.number(data, head, 4),
        "time": boxes.number(data, decoded, 4, 8),
        "durations": [row.get(0x100, usual) for row in rows],
        "shifts": [row.get(0x800, 0) for row in rows],
        "keys": [not row.get(0x400, 0) & 0x10000 for row in rows],
        "sizes": [row[0x200] for row in rows],
    }
