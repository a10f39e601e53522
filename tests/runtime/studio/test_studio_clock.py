"""A clock before the camera of the studio is the clock that a viewer of the room reads, and it runs."""

import importlib.util
from pathlib import Path

import pytest
from simulated import until

pytestmark = pytest.mark.browser
BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "live_latency.py"


@pytest.fixture(scope="module")
def bars():
    """Return the module of the benchmark, which draws a clock as bars and reads it again."""
    found = importlib.util.spec_from_file_location("live_latency", BENCHMARK)
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def test_a_viewer_of_the_room_reads_the_clock_that_the_camera_showed(on_air, camera_browser, studio_shop, room, bars):
    on_air(script=bars.CAMERA.replace("SIZE", "[640, 360]"))
    context = camera_browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(bars.VIEWER)
    page = context.new_page()
    page.goto(f"{studio_shop.address}/live/{room}/")
    frames = until(lambda: (found := page.evaluate("window.told.frames")) and len(found) >= 60 and found)
    context.close()
    behind = frames[20:]
    # A bar that is read wrong is off by hours; what is right is in the past, and about as old in every frame.
    right = [each for each in behind if 0 < each < 30_000]
    assert len(right) >= 0.9 * len(behind)
    assert sum(abs(each - sorted(right)[len(right) // 2]) < 5000 for each in right) >= 0.9 * len(right)
