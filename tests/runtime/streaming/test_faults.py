"""What goes wrong on the air and must not stop it: wrong keys, strangers, dead publishers and processes, a full disk.

Groups of faults by their numbers: L1 to L5, L7.
"""

import re
import resource
import signal
import socket
import time
from datetime import UTC, datetime

from air import ROOM, SECRET, Aired, write
from simulated import until

from runtime.live import broadcasts

BASE = f"/live/{ROOM}/1"
HELLO = b"\x03" + bytes(1536)


def numbers(playlist):
    return [int(each) for each in re.findall(r"^(\d+)\.m4s$", playlist, re.MULTILINE)]


def is_live(daemon, broadcast):
    return lambda: daemon.broadcast(broadcast.id).state == "live"


def segments(daemon, least=2):
    def look():
        found = daemon.get(f"{BASE}/index.m3u8")
        return found.text if found.status == 200 and len(numbers(found.text)) >= least else None

    return until(look)


def knock(daemon, data=b"", source="127.0.0.1"):
    made = socket.create_connection(("127.0.0.1", daemon.rtmp_port), timeout=10, source_address=(source, 0))
    if data:
        made.sendall(data)
    return made


def is_closed(connection):
    connection.settimeout(0.05)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


class TestL1:
    """A wrong key."""

    def test_it_is_refused_and_nothing_is_written(self, on_air):
        daemon = on_air()
        broadcast, _ = daemon.arm()
        wrong = "qWertz123456-wrong-key"
        publisher = daemon.ffmpeg(wrong)
        assert until(publisher.poll) != 0
        assert "The stream key is wrong" in daemon.said()
        assert daemon.broadcast(broadcast.id).state == "armed"
        assert not (daemon.settings.rooms / ROOM / "1").exists()
        assert wrong not in daemon.log.read_text("utf-8")

    def test_a_key_is_found_in_nothing_that_is_written_or_sent(self, on_air):
        daemon = on_air()
        _, key = daemon.arm()
        daemon.ffmpeg(key)
        playlist = segments(daemon)
        sent = [playlist, daemon.get(f"{BASE}/ll.m3u8").text, daemon.get("/metrics").text]
        sent.append(until(lambda: daemon.get(f"/live/{ROOM}/room.json").text))
        assert not [each for each in sent if key in each]
        daemon.stop()
        written = [path for path in daemon.folder.parent.rglob("*") if path.is_file() and "publisher" not in path.name]
        assert len(written) > 20
        assert not [path for path in written if key in path.name or key.encode() in path.read_bytes()]

    def test_a_key_whose_broadcast_is_over_opens_nothing(self, on_air):
        daemon = on_air(grace="5s")
        _, key = daemon.arm()
        daemon.end()
        publisher = daemon.ffmpeg(key)
        assert until(publisher.poll) != 0


class TestL2:
    """Strangers at the listener."""

    def test_garbage_ends_its_own_connection_and_no_other(self, on_air):
        daemon = on_air()
        _, key = daemon.arm()
        for data in (
            b"GET / HTTP/1.0\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01",
            bytes(range(256)) * 40,
            HELLO + b"\xff" * 4000,
        ):
            for _ in range(3):
                connection = knock(daemon, data)
                assert until(lambda: is_closed(connection))  # noqa: B023  waited for at once
        daemon.ffmpeg(key)
        assert numbers(segments(daemon))

    def test_who_says_nothing_or_little_is_not_waited_for(self, on_air):
        daemon = on_air()
        silent, half = knock(daemon), knock(daemon, HELLO[:700])
        slow = knock(daemon)
        began = time.monotonic()
        while time.monotonic() < began + 8 and not is_closed(slow):
            try:
                slow.sendall(HELLO[:1])
            except OSError:
                break
            time.sleep(0.3)
        assert until(lambda: is_closed(silent) and is_closed(half) and is_closed(slow))

    def test_one_address_holds_five_connections_and_all_hold_fifty(self, on_air):
        daemon = on_air()
        mine = [knock(daemon) for _ in range(8)]
        assert until(lambda: sum(is_closed(each) for each in mine) == 3)
        others = [knock(daemon, source=f"127.0.0.{number}") for number in range(2, 12) for _ in range(5)]
        assert until(lambda: sum(is_closed(each) for each in others) == 5)
        refused = re.search(r"turned_away_total (\d+)", daemon.get("/metrics").text)
        assert refused[1] == "8"
        for each in (*mine, *others):
            each.close()
        _, key = daemon.arm()
        until(lambda: "rtmp_connections 0" in daemon.get("/metrics").text)
        daemon.ffmpeg(key)
        assert numbers(segments(daemon))


class TestL3:
    """A publisher that dies, falls silent, or stays away."""

    def test_viewers_go_on_after_a_break_when_it_comes_back(self, on_air):
        daemon = on_air(grace="60s")
        broadcast, key = daemon.arm()
        publisher = daemon.ffmpeg(key)
        before = numbers(segments(daemon))
        publisher.kill()
        assert until(lambda: daemon.broadcast(broadcast.id).state == "interrupted")
        assert "ENDLIST" not in daemon.get(f"{BASE}/ll.m3u8").text
        daemon.ffmpeg(key)
        assert until(is_live(daemon, broadcast))
        after = until(lambda: (found := daemon.get(f"{BASE}/ll.m3u8").text).count("DISCONTINUITY\n") and found)
        assert set(before) <= set(numbers(after)) | set(range(before[-1] + 1))
        assert max(numbers(after)) >= max(before)

    def test_one_that_is_stopped_for_a_while_is_not_counted_as_gone(self, on_air):
        daemon = on_air()
        broadcast, key = daemon.arm()
        publisher = daemon.ffmpeg(key)
        newest = numbers(segments(daemon))[-1]
        publisher.send_signal(signal.SIGSTOP)
        time.sleep(3)
        assert daemon.broadcast(broadcast.id).state == "live"
        publisher.send_signal(signal.SIGCONT)
        assert until(lambda: numbers(daemon.get(f"{BASE}/index.m3u8").text)[-1] > newest + 2)
        assert daemon.broadcast(broadcast.id).state == "live"

    def test_one_that_stays_away_ends_the_broadcast_and_its_replay_is_there(self, on_air):
        daemon = on_air(grace="5s")
        broadcast, key = daemon.arm()
        publisher = daemon.ffmpeg(key)
        shown = numbers(segments(daemon, 3))
        publisher.kill()
        assert until(lambda: daemon.broadcast(broadcast.id).state == "ended")
        assert daemon.broadcast(broadcast.id).ended_why == "grace"
        assert until(lambda: "#EXT-X-ENDLIST" in daemon.get(f"{BASE}/ll.m3u8").text)
        replay = until(lambda: daemon.get(f"/live/{ROOM}/room.json").json["replay"])
        assert replay["hls"] == f"{BASE}/vod.m3u8"
        vod = (daemon.settings.rooms / ROOM / "1" / "vod.m3u8").read_text()
        assert set(shown) <= set(numbers(vod))
        assert vod.endswith("#EXT-X-ENDLIST\n")
        kept = daemon.broadcast(broadcast.id)
        assert (kept.recording, kept.recording_bytes > 0, kept.duration_ms > 2000) == ("whole", True, True)


class TestL4:
    """Two publishers with one key."""

    def test_the_newest_takes_over(self, on_air):
        daemon = on_air()
        broadcast, key = daemon.arm()
        first = daemon.ffmpeg(key)
        segments(daemon)
        second = daemon.ffmpeg(key)
        assert until(first.poll) != 0
        assert until(lambda: "DISCONTINUITY\n" in daemon.get(f"{BASE}/ll.m3u8").text)
        assert daemon.broadcast(broadcast.id).state == "live"
        assert second.poll() is None

    def test_who_comes_at_once_with_a_new_key_stays_and_the_old_one_goes(self, on_air):
        daemon = on_air(takeover="refuse")
        broadcast, key = daemon.arm()
        first = daemon.ffmpeg(key)
        segments(daemon)
        _, new = broadcasts.rotate(daemon.database, broadcast.id, datetime.now(UTC))
        second = daemon.ffmpeg(new)
        assert until(first.poll) != 0
        newest = numbers(segments(daemon))[-1]
        assert until(lambda: numbers(daemon.get(f"{BASE}/index.m3u8").text)[-1] > newest + 2)
        assert second.poll() is None

    def test_the_second_is_refused_where_the_shop_wants_that(self, on_air):
        daemon = on_air(takeover="refuse")
        _, key = daemon.arm()
        first = daemon.ffmpeg(key)
        newest = numbers(segments(daemon))[-1]
        second = daemon.ffmpeg(key)
        assert until(second.poll) != 0
        assert "Somebody is live with this stream key already" in daemon.said(1)
        assert until(lambda: numbers(daemon.get(f"{BASE}/index.m3u8").text)[-1] > newest)
        assert first.poll() is None


class TestL5:
    """A full disk."""

    def test_the_broadcast_goes_on_from_memory_and_its_recording_is_incomplete(self, tmp_path, empty_database):
        folder = write(tmp_path / "shop", grace="5s")
        daemon = Aired(folder, SHOPWRIGHT_DATABASE=empty_database)
        try:
            daemon.start()
            broadcast, key = daemon.arm()
            daemon.ffmpeg(key)
            newest = numbers(segments(daemon))[-1]
            hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (16_384, hard))
            assert until(lambda: numbers(daemon.get(f"{BASE}/index.m3u8").text)[-1] > newest + 3)
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            assert daemon.get(f"{BASE}/{newest + 2}.m4s").status == 200
            assert not (daemon.settings.rooms / ROOM / "1" / f"{newest + 3}.m4s").exists()
            assert 'alerts{kind="disk"} 1' in daemon.get("/metrics").text
            assert daemon.broadcast(broadcast.id).state == "live"
            assert until(lambda: daemon.broadcast(broadcast.id).recording == "incomplete")
        finally:
            daemon.close()


class TestL7:
    """The daemon dies in the middle."""

    def test_numbers_go_on_and_viewers_and_publishers_come_back(self, on_air):
        daemon = on_air(grace="60s")
        broadcast, key = daemon.arm()
        publisher = daemon.ffmpeg(key)
        seen = daemon.get(f"{BASE}/ll.m3u8").text + segments(daemon, 3)
        given = {int(each) for each in re.findall(r"(\d+)(?:\.\d+)?\.m4s", seen)}
        daemon.stop(signal.SIGKILL)
        assert until(publisher.poll) != 0
        assert daemon.broadcast(broadcast.id).state == "live"
        daemon.start()
        assert until(lambda: daemon.broadcast(broadcast.id).state == "interrupted")
        daemon.ffmpeg(key)
        after = numbers(segments(daemon))
        assert min(after) > max(given)
        assert until(is_live(daemon, broadcast))

    def test_one_that_is_told_to_stop_leaves_its_recording_whole(self, on_air):
        daemon = on_air(grace="60s")
        broadcast, key = daemon.arm()
        daemon.ffmpeg(key)
        shown = numbers(segments(daemon, 3))
        assert daemon.stop() == 0
        assert daemon.broadcast(broadcast.id).state == "interrupted"
        kept = {int(each.stem) for each in (daemon.settings.rooms / ROOM / "1").glob("*.m4s")}
        assert set(shown) <= kept
        assert daemon.broadcast(broadcast.id).recording == "whole"


def test_the_secret_of_the_shop_is_in_no_log(on_air):
    daemon = on_air()
    _, key = daemon.arm()
    daemon.ffmpeg(key)
    segments(daemon)
    assert SECRET not in daemon.log.read_text("utf-8")


def test_a_folder_that_cannot_be_written_hinders_no_broadcast(on_air):
    daemon = on_air()
    daemon.settings.rooms.mkdir(exist_ok=True)
    (daemon.settings.rooms / ROOM).mkdir(exist_ok=True)
    (daemon.settings.rooms / ROOM / "1").write_text("in the way")
    broadcast, key = daemon.arm()
    daemon.ffmpeg(key)
    assert until(is_live(daemon, broadcast))
    assert 'alerts{kind="disk"} 1' in daemon.get("/metrics").text
    assert numbers(segments(daemon))
