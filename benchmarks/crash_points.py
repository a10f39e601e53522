"""A buyer's life is killed at every system call that writes or talks, and goes on: what is wrong in the end?

``python benchmarks/crash_points.py [--every 1] [--database sqlite|postgres|both]``. One life is an order placed, begun
to be paid at the simulated WeChat Pay (a process of its own), paid, shipped, refunded in part; told of by notices or
found by asking. ``strace`` kills it at its first, second, … n-th call of a kind, until it lives through. Each time the
life goes on from there with the same keys, then ``audit`` must be clean, and WeChat Pay's books must be the ledger's:
one payment, one refund, the right stock. SQLite is killed where it writes (fdatasync, pwrite64) and where it talks to
the provider (sendto, recvfrom); PostgreSQL's client where it talks to either.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

import psycopg
from killing import Lives
from postgres_server import Server
from simulated import Simulated

CALLS = {"sqlite": ("fdatasync", "pwrite64", "sendto", "recvfrom"), "postgres": ("sendto", "recvfrom")}
LAST = 2000


@contextlib.contextmanager
def address_of(database: str) -> Iterator[str]:
    """Yield the address of an empty database; '' is a file."""
    if database == "sqlite":
        yield ""
        return
    server = Server()
    try:
        server.start()
        with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE shop")
        yield server.address("shop")
    finally:
        server.remove()


def enumerate_points(lives: Lives, call: str, every: int) -> tuple[int, list[str]]:
    """Kill at every n-th call of a kind until a life lives through; return (lives killed, what was wrong)."""
    killed, wrong = 0, []
    for number in range(1, LAST, every):
        lived, found = lives.die_at(call, number)
        wrong += [f"{call} {number}: {each}" for each in found]
        if lived:
            return killed, wrong
        killed += 1
    return killed, [*wrong, f"{call}: it never lived through"]


def measure(database: str, wechat: Simulated, folder: Path, every: int) -> list[str]:
    """Enumerate all kinds of points with one database, and print a line for each; return what was wrong."""
    wrong = []
    for notices in (False, True):
        with address_of(database) as address:
            lives = Lives(wechat, folder / f"{database}-{notices}", address, notices=notices)
            try:
                for call in CALLS[database]:
                    began = time.perf_counter()
                    killed, found = enumerate_points(lives, call, every)
                    way = "notices" if notices else "asking"
                    seconds = time.perf_counter() - began
                    print(
                        f"{database:9} {way:8} {call:10} {killed:5} killed  {len(found)} wrong  {seconds:6.0f} s",
                        flush=True,
                    )
                    wrong += found
            finally:
                lives.close()
    return wrong


def main() -> None:
    """Enumerate, print, and fail when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="kill at every n-th point only")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wechat = Simulated(folder / "wechatpay", "wechatpay", "--speed", "100")
        try:
            chosen = ("sqlite", "postgres") if options.database == "both" else (options.database,)
            wrong = [each for database in chosen for each in measure(database, wechat, folder, options.every)]
        finally:
            wechat.stop()
    for each in wrong[:20]:
        print(each)
    raise SystemExit(1 if wrong else 0)


main()
