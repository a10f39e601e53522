"""Smaller pictures by ffmpeg: listed, played, and gone without harm when ffmpeg dies (L6)."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import browser
import pytest
from air import FFMPEG, ROOM
from phone import Phone
from simulated import until

BASE = f"/live/{ROOM}/1"


def large(daemon, key, *options):
    encoding = [each.replace("320x180", "640x360") for each in FFMPEG]
    return daemon.run([*encoding, *options, "-f", "flv", daemon.address(key)])


def listed(daemon):
    found = daemon.get(f"{BASE}/master.m3u8")
    return re.findall(r"^[^#].*", found.text, re.MULTILINE) if found.status == 200 else []


def workers(daemon):
    """Return the processes that the daemon started and that still run."""
    children = Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children")
    alive = []
    for task in children.parent.parent.iterdir():
        alive += (task / "children").read_text().split()
    return [int(each) for each in alive if Path(f"/proc/{each}/comm").read_text().strip() == "ffmpeg"]


def newest(daemon, name="index.m3u8"):
    found = daemon.get(f"{BASE}/{name}")
    return max(map(int, re.findall(r"^(\d+)\.m4s$", found.text, re.MULTILINE)), default=-1)


def dates(text):
    pairs = re.findall(r"PROGRAM-DATE-TIME:(\S+)\n(?:#EXT-X-PART:.*\n)*#EXTINF:([\d.]+),\n(\d+)\.m4s", text)
    return {int(number): (date, float(duration)) for date, duration, number in pairs}


class TestL6:
    """ffmpeg is killed."""

    def test_the_broadcast_goes_on_and_the_dead_rendition_is_left_out_until_it_is_back(self, on_air):
        daemon = on_air(renditions=[240])
        _, key = daemon.arm()
        publisher = large(daemon, key)
        assert until(lambda: listed(daemon) == ["ll.m3u8", "240p/ll.m3u8"])
        room = until(lambda: (found := daemon.get(f"/live/{ROOM}/room.json").json["stream"]).get("master") and found)
        assert room["master"] == f"{BASE}/master.m3u8"
        before = newest(daemon)
        for each in workers(daemon):
            os.kill(each, signal.SIGKILL)
        assert until(lambda: not listed(daemon))
        assert daemon.get(f"{BASE}/240p/ll.m3u8").status == 404
        assert until(lambda: newest(daemon) > before + 1)
        assert publisher.poll() is None
        assert until(lambda: listed(daemon) == ["ll.m3u8", "240p/ll.m3u8"])
        daemon.stop()
        assert until(lambda: not subprocess.run(["pgrep", "-P", str(daemon.process.pid)], check=False).stdout)


def test_a_smaller_picture_has_the_numbers_and_times_of_the_large_one(on_air):
    daemon = on_air(renditions=[240, 720])
    _, key = daemon.arm()
    large(daemon, key)
    # On a machine that is busy ffmpeg may be given up more than once, and the pauses before it is tried again grow.
    until(lambda: newest(daemon, "240p/index.m3u8") > 2, 300)
    small, whole = (dates(daemon.get(f"{BASE}/{name}").text) for name in ("240p/index.m3u8", "index.m3u8"))
    shared = sorted(set(small) & set(whole))
    assert len(shared) > 1
    assert [small[number][0] for number in shared] == [whole[number][0] for number in shared]
    assert [small[number][1] for number in shared] == pytest.approx([whole[number][1] for number in shared], abs=0.1)
    assert 'm4s",INDEPENDENT=YES' in daemon.get(f"{BASE}/240p/ll.m3u8").text
    address = f"http://127.0.0.1:{daemon.port}{BASE}/240p/index.m3u8"
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,height", "-of", "json", address],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    streams = json.loads(found.stdout)["streams"]
    assert sorted((each["codec_name"], each.get("height", 0)) for each in streams) == [("aac", 0), ("h264", 240)]
    assert "RESOLUTION=426x240" in daemon.get(f"{BASE}/master.m3u8").text


def test_without_a_wish_there_is_one_size(on_air):
    daemon = on_air()
    _, key = daemon.arm()
    large(daemon, key)
    until(lambda: newest(daemon) > 1)
    assert daemon.get(f"{BASE}/master.m3u8").status == 404
    assert workers(daemon) == []


def test_sound_that_not_every_phone_plays_is_coded_anew(on_air):
    daemon = on_air()
    broadcast, _ = daemon.arm()
    phone = Phone(daemon, broadcast)
    assert set(phone.send(browser.fragments(browser.film(8, sound="libopus")))) == {200}
    assert until(lambda: listed(daemon) == ["ll.m3u8", "sound/ll.m3u8"])
    whole, coded = re.findall(r'CODECS="(.+?)"', daemon.get(f"{BASE}/master.m3u8").text)
    assert (whole.split(",")[0], whole.split(",")[1]) == (coded.split(",")[0], "opus")
    assert coded.split(",")[1] == "mp4a.40.2"


def test_a_daemon_that_goes_on_with_a_broadcast_makes_its_renditions_again(on_air):
    daemon = on_air()
    broadcast, _ = daemon.arm()
    film = browser.fragments(browser.film(8, sound="libopus"))
    assert set(Phone(daemon, broadcast).send(film)) == {200}
    assert until(lambda: listed(daemon) == ["ll.m3u8", "sound/ll.m3u8"], 60)
    daemon.stop(signal.SIGKILL)
    daemon.start()
    assert set(Phone(daemon, daemon.broadcast(broadcast.id)).send(film)) == {200}
    assert until(lambda: listed(daemon) == ["ll.m3u8", "sound/ll.m3u8"], 60)
