"""What holds for all tests: properties are tried for as long as a busy machine needs, dear things are made once."""

import fcntl
import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

from generator import clock
from generator.build import Wish, build

SAMPLES = Path(__file__).parents[1] / "sample_shops"

settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_collection_finish():
    # Ten thousand tests stay until the end: the collector need not look through them again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def browsers():
    """What starts browsers: one for a whole process, which cannot have two."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Return where the pictures of a sample shop are drawn: once for all processes of a run, as ``var/cache`` has them.

    A shop that finds them there does everything else of its first build by itself.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def drawn(sample):
        shop, done = folder / "drawn" / sample, folder / f"drawn-{sample}"
        with (folder / f"drawn-{sample}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.copytree(SAMPLES / sample, shop, ignore=shutil.ignore_patterns("var"))
                assert build(shop, Wish(now=clock.now())).release
                done.touch()
        return shop / "var" / "cache" / "pictures"

    return drawn


@pytest.fixture(scope="session")
def sample_shop(pictures):
    """Make a copy of a sample shop that was never built, but whose pictures are drawn."""

    def copy(sample, folder):
        shutil.copytree(SAMPLES / sample, folder, ignore=shutil.ignore_patterns("var"))
        shutil.copytree(pictures(sample), folder / "var" / "cache" / "pictures")
        return folder

    return copy
