"""Paying orders through the till's storage path, balances that are read at once, and the audit of many transfers.

python benchmarks/funds.py [transfers]      set SHOPWRIGHT_DATABASE to measure PostgreSQL instead of SQLite
"""

import os
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

from tills import make_settings, make_till, order, product

from runtime import audit, database, funds, receipts
from runtime.funds import Entry, Where
from runtime.gateways import Report, Verdict
from runtime.till import Till

THREADS = 8
ORDERS = 2000
CHUNK = 500


def paying(till: Till, name: str) -> None:
    """Pay orders with eight clients."""
    reports = []
    for number in range(ORDERS):
        found = order(till, [("tea", 1)])
        reference = till.database.read(
            lambda look, found=found: look.find("SELECT reference FROM payment WHERE order_id = ?", found.id)
        )[0]
        reports.append(
            Report(
                gateway="rehearsal",
                reference=reference,
                verdict=Verdict.SUCCEEDED,
                transaction=f"t{number}",
                amount=found.total,
                currency=found.currency,
            )
        )
    now, times = datetime.now(UTC), []

    def run(part: list[Report]) -> None:
        for report in part:
            began = time.perf_counter()
            receipts.confirm(till.database, report, now)
            times.append(time.perf_counter() - began)

    began, processor = time.perf_counter(), time.process_time()
    threads = [threading.Thread(target=run, args=(reports[start::THREADS],)) for start in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - began, time.process_time() - processor
    rank = statistics.quantiles(times, n=100)
    print(
        f"{name + ': pay an order, 8 clients':<46} {ORDERS / took:>7.0f}/s   p50 {rank[49] * 1000:6.2f}  "
        f"p99 {rank[98] * 1000:6.2f}  max {max(times) * 1000:6.1f} ms   CPU {used / ORDERS * 1e6:5.0f} µs"
    )


def fill(till: Till, transfers: int) -> None:
    """Write many small transfers."""
    where = Where("CNY", datetime.now(UTC))
    for start in range(0, transfers, CHUNK):

        def unit(transaction: database.Transaction, start: int = start) -> None:
            for number in range(start, min(start + CHUNK, transfers), 2):
                entries = [
                    Entry(debit=funds.pending("rehearsal"), credit=funds.SUSPENSE, amount=1),
                    Entry(debit=funds.SUSPENSE, credit=funds.pending("rehearsal"), amount=1),
                ]
                funds.post(transaction, "benchmark", str(number), entries, None, where)

        till.database.write(unit)


def timed(name: str, work: Callable[[], object]) -> None:
    """Print how long something takes, the best of three."""
    best = 1e9
    for _ in range(3):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    print(f"{name:<46} {best * 1000:>10.2f} ms")


def main() -> None:
    """Measure one database."""
    transfers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_FOLDER")) as name:
        address = os.environ.get("SHOPWRIGHT_DATABASE", "")
        settings = make_settings(Path(name), address)
        connected = database.open(settings, upgrade=True)
        till = make_till(connected, settings, [product("tea", 100, 10**9)])
        paying(till, connected.dialect)
        began = time.perf_counter()
        fill(till, transfers)
        print(f"{'transfers written':<46} {transfers / (time.perf_counter() - began):>7.0f}/s")
        timed("all balances", lambda: connected.read(funds.balances))
        timed(f"audit of {transfers + 4 * ORDERS} transfers", lambda: connected.read(audit.report))
        print(*connected.read(audit.report).differences[:3], sep="\n")
        connected.close()
    print(subprocess.run(["uptime"], capture_output=True, text=True, check=False).stdout.strip())


main()
