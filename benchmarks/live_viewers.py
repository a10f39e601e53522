"""Viewers that one core carries: the daemon of live rooms straight, and behind nginx as a cache in front of it.

``python benchmarks/live_viewers.py [--viewers 200] [--seconds 15] [--kbps 1000]``. ffmpeg sends a picture by RTMP; the
viewers ask as players do: a blocked playlist and a part three times a second (LL-HLS), or a playlist and a segment a
second (HLS). What counts is the processor time that a server took, less what it takes without viewers.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from serve import free_port

from generator.build import Wish, build
from generator.clock import now
from runtime import database, settings
from runtime.live import broadcasts

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

from lean_shop import SHOP

SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
TICKS = os.sysconf("SC_CLK_TCK")
BASE = "/live/evening/1"
ROOM = "title: An evening\nstarts_at: 2026-11-01T20:00\nsource: {kind: broadcast}\n"
NGINX = """daemon off; worker_processes 1; pid {root}/nginx.pid; error_log {root}/error.log;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {root}; proxy_temp_path {root}/t; fastcgi_temp_path {root};
uwsgi_temp_path {root}; scgi_temp_path {root}; keepalive_requests 100000;
proxy_cache_path {root}/cache keys_zone=live:10m max_size=500m;
upstream daemon {{ server 127.0.0.1:{daemon}; keepalive 32; }}
server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://daemon; proxy_http_version 1.1;
proxy_set_header Connection ""; proxy_cache live; proxy_cache_lock on; proxy_cache_lock_timeout 8s;
proxy_cache_key $uri$is_args$args; proxy_cache_valid 404 1s; }} }} }}
"""


def spent(process: int) -> float:
    """Return the seconds of processor time that a process and its children took so far."""
    found = 0.0
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for each in (process, *map(int, children)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        found += (int(fields[11]) + int(fields[12])) / TICKS
    return found


@contextlib.contextmanager
def running(command: list[str], **given: str) -> Iterator[int]:
    """Run a program and yield its process."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, **given}, **quiet)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_for(address: str) -> None:
    """Return when an address answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=10).close()
            return
        time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")


class Counted:
    """What viewers got."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0
        self.wrong = 0


async def fetch(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str, counted: Counted) -> str:
    """Get one thing over a connection that stays open."""
    reader, writer = streams
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    counted.requests += 1
    counted.bytes += len(body)
    counted.wrong += " 200 " not in head.split("\r\n", 1)[0]
    return body.decode("latin-1") if path.partition("?")[0].endswith("m3u8") else ""


async def watch_low(port: int, until: float, counted: Counted) -> None:
    """Follow parts as a player with low latency does."""
    streams = await asyncio.open_connection("127.0.0.1", port)
    text = await fetch(streams, f"{BASE}/ll.m3u8", counted)
    while time.monotonic() < until:
        hint = re.search(r'PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"', text)
        if hint is None:
            break
        segment, part = hint.groups()
        text = await fetch(streams, f"{BASE}/ll.m3u8?_HLS_msn={segment}&_HLS_part={part}", counted)
        parts = re.findall(r'PART:DURATION=[\d.]+,URI="(.+?)"', text)
        await fetch(streams, f"{BASE}/{parts[-1]}", counted)
    streams[1].close()


async def watch_plain(port: int, until: float, counted: Counted) -> None:
    """Follow whole segments, with a look every second."""
    streams = await asyncio.open_connection("127.0.0.1", port)
    seen = ""
    while time.monotonic() < until:
        text = await fetch(streams, f"{BASE}/index.m3u8", counted)
        newest = re.findall(r"^\d+\.m4s$", text, re.MULTILINE)[-1]
        if newest != seen:
            await fetch(streams, f"{BASE}/{newest}", counted)
            seen = newest
        await asyncio.sleep(1)
    streams[1].close()


async def audience(port: int, viewers: int, seconds: float, *, low: bool) -> Counted:
    """Let many watch for a while; they come within a second."""
    counted, watch, until = Counted(), watch_low if low else watch_plain, time.monotonic() + seconds

    async def one(number: int) -> None:
        await asyncio.sleep(number / viewers)
        await watch(port, until, counted)

    await asyncio.gather(*(one(number) for number in range(viewers)))
    return counted


def measure(name: str, port: int, servers: dict[str, int], given: argparse.Namespace) -> dict[str, object]:
    """Measure one way of watching; print it and return its figures."""
    low = "LL" in name
    before = {each: spent(process) for each, process in servers.items()}
    time.sleep(5)
    idle = {each: (spent(process) - before[each]) / 5 for each, process in servers.items()}
    before = {each: spent(process) for each, process in servers.items()}
    began = time.monotonic()
    counted = asyncio.run(audience(port, given.viewers, given.seconds, low=low))
    passed = time.monotonic() - began
    found: dict[str, object] = {
        "viewers": given.viewers,
        "requests_a_second": round(counted.requests / passed),
        "megabits_a_second": round(counted.bytes * 8 / passed / 1e6, 1),
        "wrong": counted.wrong,
    }
    for each, process in servers.items():
        share = (spent(process) - before[each]) / passed
        found[f"{each}_percent_of_a_core"] = round(share * 100, 1)
        found[f"{each}_viewers_a_core"] = round(given.viewers / max(share - idle[each], 0.001))
    print(name, json.dumps(found))
    return found


def main() -> None:
    """Measure all four."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--kbps", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder, http, rtmp, front = Path(place) / "shop", free_port(), free_port(), free_port()
        (folder / "live").mkdir(parents=True)
        (folder / "shop.yaml").write_text(SHOP)
        (folder / "live/evening.yaml").write_text(ROOM)
        build(folder, Wish(now=now()))
        opened = database.open(settings.read(folder), upgrade=True)
        _, key = broadcasts.arm(opened, "evening", by="benchmark", now=datetime.now(UTC))
        opened.close()
        listen = {
            "SHOPWRIGHT_LIVE_LISTEN": f"127.0.0.1:{http}",
            "SHOPWRIGHT_RTMP_LISTEN": f"127.0.0.1:{rtmp}",
        }
        daemon = stack.enter_context(running([str(SHOPWRIGHT), "live", "serve", str(folder)], **listen))
        wait_for(f"http://127.0.0.1:{http}/healthz")
        (Path(place) / "nginx.conf").write_text(NGINX.format(root=place, port=front, daemon=http))
        nginx = stack.enter_context(running(["nginx", "-p", place, "-c", f"{place}/nginx.conf"]))
        stack.enter_context(running(_publisher(given.kbps, f"rtmp://127.0.0.1:{rtmp}/live/{key}")))
        wait_for(f"http://127.0.0.1:{front}{BASE}/index.m3u8")
        time.sleep(3)
        for name in ("LL-HLS", "HLS"):
            measure(f"{name} straight", http, {"daemon": daemon}, given)
            measure(f"{name} behind nginx", front, {"nginx": nginx, "daemon": daemon}, given)


def _publisher(kbps: int, address: str) -> list[str]:
    rate = f"{kbps}k"
    return [
        "ffmpeg", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:v", "libx264", "-preset", "ultrafast",
        "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25", "-b:v", rate, "-maxrate", rate, "-bufsize", rate,
        "-c:a", "aac", "-b:a", "64k", "-f", "flv", address,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
