"""Pages served a second by the shop beside bare nginx on the very same files, and how long a start takes.

``python benchmarks/serve.py [--products 1000] [--rounds 3] [--seconds 3]``. Both servers send the precompressed gzip
form of random product pages to one wrk on this machine, in turns; what counts is the ratio within a run.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import catalogue

SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """daemon off; worker_processes {workers}; pid {root}/nginx.pid; error_log {root}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {root}; proxy_temp_path {root}; fastcgi_temp_path {root};
uwsgi_temp_path {root}; scgi_temp_path {root}; types {{ text/html html; }} sendfile on; open_file_cache max=20000;
server {{ listen 127.0.0.1:{port}; root {pages}; gzip_static on; index index.html; }} }}
"""
WRK = """local pages = {{ {pages} }}
math.randomseed(7)
request = function() return wrk.format("GET", pages[math.random(#pages)]) end
"""


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether the first page is there."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[tuple[int, float]]:
    """Run a server; yield its process and the seconds until its first page."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} did not start")
            time.sleep(0.002)
        yield process.pid, time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def cpu(pid: int) -> float:
    """Return the CPU seconds of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split() for each in (pid, *children)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def load(port: int, script: Path, seconds: int, connections: int) -> tuple[float, int]:
    """Return requests a second and how many answers were bad."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", script, "-H", "Accept-Encoding: gzip",
         f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = {line.split(":")[0].strip(): line.split(":")[1].strip() for line in done.stdout.splitlines() if ":" in line}
    return float(lines["Requests/sec"]), int(lines.get("Non-2xx or 3xx responses", 0))


def measure(name: str, port: int, pid: int, script: Path, options: argparse.Namespace) -> dict[str, float]:
    """Return a server's figures of one round."""
    before = cpu(pid)
    rate, bad = load(port, script, options.seconds, options.connections)
    if bad:
        raise SystemExit(f"{name}: {bad} bad answers")
    return {"rate": rate, "microseconds": (cpu(pid) - before) / (rate * options.seconds) * 1e6}


def main() -> None:
    """Measure and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        shop, pages = root / "shop", root / "pages"
        catalogue.write(shop, options.products)
        subprocess.run([SHOPWRIGHT, "build", shop, "--out", pages], check=True, stdout=subprocess.DEVNULL)
        listed = [f'"/products/{path.name}/"' for path in sorted((pages / "products").iterdir())]
        script = root / "pages.lua"
        script.write_text(WRK.format(pages=", ".join(listed)))
        nginx_port, port = free_port(), free_port()
        config = root / "nginx.conf"
        config.write_text(NGINX.format(root=root, pages=pages, port=nginx_port, workers=options.workers))
        serve = [str(SHOPWRIGHT), "serve", str(shop), "--port", str(port), "--workers", str(options.workers)]
        starts = []
        for _ in range(options.rounds):
            with running(serve, port) as (_, seconds):
                starts.append(seconds)
        figures: dict[str, list[dict[str, float]]] = {"nginx": [], "serve": []}
        with (
            running(["nginx", "-c", str(config)], nginx_port) as (nginx, _),
            running(serve, port) as (ours, _),
        ):
            for _ in range(options.rounds):
                figures["nginx"].append(measure("nginx", nginx_port, nginx, script, options))
                figures["serve"].append(measure("serve", port, ours, script, options))
    report(figures, starts, options)


def report(figures: dict[str, list[dict[str, float]]], starts: list[float], options: argparse.Namespace) -> None:
    """Print what was measured."""
    middle = {
        name: {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in figures.items()
    }
    print(f"{options.products} products, {options.workers} workers, {options.connections} connections, gzip")
    for name, found in middle.items():
        print(f"{name:6} {found['rate']:9,.0f} pages/s {found['microseconds']:7.1f} µs CPU a page")
    ratio = middle["serve"]["rate"] / middle["nginx"]["rate"]
    print(f"ratio  {ratio:9.2f}")
    print(f"start  {min(starts):9.2f} s to the first page (worst {max(starts):.2f} s)")
    print(json.dumps({**middle, "ratio": ratio, "start": starts}))


if __name__ == "__main__":
    main()
