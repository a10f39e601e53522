"""What ffmpeg sent is what ffmpeg decodes from our segments: every picture, at its time, without one warning."""

import pytest
from media_encoder import live, media
from media_films import frames, make, streams, tags, warnings
from media_stream import EPOCH

from runtime.broadcast import (
    Cutting,
    Fragments,
    Init,
    ProtocolError,
    Recording,
    Segment,
    Segmenter,
    playlist,
    recording,
)  # fmt: skip

FILMS = {
    "plain": {},
    "pictures between": {"between": 2, "group": 60},
    "48 kHz stereo": {"hertz": 48000, "channels": 2},
    "22 kHz": {"hertz": 22050},
    "sound alone": {"picture": False},
    "picture alone": {"sound": False},
    "fifty a second": {"rate": 50, "group": 100, "size": "640x360"},
    "portrait": {"size": "202x360"},
}


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("films"), {}

    def film(name, ending="flv"):
        if (name, ending) not in made:
            form = () if ending == "flv" else ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
            path = folder / f"{name}.{ending}"
            made[name, ending] = make(path, **FILMS[name], options=form)
        return made[name, ending]

    return film


def send(film, cutter, session=None, start=0):
    """Push a film as an encoder would and return what the segmenter made."""
    session = session or live()
    return [
        made
        for kind, time, body in tags(film)
        for event in session.receive(media(kind, (time + start) & 0xFFFFFFFF, body), 0.0)
        for made in cutter.take(event, EPOCH + time)
    ]


def keep(folder, made):
    """Keep what was made and return the playlist of its recording."""
    kept = Recording(folder)
    assert [kept.take(found) for found in made] == [True] * len(made)
    kept.close()
    path = folder / "vod.m3u8"
    path.write_text(playlist.recorded(recording.segments(folder)))
    return path


def relative(shown):
    return [(time - shown[0][0], key) for time, key in shown]


@pytest.mark.parametrize(("name", "part"), [*((name, 500) for name in FILMS), ("pictures between", 0)])
def test_every_picture_of_a_film_is_decoded_at_its_time_without_a_warning(films, tmp_path, name, part):
    film, cutter = films(name), Segmenter(Cutting(part=part))
    vod = keep(tmp_path, send(film, cutter) + cutter.flush())
    assert warnings(vod) == ""
    assert streams(vod) == streams(film)
    if FILMS[name].get("picture", True):
        assert relative(frames(vod, "v")) == relative(frames(film, "v"))
    if FILMS[name].get("sound", True):
        heard, sent = frames(vod, "a"), frames(film, "a")
        # FLV has whole milliseconds, so that its own times are the rough ones.
        assert len(heard) - len(sent) in {0, -1}
        assert max(abs(a[0] - b[0]) for a, b in zip(relative(heard), relative(sent), strict=False)) <= 1
    if len(streams(film)) == 2:
        # Sound that comes before the first picture is left out; the others are as far from it as they were.
        first = sent[len(sent) - len(heard)]
        apart = [frames(vod, "v")[0][0] - heard[0][0], frames(film, "v")[0][0] - first[0]]
        assert abs(apart[0] - apart[1]) <= 1


def test_every_segment_alone_is_decoded_behind_its_init(films, tmp_path):
    cutter = Segmenter()
    made = send(films("pictures between"), cutter) + cutter.flush()
    (init,) = [found for found in made if isinstance(found, Init)]
    for segment in (found for found in made if isinstance(found, Segment)):
        path = tmp_path / f"{segment.number}.mp4"
        path.write_bytes(init.data + segment.data)
        assert warnings(path) == ""


def test_a_whole_recording_of_one_init_is_a_film_by_itself(films, tmp_path):
    film, cutter = films("plain"), Segmenter()
    made = send(film, cutter) + cutter.flush()
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(found.data for found in made if isinstance(found, Init | Segment)))
    assert warnings(path) == ""
    assert relative(frames(path, "v")) == relative(frames(film, "v"))


@pytest.mark.parametrize("start", [0xFFFFFFFF - 2000, 0xFFFFFFFF - 20])
def test_l8_a_film_over_the_end_of_32_bits_is_decoded_as_any_other(films, tmp_path, start):
    film, cutter = films("plain"), Segmenter()
    made = send(film, cutter, start=start) + cutter.flush()
    assert {found.run for found in made if isinstance(found, Segment)} == {0}
    vod = keep(tmp_path, made)
    assert warnings(vod) == ""
    assert relative(frames(vod, "v")) == relative(frames(film, "v"))


def test_l3_and_l8_a_publisher_that_came_back_turned_is_decoded_through_the_break(films, tmp_path):
    cutter = Segmenter()
    made = send(films("plain"), cutter) + cutter.flush()
    made += send(films("portrait"), cutter) + cutter.flush()
    assert [found.number for found in made if isinstance(found, Init)] == [1, 2]
    vod = keep(tmp_path, made)
    assert "#EXT-X-DISCONTINUITY\n" in vod.read_text()
    assert len(frames(vod, "v")) == 240


def test_l7_a_broadcast_that_was_killed_goes_on_in_its_folder(films, tmp_path):
    first = Recording(tmp_path)
    cutter = Segmenter(start=first.start)
    for made in send(films("plain"), cutter):
        first.take(made)
    # Killed: neither flushed nor closed.
    second = Recording(tmp_path)
    cutter = Segmenter(start=second.start)
    for made in send(films("plain"), cutter) + cutter.flush():
        second.take(made)
    found = recording.segments(tmp_path)
    assert [segment.number for segment in found] == [0, 1, 2, 1000, 1001, 1002, 1003]
    assert not second.incomplete
    vod = tmp_path / "vod.m3u8"
    vod.write_text(playlist.recorded(found))
    assert warnings(vod) == ""
    assert len(frames(vod, "v")) == 210


@pytest.mark.parametrize("name", ["plain", "pictures between", "48 kHz stereo", "sound alone", "picture alone"])
def test_fragments_of_mp4_are_decoded_at_their_times(films, tmp_path, name):
    film, cutter, reader = films(name, "mp4"), Segmenter(), Fragments()
    data = film.read_bytes()
    made = [
        found
        for place in range(0, len(data), 5000)
        for event in reader.read(data[place : place + 5000])
        for found in cutter.take(event, EPOCH)
    ]
    vod = keep(tmp_path, made + cutter.flush())
    assert warnings(vod) == ""
    assert streams(vod) == streams(film)
    for kind in ("v", "a"):
        ours, theirs = relative(frames(vod, kind)), relative(frames(film, kind))
        # What sounds after the last picture has begun its last frame is not heard: ffmpeg's sound is longer here.
        assert len(theirs) - len(ours) in (range(1) if kind == "v" else range(6))
        assert all(abs(a[0] - b[0]) <= 1 and a[1] == b[1] for a, b in zip(ours, theirs, strict=False))


def test_a_fragment_is_a_segment_at_once_as_its_end_is_known(films):
    cutter, reader = Segmenter(), Fragments()
    made = []
    for event in reader.read(films("plain", "mp4").read_bytes()):
        made += cutter.take(event, EPOCH)
    # The last of the four groups is closed too, although no key frame came after it. ffmpeg's first picture is longer.
    assert [found.duration // 1000 for found in made if isinstance(found, Segment)] == [1023, 1000, 1000, 1000]


def test_a_film_that_is_not_h264_is_refused_before_any_of_it_is_kept(tmp_path):
    film = make(tmp_path / "film.mp4", options=("-c:v", "mpeg4", "-movflags", "frag_keyframe+empty_moov"), sound=False)
    with pytest.raises(ProtocolError, match="only H"):
        Fragments().read(film.read_bytes())
