"""A real browser with a camera that is none, before a shop that is really served."""

import os
import shutil

import pytest
from playwright.sync_api import expect
from studio_shop import StudioShop

PATIENCE = 60_000
"""Milliseconds: a machine may be busy with other things."""
expect.set_options(timeout=PATIENCE)
NAMES = ("chromium", "chromium-browser", "google-chrome")
ROOMS = [f"room-{number}" for number in range(24)]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def need(*programs):
    """Fail in CI, skip elsewhere, where none of these programs is installed; return the one that is."""
    path = next((found for name in programs if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{programs[0]} is not installed")
        pytest.skip(f"{programs[0]} is not installed")
    return path


@pytest.fixture(scope="session")
def camera_browser(browsers):
    path = need(*NAMES)
    need("ffmpeg")
    browser = browsers.chromium.launch(
        executable_path=path,
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--autoplay-policy=no-user-gesture-required", *CAMERA],
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def studio_shop(tmp_path_factory):
    made = StudioShop(tmp_path_factory.mktemp("studio") / "shop", ROOMS)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def free_rooms():
    return iter(ROOMS)


@pytest.fixture
def room(free_rooms):
    """Return a room that no other test uses."""
    return next(free_rooms)


@pytest.fixture(scope="session")
def keys(studio_shop):
    return {"host": studio_shop.invite(), "assistant": studio_shop.invite("assistant")}


@pytest.fixture(scope="session")
def entered():
    """Cookies of those who came in already, by role: the entrance takes ten in five minutes."""
    return {}


@pytest.fixture
def enter(camera_browser, studio_shop, keys, entered):
    """Enter a room's studio; what the browser complains about fails the test."""
    contexts, complaints = [], []

    def come(handle="", role="host", width=390, language="en", script=""):
        context = camera_browser.new_context(
            viewport={"width": width, "height": 844}, locale=language, permissions=["camera", "microphone"]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda line: "Content Security Policy" in line.text and complaints.append(line.text))
        page.on("response", lambda answer: answer.status == 500 and complaints.append(answer.url))
        if role in entered:
            context.add_cookies(entered[role])
            page.goto(f"{studio_shop.address}/console/live")
        else:
            page.goto(f"{studio_shop.address}/console/live/enter#{keys[role]}")
            page.locator("[data-enter] button").click()
            page.wait_for_url("**/console/live")
            entered[role] = context.cookies()
        if handle:
            page.goto(f"{studio_shop.address}/console/live/{handle}")
        return page

    yield come
    for each in contexts:
        each.close()
    assert complaints == []


@pytest.fixture
def on_air(enter, room, studio_shop):
    """Go live in a room of its own; the page has an ``end`` that ends it and returns what was recorded."""

    def go(**more):
        studio_shop.road.happen()
        page = enter(room, **more)
        page.locator("[data-act=go]").click()
        page.wait_for_selector(".state-live [data-state-words]")
        studio_shop.road.wait(2)
        return page

    return go
