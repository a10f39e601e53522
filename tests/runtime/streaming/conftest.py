"""Published shops with a live room, and their daemons."""

import air
import pytest


@pytest.fixture
def on_air(tmp_path):
    """Return a daemon of a shop whose live settings are given."""
    air.need("ffmpeg")
    started = []

    def start(*, run=True, environment=None, **live):
        folder = air.write(tmp_path / f"shop{len(started)}", **{"grace": "5s", **live})
        started.append(air.Aired(folder, **(environment or {})))
        return started[-1].start() if run else started[-1]

    yield start
    for each in started:
        each.close()
