"""What is read of H.264, AAC and Opus is what the encoders meant."""

import pytest
from media_films import LYING, make, streams, tags

from runtime.broadcast import Codec, ProtocolError, h264, sound

INTERLACED = ["-flags", "+ilme+ildct", "-x264opts", "tff=1"]


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ("1920x1080", ["-profile:v", "high", "-preset", "veryfast"]),
        ("202x360", ["-profile:v", "main", "-preset", "veryfast"]),
        ("320x180", ["-profile:v", "high", "-preset", "veryfast", "-x264opts", "cqm=jvt"]),
        ("322x182", ["-pix_fmt", "yuv422p"]),
        ("322x182", ["-pix_fmt", "yuv444p"]),
        ("320x180", ["-pix_fmt", "gray"]),
        ("720x540", INTERLACED),
    ],
    ids=["1080 rows of 1088", "odd", "matrices", "4:2:2", "4:4:4", "grey", "interlaced"],
)
def test_the_size_of_a_picture_is_read_out_of_its_parameter_set(tmp_path, size, options):
    film = make(tmp_path / "film.flv", seconds=0.1, size=size, sound=False, options=options)
    config = next(body[5:] for kind, _, body in tags(film) if kind == 9 and body[1] == 0)
    found = h264.track(config)
    ((_, width, height),) = streams(film)
    assert (found.width, found.height) == (width, height)


@pytest.mark.parametrize("cut", range(1, len(LYING)))
def test_a_configuration_of_h264_that_ends_early_is_refused(cut):
    with pytest.raises(ProtocolError):
        h264.track(LYING[:cut])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\0\0\0\2\x65\1", h264.Units(whole=True, picture=True, key=True)),
        (b"\0\0\0\2\x09\1\0\0\0\1\x41", h264.Units(whole=True, picture=True, key=False)),
        (b"\0\0\0\2\x67\1\0\0\0\1\x68", h264.Units(whole=True, picture=False, key=False)),
        (b"\0\0\0\2\x65", h264.Units(whole=False, picture=False, key=False)),
        (b"\0\0\0\0", h264.Units(whole=False, picture=False, key=False)),
        (b"\0\0\0\2\x65\1\0", h264.Units(whole=False, picture=True, key=True)),
        (b"", h264.Units(whole=True, picture=False, key=False)),
    ],
)
def test_units_are_counted_by_their_lengths(data, told):
    assert h264.units(data, 4) == told


@pytest.mark.parametrize(
    ("config", "rate", "channels", "frame"),
    [
        ("1210", 44_100, 2, 1024),
        ("1190", 48_000, 2, 1024),
        ("1208", 44_100, 1, 1024),
        ("1388", 22_050, 1, 1024),
        ("1194", 48_000, 2, 960),
        ("2b118800", 24_000, 2, 1024),
        ("138856e5a5", 22_050, 1, 1024),
        ("1780158888", 11_025, 1, 1024),
    ],
    ids=["44.1", "48", "mono", "22.05", "short frames", "HE-AAC", "with an appendix", "a rate in words"],
)
def test_a_configuration_of_aac_tells_rate_channels_and_length(config, rate, channels, frame):
    found = sound.aac(bytes.fromhex(config))
    assert (found.codec, found.rate, found.timescale, found.channels, found.frame) == (
        Codec.AAC, rate, rate, channels, frame,
    )  # fmt: skip


@pytest.mark.parametrize("config", ["", "12", "0810", "1200", "1690", "12" * 65, "17fffffff9"])
def test_a_configuration_of_aac_that_cannot_be_played_is_refused(config):
    with pytest.raises(ProtocolError):
        sound.aac(bytes.fromhex(config))


@pytest.mark.parametrize(
    ("data", "samples"),
    [
        (b"\xfc\xff", 960),  # one of 20 ms, as browsers send them
        (b"\x08\xff", 960),
        (b"\x00", 480),
        (b"\x18", 2880),
        (b"\x60", 480),
        (b"\x80", 120),
        (b"\xfd\xff", 1920),
        (b"\xff\x03", 2880),
        (b"\xff\x06", 5760),
        (b"\xff\x07", 0),  # 140 ms are too many
        (b"\xff\x00", 0),
        (b"\xff", 0),
        (b"", 0),
    ],
)
def test_a_packet_of_opus_tells_how_long_it_lasts(data, samples):
    assert sound.opus_frame(data) == samples
