"""Whole orders a second through the till's storage path, beside bare sqlite3 on the same disk in the same run.

python benchmarks/orders_core.py [seconds]      set SHOPWRIGHT_DATABASE to measure PostgreSQL as well
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

from tills import BY_TRANSFER, Goods, make_settings, make_till, placement, product

from runtime import audit, database, gateways, placing
from runtime.till import Till

Work = Callable[[], None]
THREADS = 8
STOCK = 10**9


def clients(count: int, work: Work, seconds: float) -> list[float]:
    """Run ``work`` in threads until the time is over; return the sorted times of all its calls."""
    times: list[float] = []
    stop = time.perf_counter() + seconds

    def run() -> None:
        while (began := time.perf_counter()) < stop:
            work()
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)


def report(name: str, times: list[float], seconds: float, processor: float) -> None:
    """Print one line: rate, waiting times, processor time of this process for one order."""
    rank = statistics.quantiles(times, n=100)
    print(
        f"{name:<46} {len(times) / seconds:>7.0f}/s   p50 {rank[49] * 1000:6.2f}  p99 {rank[98] * 1000:6.2f}  "
        f"max {times[-1] * 1000:6.1f} ms   CPU {processor / len(times) * 1e6:5.0f} µs"
    )


def measured(name: str, count: int, work: Work, seconds: float) -> None:
    """Measure and print."""
    before = time.process_time()
    times = clients(count, work, seconds)
    report(name, times, seconds, time.process_time() - before)


def bare(folder: Path, seconds: float) -> None:
    """One guarded UPDATE a transaction by sqlite3 alone: what the disk allows one client."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("CREATE TABLE stock (sku TEXT PRIMARY KEY, level INTEGER)")
    connection.execute("INSERT INTO stock VALUES ('tea', ?)", (STOCK,))

    def work() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE stock SET level = level - 1 WHERE sku = 'tea' AND level >= 1")
        connection.execute("COMMIT")

    measured("bare sqlite3, one-row transaction, 1 client", 1, work, seconds)
    connection.close()


def orders(till: Till, name: str, seconds: float, lines: list[tuple[str, int]]) -> None:
    """Measure placing with one client and with eight."""
    moment = datetime.now(UTC)

    def work() -> None:
        placing.place(till, placement(till, lines, gateway="transfer"), moment)

    for count in (1, THREADS):
        measured(f"{name}, {count} client{'s' if count > 1 else ''}", count, work, seconds)


def main() -> None:
    """Measure both databases and check the books afterwards."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER")) as name:
        folder = Path(name)
        settings = make_settings(folder)
        products = [product("tea", 100, STOCK), *(product(f"p{number}", 100, STOCK) for number in range(50))]
        till = make_till(database.open(settings, upgrade=True), settings, products, BY_TRANSFER)
        bare(folder, seconds)
        orders(till, "whole order, 1 line, SQLite FULL", seconds, [("tea", 1)])
        orders(till, "whole order, 3 lines, SQLite FULL", seconds, [("tea", 1), ("p1", 1), ("p2", 2)])
        assert till.database.read(audit.report).differences == ()
        till.database.close()
        address = os.environ.get("SHOPWRIGHT_DATABASE", "")
        if address:
            settings = make_settings(folder / "postgres", address)
            goods = Goods(products, BY_TRANSFER)
            connected = database.open(settings, upgrade=True)
            till = Till(database=connected, goods=goods, gateways=gateways.load(goods.terms, settings))
            orders(till, "whole order, 1 line, PostgreSQL", seconds, [("tea", 1)])
            till.database.close()
    print(subprocess.run(["uptime"], capture_output=True, text=True, check=False).stdout.strip())


main()
