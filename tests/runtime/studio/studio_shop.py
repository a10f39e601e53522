"""A shop with live rooms behind ``serve``, and a road to its live server on which things happen."""

import contextlib
import http.client
import http.server
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

from forking import shopwright
from ports import free_port
from simulated import until

from runtime.live import tickets
from runtime.live.tickets import Ticket

SECRET = "0123456789abcdef0123456789abcdef"
SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
SHOP = """format: 1
name: {zh-CN: 四季茶铺, en: Four Seasons Tea}
url: https://tea.example.com
country: SG
locale: zh-CN
locales: [zh-CN, en]
currency: CNY
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
home: []
delivery:
  - id: post
    name: {zh-CN: 快递, en: Post}
    kind: courier
    rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 10}}]}
payment: [{gateway: rehearsal}]
live: {grace: 60s, slow: 1s}
"""
PRODUCTS = {
    "longjing": "title: {zh-CN: 明前龙井, en: Longjing}\nprice: 168\nstock: 20\n",
    "last-tin": "title: {zh-CN: 最后一罐, en: The last tin}\nprice: 88\nstock: 1\n",
    "long": "title:\n  zh-CN: 一款名字特别特别长的高山乌龙茶礼盒装\n"
    "  en: A rather Extraordinarily-Long-Named high mountain tea\nprice: 30\nstock: 0\n",
}
ROOM = """title: {{zh-CN: 直播间 {name}, en: Room {name}}}
starts_at: 2026-11-01T20:00
products: [longjing, last-tin, long]
source: {{kind: broadcast}}
chat: everyone
"""


STAND_STILL = "/stand-still"


class Road:
    """A proxy before the live server: ``happen`` says what happens to the next batches of a publisher."""

    def __init__(self, target):
        self.target = target
        self.plan = []
        self.passed = []
        """What the server said of each batch that went through."""
        self.happened = []
        self._asked, self._go_on = threading.Event(), threading.Event()
        road = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    super().handle_one_request()

            def _do(self):
                length = int(self.headers.get("Content-Length") or 0)
                road.handle(self, self.rfile.read(length) if length else None)

            do_GET = do_POST = do_PUT = do_OPTIONS = do_HEAD = _do  # noqa: N815  as the library calls them

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def happen(self, *plan):
        """Let something happen to each of the next batches: lost, unheard, twice, late, expired."""
        self.happened = []
        self.plan = list(plan)

    def handle(self, request, body):
        if request.path == STAND_STILL:
            self._asked.set()
            self._go_on.wait(240)
            self._answer(request, 204, {"Access-Control-Allow-Origin": request.headers["Origin"]}, b"")
            return
        what = self.plan.pop(0) if self.plan and request.command == "PUT" else ""
        if what:
            self.happened.append(what)
        if what == "lost":
            request.close_connection = True
            return
        if what == "late":
            threading.Timer(1.0, self.ask, (request, body)).start()
            self._answer(request, 504, {"Access-Control-Allow-Origin": request.headers["Origin"]}, b"")
            return
        if what == "expired":
            request.headers.replace_header("Authorization", f"Bearer {self._expired()}")
        if what == "twice":
            self.ask(request, body)
        status, headers, answer = self.ask(request, body)
        if what == "unheard":
            request.close_connection = True
            return
        if request.command == "PUT":
            self.passed.append(status)
        self._answer(request, status, headers, answer)

    def ask(self, request, body):
        """Ask the server behind the road."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=20)
        kept = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
        try:
            connection.request(request.command, request.path, body, kept)
            found = connection.getresponse()
            return found.status, dict(found.getheaders()), found.read()
        except OSError:
            return 502, {}, b""
        finally:
            connection.close()

    def _answer(self, request, status, headers, body):
        request.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def _expired(self):
        past = datetime.now(UTC) - timedelta(seconds=5)
        ticket = Ticket(broadcast=1, stream="1", generation=1, until=int(past.timestamp()))
        return tickets.sign_ticket(SECRET.encode(), ticket)

    def wait(self, more=4):
        """Wait until so many more batches were taken."""
        known = self.passed.count(200)
        until(lambda: self.passed.count(200) >= known + more)

    @contextlib.contextmanager
    def standing_still(self, page):
        """Let the own thread of a page wait for an answer that comes when the block ends."""
        self._asked.clear()
        self._go_on.clear()
        address = f"http://127.0.0.1:{self.port}{STAND_STILL}"
        page.evaluate(
            """(address) => setTimeout(() => {
                const asked = new XMLHttpRequest();
                asked.open("GET", address, false);
                asked.send();
            })""",
            address,
        )
        try:
            until(self._asked.is_set)
            yield
        finally:
            self._go_on.set()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class StudioShop:
    """The shop, served; its pages reach the live server by the road."""

    def __init__(self, folder, rooms):
        self.folder = folder
        for name in ("products", "live"):
            (folder / name).mkdir(parents=True)
        (folder / "shop.yaml").write_text(SHOP, "utf-8")
        for handle, text in PRODUCTS.items():
            (folder / f"products/{handle}.yaml").write_text(text, "utf-8")
        for name in rooms:
            (folder / f"live/{name}.yaml").write_text(ROOM.format(name=name), "utf-8")
        self.port, self.live_port = free_port(), free_port()
        self.road = Road(self.live_port)
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / "studio.log"
        self.environ = {
            **os.environ,
            "SHOPWRIGHT_SECRET": SECRET,
            "SHOPWRIGHT_LIVE_LISTEN": f"127.0.0.1:{self.live_port}",
            "SHOPWRIGHT_RTMP_LISTEN": f"127.0.0.1:{free_port()}",
            "SHOPWRIGHT_LIVE_ADDRESS": f"http://127.0.0.1:{self.road.port}",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [SHOPWRIGHT, "serve", folder, "--port", str(self.port), "--workers", "1"],
                stdout=log,
                stderr=log,
                env=self.environ,
            )
        until(lambda: self._answers(self.address) and self._answers(f"http://127.0.0.1:{self.live_port}"))

    def _answers(self, address):
        assert self.process.poll() is None, self.log.read_text("utf-8")
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            return True

    def command(self, *words):
        process = shopwright(*words, environ=self.environ)
        said, complaints = process.communicate()
        assert process.returncode == 0, said + complaints
        return said

    def invite(self, role="host", room=""):
        """Return the key of an invitation."""
        more = ["--room", room] if room else []
        said = self.command(
            "live", "invite", str(self.folder), "小林", "--role", role, "--address", self.address, *more
        )
        return re.search(r"/console/live/enter#(\S+)", said)[1]

    def get(self, path):
        """Return the body of an answer of the shop, or None."""
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(self.address + path) as found:
            return found.read().decode()

    def playlist(self, room, name="index.m3u8", stream="1"):
        """Return a playlist of the live server."""
        address = f"http://127.0.0.1:{self.live_port}/live/{room}/{stream}/{name}"
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=60) as found:
            return found.read().decode()

    def recorded(self, room):
        """Return the playlist of a broadcast that is over."""
        return until(lambda: self.get(f"/live/{room}/1/vod.m3u8"))

    def decoded(self, room):
        """Decode a whole recording: return (frames, seconds of sound, complaints)."""
        self.recorded(room)
        address = f"{self.address}/live/{room}/1/vod.m3u8"
        frames = self._count(address, "v:0")
        as_it_is = ["-fps_mode", "passthrough", "-enc_time_base", "-1"]
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", address, *as_it_is, "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return frames, self._count(address, "a:0"), done.stderr

    def _count(self, address, which):
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-count_packets", "-select_streams", which,
             "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", address],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return int(re.search(r"\d+", done.stdout)[0])

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=40)
        self.road.stop()
