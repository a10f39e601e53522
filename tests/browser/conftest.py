"""A real browser before a really served shop."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from forking import shopwright
from playwright.sync_api import expect
from ports import free_port

SHOPWRIGHT = Path(sys.executable).with_name("shopwright")
PATIENCE = 60_000
"""Milliseconds: a machine may be busy with other things."""
expect.set_options(timeout=PATIENCE)
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is Chromium without windows of its own: a page costs a fifth of the work."""


class Served:
    """A copy of a sample shop, built and served by the command that a merchant types."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_name(f"{folder.name}.log").open("w+")
        self.process = subprocess.Popen(
            [SHOPWRIGHT, "serve", self.folder, "--port", str(self.port), "--workers", "2"],
            stdout=self.log,
            stderr=self.log,
        )
        self._wait()

    def _wait(self, seconds=240):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                # Pages are there at once; what commands need is there when the database answers.
                with urllib.request.urlopen(f"{self.address}/metrics", timeout=20) as answer:
                    if b"shopwright_database_up 1" in answer.read():
                        return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.log.seek(0)
        pytest.fail(f"the shop did not open:\n{self.log.read()}")

    def command(self, *words):
        """Run a command of the merchant on this shop."""
        process = shopwright(*words, environ=os.environ | {"LANG": "C"})
        said, complaints = process.communicate()
        assert process.returncode == 0, said + complaints
        return said

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=120) == 0
        self.log.close()


@pytest.fixture(scope="session")
def chromium(browsers):
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    browser = browsers.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory, sample_shop):
    shops = {}

    def find(sample):
        if sample not in shops:
            shops[sample] = Served(sample_shop(sample, tmp_path_factory.mktemp("served") / sample))
        return shops[sample]

    yield find
    for each in shops.values():
        each.stop()


@pytest.fixture
def open_page(chromium):
    """Open pages of a width, with JavaScript or without; anything the browser complains about fails the test."""
    contexts, complaints = [], []

    def make(width=390, *, javascript=True, locale="zh-CN", **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript, locale=locale, **more
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("response", lambda answer: answer.status >= 500 and complaints.append(f"{answer.status} {answer.url}"))
        page.on("console", lambda line: "Content Security Policy" in line.text and complaints.append(line.text))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
