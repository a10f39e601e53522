"""A storm over a shop: kill -9, forged and missing notices, a failing provider; are the books equal afterwards?

``python benchmarks/chaos.py [--seconds 60] [--database sqlite|postgres|both]``. Three processes of a shop, each with
buyers, a merchant, jobs and a door for notices, and the simulated WeChat Pay in a process of its own. A random process
is killed after every fourth order; PostgreSQL itself is killed once, too. On the road to the shop notices are lost,
delayed, tripled and reordered, and each brings forged ones along; buyers pay twice, pay after the close, or while the
order is being cancelled; refunds compete, some for more than was paid. The storm goes on until its time is over and
enough of everything has happened. Then the shop does what it does by itself until nothing is under way, reads the
provider's bills, and its ledger must be the provider's books to the fen. Fails when anything is wrong or too little
happened.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

import chaos
import psycopg
from postgres_server import Server

ENOUGH = {
    "orders": 200, "kills": 40, "forged": 250, "refunds": 60, "too much": 60, "double": 5, "late": 15, "quiet": 8,
    "lost": 8, "repeated": 15, "delayed": 8,
}  # fmt: skip


def storm(database: str, seconds: float, minimum: dict[str, int]) -> list[str]:
    """Let a storm blow over a new shop, print what was counted, and return what is wrong."""
    with tempfile.TemporaryDirectory() as name:
        if database == "sqlite":
            counts, wrong = chaos.weather(Path(name), seconds=seconds, minimum=minimum)
        else:
            server = Server()
            try:
                server.start()
                with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
                    connection.execute("CREATE DATABASE shop")

                def restart() -> None:
                    server.stop("immediate")
                    server.start()

                counts, wrong = chaos.weather(
                    Path(name), server.address("shop"), seconds=seconds, minimum=minimum, disturb=[restart]
                )
            finally:
                server.remove()
    few = [f"too few: {counts[each]} {each}, not {least}" for each, least in minimum.items() if counts[each] < least]
    print(database, json.dumps(counts), f"{len(wrong)} wrong", flush=True)
    return [*wrong, *few]


def main() -> None:
    """Let it storm, print, and fail when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    options = parser.parse_args()
    minimum = {name: max(1, int(least * min(1.0, options.seconds / 60))) for name, least in ENOUGH.items()}
    chosen = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    wrong = [each for database in chosen for each in storm(database, options.seconds, minimum)]
    for each in wrong[:20]:
        print(each)
    raise SystemExit(1 if wrong else 0)


main()
