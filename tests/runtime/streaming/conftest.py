"""Published shops with a live room, and their daemons."""

import os
import shutil

import air
import pytest


def need(program):
    """Fail in CI, skip elsewhere, where a program is not installed."""
    if shutil.which(program) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed")


@pytest.fixture
def on_air(tmp_path):
    """Return a daemon of a shop whose live settings are given."""
    need("ffmpeg")
    started = []

    def start(*, run=True, environment=None, **live):
        folder = air.write(tmp_path / f"shop{len(started)}", **{"grace": "5s", **live})
        started.append(air.Aired(folder, **(environment or {})))
        return started[-1].start() if run else started[-1]

    yield start
    for each in started:
        each.close()
