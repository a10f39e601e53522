"""How long one edit takes: text alone, opened and saved durably, in a shop of many products and in one large table."""

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import catalogue

from generator.editor import Desk, Plain, Set, edit
from generator.places import SAMPLE_SHOPS

_NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _median(run: Callable[[int], object], rounds: int) -> dict[str, float]:
    """Return milliseconds of wall and of CPU for one call."""
    walls, cpus = [], []
    for number in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        run(number)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus)}


def _save(desk: Desk, file: str, path: tuple[str | int, ...], number: int) -> None:
    opened = desk.open(file)
    desk.save(file, opened.digest, [Set(path, Plain(f"{number + 1}.00"))], who="benchmark", now=_NOW)


def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return the median of each kind of edit."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "shop"
        catalogue.write(folder, count)
        desk = Desk(folder)
        text = (folder / "products" / "p-000007.yaml").read_text("utf-8")
        large = (SAMPLE_SHOPS / "tea" / "shop.yaml").read_text("utf-8")
        found = {
            "text of a product": _median(lambda n: edit(text, [Set(("price",), Plain(f"{n + 1}.00"))]), rounds),
            "text of a large shop.yaml": _median(lambda n: edit(large, [Set(("name",), f"Name {n}")]), rounds),
            f"open and save one of {count} products": _median(
                lambda n: _save(desk, f"products/p-{chance.randrange(count):06d}.yaml", ("price",), n), rounds
            ),
        }
        shutil.rmtree(folder / "products")
        rows = "".join(f'p-{n:06d},"Product {n}, new",{n}.00,sku-{n}\n' for n in range(count))
        (folder / "products.csv").write_text("handle,title,price,sku\n" + rows, "utf-8")
        found[f"open and save one cell of {count} rows"] = _median(
            lambda n: _save(desk, "products.csv", (f"p-{chance.randrange(count):06d}", 0, "price"), n), min(rounds, 10)
        )
        return found


def main() -> None:
    """Print the figures, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.products, given.rounds)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, figures in found.items():
        print(f"{name:42} {figures['wall']:8.2f} ms   CPU {figures['cpu']:8.2f} ms")


if __name__ == "__main__":
    main()
