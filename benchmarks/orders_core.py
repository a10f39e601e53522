"""Whole orders a second through the till, beside the very same statements through the bare driver in the same run.

``python benchmarks/orders_core.py [--seconds 2] [--rounds 3] [--database sqlite|postgres|both]``. Eight processes place
orders of one line, of one hot sku or of a thousand, with full sync; a second row has one process with eight threads.
``bare`` is sqlite3 or psycopg alone: what one order executes was recorded and is repeated with fresh numbers, by eight
processes with a connection each, with nothing reckoned, checked or priced. Rows take turns in each round. At the end
the books are audited, and a rush of eight processes for 300 pieces must sell 300.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

import msgspec
import peewee
import psycopg
from postgres_server import Server
from tills import BY_TRANSFER, Goods, make_settings, make_till, placement, product

from runtime import audit, database, gateways, placing
from runtime.refusals import Refusal
from runtime.settings import Settings
from runtime.till import Till

Work = Callable[[], object]
OVER = "over"
"""What work returns when there is nothing left to do."""
CLIENTS = 8
SKUS = 1000
STOCK = 10**9
SCARCE = 300
HOT = ["hot"]
MANY = [f"p{number}" for number in range(SKUS)]
PRODUCTS = [product(sku, 100, STOCK) for sku in (*HOT, *MANY)] + [product("scarce", 100, SCARCE)]
GOODS = Goods(PRODUCTS, BY_TRANSFER)


class Round(msgspec.Struct):
    """What clients measured: seconds of each order, sorted, and processor time of all clients together."""

    times: list[float]
    processor: float
    seconds: float

    @property
    def rate(self) -> float:
        """Return orders a second."""
        return len(self.times) / self.seconds


def together(count: int, prepare: Callable[[], Work], seconds: float, *, threads: int = 1) -> Round:
    """Let processes work at the same time, each after its own preparation and with so many threads."""
    context = multiprocessing.get_context("fork")
    go = context.Event()
    pipes = [context.Pipe(duplex=False) for _ in range(count)]
    clients = [context.Process(target=_client, args=(prepare, go, pipe[1], (seconds, threads))) for pipe in pipes]
    for client in clients:
        client.start()
    for pipe in pipes:
        pipe[1].close()
        pipe[0].recv()
    go.set()
    found = [pipe[0].recv() for pipe in pipes]
    for client in clients:
        client.join()
    return Round(sorted(each for times, _ in found for each in times), sum(each for _, each in found), seconds)


def _client(prepare: Callable[[], Work], go: Event, pipe: Connection, plan: tuple[float, int]) -> None:
    """Warm up, wait for the word, work in threads, and send what each order took."""
    work = prepare()
    work()
    pipe.send("ready")
    go.wait()
    before = time.process_time()
    if plan[1] == 1:
        found = [repeat(work, plan[0])]
    else:
        with ThreadPoolExecutor(plan[1]) as threads:
            found = list(threads.map(lambda _: repeat(work, plan[0]), range(plan[1])))
    pipe.send(([each for times in found for each in times], time.process_time() - before))
    os._exit(0)


def repeat(work: Work, seconds: float) -> list[float]:
    """Do something again and again; return how long each time took."""
    times: list[float] = []
    stop = time.perf_counter() + seconds
    while (began := time.perf_counter()) < stop and work() is not OVER:
        times.append(time.perf_counter() - began)
    return times


def open_till(settings: Settings) -> Till:
    """Return a till of the shop."""
    return Till(database=database.open(settings), goods=GOODS, gateways=gateways.load(GOODS.terms, settings))


def placer(settings: Settings, skus: list[str]) -> Work:
    """Open a till; return what places an order there."""
    till = open_till(settings)
    wishes = [placement(till, [(sku, 1)], gateway="transfer") for sku in skus]
    now = datetime.now(UTC)

    def place() -> object:
        wish = msgspec.structs.replace(random.choice(wishes), key=secrets.token_urlsafe(24))
        return placing.place(till, wish, now)

    return place


Statement = tuple[str, list[object], list[tuple[int, str]]]
"""SQL, values, and which of them are other ones in each order."""


def record(settings: Settings) -> list[Statement]:
    """Return what placing one order executes, the reading before it as well; savepoints are the till's own affair."""
    now = datetime.now(UTC)
    (first, names), (second, others) = _record(settings, now), _record(settings, now)
    statements = []
    for (sql, values), (_, again) in zip(first, second, strict=True):
        fresh = []
        for place, (value, other) in enumerate(zip(values, again, strict=True)):
            mark = names.get(value, "hash" if value != other else "")
            if value == other and mark != "sku":
                continue
            if mark != others.get(other, mark):
                raise SystemExit(f"{sql}: {value} or {other}?")
            fresh.append((place, mark))
        if not sql.startswith(("SAVEPOINT", "RELEASE")):
            statements.append((sql, values, fresh))
    return statements


def _record(settings: Settings, now: datetime) -> tuple[list[tuple[str, list[Any]]], dict[Any, str]]:
    seen: list[tuple[str, list[Any]]] = []
    original = peewee.Database.execute_sql

    def execute(connection: peewee.Database, sql: str, params: Any = None) -> Any:  # noqa: ANN401
        seen.append((sql, list(params or ())))
        return original(connection, sql, params)

    till = open_till(settings)
    wish = placement(till, [("p1", 1)], key=secrets.token_urlsafe(24), gateway="transfer")
    placing.place(till, wish, now)
    peewee.Database.execute_sql = execute
    try:
        order = placing.place(till, msgspec.structs.replace(wish, key=f"0{wish.key}"), now).order
    finally:
        peewee.Database.execute_sql = original
        till.database.close()
    names = {order.number: "number", order.token: "token", f"0{wish.key}": "key", order.id: "id", str(order.id): "text"}
    return seen, {**names, "p1": "sku"}


def connect(settings: Settings) -> Any:  # noqa: ANN401  either driver's
    """Return a connection of the driver alone."""
    if not settings.database.startswith("sqlite:"):
        return psycopg.connect(settings.database, autocommit=True)
    path = Path(settings.folder) / settings.database.removeprefix("sqlite:///")
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = 1"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def repeater(settings: Settings, statements: list[Statement], skus: list[str]) -> Work:
    """Connect; return what executes the statements of one order with fresh numbers."""
    connection = connect(settings)

    def work() -> None:
        fresh: dict[str, object] = {
            "number": secrets.token_hex(7), "token": secrets.token_urlsafe(24), "key": secrets.token_urlsafe(24),
            "hash": secrets.token_hex(32), "sku": random.choice(skus),
        }  # fmt: skip
        for sql, values, marks in statements:
            mine = values[:]
            for place, mark in marks:
                mine[place] = fresh[mark]
            cursor = connection.execute(sql, mine or None) if mine else connection.execute(sql)
            found = cursor.fetchall() if cursor.description else []
            if sql.startswith("SELECT id FROM orders WHERE token"):
                fresh["id"], fresh["text"] = found[0][0], str(found[0][0])

    return work


def one_row(settings: Settings) -> Work:
    """Connect; return one guarded UPDATE of a hot row in a transaction of its own: what the disk allows."""
    connection = connect(settings)
    sql = "UPDATE stock SET level = level - 1 WHERE sku = 'hot' AND level >= 1"

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE" if isinstance(connection, sqlite3.Connection) else "BEGIN")
        connection.execute(sql)
        connection.execute("COMMIT")

    return work


Row = tuple[str, Callable[[], Round]]


def rows(settings: Settings, statements: list[Statement], seconds: float) -> list[Row]:
    """Return what is measured, in turns."""
    found: list[Row] = [("one row, bare, 1 client", lambda: together(1, lambda: one_row(settings), seconds))]
    for name, skus in (("hot sku", HOT), (f"{SKUS} skus", MANY)):

        def ours(skus: list[str] = skus) -> Round:
            return together(CLIENTS, lambda: placer(settings, skus), seconds)

        def bare(skus: list[str] = skus) -> Round:
            return together(CLIENTS, lambda: repeater(settings, statements, skus), seconds)

        def threads(skus: list[str] = skus) -> Round:
            return together(1, lambda: placer(settings, skus), seconds, threads=CLIENTS)

        found += [(f"{name}, bare, 8 processes", bare), (f"{name}, till, 8 processes", ours)]
        found += [(f"{name}, till, 8 threads", threads)]
    return found


def rush(settings: Settings) -> None:
    """Let eight processes buy what is scarce until it is gone."""

    def prepare() -> Work:
        place = placer(settings, ["scarce"])

        def work() -> object:
            try:
                return place()
            except Refusal:
                return OVER

        return work

    together(CLIENTS, prepare, 60.0)


def measure(settings: Settings, options: argparse.Namespace) -> None:
    """Measure one database, print its table, and check its books."""
    make_till(database.open(settings, upgrade=True), settings, PRODUCTS, BY_TRANSFER).database.close()
    statements = record(settings)
    results: dict[str, list[Round]] = {}
    for _ in range(options.rounds):
        for name, run in rows(settings, statements, options.seconds):
            results.setdefault(name, []).append(run())
    dialect = "SQLite" if settings.database.startswith("sqlite:") else "PostgreSQL"
    print(
        f"{dialect}, full sync, {len(statements)} statements an order, {options.rounds} rounds of {options.seconds:g} s"
    )
    for name, found in results.items():
        report(name, found, results.get(name.replace("till", "bare").replace("8 threads", "8 processes"), []))


def report(name: str, found: list[Round], bare: list[Round]) -> None:
    """Print one line: medians of the rounds, and the median of the ratios to the bare way of the same round."""
    rate = statistics.median(each.rate for each in found)
    ranks = [statistics.quantiles(each.times, n=100) for each in found]
    p50, p99 = (statistics.median(rank[place] for rank in ranks) * 1000 for place in (49, 98))
    worst = max(each.times[-1] for each in found) * 1000
    cpu = statistics.median(each.processor / len(each.times) for each in found) * 1e6
    line = f"  {name:28} {rate:7.0f}/s  p50 {p50:7.2f}  p99 {p99:7.2f}  max {worst:7.0f} ms  client CPU {cpu:5.0f} µs"
    if bare and found is not bare:
        ratios = [mine.rate / other.rate for mine, other in zip(found, bare, strict=True)]
        line += f"  {statistics.median(ratios):.2f} of bare ({min(ratios):.2f} to {max(ratios):.2f})"
    print(line, flush=True)


def check(settings: Settings) -> None:
    """Audit what the till wrote in a fresh database, after a rush for what is scarce."""
    make_till(database.open(settings, upgrade=True), settings, PRODUCTS, BY_TRANSFER).database.close()
    rush(settings)
    till = open_till(settings)
    found = till.database.read(audit.report)
    left = till.database.read(lambda look: look.all("SELECT level FROM stock WHERE sku = 'scarce'"))[0][0]
    till.database.close()
    print(f"  rush for {SCARCE} pieces: {found.orders} orders, {left} left, {len(found.differences)} differences")
    if (found.orders, left, found.differences) != (SCARCE, 0, ()):
        raise SystemExit(1)


@contextlib.contextmanager
def postgres() -> Iterator[Callable[[str], str]]:
    """Yield what makes an empty database on a server of its own that waits for the disk."""
    server = Server(durable=True)
    try:
        server.start()

        def create(name: str) -> str:
            with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return str(server.address(name))

        yield create
    finally:
        server.remove()


def main() -> None:
    """Measure both databases and check the books afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER")) as name:
        folder = Path(name)
        if options.database != "postgres":
            measure(make_settings(folder / "sqlite"), options)
            check(make_settings(folder / "rush"))
        if options.database != "sqlite":
            with postgres() as create:
                measure(make_settings(folder / "postgres", create("speed")), options)
                check(make_settings(folder / "postgres-rush", create("rush")))
    print(subprocess.run(["uptime"], capture_output=True, text=True, check=False).stdout.strip())


main()
