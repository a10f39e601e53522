"""How long a folder of many shops takes to open, and what memory it needs.

    python benchmarks/many_shops.py --shops 200

Makes a folder of small shops (40 products each), serves it with one command, and writes down: seconds until the list
answers and until every shop is open (the first time all are built, the second time none), seconds of answering every
shop once with a page and once with a view, memory of all processes together (proportional set size), and the time of
processors that the process beside the servers takes while nobody visits anything.
"""

import argparse
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHOP = """format: 1
name: Shop {number}
url: https://shop{number}.example.com
country: SG
locale: en
currency: SGD
seller:
  {{type: company, legal_name: Shop {number} Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}}
home: [{{section: shelf, shelf: all}}]
delivery:
  - {{id: post, name: Post, kind: courier, rates: {{by: quantity, zones: [{{regions: ['*'], first: {{fee: 10}}}}]}}}}
payment: [{{gateway: rehearsal}}]
"""
PRODUCTS = 40
PORT = 8790


def write(root: Path, shops: int) -> None:
    """Write the texts of all shops."""
    for number in range(1, shops + 1):
        folder = root / f"shop{number}"
        (folder / "products").mkdir(parents=True)
        (folder / "shelves").mkdir()
        (folder / "shop.yaml").write_text(SHOP.format(number=number), "utf-8")
        (folder / "shelves/all.yaml").write_text("title: All\nrule: {tag: tea}\n", "utf-8")
        for product in range(1, PRODUCTS + 1):
            text = f"title: Tea {product} of {number}\nprice: {product}.50\nstock: 20\ntags: [tea]\n"
            (folder / f"products/tea-{product}.yaml").write_text(text, "utf-8")


def ask(host: str, path: str) -> int:
    """Ask the server for a page and return its status; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{PORT}"})
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def processes(parent: int) -> list[int]:
    """Return a process and all below it."""
    found, children = [parent], {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    for each in found:
        found += children.get(each, [])
    return found


def name_of(process: int) -> str:
    """Return what a process is."""
    words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    known = {b"runtime.agency.steward": "steward", b"runtime.agency.builder": "builder"}
    return next((known[word] for word in words if word in known), "server")


def memory(parent: int) -> dict[str, float]:
    """Return megabytes by kind of process: shared pages are shared out."""
    found: dict[str, float] = {}
    for process in processes(parent):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            name = name_of(process)
        except OSError:
            continue
        pss = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        found[name] = found.get(name, 0) + pss / 1024
    return {name: round(value, 1) for name, value in sorted(found.items())}


def seconds_of(parent: int, kind: str) -> float:
    """Return the processor seconds that a kind of process took until now."""
    total = 0.0
    for process in processes(parent):
        if name_of(process) == kind:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def wait(told: object, seconds: float = 1800) -> float:
    """Wait until something is so; return how long that took."""
    began = time.monotonic()
    while not told():  # type: ignore[operator]
        if time.monotonic() - began > seconds:
            raise SystemExit("it took too long")
        time.sleep(0.05)
    return time.monotonic() - began


def visit(hosts: list[str], path: str) -> float:
    """Ask every shop once; return the seconds that took."""
    began = time.monotonic()
    for host in hosts:
        status = ask(host, path)
        if status != 200:
            raise SystemExit(f"{host}{path}: {status}")
    return time.monotonic() - began


def run(root: Path, hosts: list[str], workers: int, quiet: float) -> None:
    """Serve the folder once and print the figures."""
    command = [sys.executable, "-c", "from runtime.cli import main; main()", "serve", str(root), "--port", str(PORT)]
    began = time.monotonic()
    server = subprocess.Popen([*command, "--workers", str(workers), "--lang", "en"], stderr=subprocess.DEVNULL)
    try:
        wait(lambda: ask("localhost", "/healthz") == 200)
        print(f"the list answers after        {time.monotonic() - began:8.1f} s")
        waiting = set(hosts)

        def all_open() -> bool:
            for host in sorted(waiting)[:5]:
                if ask(host, "/healthz") == 200:
                    waiting.discard(host)
            return not waiting

        wait(all_open)
        print(f"all {len(hosts)} shops are open after  {time.monotonic() - began:8.1f} s")
        print(f"memory then (MB)              {memory(server.pid)}")
        print(f"every shop's home, once       {visit(hosts, '/'):8.1f} s")
        print(f"every shop's cart, once       {visit(hosts, '/cart'):8.1f} s")
        print(f"every shop's cart, again      {visit(hosts, '/cart'):8.1f} s")
        print(f"memory then (MB)              {memory(server.pid)}")
        time.sleep(quiet)
        before = seconds_of(server.pid, "steward")
        time.sleep(quiet)
        spent = seconds_of(server.pid, "steward") - before
        print(f"steward, nobody visiting      {100 * spent / quiet:8.1f} % of one processor")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quiet", type=float, default=60.0, help="Seconds over which the idle steward is measured.")
    parser.add_argument("--folder", type=Path, help="Keep the shops here, and go on with those that are here.")
    given = parser.parse_args()
    root = given.folder or Path(tempfile.mkdtemp(prefix="many-shops-"))
    try:
        if not (root / "shop1").exists():
            write(root, given.shops)
        hosts = [f"shop{number}.localhost" for number in range(1, given.shops + 1)]
        for said in ("first start: every shop is built", "second start: nothing is built"):
            print(f"== {said}", flush=True)
            run(root, hosts, given.workers, given.quiet)
    finally:
        if not given.folder:
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
