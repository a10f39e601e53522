"""A broadcast that is over becomes a replay at once; what is shown, hidden and made of it."""

import json
import shutil
from datetime import timedelta
from itertools import pairwise

import media_films
import pytest
from aired import broadcast, pin
from floor import Shop, room
from recorded import film, record, second
from tills import NOW

from generator import replays as pages
from runtime.live import folders, movies, replays
from runtime.live.keeper import Keeper

START = (0, 20)
LATER = (30, 50)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def evening(database, settings):
    """A broadcast of forty seconds with a gap of ten, and four pins."""
    made = broadcast(database, "tea-talk", start=0, end=50)
    record(settings.rooms / "tea-talk/1", START, LATER)
    pin(database, made, 1, "tea", at=5, until=25)
    pin(database, made, 2, "cup", at=25, until=28)
    pin(database, made, 3, "rare", at=28, until=40)
    pin(database, made, 4, "many", at=40)
    return made


def keeper(database, settings, shop=None, ffmpeg=None, **live):
    made = Keeper(database, settings, lambda: shop or Shop(**live))
    made._maker = movies.Maker(ffmpeg, made._stopped.is_set)
    return made


def files(settings, name="tea-talk/1"):
    return sorted(each.name for each in (settings.rooms / name).iterdir())


def kept(database, identity):
    return database.read(
        lambda look: look.find(
            "SELECT recording, recording_bytes, duration_ms FROM live_broadcast WHERE id = ?", identity
        )
    )


def test_a_replay_is_there_with_the_first_round_after_the_end(database, settings, evening):
    keeper(database, settings).round(after(51))
    folder = settings.rooms / "tea-talk/1"
    text = (folder / "vod.m3u8").read_text()
    assert text.startswith("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-PLAYLIST-TYPE:VOD\n")
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert (text.count("#EXTINF:1.00000,"), text.count("#EXT-X-DISCONTINUITY\n"), text.count("#EXT-X-MAP")) == (
        40,
        1,
        2,
    )
    size = sum(each.stat().st_size for each in folder.glob("*.m4s"))
    assert kept(database, evening) == ("whole", size, 40_000)


@pytest.mark.usefixtures("evening")
def test_l13_chapters_equal_pins_after_gaps(database, settings):
    keeper(database, settings).round(after(51))
    folder = settings.rooms / "tea-talk/1"
    found = json.loads((folder / "chapters.json").read_bytes())
    assert found["duration"] == 40.0
    spans = [(each["start"], each["end"], each["number"], each["product"]) for each in found["chapters"]]
    assert spans == [(5.0, 20.0, 1, "tea"), (20.0, 30.0, 3, "rare"), (30.0, 40.0, 4, "many")]
    assert (folder / "chapters.vtt").read_text() == (
        "WEBVTT\n\n1\n00:00:05.000 --> 00:00:20.000\n1. tea\n\n2\n00:00:20.000 --> 00:00:30.000\n3. rare\n\n"
        "3\n00:00:30.000 --> 00:00:40.000\n4. many\n"
    )
    told = pages.read(settings.var)["tea-talk"]
    assert (told.stream, told.duration, told.movie) == ("1", 40_000, False)
    assert [(each.start, each.end, each.number) for each in told.chapters] == [
        (5000, 20000, 1), (20000, 30000, 3), (30000, 40000, 4),
    ]  # fmt: skip


def test_segments_that_come_after_the_end_are_in_the_replay(database, settings, evening):
    made = keeper(database, settings)
    made.round(after(51))
    record(settings.rooms / "tea-talk/1", (50, 52))
    made.round(after(52))
    assert kept(database, evening)[2] == 42_000
    assert (settings.rooms / "tea-talk/1/vod.m3u8").read_text().count("#EXTINF") == 42


@pytest.mark.usefixtures("evening")
def test_the_same_again_writes_nothing(database, settings):
    made = keeper(database, settings)
    made.round(after(51))
    names = ["vod.m3u8", "chapters.vtt", "chapters.json", ".replay"]
    paths = [settings.rooms / "tea-talk/1" / name for name in names] + [settings.rooms / "tea-talk/replay.json"]
    before = [path.stat().st_ino for path in paths]
    for seconds in (52, 53, 500):
        made.round(after(seconds))
        keeper(database, settings).round(after(seconds))
    assert [path.stat().st_ino for path in paths] == before


def test_a_room_that_keeps_no_replay_shows_none_and_still_has_the_record(database, settings, evening):
    shop = Shop([room(replay=False)])
    made = keeper(database, settings, shop)
    made.round(after(52))
    assert (settings.rooms / "tea-talk/1/.index").exists(), "it may still be written"
    assert replays.shown(settings.rooms, "tea-talk", "1") == replays.Shown()
    made.round(after(60))
    assert not (settings.rooms / "tea-talk/1").exists()
    assert "vod.m3u8" in files(settings, "tea-talk/private/1")
    assert replays.shown(settings.rooms, "tea-talk", "1") == replays.Shown()
    assert pages.read(settings.var) == {}
    assert kept(database, evening)[0] == "whole"


@pytest.mark.parametrize("gone", [[room(replay=False)], []], ids=["keeps none any more", "has gone"])
def test_what_a_new_release_says_holds_for_old_replays_and_back(database, settings, evening, gone):
    shops = [Shop()]
    made = Keeper(database, settings, lambda: shops[-1])
    made.round(after(500))
    assert replays.shown(settings.rooms, "tea-talk", "1").playlist
    shops.append(Shop(gone, release="r2"))
    made.round(after(501))
    assert not (settings.rooms / "tea-talk/1").exists()
    shops.append(Shop(release="r3"))
    made.round(after(502))
    assert replays.shown(settings.rooms, "tea-talk", "1").playlist
    assert kept(database, evening)[0] == "whole"


def test_l13_two_broadcasts_of_a_room_have_a_replay_each_and_the_page_shows_the_newest(database, settings, evening):
    second = broadcast(database, "tea-talk", ordinal=2, start=100, end=110)
    record(settings.rooms / "tea-talk/2", (100, 110))
    pin(database, second, 2, "cup", at=101, until=103)
    keeper(database, settings).round(after(120))
    told = pages.read(settings.var)["tea-talk"]
    assert (told.stream, told.duration) == ("2", 10_000)
    assert [(each.start, each.end, each.number) for each in told.chapters] == [(1000, 3000, 2)]
    first = json.loads((settings.rooms / "tea-talk/1/chapters.json").read_bytes())
    assert (first["duration"], len(first["chapters"])) == (40.0, 3)
    assert kept(database, evening)[2] == 40_000


def test_what_goes_on_is_left_alone(database, settings):
    running = broadcast(database, "tea-talk", start=0)
    record(settings.rooms / "tea-talk/1", START)
    before = files(settings)
    keeper(database, settings).round(after(30))
    assert (files(settings), kept(database, running)) == (before, ("none", 0, 0))
    assert pages.read(settings.var) == {}


def test_nothing_is_left_of_a_practice(database, settings):
    made = broadcast(database, "tea-talk", start=0, end=20, practice=True)
    stream = f"p{1:032x}"
    record(settings.rooms / "tea-talk" / stream, START)
    keeper(database, settings).round(after(30))
    assert not (settings.rooms / "tea-talk" / stream).exists()
    assert kept(database, made) == ("removed", 0, 0)


def test_a_recording_with_a_hole_is_incomplete(database, settings, evening):
    (settings.rooms / "tea-talk/1/7.m4s").unlink()
    keeper(database, settings).round(after(51))
    assert kept(database, evening)[0] == "incomplete"
    assert kept(database, evening)[2] == 39_000


def test_a_broadcast_of_which_nothing_was_recorded_has_no_replay(database, settings):
    made = broadcast(database, "tea-talk", start=0, end=20)
    keeper(database, settings).round(after(21))
    assert kept(database, made) == ("none", 0, 0)
    assert pages.read(settings.var) == {}


def test_without_ffmpeg_segments_that_are_decoded_alike_become_a_file(database, settings, evening):
    made = keeper(database, settings)
    made.round(after(51))
    assert made.film(after(52)) is False, "the last segments may still come"
    assert made.film(after(60)) is True
    data = (settings.rooms / "tea-talk/1/replay.mp4").read_bytes()
    segments = b"".join(second(at) for at in (*range(20), *range(30, 50)))
    assert (data[4:8], data[36:40], data.endswith(segments)) == (b"ftyp", b"moov", True)
    assert made.film(after(61)) is False
    made.round(after(61))
    assert pages.read(settings.var)["tea-talk"].movie
    assert replays.shown(settings.rooms, "tea-talk", "1") == replays.Shown(playlist=True, movie=True)
    assert kept(database, evening)[1] == len(data) + len(segments)


@pytest.mark.parametrize("ffmpeg", [None, "ffmpeg"])
def test_a_picture_that_changed_its_form_makes_no_broken_file_and_is_not_tried_again(database, settings, ffmpeg):
    broadcast(database, "tea-talk", start=0, end=50)
    record(settings.rooms / "tea-talk/1", START, LATER, init=[b"lying", b"standing"])
    made = keeper(database, settings, ffmpeg=ffmpeg)
    made.round(after(51))
    assert (made.film(after(60)), made.film(after(61))) == (True, False)
    assert replays.shown(settings.rooms, "tea-talk", "1") == replays.Shown(playlist=True)
    assert replays.mark(settings.rooms / "tea-talk/1").no_movie == "the picture changed its form meanwhile"


@pytest.mark.usefixtures("evening")
def test_l13_what_a_crash_left_of_the_file_is_made_again(database, settings):
    keeper(database, settings).round(after(51))
    draft = settings.rooms / "tea-talk/1/.replay.mp4.part"
    draft.write_bytes(b"half")
    assert not replays.shown(settings.rooms, "tea-talk", "1").movie
    again = keeper(database, settings)
    assert again.film(after(60))
    assert not draft.exists()
    assert (settings.rooms / "tea-talk/1/replay.mp4").stat().st_size > 100


@pytest.mark.usefixtures("evening")
def test_l13_an_orphan_that_still_writes_the_file_of_a_killed_process_does_not_spoil_the_new_one(database, settings):
    keeper(database, settings).round(after(51))
    draft = settings.rooms / "tea-talk/1/.replay.mp4.part"
    with draft.open("wb") as orphan:
        orphan.write(b"half")
        orphan.flush()
        assert keeper(database, settings).film(after(60))
        orphan.write(b"x" * 1000)
    movie = (settings.rooms / "tea-talk/1/replay.mp4").read_bytes()
    assert (movie[4:8], b"x" * 1000 in movie) == (b"ftyp", False)


@pytest.mark.usefixtures("evening")
def test_a_disk_that_is_full_delays_the_file_and_does_not_forbid_it(database, settings, monkeypatch):
    made = keeper(database, settings)
    made.round(after(51))
    full = shutil.disk_usage(settings.rooms)._replace(free=100)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: full)
        assert made.film(after(60))
    assert not replays.shown(settings.rooms, "tea-talk", "1").movie
    assert made.film(after(61)) is False
    assert made.film(after(60 + 3600))
    assert replays.shown(settings.rooms, "tea-talk", "1").movie


@pytest.mark.usefixtures("evening")
def test_l13_a_file_that_is_broken_off_leaves_nothing_and_is_made_another_time(database, settings):
    made = keeper(database, settings)
    made.round(after(51))
    made.stop()
    made.film(after(60))
    assert [name for name in files(settings) if "replay.mp4" in name] == []
    assert keeper(database, settings).film(after(61))
    assert replays.shown(settings.rooms, "tea-talk", "1").movie


@pytest.mark.usefixtures("evening")
def test_a_storage_without_room_makes_no_file(database, settings):
    made = keeper(database, settings, storage_bytes=200)
    made.round(after(51))
    assert made.film(after(60)) is False
    assert "replay.mp4" not in files(settings)


def test_a_name_that_is_none_leads_nowhere(tmp_path):
    streams = ["..", "a/b", "", ".hidden", "p1", "1/..", "P" + "0" * 32, "p" + "g" * 32, "1\n", "１"]
    rooms = ["..", "a/b", "", ".hidden", "a/..", "-", "a.b", "a\n"]
    for find in (folders.seen, folders.kept, folders.find, folders.remove):
        for stream in streams:
            with pytest.raises(ValueError, match="is no stream"):
                find(tmp_path, "tea-talk", stream)
        for name in rooms:
            with pytest.raises(ValueError, match="is no room"):
                find(tmp_path, name, "1")


def _streams(movie):
    out, _ = media_films.run("ffprobe", "-v", "error", "-show_streams", "-of", "json", movie)
    return [each["codec_name"] for each in json.loads(out)["streams"]]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_l13_a_film_with_a_crash_in_it_plays_as_hls_and_as_one_file_without_a_complaint(database, settings, tmp_path):
    ffmpeg = media_films.program("ffmpeg")
    made = broadcast(database, "tea-talk", start=0, end=20)
    folder = settings.rooms / "tea-talk/1"
    film(folder, tmp_path, (0, {"seconds": 4}), (10, {"seconds": 3}))
    pin(database, made, 1, "tea", at=1, until=12)
    pin(database, made, 2, "cup", at=12)
    hands = keeper(database, settings, ffmpeg=ffmpeg)
    hands.round(after(21))
    assert (folder / "vod.m3u8").read_text().count("#EXT-X-DISCONTINUITY") == 1
    assert media_films.warnings(folder / "vod.m3u8") == ""
    assert hands.film(after(31))
    movie = folder / "replay.mp4"
    assert media_films.warnings(movie) == ""
    assert _streams(movie) == ["h264", "aac", "bin_data"], "the last names the chapters"
    times = [at for at, _ in media_films.frames(movie, "v")]
    assert len(times) == 210
    assert max(b - a for a, b in pairwise(times)) <= 200
    out, _ = media_films.run("ffprobe", "-v", "error", "-show_chapters", "-of", "json", movie)
    told = [(each["start_time"], each["tags"]["title"]) for each in json.loads(out)["chapters"]]
    marks = replays.mark(folder).chapters
    assert [float(at) for at, _ in told] == [0, marks[0].start / 1000, marks[1].start / 1000]
    assert [name for _, name in told] == ["茶话会", "1. tea", "2. cup"]
    head = movie.read_bytes()[:4096]
    assert head.index(b"moov") < 64, "the index stands in front"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_file_that_we_write_plays_without_a_complaint_and_names_its_chapters(database, settings, tmp_path):
    media_films.program("ffmpeg")
    evening = broadcast(database, "tea-talk", start=0, end=20)
    pin(database, evening, 1, "tea", at=1, until=2)
    film(settings.rooms / "tea-talk/1", tmp_path, (0, {"seconds": 3}), (10, {"seconds": 3}))
    made = keeper(database, settings)
    made.round(after(21))
    assert made.film(after(31))
    movie = settings.rooms / "tea-talk/1/replay.mp4"
    assert media_films.warnings(movie) == ""
    assert len(media_films.frames(movie, "v")) == 180
    out, _ = media_films.run("ffprobe", "-v", "error", "-show_chapters", "-of", "json", movie)
    told = [(round(float(each["start_time"]), 3), each["tags"]["title"]) for each in json.loads(out)["chapters"]]
    (tea,) = replays.mark(movie.parent).chapters
    assert told == [(0.0, "茶话会"), (tea.start / 1000, "1. tea"), (tea.end / 1000, "茶话会")]
