"""A small shop in two languages, built for tests of the web, and the ways to ask it."""

import atexit
import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import fresh_tables
import msgspec
from ports import free_port

from generator import files
from generator.build import Wish, build
from generator.releases import manifest
from generator.releases.manifest import Entry
from generator.releases.store import Store
from runtime import create_app, database
from runtime import settings as environment

NOW = "2026-11-22T12:00:00Z"
SECRET = "0123456789abcdef0123456789abcdef"
SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
ORIGIN = {"Origin": "http://localhost"}
OPEN = []
SHOP = """format: 1
name: {zh-CN: 四季茶铺, en: Four Seasons Tea}
url: https://tea.example.com
country: SG
locale: zh-CN
locales: [zh-CN, en]
currency: CNY
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
home: [{section: shelf, shelf: green}]
delivery:
  - id: post
    name: {zh-CN: 快递, en: Post}
    kind: courier
    rates: {by: quantity, zones: [{regions: ['*'], first: {fee: 10}}]}
payment: [{gateway: rehearsal}]
redirects: {/old: product:longjing}
"""
PRODUCTS = {
    "longjing": "title: {zh-CN: 龙井, en: Longjing}\nprice: 168\nstock: 20\ntags: [green]\n",
    "last-tin": "title: {zh-CN: 最后一罐, en: The last tin}\nprice: 88\nstock: 1\ntags: [green]\n",
    "limited": "title: {zh-CN: 限购, en: Limited}\nprice: 50\nlimit: {per_order: 3}\ntags: [green]\n",
    "endless": "title: {zh-CN: 不限量, en: Endless}\nprice: 12.50\ntags: [green]\n",
    "draft": "title: {zh-CN: 草稿, en: Draft}\nprice: 1\nstatus: draft\n",
    "sizes": (
        "title: {zh-CN: 两种, en: Two sizes}\noptions: {规格: [50g, 100g]}\nvariants:\n"
        "  - {options: {规格: 50g}, price: 30, sku: small}\n  - {options: {规格: 100g}, price: 55, sku: large}\n"
    ),
}
LIVE = """title: {zh-CN: 直播, en: Live}
starts_at: 2026-12-01T20:00
products: [longjing]
source: {kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}
"""


def write(folder):
    """Write the shop's text."""
    for name in ("products", "shelves", "live"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    for handle, text in PRODUCTS.items():
        (folder / "products" / f"{handle}.yaml").write_text(text, "utf-8")
    (folder / "shelves/green.yaml").write_text("title: {zh-CN: 绿茶, en: Green tea}\nrule: {tag: green}\n", "utf-8")
    (folder / "live/evening.yaml").write_text(LIVE, "utf-8")
    return folder


def publish(folder, **wish):
    """Build the shop and make it live; return the release."""
    built = build(folder, Wish(now=NOW, **wish))
    assert built.release, [problem for problem in built.problems if problem.severity == "error"]
    return built.release


def add_entry(folder, url, data, media_type):
    """Publish a release that has one more file."""
    store = Store(folder / "var")
    made = manifest.decode((folder / "var/live/manifest.json").read_bytes())
    blob, forms = store.put(data, media_type)
    entries = {**made.entries, url: Entry(blob, media_type, len(data), forms)}
    release = copy((folder / "var/live").resolve(), folder / "var/releases/more")
    made = msgspec.structs.replace(made, release="more", entries=entries)
    (release / "manifest.json").write_bytes(manifest.encode(made))
    files.link(folder / "var/live", "releases/more")


def settings(folder, **given):
    return environment.read(folder, {"SHOPWRIGHT_SECRET": SECRET, **given})


@functools.cache
def _fresh_file():
    """Return a database with every table and no row, made once."""
    folder = Path(tempfile.mkdtemp(prefix="shopwright-fresh-"))
    atexit.register(shutil.rmtree, folder)
    return fresh_tables.fresh_file(folder)


def application(folder, **given):
    """Make the application of a shop with its database, as a server would."""
    found = settings(folder, **given)
    if "SHOPWRIGHT_DATABASE" not in given and not (found.var / "database").exists():
        found.var.mkdir(exist_ok=True)
        shutil.copyfile(_fresh_file(), found.var / "shop.db")
    database.open(found, upgrade=True).close()
    return remember(create_app(folder, found))


def remember(app):
    """Let an application be closed when the test is over, or the module that it was made for."""
    OPEN.append(app)
    return app


def close(since=0):
    """Close the applications that were made since there were so many: each holds files and a thread."""
    while len(OPEN) > since:
        OPEN.pop().extensions["shopwright"].close()


def price(folder, handle, amount):
    """Write a new price for a product."""
    path = folder / "products" / f"{handle}.yaml"
    path.write_text(re.sub(r"price: [\d.]+", f"price: {amount}", path.read_text("utf-8")), "utf-8")


class Served:
    """A shop behind the command that a merchant types; only its own processes are stopped."""

    def __init__(self, folder, *options, port=None, **given):
        self.folder = folder
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / f"{folder.name}-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [SHOPWRIGHT, "serve", folder, "--port", str(self.port), "--lang", "en", *options],
                stdout=log,
                stderr=log,
                env={**os.environ, "SHOPWRIGHT_SECRET": SECRET, **given},
            )

    def wait(self, seconds=240):
        """Wait until the shop answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{self.address}/healthz", timeout=2).close()
                return self
            time.sleep(0.02)
        raise AssertionError(self.log.read_text("utf-8"))

    def get(self, path, **headers):
        """Return (status, headers, body) of a page."""
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def raw(self, data, seconds=60):
        """Send bytes as they are and return what comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            pieces = []
            with contextlib.suppress(TimeoutError, ConnectionError):
                while piece := connection.recv(65536):
                    pieces.append(piece)
            return b"".join(pieces)

    def stop(self, number=signal.SIGTERM):
        """Stop the server and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=120)


def copy(source, folder):
    """Copy a built shop with its releases."""
    return Path(shutil.copytree(source, folder, symlinks=True))
