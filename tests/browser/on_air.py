"""What happens in a served shop's live rooms: broadcasts, pins, flash sales and words, as the studio does it."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from runtime import database, settings
from runtime.commands import shop as shop_command
from runtime.live import broadcasts, chat, flash, pins, tickets
from runtime.live.flash import Offer
from runtime.live.tickets import Pass
from runtime.live.values import Why

ROOM = """title: {{zh-CN: 测试直播 {name}, en: A test of {name}}}
cover: {{file: live-cover.jpg, alt: {{zh-CN: 茶, en: Tea}}}}
host: 林见山
starts_at: {starts}
ends_at: {ends}
products: [host-table, porcelain-gaiwan, tieguanyin-tin, longjing-tin, sample-sachets]
source: {source}
chat: {chat}
"""
LONG_AGO, LATER, FAR = "2020-01-01T12:00:00Z", "2099-01-01T12:00:00Z", "2099-01-01T14:00:00Z"
BROADCAST = "{kind: broadcast}"


def until(what, seconds=30.0):
    """Return what something gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing came of it within {seconds} s")


def add(shop, name, **more):
    """Add a room to a shop's folder; it is there after the next publishing."""
    told = {"name": name, "starts": LONG_AGO, "ends": FAR, "source": BROADCAST, "chat": "everyone", **more}
    (shop.folder / "live" / f"{name}.yaml").write_text(ROOM.format(**told), "utf-8")


class Air:
    """One room of a shop that is served."""

    def __init__(self, shop, name):
        self.shop, self.name = shop, name
        self.address = f"{shop.address}/live/{name}/"
        self._publisher = None

    @contextlib.contextmanager
    def till(self):
        found = settings.read(self.shop.folder)
        opened = database.open(found)
        try:
            yield shop_command.till(found, opened), found
        finally:
            opened.close()

    def state(self):
        with urllib.request.urlopen(f"{self.address}room.json", timeout=5) as answer:
            return json.load(answer)

    def phase(self):
        """Return the phase that the room tells; '' where the daemon has not seen yet that there is such a room."""
        try:
            return self.state()["state"]
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return ""

    def wait_for(self, phase):
        until(lambda: self.phase() == phase)

    def do(self, what):
        """Do something with (till, room, broadcast, now)."""
        with self.till() as (till, _):
            running = broadcasts.open_in(till.database, self.name)
            return what(till, till.goods.find_room(self.name), running, datetime.now(UTC))

    def begin(self):
        """Begin a broadcast whose picture nobody sends."""
        self.do(lambda till, *_: broadcasts.arm(till.database, self.name, by="test", now=datetime.now(UTC)))
        self.do(lambda till, _, running, now: broadcasts.begin(till.database, running.id, now))

    def break_off(self):
        """Begin a broadcast whose publisher was cut off and may come back for ten minutes."""
        self.begin()
        self.do(lambda till, _, running, now: broadcasts.interrupt(till.database, running.id, now, grace=600))

    def end(self):
        self.do(lambda till, _, running, now: running and broadcasts.end(till.database, running.id, Why.HOST, now))

    def pin(self, number):
        return self.do(
            lambda till, room, running, now: pins.pin(till.database, running.id, room, number, by="t", now=now)
        )

    def flash(self, number, sku, price, quantity):
        offer = Offer(number=number, sku=sku, price=price, quantity=quantity)
        return self.do(lambda till, room, running, now: flash.start(till, running.id, room, offer, by="t", now=now))

    def say(self, name, text, *, host=True):
        """Say something under any name; what hosts say is not held."""
        until_when = int(time.time()) + 3600
        made = Pass(room=self.name, viewer=f"t-{name}", name=name, locale="en", host=host, until=until_when)
        sent = tickets.sign_pass(settings.read(self.shop.folder).secret, made)
        body = json.dumps({"pass": sent, "text": text}).encode()
        port = self.state()["media"]["port"]
        address = f"http://127.0.0.1:{port}/live/{self.name}/chat"
        with urllib.request.urlopen(urllib.request.Request(address, body), timeout=5) as answer:
            return json.load(answer)

    def remove(self, seq):
        self.do(lambda till, _, __, now: chat.remove(till.database, self.name, seq, by="test", now=now))

    @contextlib.contextmanager
    def sent_by_ffmpeg(self, size="180x320"):
        """Send a picture and a tone over RTMP until the block ends."""
        ffmpeg = shutil.which("ffmpeg")
        if ffmpeg is None:
            if os.environ.get("CI") == "true":
                pytest.fail("ffmpeg is not installed: apt-get install ffmpeg")
            pytest.skip("ffmpeg is not installed")
        key = self.shop.command("live", "key", str(self.shop.folder), self.name).split()[-1]
        port = json.loads((self.shop.folder / "var/run/live.json").read_text())["rtmp_port"]
        command = [
            ffmpeg, "-loglevel", "error", "-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=15",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:v", "libx264", "-preset", "ultrafast",
            "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "15", "-b:v", "200k", "-c:a", "aac", "-b:a", "64k",
            "-f", "flv", f"rtmp://127.0.0.1:{port}/live/{key}",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)
