"""How long ``check`` takes: a cold run, a run on its cache, and a run after one product changed."""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import catalogue

_GOALS = {"cold": 3.0, "cached": 1.0}


def _run(folder: Path) -> dict[str, float]:
    """Check in a process of its own, as a merchant does, and return its seconds and megabytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", _PROGRAM, str(folder)], check=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "megabytes": after.ru_maxrss / 1024}


_PROGRAM = """
import sys
from pathlib import Path
from generator.check import check
found = check(Path(sys.argv[1]))
sys.exit(0 if found.shop is not None else 1)
"""


def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return the median figures of each kind of run."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "shop"
        catalogue.write(folder, count)
        time.sleep(2.1)  # files this fresh are read again to be sure, which is not what is measured
        runs: dict[str, list[dict[str, float]]] = {"cold": [], "cached": [], "one changed": []}
        for number in range(rounds):
            shutil.rmtree(folder / "var", ignore_errors=True)
            runs["cold"].append(_run(folder))
            runs["cached"].append(_run(folder))
            product = folder / "products" / f"p-{number:06d}.yaml"
            product.write_text(product.read_text(encoding="utf-8").replace("price:", "barcode: b\nprice:", 1), "utf-8")
            runs["one changed"].append(_run(folder))
    return {name: {key: statistics.median(run[key] for run in each) for key in each[0]} for name, each in runs.items()}


def main() -> None:
    """Print the figures, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = measure(given.products, given.rounds)
    if given.json:
        print(json.dumps({"products": given.products, "runs": figures}, indent=2))
        return
    print(f"check of {given.products:,} products, {given.products * 3:,} variants (median of {given.rounds})")
    for name, each in figures.items():
        goal = f"   goal {_GOALS[name]:.0f} s" if name in _GOALS else ""
        print(f"{name:12} {each['wall']:5.2f} s   cpu {each['cpu']:5.2f} s   {each['megabytes']:4.0f} MB{goal}")


if __name__ == "__main__":
    main()
