"""The real nginx with the files that we write for it: in front of the daemon, and as the way for pictures itself."""

import json
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import air
import pytest
from air import ROOM, SECRET, SHOPWRIGHT, need
from nginx_server import RTMP_MODULE, Nginx
from ports import free_port
from simulated import until

from generator.build import Wish, build
from runtime import database, settings
from runtime.live import broadcasts
from runtime.live.values import State, Through

CDN = {
    "provider": "custom",
    "push": "rtmp://127.0.0.1/live/{stream_key}",
    "play": "https://tea.example.com/hls/{stream}/index.m3u8",
}


class Shop:
    """A shop whose pictures go through nginx-rtmp: ``shopwright serve`` with its hooks, and its database."""

    def __init__(self, folder):
        air.write(folder, cdn=CDN, chat="off", grace="60s")
        room = folder / f"live/{ROOM}.yaml"
        room.write_text(
            room.read_text().replace("kind: broadcast", "kind: broadcast, through: cdn").replace("everyone", "off")
        )
        assert build(folder, Wish(now="2026-11-22T12:00:00Z")).release
        self.folder, self.port = folder, free_port()
        given = {"SHOPWRIGHT_SECRET": SECRET, "SHOPWRIGHT_RTMP_LISTEN": "off"}
        self.database = database.open(settings.read(folder, given), upgrade=True)
        self.log = folder.parent / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [SHOPWRIGHT, "serve", folder, "--port", str(self.port), "--lang", "en"],
                stdout=log, stderr=log, env={**air.os.environ, **given},
            )  # fmt: skip

    def arm(self):
        return broadcasts.arm(self.database, ROOM, through=Through.CDN, by="test", now=datetime.now(UTC))

    def state(self, broadcast):
        return broadcasts.find(self.database, broadcast.id).state

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.database.close()


@pytest.fixture
def running():
    """Things that are stopped in the end, the last first."""
    made = []
    yield made.append
    for each in reversed(made):
        each.stop()


class Publisher:
    """ffmpeg that sends to nginx."""

    def __init__(self, nginx, key):
        self.log = nginx.folder / "publisher.log"
        place = f"rtmp://127.0.0.1:{nginx.rtmp_port}/live/{key}"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*air.FFMPEG, "-f", "flv", place], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def complaints(nginx, playlist):
    """Play two seconds in ffmpeg and return what it has to say about them."""
    address = f"http://127.0.0.1:{nginx.port}{playlist}"
    command = ["ffmpeg", "-v", "error", "-t", "2", "-i", address, *air.AS_IT_IS, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, timeout=120, check=True).stderr


def holding(root, text):
    """Return the files and folders below a root whose name or content has a text."""
    wanted = text.encode()
    return [
        path for path in Path(root).rglob("*")
        if text in path.name or (path.is_file() and wanted in path.read_bytes())
    ]  # fmt: skip


def test_nginx_takes_pictures_and_never_shows_the_key(tmp_path, running):
    need("ffmpeg")
    need("nginx")
    if not RTMP_MODULE.exists():
        need("nginx-with-rtmp")
    shop = Shop(tmp_path / "shop")
    running(shop)
    nginx = Nginx(shop.folder, tmp_path / "nginx", till=shop.port, rtmp=True)
    running(nginx)
    until(lambda: nginx.ask("GET", f"/live/{ROOM}/")[0] == 200)
    broadcast, key = shop.arm()

    wrong = Publisher(nginx, "wrong-wrong-wrong-wrong")
    running(wrong)
    assert wrong.process.wait(120) != 0
    assert shop.state(broadcast) is State.ARMED
    assert list((shop.folder / "var/hls").iterdir()) == []

    right = Publisher(nginx, key)
    running(right)
    until(lambda: shop.state(broadcast) is State.LIVE)
    playlist = f"/hls/{ROOM}-1/index.m3u8"
    until(lambda: b".ts" in nginx.ask("GET", playlist)[2])
    assert complaints(nginx, playlist) == b""
    assert [path.name for path in (shop.folder / "var/hls").iterdir()] == [f"{ROOM}-1"]

    right.stop()
    until(lambda: shop.state(broadcast) is State.INTERRUPTED)
    again = Publisher(nginx, key)
    running(again)
    until(lambda: shop.state(broadcast) is State.LIVE)
    nginx.stop()
    public = [holding(shop.folder / "var" / name, key) for name in ("hls", "rooms", "releases", "nginx-cache", "run")]
    logs = [path for path in (shop.log, *nginx.folder.glob("*.log")) if path != right.log and key in path.read_text()]
    assert [*public, logs] == [[]] * 6


@pytest.fixture
def fronted(on_air, tmp_path, running):
    """Return a daemon on air behind nginx, with its broadcast and key."""
    need("nginx")
    daemon = on_air(environment={"SHOPWRIGHT_PROXY": "127.0.0.1", "SHOPWRIGHT_LIVE_ADDRESS": "/"})
    nginx = Nginx(daemon.folder, tmp_path / "nginx", daemon=daemon.port)
    running(nginx)
    broadcast, key = daemon.arm()
    daemon.ffmpeg(key)
    until(lambda: daemon.broadcast(broadcast.id).state == "live")
    return nginx, daemon, broadcast


def test_a_broadcast_is_watched_through_nginx(fronted):
    nginx, daemon, broadcast = fronted
    base = f"/live/{ROOM}/1"
    status, headers, _ = nginx.ask("GET", f"{base}/ll.m3u8")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    segment = until(lambda: nginx.ask("GET", f"{base}/index.m3u8")[2].decode().split()[-1])
    found = nginx.ask("GET", f"{base}/{segment}")
    assert (found[0], found[1]["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    room = until(lambda: json.loads(nginx.ask("GET", f"/live/{ROOM}/room.json")[2] or b"{}").get("stream"))
    assert room["ll"] == f"{base}/ll.m3u8"
    state = nginx.ask("GET", f"/live/{ROOM}/room.json")
    assert (state[1]["Cache-Control"], state[1]["Content-Type"]) == ("public, max-age=1", "application/json")
    assert complaints(nginx, f"{base}/index.m3u8") == b""
    broadcasts.end(daemon.database, broadcast.id, "host", datetime.now(UTC))
    assert until(lambda: b"#EXT-X-ENDLIST" in nginx.ask("GET", f"{base}/vod.m3u8")[2])


def test_viewers_who_wait_for_the_same_news_are_one_request(fronted):
    nginx, daemon, _ = fronted
    base = f"/live/{ROOM}/1"
    until(lambda: nginx.ask("GET", f"{base}/index.m3u8")[2].count(b".m4s") > 1)
    newest = int(nginx.ask("GET", f"{base}/index.m3u8")[2].decode().split()[-1].removesuffix(".m4s"))
    asked = f"{base}/ll.m3u8?_HLS_msn={newest + 3}&_HLS_part=0"
    before = requests(daemon)
    answers = []
    viewers = [threading.Thread(target=lambda: answers.append(nginx.ask("GET", asked)[2])) for _ in range(30)]
    for each in viewers:
        each.start()
    for each in viewers:
        each.join()
    assert len(set(answers)) == 1
    assert f"{newest + 3}.0.m4s".encode() in answers[0]
    assert requests(daemon) - before <= 3


def requests(daemon):
    """Return how many requests the daemon answered, without those for its figures."""
    lines = daemon.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("shopwright_live_requests_total"))


HIDDEN = "hidden from everybody who only watches"
NOT_FOR_VIEWERS = (
    f"/live/{ROOM}/private/1/1.m4s",
    f"/live/{ROOM}/../../secret",
    f"/live/{ROOM}/1/.index",
    "/live/.removed-1/1/1.m4s",
    f"/live/{ROOM}/1/%2e%2e/%2e%2e/%2e%2e/secret",
    f"/live/{ROOM}/1/2.m4s",
    f"/live/{ROOM}/room.json",
    "/hls/../secret",
    "/hls/a/b/index.m3u8",
)


def test_nginx_shows_nothing_that_is_not_for_viewers(tmp_path, running):
    need("nginx")
    folder = air.write(tmp_path / "shop")
    rooms = folder / "var/rooms" / ROOM
    for each in (rooms / "private/1/1.m4s", rooms / "1/.index", rooms.parent / ".removed-1/1/1.m4s"):
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_text(HIDDEN)
    (folder / "var/secret").write_text(HIDDEN)
    (rooms / "room.json").symlink_to(folder / "var/secret")
    (rooms / "1/2.m4s").symlink_to(folder / "var/secret")
    (rooms / "1/3.m4s").write_text("seen")
    nginx = Nginx(folder, tmp_path / "nginx")
    running(nginx)
    assert nginx.ask("GET", f"/live/{ROOM}/1/3.m4s")[2] == b"seen"
    for path in NOT_FOR_VIEWERS:
        status, _, body = nginx.ask("GET", path)
        assert status in {400, 403, 404, 502}, path
        assert HIDDEN.encode() not in body, path
