"""A shop with a live room, the daemon that serves it, and publishers as people have them."""

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from forking import shopwright
from lean_shop import SHOP
from ports import free_port
from simulated import until

from generator.build import Wish, build
from runtime import database, settings
from runtime.live import broadcasts
from runtime.live.values import Why

SECRET = "0123456789abcdef0123456789abcdef"
SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
ROOM = "evening"
LIVE = """title: An evening
starts_at: 2026-11-01T20:00
products: [longjing]
chat: everyone
source: {kind: broadcast}
"""
FFMPEG = [
    "ffmpeg", "-hide_banner", "-loglevel", "error", "-re",
    "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100",
    "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25",
    "-b:v", "300k",
    "-c:a", "aac", "-b:a", "64k",
]  # fmt: skip
AS_IT_IS = ["-fps_mode", "passthrough", "-enc_time_base", "-1"]
"""Pictures at the times that they have: what ffmpeg makes of those of a busy camera is no mistake of theirs."""


def need(program):
    """Fail in CI, skip elsewhere, where a program is not installed."""
    if shutil.which(program) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed")


def write(folder, **live):
    """Write and publish the shop, or copy the one that was; ``live`` are its settings of that name."""
    return Path(shutil.copytree(_written(json.dumps(live)), folder, symlinks=True))


@functools.cache
def _written(live):
    folder = Path(tempfile.mkdtemp(prefix="shopwright-aired-"))
    atexit.register(shutil.rmtree, folder)
    for name in ("products", "live"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP + f"live: {live}\n", "utf-8")
    (folder / "products/longjing.yaml").write_text("title: Longjing\nprice: 168\nstock: 20\n", "utf-8")
    (folder / f"live/{ROOM}.yaml").write_text(LIVE, "utf-8")
    built = build(folder, Wish(now="2026-11-22T12:00:00Z"))
    assert built.release, [problem for problem in built.problems if problem.severity == "error"]
    return folder


class Answer:
    """What came back over HTTP."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Aired:
    """The daemon of a shop in a process of its own, and the shop's database beside it."""

    def __init__(self, folder, **given):
        self.folder = folder
        self.given = {"SHOPWRIGHT_SECRET": SECRET, **given}
        self.port = free_port()
        self.rtmp_port = free_port()
        self.settings = settings.read(folder, self.given)
        self.database = database.open(self.settings, upgrade=True)
        self.log = folder.parent / f"{folder.name}-daemon.log"
        self.process = None
        self.publishers = []

    def start(self, **more):
        """Start the daemon and return when it answers."""
        listen = {
            "SHOPWRIGHT_LIVE_LISTEN": f"127.0.0.1:{self.port}",
            "SHOPWRIGHT_RTMP_LISTEN": f"127.0.0.1:{self.rtmp_port}",
        }
        surroundings = {**os.environ, **self.given, **listen, **more}
        self.process = shopwright("live", "serve", self.folder, environ=surroundings, said=self.log)
        until(self._answers)
        return self

    def _answers(self):
        assert self.process.poll() is None, self.log.read_text("utf-8")
        with contextlib.suppress(OSError):
            return self.get("/healthz").status == 200

    def stop(self, number=signal.SIGTERM):
        """Stop the daemon and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=120)

    def close(self):
        """Stop everything that was started."""
        for each in self.publishers:
            if each.poll() is None:
                each.kill()
            each.wait()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.database.close()

    def ask(self, method, path, body=None, timeout=120, **headers):
        """Ask the daemon over HTTP."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path, **headers):
        """Get something."""
        return self.ask("GET", path, **headers)

    def arm(self, *, practice=False):
        """Make a broadcast ready; return it with its key."""
        return broadcasts.arm(self.database, ROOM, practice=practice, by="test", now=datetime.now(UTC))

    def end(self):
        """End the broadcast of the room, as its host does."""
        found = broadcasts.open_in(self.database, ROOM)
        return broadcasts.end(self.database, found.id, Why.HOST, datetime.now(UTC))

    def broadcast(self, identity):
        """Return what the database says of a broadcast now."""
        return broadcasts.find(self.database, identity)

    def address(self, key):
        """Return where a publisher sends to."""
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"

    def ffmpeg(self, key, *options):
        """Publish with ffmpeg until it is stopped."""
        return self.run([*FFMPEG, *options, "-f", "flv", self.address(key)])

    def run(self, command):
        """Run a publisher."""
        log = (self.folder.parent / f"publisher-{len(self.publishers)}.log").open("wb")
        with log:
            made = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.publishers.append(made)
        return made

    def said(self, number=-1):
        """Return what a publisher printed."""
        number = number if number >= 0 else len(self.publishers) + number
        return (self.folder.parent / f"publisher-{number}.log").read_text("utf-8", "replace")
