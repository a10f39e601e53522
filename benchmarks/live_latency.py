"""From glass to glass: how late viewers see what a camera shows, and how long they wait for the first picture.

A real browser sends from the studio of a really served shop; its camera is a canvas that shows the clock as bars. A
second browser opens the room as a viewer does and reads the bars off its picture, frame by frame, by the same clock.

    python benchmarks/live_latency.py [--seconds 20] [--joins 5] [--height 720]

Goals: half of all frames within 2 seconds, half of all joins within 1 second. Figures are of this machine, with no
network in between; the load of the machine is printed with them.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "runtime"))

from lean_shop import SHOP

SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
ROOM = "title: Clock\nstarts_at: 2026-11-01T20:00\nproducts: [tea]\nsource: {kind: broadcast}\nchat: everyone\n"
BARS = """
const BITS = 48, COLUMNS = 16;
const side = (width) => Math.floor(width / 20);
const drawBars = (pen, width, moment) => {
  const size = side(width);
  for (let bit = 0; bit < BITS; bit += 1) {
    pen.fillStyle = Math.floor(moment / 2 ** bit) % 2 ? "#fff" : "#000";
    pen.fillRect(size + (bit % COLUMNS) * size, size + Math.floor(bit / COLUMNS) * size, size, size);
  }
};
const readBars = (pen, source, width, height) => {
  pen.drawImage(source, 0, 0, width, height);
  const size = side(width);
  let moment = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const middle = (size >> 1) - 1 + size;
    const x = middle + (bit % COLUMNS) * size, y = middle + Math.floor(bit / COLUMNS) * size;
    const { data } = pen.getImageData(x, y, 3, 3);
    let sum = 0;
    for (let place = 0; place < data.length; place += 4) sum += data[place];
    if (sum / 9 > 125) moment += 2 ** bit;
  }
  return moment;
};
"""
CAMERA = (
    "(() => {"
    + BARS
    + """
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const given = await real(wanted);
  if (!wanted.video) return given;
  const [width, height] = SIZE;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  let turn = 0;
  const draw = () => {
    pen.fillStyle = `hsl(${(turn += 1) % 360} 30% 40%)`;
    pen.fillRect(0, 0, width, height);
    drawBars(pen, width, Date.now());
  };
  draw();
  setInterval(draw, 33);
  return new MediaStream([...canvas.captureStream(30).getVideoTracks(), ...given.getAudioTracks()]);
};
})();"""
)
VIEWER = (
    "(() => {"
    + BARS
    + """
const began = performance.now();
const told = (window.told = { first: null, frames: [] });
const canvas = document.createElement("canvas");
let pen = null;
const watch = (video) => {
  const look = () => {
    const now = Date.now();
    if (video.videoWidth) {
      if (canvas.width !== video.videoWidth) {
        Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
        pen = canvas.getContext("2d", { willReadFrequently: true });
      }
      const late = now - readBars(pen, video, video.videoWidth, video.videoHeight);
      told.first ??= performance.now() - began;
      if (Math.abs(late) < 120000) told.frames.push(late);
    }
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
};
const seen = new WeakSet();
const find = () => {
  for (const video of document.querySelectorAll("video")) if (!seen.has(video)) { seen.add(video); watch(video); }
};
new MutationObserver(find).observe(document, { childList: true, subtree: true });
find();
})();"""
)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def served(folder: Path):  # noqa: ANN201  a generator of the shop's address
    """Serve a small shop with one live room; yield its address."""
    for name in ("products", "live"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    (folder / "products/tea.yaml").write_text("title: Longjing\nprice: 10\nstock: 5\n", "utf-8")
    (folder / "live/clock.yaml").write_text(ROOM, "utf-8")
    port = free_port()
    environ = {**os.environ, "SHOPWRIGHT_RTMP_LISTEN": "off"}
    with (folder.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [SHOPWRIGHT, "serve", folder, "--port", str(port), "--workers", "1"], stdout=log, stderr=log, env=environ
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait(lambda: process.poll() is not None or (answers(f"{address}/healthz") and known(folder)), 180)
        if process.poll() is not None:
            raise SystemExit((folder.parent / "serve.log").read_text("utf-8"))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=40)


def known(folder: Path) -> bool:
    """Tell whether the live server of a shop has said where it is."""
    return (folder / "var/run/live.json").exists()


def answers(address: str) -> bool:
    """Tell whether something answers."""
    try:
        urllib.request.urlopen(address, timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def wait(what, seconds: float) -> None:  # noqa: ANN001  a question
    """Wait until a question is answered with yes."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise SystemExit("the shop did not begin in time")
        time.sleep(0.1)


def publish(browser: Browser, address: str, folder: Path, height: int) -> Page:
    """Go live from the studio with the clock as camera."""
    said = subprocess.run(
        [SHOPWRIGHT, "live", "invite", str(folder), "bench", "--address", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    link = re.search(r"\S+/console/live/enter#\S+", said)
    if link is None:
        raise SystemExit(said)
    context = browser.new_context(permissions=["camera", "microphone"])
    context.add_init_script(CAMERA.replace("SIZE", f"[{height * 16 // 9}, {height}]"))
    page = context.new_page()
    page.goto(link[0])
    page.locator("[data-enter] button").click()
    page.wait_for_url("**/console/live")
    page.goto(f"{address}/console/live/clock")
    page.locator("[data-act=go]").click()
    page.wait_for_selector(".state-live", timeout=60_000)
    return page


def watch(browser: Browser, address: str, seconds: float) -> dict:
    """Open the room as a viewer; return the first picture and how late each frame was after it settled."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(VIEWER)
    page = context.new_page()
    page.goto(f"{address}/live/clock/")
    for _ in range(600):
        if page.evaluate("window.told.first !== null"):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(seconds * 1000)
    told = page.evaluate("window.told")
    context.close()
    return told


def spread(values: list[float]) -> dict[str, float]:
    """Return the middle and the edges of some figures, in seconds."""
    ordered = sorted(values)
    return {
        "count": len(ordered),
        "median": round(statistics.median(ordered) / 1000, 3),
        "p95": round(ordered[int(len(ordered) * 0.95)] / 1000, 3),
        "worst": round(ordered[-1] / 1000, 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--joins", type=int, default=5)
    parser.add_argument("--height", type=int, default=720)
    wished = parser.parse_args()
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place) / "shop"
        with served(folder) as address:
            sender = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            viewer = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            page = publish(sender, address, folder, wished.height)
            page.wait_for_timeout(4000)
            told = watch(viewer, address, wished.seconds)
            joins = [watch(viewer, address, 0.2)["first"] for _ in range(wished.joins)]
            measured = {
                name: page.locator(f"[data-measure={name}]").text_content()
                for name in ("delay", "post", "rate", "lost", "dropped", "picture")
            }
            sender.close()
            viewer.close()
    settled = told["frames"][len(told["frames"]) // 4 :]
    print(
        json.dumps(
            {
                "glass to glass": spread(settled),
                "join": spread([told["first"], *joins]),
                "studio": measured,
                "load": [round(each, 1) for each in os.getloadavg()],
                "cores": os.cpu_count(),
            },
            indent=2,
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
