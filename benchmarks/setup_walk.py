"""From an empty folder to a first own product on sale: by the wizard, and by ``new`` and an editor.

    python benchmarks/setup_walk.py [--rounds 3]

Two ways to the same page, each by a script that types as a person would: the wizard by its forms (five answers, one
product), and ``shopwright new`` with three edits in two files, then ``serve``. Measured is the machine's time from the
command to the product's page being answered 200 to a stranger; counted are keystrokes, a key a sign, a click as one,
commands included. The person's own time is not measured: read 0.28 s a keystroke (KLM) for an estimate.
"""

import argparse
import html
import http.client
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import IO

SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
A_KEY = 0.28
PASSWORD = "clay oven seventeen maple"
STEPS = (
    ("name", {"name": "Speckled"}),
    ("country", {"country": "US"}),
    ("seller", {"seller": "individual"}),
    ("contact", {"contact": "ida@example.com"}),
    ("password", {"password": PASSWORD}),
    ("products", {"title": "Speckled mug", "price": "24", "stock": "10"}),
)
TYPED = ("Speckled", "ida@example.com", PASSWORD, "Speckled mug", "24")
"""What has to be typed; country, seller and stock have good defaults."""
CLICKS = len(STEPS) + 2
"""Enter or Continue on each page, "Open now", "Open my shop"."""
EDITS = (
    ("shop.yaml", "name: My shop", "name: Speckled"),
    ("shop.yaml", "legal_name: Your name", "legal_name: Ida"),
    ("shop.yaml", "email: you@example.com", "email: ida@example.com"),
)
PRODUCT = "title: Speckled mug\nprice: 24\nstock: 10\n"
PAGE = "/products/speckled-mug/"


class Browser:
    """Sends forms to a port of this machine and keeps its cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return (status, address to go on to, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Origin": f"http://127.0.0.1:{self._port}", "Accept-Language": "en-US",
        }  # fmt: skip
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urllib.parse.urlencode(fields) if fields is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text

    def send(self, step: str, fields: dict[str, str]) -> None:
        """Fill in the form of a page and send it."""
        page = "review" if step == "open" else step
        token = re.search(r'name="csrf_token" value="(\w+)"', self.ask("GET", f"/setup/{page}")[2])[1]
        status, _, text = self.ask("POST", f"/setup/{step}", {"csrf_token": token, "go": "next", **fields})
        if status != 303:
            raise RuntimeError(f"{step}: {status} {html.unescape(re.sub('<[^>]*>', ' ', text))[:600]}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(folder: Path, port: int, log: IO[str]) -> subprocess.Popen[bytes]:
    """Start the server as a merchant does."""
    command = [SHOPWRIGHT, "serve", folder, "--port", str(port), "--lang", "en"]
    return subprocess.Popen(command, stdout=log, stderr=log)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server that was started here."""
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


def until_live(port: int) -> None:
    """Wait until the product is on sale."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            if Browser(port).ask("GET", PAGE)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError("the product did not appear")


def by_wizard(place: Path) -> float:
    """Open a shop by the wizard; return seconds."""
    port, log = free_port(), (place / "wizard.log").open("w+")
    began = time.perf_counter()
    process = serve(place / "wizard", port, log)
    try:
        token = None
        while token is None:
            time.sleep(0.02)
            token = re.search(r"/setup/\S{43}", Path(log.name).read_text())
        browser = Browser(port)
        browser.ask("GET", token[0])
        for step, fields in STEPS:
            browser.send(step, fields)
        browser.send("open", {})
        until_live(port)
        return time.perf_counter() - began
    finally:
        stop(process)


def by_files(place: Path) -> float:
    """Open the same shop by ``new`` and an editor; return seconds."""
    folder, port, log = place / "files", free_port(), (place / "files.log").open("w+")
    began = time.perf_counter()
    subprocess.run([SHOPWRIGHT, "new", folder, "--lang", "en"], check=True, capture_output=True)
    for name, old, new in EDITS:
        path = folder / name
        path.write_text(path.read_text().replace(old, new))
    (folder / "products" / "speckled-mug.yaml").write_text(PRODUCT)
    process = serve(folder, port, log)
    try:
        until_live(port)
        return time.perf_counter() - began
    finally:
        stop(process)


def keystrokes() -> tuple[int, int]:
    """Return how many keys and clicks each way takes."""
    command = len("shopwright serve my-shop") + 1
    wizard = command + sum(map(len, TYPED)) + CLICKS + 1
    files = len("shopwright new my-shop") + 1 + command + sum(len(new) for _, _, new in EDITS) + len(PRODUCT)
    return wizard, files + len("products/speckled-mug.yaml") + 2


def main() -> None:
    """Measure both ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    found = {"wizard": [], "files": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            found["wizard"].append(by_wizard(Path(place)))
            found["files"].append(by_files(Path(place)))
            shutil.rmtree(place, ignore_errors=True)
    wizard, files = (statistics.median(found[name]) for name in ("wizard", "files"))
    keys = keystrokes()
    print(f"wizard: {wizard:.1f} s of the machine, {keys[0]} keystrokes (about {keys[0] * A_KEY:.0f} s of typing)")
    print(f"files:  {files:.1f} s of the machine, {keys[1]} keystrokes (about {keys[1] * A_KEY:.0f} s of typing)")
    print(f"ratio:  {wizard / files:.2f} in time, {keys[0] / keys[1]:.2f} in keystrokes; median of {rounds}")


if __name__ == "__main__":
    main()
