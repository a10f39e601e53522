"""Packages of npm as witnesses: installed once into a cache folder of this machine, run by node; never a part of us."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shopwright-tests"


class Node:
    """Runs scripts (ES modules) that find their packages; each prints one line of JSON at its end."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, script, *given, **environ):
        path = self.folder / f"script-{os.getpid()}.mjs"
        path.write_text(script)
        command, surroundings = ["node", path, json.dumps(given)], {**os.environ, **environ}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=surroundings)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])


def packages(*wanted):
    """Return a Node that has these packages (name@version); skip the test where node, npm or the registry are away."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed")
    folder = _CACHE / "-".join(each.replace("/", "_") for each in wanted)
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        asked = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *wanted]
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install {' '.join(wanted)}: {done.stderr.strip()[-200:]}")
        (folder / "done").touch()
    return Node(folder)
