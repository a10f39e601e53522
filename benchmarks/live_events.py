"""A live room's events: what the desk costs under a flood, and how its files leave through nginx.

``python benchmarks/live_events.py [--seconds 5] [--rounds 3] [--messages 1000] [--viewers 1000]``. First a desk with a
SQLite database takes so many messages a second from a hundred passes, with the beats and likes of viewers, and ticks
twice a second: what counts is CPU. Then nginx sends the room's state, which is written anew every second meanwhile, a
block of its chat, and a plain file of the state's size that nobody touches, in turns: what counts is the ratio.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).parents[1]),
    *(str(Path(__file__).parents[1] / "tests" / "runtime" / each) for each in ("live", ".")),
]

from floor import Shop, make_desk, viewer  # noqa: E402  found by the line above
from serve import answers, cpu, free_port  # noqa: E402
from tills import NOW, make_settings  # noqa: E402

from runtime import database  # noqa: E402
from runtime.live import broadcasts  # noqa: E402
from runtime.live.desk import Beat, Desk  # noqa: E402
from runtime.settings import Settings  # noqa: E402

ROOM = "tea-talk"
PASSES = 100
NGINX = """daemon off; worker_processes 1; pid {root}/nginx.pid; error_log {root}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {root}; proxy_temp_path {root}; fastcgi_temp_path {root};
uwsgi_temp_path {root}; scgi_temp_path {root}; types {{ application/json json; text/html html; }} sendfile on;
server {{ listen 127.0.0.1:{port};
location = / {{ return 200 "here"; }}
location /live/ {{ alias {rooms}/; add_header Cache-Control "public, max-age=1"; }}
location /plain/ {{ alias {plain}/; }} }} }}
"""


class Hall:
    """A desk whose clock is driven by hand, with a broadcast that runs."""

    def __init__(self, folder: Path, viewers: int) -> None:
        self.settings: Settings = make_settings(folder)
        self.store = database.open(self.settings, upgrade=True)
        made, _ = broadcasts.arm(self.store, ROOM, by="benchmark", now=NOW)
        broadcasts.begin(self.store, made.id, NOW)
        self.desk: Desk = make_desk(self.store, self.settings, Shop())
        until = int((NOW + timedelta(days=9)).timestamp())
        self.passes = [viewer(self.settings, f"Guest {each}", until=until) for each in range(max(PASSES, viewers))]
        self.at = NOW

    def flood(self, messages: int, viewers: int) -> tuple[float, float, int]:
        """Live through one second; return the CPU seconds of what is sent, of the two ticks, and the lines shown."""
        sent = ticked = 0.0
        shown = 0
        for half in range(2):
            began = time.thread_time()
            for number in range(messages // 2):
                moment = self.at + timedelta(seconds=half / 2, microseconds=number * 500_000 // max(1, messages // 2))
                who = number % PASSES
                text = f"message {half} {number} {self.at:%H%M%S}"
                said = self.desk.say(ROOM, self.passes[who], text, f"198.51.100.{who}", moment)
                shown += said.code == "shown"
            for number in range(half, viewers, 30):
                address = f"198.51.{number // 250}.{number % 250}"
                self.desk.beat(ROOM, self.passes[number], Beat(seconds=15, clicks={"tea": 1}), address, self.at)
                self.desk.like(ROOM, self.passes[number], 5, address, self.at)
            sent += time.thread_time() - began
            began = time.process_time()
            self.desk.tick(self.at + timedelta(seconds=(half + 1) / 2))
            ticked += time.process_time() - began
        self.at += timedelta(seconds=1)
        return sent, ticked, shown


def pressed(hall: Hall, options: argparse.Namespace) -> dict[str, float]:
    """Return what a second of the flood costs, and what a second of a quiet room does."""
    hall.flood(options.messages, options.viewers)
    loud = [hall.flood(options.messages, options.viewers) for _ in range(options.seconds * 2)]
    quiet = [hall.flood(0, 0) for _ in range(options.seconds * 2)]
    calls = options.messages + 2 * options.viewers / 15
    return {
        "say": statistics.median(each[0] for each in loud) / calls * 1e6,
        "tick": statistics.median(each[1] for each in loud) / 2 * 1e3,
        "core": statistics.median(each[0] + each[1] for each in loud) * 100,
        "quiet": statistics.median(each[1] for each in quiet) / 2 * 1e3,
        "shown": statistics.median(each[2] for each in loud),
    }


@contextmanager
def alive(hall: Hall) -> Iterator[None]:
    """Write the state anew every second, as the daemon does."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(1):
            hall.at += timedelta(seconds=1)
            hall.desk.like(ROOM, hall.passes[0], 3, "198.51.100.1", hall.at)
            hall.desk.tick(hall.at)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def load(port: int, path: str, seconds: int) -> float:
    """Return requests a second; any bad answer ends the benchmark."""
    done = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{seconds}", f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = {line.split(":")[0].strip(): line.split(":")[1].strip() for line in done.stdout.splitlines() if ":" in line}
    if "Non-2xx or 3xx responses" in lines:
        raise SystemExit(f"{path}: {lines['Non-2xx or 3xx responses']} bad answers")
    return float(lines["Requests/sec"])


def delivered(hall: Hall, root: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return requests a second and CPU a request of each file."""
    state = hall.settings.rooms / ROOM / "room.json"
    plain = root / "plain"
    plain.mkdir()
    (plain / "same.json").write_bytes(state.read_bytes())
    port, config = free_port(), root / "nginx.conf"
    config.write_text(NGINX.format(root=root, port=port, rooms=hall.settings.rooms, plain=plain))
    process = subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.DEVNULL)
    paths = {"plain": "/plain/same.json", "state": f"/live/{ROOM}/room.json", "block": f"/live/{ROOM}/chat/1.json"}
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in paths}
    try:
        _until(lambda: answers(port) or process.poll() is not None)
        with alive(hall):
            for _ in range(options.rounds):
                for name, path in paths.items():
                    before = cpu(process.pid)
                    rate = load(port, path, options.seconds)
                    rounds[name].append((rate, (cpu(process.pid) - before) / (rate * options.seconds) * 1e6))
    finally:
        process.terminate()
        process.wait(30)
    return {
        name: {
            "rate": statistics.median(each[0] for each in found),
            "cpu": statistics.median(each[1] for each in found),
        }
        for name, found in rounds.items()
    }


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)


def main() -> None:
    """Measure and print a table and a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--viewers", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        root.chmod(0o755)
        (root / "shop").mkdir()
        hall = Hall(root / "shop", options.viewers)
        desk = pressed(hall, options)
        size = (hall.settings.rooms / ROOM / "room.json").stat().st_size
        files = delivered(hall, root, options)
        hall.store.close()
    print(
        f"{datetime.now(UTC):%Y-%m-%d}: {options.messages} messages/s from {PASSES} passes, {options.viewers} viewers"
    )
    print(f"desk   {desk['say']:7.1f} µs CPU a request, {desk['tick']:.1f} ms a tick (quiet {desk['quiet']:.1f} ms)")
    print(f"       {desk['core']:7.1f} % of a core; {desk['shown']:.0f} lines a second are shown")
    for name, found in files.items():
        print(f"{name:6} {found['rate']:9,.0f} requests/s {found['cpu']:6.1f} µs CPU a request")
    ratios = {name: files["plain"]["cpu"] / files[name]["cpu"] for name in ("state", "block")}
    print(f"ratio  state {ratios['state']:.2f}, block {ratios['block']:.2f} by CPU ({size} bytes of state)")
    print(json.dumps({"desk": desk, "files": files, "ratios": ratios, "bytes": size}))


if __name__ == "__main__":
    main()
