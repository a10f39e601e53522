"""Whole orders a second over HTTP, from the cart to "paid", beside a bare one-POST order in the same run.

``python benchmarks/orders.py [--clients 8] [--seconds 10] [--rounds 1] [--sample tea]``. Eight shoppers buy at a
copy of a sample shop that ``shopwright serve`` serves with SQLite and full sync. Two rows, each with a server of its
own:

``order`` is what an order cannot do without, four requests: into the cart, review, the button, and the approval at
the rehearsal bank, which then sends its notice to the shop. The delivery method is learned once, before the clock
starts. The clock stops when the last order is paid in the database: waiting for notices is part of the time.
``walk`` is a whole visit, eight requests: product page, into the cart, form, review, the button, the bank's page, its
approval, and the order's page, which must say that it is paid.

Both end with a count in the database: every order that a shopper finished is there and paid. The reference is one POST
to Flask and sqlite3 under the same server: two lines, a stock check, WAL with full sync. It bounds; it does not
compete.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parents[1]
BINARIES = Path(sys.executable).parent
TICKS = os.sysconf("SC_CLK_TCK")
SETTLED_WITHIN = 60
BUYERS = {
    "CN": {"phone": "13800001234", "email": "", "name": "王小明", "region": "浙江省", "city": "杭州市",
           "district": "西湖区", "street": "龙井路 1 号"},
    "DE": {"email": "eva@example.de", "name": "Eva Müller", "street": "Hauptstraße 1", "postcode": "50667",
           "city": "Köln"},
}  # fmt: skip
PAID = re.compile(r'<p class="state">(?:已付款|Paid|Bezahlt)</p>')
REFERENCE = """import secrets, sqlite3, threading
from flask import Flask, request
app, local = Flask(__name__), threading.local()
def connect():
    found = getattr(local, "found", None)
    if found is None:
        found = local.found = sqlite3.connect("orders.db", timeout=30, isolation_level=None)
        found.execute("PRAGMA journal_mode=WAL")
        found.execute("PRAGMA synchronous=FULL")
    return found
@app.get("/")
def ready():
    return "ok"
@app.post("/order")
def order():
    database, lines = connect(), [(int(request.form[f"sku{n}"]), 1) for n in (0, 1)]
    database.execute("BEGIN IMMEDIATE")
    row = database.execute("INSERT INTO orders (token) VALUES (?)", (secrets.token_hex(16),))
    for sku, quantity in lines:
        database.execute("INSERT INTO line VALUES (?, ?, ?)", (row.lastrowid, sku, quantity))
        taken = database.execute("UPDATE stock SET n = n - ? WHERE sku = ? AND n >= ?", (quantity, sku, quantity))
        if not taken.rowcount:
            database.execute("ROLLBACK")
            return "sold out", 409
    database.execute("COMMIT")
    return "ok"
"""
TABLES = """CREATE TABLE orders (id INTEGER PRIMARY KEY, token TEXT);
CREATE TABLE line (order_id INTEGER, sku INTEGER, quantity INTEGER);
CREATE TABLE stock (sku INTEGER PRIMARY KEY, n INTEGER);
"""


class FailedError(Exception):
    """An answer was not what it should be."""


class Shopper:
    """A browser without a screen: one connection, cookies, and forms read from pages."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.connect()
        assert self._connection.sock
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._origin = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Return a page."""
        return self._ask("GET", path, 200)[1]

    def post(self, path: str, fields: dict[str, str], status: int) -> tuple[str, str]:
        """Send a form; return (where it leads, page)."""
        return self._ask("POST", path, status, urlencode(fields))

    def _ask(self, method: str, path: str, status: int, body: str | None = None) -> tuple[str, str]:
        headers = {"Accept-Encoding": "identity", "Origin": self._origin, "Sec-Fetch-Site": "same-origin"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.status != status:
            raise FailedError(f"{method} {path}: {answer.status} instead of {status}: {text[:200]}")
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        place = urlsplit(answer.headers.get("Location", ""))
        return place.path, text


class Buyer:
    """Someone who knows what to write into the form, and buys one piece after another."""

    def __init__(self, port: int, fields: dict[str, str]) -> None:
        self._port = port
        self._wish = {**fields, "gateway": "rehearsal", "delivery": ""}

    def order(self, goods: tuple[str, str], placing: list[float]) -> None:
        """Order and pay with as few requests as it takes: four."""
        shopper = Shopper(self._port)
        shopper.post("/cart/add", {"sku": goods[1], "quantity": "1"}, 303)
        bank = self._place(shopper, placing)
        shopper.post(bank, {"choice": "approve"}, 303)

    def walk(self, goods: tuple[str, str], placing: list[float]) -> None:
        """Look at every page on the way, the paid order's too: eight requests."""
        shopper = Shopper(self._port)
        shopper.get(goods[0])
        shopper.post("/cart/add", {"sku": goods[1], "quantity": "1"}, 303)
        delivery = re.search(r'name="delivery" value="([^"]+)"', shopper.get("/checkout"))
        self._wish["delivery"] = delivery[1] if delivery else ""
        bank = self._place(shopper, placing)
        shopper.get(bank)
        order, _ = shopper.post(bank, {"choice": "approve"}, 303)
        if not PAID.search(shopper.get(order)):
            raise FailedError(f"{order} is not paid")

    def _place(self, shopper: Shopper, placing: list[float]) -> str:
        """Review and press the button, note the seconds that took, and return the bank's page."""
        _, review = shopper.post("/checkout", self._wish, 200)
        sealed = re.search(r'name="sealed" value="([^"]+)"', review)
        if sealed is None:
            raise FailedError(f"no review: {review[:200]}")
        consents = dict.fromkeys(re.findall(r'name="(consent-[^"]+)"', review), "1")
        began = time.perf_counter()
        bank, _ = shopper.post("/checkout/place", {"sealed": sealed[1], **consents}, 303)
        placing.append(time.perf_counter() - began)
        return bank


class Figures:
    """What was measured in one round."""

    def __init__(self) -> None:
        self.whole: list[float] = []
        self.placing: list[float] = []
        self.errors: list[str] = []
        self.seconds = 0.0
        self.processor = 0.0

    def line(self, name: str) -> dict[str, float]:
        """Print a row and return it."""
        count = max(len(self.whole), 1)
        found = {"orders": len(self.whole), "errors": len(self.errors), "rate": len(self.whole) / self.seconds}
        for kind, times in (("whole", self.whole), ("place", self.placing)):
            if times:
                ranked = sorted(times)
                found[f"{kind}_p50"] = 1000 * statistics.median(ranked)
                found[f"{kind}_p99"] = 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]
        found["cpu"] = 1000 * self.processor / count
        row = f"{name:10} {found['rate']:7.1f} orders/s  whole p50 {found.get('whole_p50', 0):6.1f}"
        row += f" p99 {found.get('whole_p99', 0):6.1f} ms"
        if self.placing:
            row += f"  place p50 {found['place_p50']:6.1f} p99 {found['place_p99']:6.1f} ms"
        print(f"{row}  {found['cpu']:6.2f} ms CPU an order  {len(self.errors)} errors of {len(self.whole)}")
        for error in self.errors[:3]:
            print(f"  {error}")
        return found


def load(
    one: Callable[[int, list[float]], None],
    pid: int,
    options: argparse.Namespace,
    settle: Callable[[int], None] = lambda _: None,
) -> Figures:
    """Let the clients order until the time is over, and wait until what they ordered is settled."""
    figures, guard = Figures(), threading.Lock()
    until = time.perf_counter() + options.seconds

    def work(client: int) -> None:
        number = client
        while time.perf_counter() < until:
            placing: list[float] = []
            began = time.perf_counter()
            try:
                one(number, placing)
            except (FailedError, OSError, http.client.HTTPException) as error:
                with guard:
                    figures.errors.append(str(error))
            else:
                with guard:
                    figures.whole.append(time.perf_counter() - began)
                    figures.placing += placing
            number += options.clients

    before, began = cpu(pid), time.perf_counter()
    threads = [threading.Thread(target=work, args=(client,)) for client in range(options.clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    settle(len(figures.whole))
    figures.seconds = time.perf_counter() - began
    figures.processor = cpu(pid) - before
    return figures


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split() for each in (pid, *children)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


@contextlib.contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[int]:
    """Run a server and yield its process once it answers."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        deadline = time.monotonic() + 300
        while True:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/")
                connection.getresponse().read()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((folder / "server.log").read_text())
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def sample(name: str, folder: Path) -> tuple[Path, list[tuple[str, str]], dict[str, str]]:
    """Copy a sample shop with stock for millions; return it with goods that need no agreement of their own."""
    shop = Path(shutil.copytree(ROOT / "sample_shops" / name, folder / "shop", ignore=shutil.ignore_patterns("var")))
    pictures = ROOT / "sample_shops" / name / "var"
    for kept in ("cache", "store"):
        if (pictures / kept).is_dir():
            shutil.copytree(pictures / kept, shop / "var" / kept)
    goods = []
    for path in sorted((shop / "products").glob("*.yaml")):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"\bstock: \d+", "stock: 9000000", text), "utf-8")
        sku = re.search(r"\bsku: ([\w-]+)", text)
        if sku and not re.search(r"^(digital|status|limit|preorder|publish_at|delivery|returns):", text, re.MULTILINE):
            goods.append((f"/products/{path.stem}/", sku[1]))
    country = re.search(r"^country: (\w\w)", (shop / "shop.yaml").read_text("utf-8"), re.MULTILINE)
    return shop, goods, BUYERS[country[1] if country else "CN"]


def count_paid(shop: Path) -> int:
    """Return how many orders are in the books as paid."""
    with contextlib.closing(sqlite3.connect(f"file:{shop / 'var' / 'shop.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT COUNT(*) FROM orders WHERE state = 'paid' AND paid = total").fetchone()[0])


def measure_shop(options: argparse.Namespace, folder: Path, *, whole: bool) -> list[Figures]:
    """Serve a shop and buy there, by whole visits or by orders alone."""
    shop, goods, fields = sample(options.sample, folder)
    port = free_port()
    buyer = Buyer(port, fields)
    command = [str(BINARIES / "shopwright"), "serve", str(shop), "--port", str(port), "--lang", "en"]
    command += ["--workers", str(options.workers)]
    if options.threads:
        command += ["--threads", str(options.threads)]
    expected = 0

    def settle(finished: int) -> None:
        nonlocal expected
        expected += finished
        deadline = time.monotonic() + SETTLED_WITHIN
        while (paid := count_paid(shop)) < expected:
            if time.monotonic() > deadline:
                raise SystemExit(f"{expected} orders were finished, {paid} are paid")
            time.sleep(0.02)

    with running(command, port, folder) as pid:
        for each in goods[:3]:
            buyer.walk(each, [])
        settle(3)
        buy = buyer.walk if whole else buyer.order
        return [
            load(lambda number, placing: buy(goods[number % len(goods)], placing), pid, options, settle)
            for _ in range(options.rounds)
        ]


def measure_reference(options: argparse.Namespace, folder: Path) -> list[Figures]:
    """Serve the bare order and order there."""
    port = free_port()
    (folder / "bare.py").write_text(REFERENCE)
    with contextlib.closing(sqlite3.connect(folder / "orders.db")) as database:
        database.executescript(TABLES)
        database.executemany("INSERT INTO stock VALUES (?, 9000000)", [(sku,) for sku in range(20)])
        database.commit()
    command = [str(BINARIES / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(options.workers), "--blocking-threads", "8", "bare:app"]

    def order(number: int, _: list[float]) -> None:
        Shopper(port).post("/order", {"sku0": str(number % 20), "sku1": str((number + 7) % 20)}, 200)

    with running(command, port, folder) as pid:
        order(0, [])
        return [load(order, pid, options) for _ in range(options.rounds)]


def main() -> None:
    """Measure and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="threads of a worker; 0 is what serve does by itself")
    parser.add_argument("--sample", default="tea")
    parser.add_argument("--only", choices=("order", "walk", "reference"), help="one row")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(f"{options.clients} clients, {options.workers} workers, {options.seconds:g} s a round, SQLite, full sync")
        found = {}
        for name in (options.only,) if options.only else ("order", "walk", "reference"):
            folder = Path(temporary) / name
            folder.mkdir()
            if name == "reference":
                rounds = measure_reference(options, folder)
            else:
                rounds = measure_shop(options, folder, whole=name == "walk")
            found[name] = [each.line(name) for each in rounds]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
