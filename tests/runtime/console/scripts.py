"""Modules of the studio run by node, away from any browser: what they print at the end is JSON."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "runtime" / "console" / "assets" / "live"
TIME = """
let now = 0, waiting = [];
const clock = () => now;
const wait = (time) => new Promise((done) => waiting.push({ at: now + time, done }));
const settle = async () => { for (let turn = 0; turn < 20; turn += 1) await null; };
const pass = async (time) => {
  const end = now + time;
  await settle();
  for (;;) {
    waiting.sort((one, other) => one.at - other.at);
    if (!waiting.length || waiting[0].at > end) break;
    const next = waiting.shift();
    now = Math.max(now, next.at);
    next.done();
    await settle();
  }
  now = end;
};
"""
"""A clock that stands still until it is told to pass."""


def run(text, tmp_path):
    """Run a script that may import the studio's modules by their names, and return what it printed as JSON."""
    if shutil.which("node") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed")
        pytest.skip("node is not installed")
    folder = tmp_path / "modules"
    if not folder.exists():
        shutil.copytree(FOLDER, folder)
        (folder / "package.json").write_text('{"type": "module"}')
    path = folder / "script.mjs"
    path.write_text(text, "utf-8")
    done = subprocess.run(["node", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
