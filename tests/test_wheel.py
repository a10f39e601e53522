"""The built wheel works in an empty environment, away from the checkout: new, check, build, serve."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from ports import free_port

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shopwright(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", folder, source], check=True)
    wheel = next(folder.glob("shopwright-*.whl"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    into = ["--python", folder / "env", "install", "-q", "--no-compile"]  # what is not run need not be compiled
    subprocess.run([*pip, *into, "-c", ROOT / ".ci" / "constraints.txt", wheel], check=True)
    return folder / "env" / "bin" / "shopwright"


def fetch(address, seconds=120.0):
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def leave_one_picture_to_draw(drawn, shop):
    """Bring the pictures of a shop but one, so that drawing is tried and not waited for."""
    ready = shop / "var" / "cache" / "pictures"
    shutil.copytree(drawn, ready, ignore=shutil.ignore_patterns("index"))
    shutil.rmtree(next(ready.rglob("*.avif")).parent)


def test_the_installed_wheel_makes_checks_builds_and_serves_a_shop(shopwright, tmp_path, pictures):
    shop = tmp_path / "my-shop"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SHOPWRIGHT"))}

    def run(*arguments):
        done = subprocess.run(
            [shopwright, *arguments], cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("new", "my-shop", "--from", "tea")
    run("check", "my-shop")
    leave_one_picture_to_draw(pictures("tea"), shop)
    run("build", "my-shop", "--out", "site")
    assert (tmp_path / "site" / "index.html").stat().st_size > 1000
    assert [path.stat().st_size for path in (tmp_path / "site" / "assets").glob("hls.*.js")] == [388_933]
    port = free_port()
    server = subprocess.Popen([shopwright, "serve", shop, "--port", str(port)], cwd=tmp_path, env=clean)
    try:
        status, body = fetch(f"http://127.0.0.1:{port}/")
        assert (status, "山野茶事" in body) == (200, True)
    finally:
        server.terminate()
        assert server.wait(timeout=60) == 0
