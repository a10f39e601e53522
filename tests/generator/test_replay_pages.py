"""Pages of live rooms carry what was recorded: chapters, a video with clips, and a preview; a build follows replays."""

import json
import re

import pytest
import small_shop

from generator import replays
from generator.build import Wish, build
from generator.releases import freshness
from generator.releases.publishing import Releases

NOW = "2026-11-22T12:00:00Z"
ROOM = """title: Evening
cover: longjing.jpg
starts_at: 2026-11-20T20:00
products: [longjing, biluochun]
source: {kind: broadcast}
"""
REPLAY = {
    "stream": "2",
    "began": "2026-11-20T12:00:00Z",
    "ended": "2026-11-20T13:02:05Z",
    "duration": 3_725_400,
    "movie": True,
    "chapters": [
        {"start": 1500, "end": 65_900, "number": 2, "product": "biluochun"},
        {"start": 65_900, "end": 3_725_400, "number": 1, "product": "longjing"},
        {"start": 3_725_000, "end": 3_725_400, "number": 9, "product": "gone"},
    ],
}


def put(shop, data, room="evening"):
    path = shop / "var/rooms" / room / "replay.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return path


@pytest.fixture
def shop(tmp_path):
    folder = small_shop.copy(tmp_path / "shop")
    (folder / "live/evening.yaml").write_text(ROOM, "utf-8")
    return folder


def page(shop, url="/live/evening/"):
    """Build the shop and return a page of it."""
    built = build(shop, Wish(now=NOW, compress=False))
    assert built.release, [each for each in built.problems if each.severity == "error"]
    releases = Releases(shop / "var")
    entry = releases.manifest(built.release).entries[url]
    return releases.store.path(entry.blob, "").read_text("utf-8")


def data(text):
    found = [json.loads(each) for each in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)]
    return next(each for each in found if each["@type"] == "VideoObject")


def test_a_room_without_a_replay_is_announced_and_has_no_video(shop):
    text = page(shop)
    assert "og:video" not in text
    assert "hasPart" not in data(text)
    assert "contentUrl" not in data(text)


def test_a_replay_is_a_video_with_a_clip_for_every_chapter(shop):
    put(shop, REPLAY)
    text = page(shop)
    found = data(text)
    url = re.search(r'<link rel="canonical" href="([^"]*)"', text)[1]
    base = url.partition("/live/")[0]
    assert (found["uploadDate"], found["duration"]) == ("2026-11-20T12:00:00Z", "PT3725S")
    assert found["contentUrl"] == f"{base}/live/evening/2/replay.mp4"
    assert found["publication"]["endDate"] == "2026-11-20T13:02:05Z"
    assert [(each["@type"], each["startOffset"], each["endOffset"]) for each in found["hasPart"]] == [
        ("Clip", 1, 65),
        ("Clip", 65, 3725),
    ]
    assert [each["url"] for each in found["hasPart"]] == [f"{url}?t=1", f"{url}?t=65"]
    assert [each["name"] for each in found["hasPart"]] == ["Biluochun", "Longjing"]
    assert f'<meta property="og:video" content="{base}/live/evening/2/replay.mp4">' in text
    assert '<meta property="og:video:type" content="video/mp4">' in text
    listed = re.findall(r'<li><a href="([^"]*)"><span class="number">([^<]*)</span><span>([^<]*)</span>', text)
    assert listed == [
        ("/live/evening/?t=1", "0:01", "2. Biluochun"),
        ("/live/evening/?t=65", "1:05", "1. Longjing"),
    ], "without scripts, too"
    assert 'href="/live/evening/2/replay.mp4" download' in text


def test_without_a_single_file_the_playlist_is_the_video(shop):
    put(shop, {**REPLAY, "movie": False})
    text = page(shop)
    assert data(text)["contentUrl"].endswith("/live/evening/2/vod.m3u8")
    assert "<p data-movie hidden><a" in text
    assert '<meta property="og:video:type" content="application/vnd.apple.mpegurl">' in text


def test_a_room_that_keeps_no_replay_or_was_announced_anew_shows_none(shop):
    put(shop, REPLAY)
    path = shop / "live/evening.yaml"
    path.write_text(ROOM + "replay: {keep: false}\n", "utf-8")
    assert "og:video" not in page(shop)
    path.write_text(ROOM.replace("2026-11-20T20:00", "2026-12-20T20:00"), "utf-8")
    assert "og:video" not in page(shop)


def test_what_is_no_replay_is_none(shop):
    for text in ("", "{", "[]", '{"stream": 2}', '{"chapters": "x"}', "\0" * 100):
        put(shop, text)
        assert replays.read(shop / "var") == {}
    assert "og:video" not in page(shop)


def test_a_release_is_stale_when_a_replay_appears_changes_or_goes_and_only_then(shop):
    later = "2027-01-01T00:00:00Z"
    page(shop)
    assert (freshness.is_fresh(shop), freshness.is_overdue(shop, later)) == (True, False)
    path = put(shop, {**REPLAY, "movie": False})
    for change in (lambda: put(shop, REPLAY), path.unlink):
        assert (freshness.is_fresh(shop), freshness.is_overdue(shop, later)) == (False, True)
        page(shop)
        assert (freshness.is_fresh(shop), freshness.is_overdue(shop, later)) == (True, False)
        change()
    assert (freshness.is_fresh(shop), freshness.is_overdue(shop, later)) == (False, True)


def test_a_replay_publishes_nothing_that_the_merchant_has_not_published(shop):
    page(shop)
    put(shop, REPLAY)
    (shop / "live/evening.yaml").write_text(ROOM + "host: Lin\n", "utf-8")
    assert not freshness.is_overdue(shop, "2027-01-01T00:00:00Z")


def test_only_the_page_of_the_room_is_rendered_again(shop):
    page(shop)
    put(shop, REPLAY)
    built = build(shop, Wish(now=NOW, compress=False))
    assert built.figures.rendered == 1
