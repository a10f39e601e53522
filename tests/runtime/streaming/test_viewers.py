"""What viewers meet: the first picture, a thousand at once (L11), chat and likes, pushed events, closed doors."""

import asyncio
import http.client
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import browser
from air import ROOM, SECRET
from phone import Phone
from simulated import until

from runtime.live import tickets
from runtime.live.tickets import Pass

BASE = f"/live/{ROOM}/1"
PAGE = "http://127.0.0.1:8000"
MANY = 1000


def a_pass(name="Anna", *, host=False):
    until = int(datetime.now(UTC).timestamp()) + 600
    viewer = Pass(room=ROOM, viewer=tickets.new_viewer(), name=name, locale="en", host=host, until=until)
    return tickets.sign_pass(SECRET.encode(), viewer)


def post(daemon, what, **body):
    found = daemon.ask("POST", f"/live/{ROOM}/{what}", json.dumps(body).encode(), Origin=PAGE)
    return found.status, found.json


def playing(daemon):
    _, key = daemon.arm()
    daemon.ffmpeg(key)
    return until(lambda: (found := daemon.get(f"{BASE}/ll.m3u8").text).count("#EXTINF") > 1 and found)


async def fetch(reader, writer, path):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = int(re.search(r"content-length: (\d+)", head, re.IGNORECASE)[1])
    return int(head.split()[1]), await reader.readexactly(length)


async def join(port, delay):
    """Come into the room as a player does, and return what came back."""
    await asyncio.sleep(delay)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        found = [await fetch(reader, writer, f"/live/{ROOM}/room.json")]
        status, playlist = await fetch(reader, writer, f"{BASE}/ll.m3u8")
        found.append((status, b"#EXTM3U" in playlist))
        text = playlist.decode()
        init = re.search(r'MAP:URI="(.+?)"', text)[1]
        part = re.findall(r'URI="(\d+\.\d+\.m4s)",INDEPENDENT=YES', text)[-1]
        found += [await fetch(reader, writer, f"{BASE}/{name}") for name in (init, part)]
    finally:
        writer.close()
    return [status for status, _ in found], found[2][1]


async def herd(port):
    return await asyncio.gather(*(join(port, number / MANY) for number in range(MANY)))


def test_whoever_comes_first_waits_for_the_picture(on_air):
    daemon = on_air()
    broadcast, _ = daemon.arm()
    phone, batches = Phone(daemon, broadcast), browser.batches(browser.film())
    sending = threading.Timer(0.5, phone.send, (batches,))
    sending.start()
    assert daemon.get(f"{BASE}/ll.m3u8").status == 200
    assert daemon.get(f"/live/{ROOM}/2/ll.m3u8").status == 404
    sending.join()


class TestL11:
    """A thousand viewers join within a second, when the message went out."""

    def test_all_of_them_get_state_playlist_and_a_first_picture(self, on_air):
        daemon = on_air()
        playing(daemon)
        until(lambda: daemon.get(f"/live/{ROOM}/room.json").status == 200)
        # A thread of its own: the loop of a browser's driver may run in this one.
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(lambda: asyncio.run(herd(daemon.port))).result()
        assert {tuple(statuses) for statuses, _ in found} == {(200, 200, 200, 200)}
        assert len({init for _, init in found}) == 1
        newest = int(re.findall(r"^(\d+)\.m4s$", daemon.get(f"{BASE}/index.m3u8").text, re.MULTILINE)[-1])
        assert until(lambda: f"{newest + 1}.m4s" in daemon.get(f"{BASE}/index.m3u8").text)


def test_a_room_tells_that_it_is_live_and_where(on_air):
    daemon = on_air()
    playing(daemon)
    found = until(lambda: (seen := daemon.get(f"/live/{ROOM}/room.json").json)["state"] == "live" and seen)
    assert found["stream"] == {"id": "1", "ll": f"{BASE}/ll.m3u8", "hls": f"{BASE}/index.m3u8", "ready": True}
    assert found["media"] == {"port": daemon.port}
    answer = daemon.get(f"/live/{ROOM}/room.json")
    assert answer.headers["Cache-Control"] == "public, max-age=1"
    daemon.end()
    assert until(lambda: daemon.get(f"/live/{ROOM}/room.json").json["state"] == "replay")


def test_what_is_said_is_read_by_everybody(on_air):
    daemon = on_air(hold_first_message=False, slow="1s")
    playing(daemon)
    until(lambda: daemon.get(f"/live/{ROOM}/room.json").json["state"] == "live")
    anna = a_pass()
    assert post(daemon, "chat", **{"pass": anna, "text": "Good evening"})[0] == 200
    number = until(lambda: daemon.get(f"/live/{ROOM}/room.json").json["chat"]["block"])
    block = daemon.get(f"/live/{ROOM}/chat/{number}.json")
    assert block.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert [(each["name"], each["text"]) for each in block.json["messages"]] == [("Anna", "Good evening")]
    assert post(daemon, "like", **{"pass": anna, "count": 3}) == (200, {"counted": 3})
    assert post(daemon, "beat", **{"pass": anna, "seconds": 15, "clicks": {"longjing": 1}}) == (200, {"taken": True})
    for what, more in (("chat", {"text": "x"}), ("like", {"count": 1}), ("beat", {"seconds": 1})):
        assert post(daemon, what, **{"pass": "no-pass", **more})[0] == 401
        assert daemon.ask("POST", f"/live/{ROOM}/{what}", b"{", Origin=PAGE).status == 400
        assert daemon.ask("POST", f"/live/{ROOM}/{what}", bytes(20_000), Origin=PAGE).status == 413


def test_a_room_is_pushed_where_the_shop_wants_that(on_air):
    daemon = on_air(push=True)
    daemon.arm()
    listening = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    listening.request("GET", f"/live/{ROOM}/events")
    answer = listening.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    read = b""
    while b"\n\n" not in read:
        read += answer.read1()
    lines = dict(line.split(": ", 1) for line in read.decode().split("\n\n")[0].splitlines())
    assert (lines["event"], json.loads(lines["data"])["room"]) == ("room", ROOM)
    listening.close()


def test_nothing_is_pushed_by_default(on_air):
    assert on_air().get(f"/live/{ROOM}/events").status == 404


def test_what_is_not_for_viewers_is_not_found(on_air):
    daemon = on_air()
    playing(daemon)
    for path in (
        f"{BASE}/.index", f"{BASE}/.numbers", f"{BASE}/../room.json", f"{BASE}/%2e%2e/room.json", "/live/../shop.yaml",
        f"/live/{ROOM}/chat/../room.json", f"/live/{ROOM}/..", "/live/nobody/room.json", "/", "/shop.yaml",
        f"/live/{ROOM}/pffffffffffffffffffffffffffffffff/ll.m3u8",
    ):  # fmt: skip
        assert daemon.get(path).status == 404, path
    assert daemon.ask("DELETE", f"{BASE}/ll.m3u8").status == 405
    assert daemon.ask("HEAD", f"{BASE}/ll.m3u8").body == b""
    assert daemon.get(f"{BASE}/ll.m3u8?_HLS_part=1").status == 400
    now = daemon.get("/live/time").json["now"]
    assert abs(now - time.time() * 1000) < 60_000
