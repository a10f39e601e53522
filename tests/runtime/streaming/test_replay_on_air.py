"""The moment a broadcast ends its replay can be watched: made by the daemon itself, of a publisher that was killed."""

import json
from datetime import UTC, datetime

import media_films
from air import ROOM
from simulated import until

from generator import replays as pages
from generator.build import Wish, build
from generator.releases import freshness
from runtime.live import broadcasts, pins
from runtime.releases import Live


def _now():
    return datetime.now(UTC)


def room_of(daemon):
    """Return the shop's room as its release has it."""
    return next(each for each in Live(daemon.settings.var).current().catalogue.rooms() if each.handle == ROOM)


def test_l13_a_broadcast_with_a_killed_publisher_is_a_replay_as_soon_as_it_is_over(on_air):
    daemon = on_air(grace="60s")
    assert build(daemon.folder, Wish(now="2026-11-22T12:00:00Z")).release
    room = daemon.settings.rooms / ROOM
    shown = room_of(daemon)
    made, key = daemon.arm()
    daemon.ffmpeg(key)
    until(lambda: daemon.broadcast(made.id).state == "live")
    pins.pin(daemon.database, made.id, shown, 1, by="host", now=_now())
    until(lambda: len(list((room / "1").glob("*.m4s"))) > 2)
    daemon.publishers[0].kill()
    until(lambda: daemon.broadcast(made.id).state == "interrupted")
    daemon.ffmpeg(key)
    until(lambda: daemon.broadcast(made.id).state == "live")
    seen = len(list((room / "1").glob("*.m4s")))
    until(lambda: len(list((room / "1").glob("*.m4s"))) > seen + 1)
    assert freshness.is_fresh(daemon.folder)
    broadcasts.end(daemon.database, made.id, "host", _now())
    state = until(lambda: (found := daemon.get(f"/live/{ROOM}/room.json").json)["state"] == "replay" and found)
    assert state["replay"]["hls"] == f"/live/{ROOM}/1/vod.m3u8"
    text = (room / "1/vod.m3u8").read_text()
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert media_films.warnings(room / "1/vod.m3u8") == ""
    found = json.loads((room / "1/chapters.json").read_bytes())
    assert [(each["number"], each["product"]) for each in found["chapters"]] == [(1, "longjing")]
    assert 0 <= found["chapters"][0]["start"] < found["chapters"][0]["end"] <= found["duration"]
    assert pages.read(daemon.folder / "var")[ROOM].duration == round(found["duration"] * 1000)
    assert not freshness.is_fresh(daemon.folder), "the room's page is built anew with it"
    assert freshness.is_overdue(daemon.folder, "2026-11-22T12:00:00Z")
    assert key not in text + str(found)
    assert daemon.broadcast(made.id).recording == "whole"
    movie = room / "1/replay.mp4"
    until(movie.exists)
    assert media_films.warnings(movie) == ""
    until(lambda: (daemon.get(f"/live/{ROOM}/room.json").json["replay"] or {}).get("mp4"))
    assert daemon.stop() == 0
