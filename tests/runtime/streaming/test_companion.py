"""The daemon beside serve: there when a shop has live rooms, back when it died, gone with the shop."""

import contextlib
import http.client
import json
import os
import signal
import subprocess

import air
import pytest
from air import SECRET, SHOPWRIGHT
from ports import free_port
from simulated import until

from runtime.streaming import ports as sockets


@pytest.fixture
def serve(tmp_path):
    started = []

    def start(folder, command="serve"):
        with (tmp_path / "serve.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [SHOPWRIGHT, command, folder, "--port", str(free_port()), "--lang", "en"],
                    stdout=log,
                    stderr=log,
                    env={**os.environ, "SHOPWRIGHT_SECRET": SECRET},
                    start_new_session=True,
                )
            )
        return started[-1]

    yield start
    for each in started:
        if each.poll() is None:
            each.terminate()
        each.wait(timeout=60)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)  # workers of a server that was killed


def written(folder):
    try:
        return json.loads((folder / "var/run/live.json").read_text())
    except OSError:
        return None


def answers(found):
    asking = http.client.HTTPConnection("127.0.0.1", found["http_port"], timeout=5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except OSError:
        return False
    finally:
        asking.close()


def is_running(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("command", ["serve", "dev"])
def test_it_runs_beside_the_shop_and_ends_with_it(tmp_path, serve, command):
    folder = air.write(tmp_path / "shop")
    shop = serve(folder, command)
    found = until(lambda: written(folder))
    assert until(lambda: answers(found))
    shop.terminate()
    assert shop.wait(timeout=60) == 0
    assert not is_running(found["pid"])


def test_it_is_started_again_when_it_dies(tmp_path, serve):
    folder = air.write(tmp_path / "shop")
    shop = serve(folder)
    first = until(lambda: written(folder))
    os.kill(first["pid"], signal.SIGKILL)
    second = until(lambda: (found := written(folder))["pid"] != first["pid"] and found)
    assert until(lambda: answers(second))
    assert shop.poll() is None


def test_it_does_not_outlive_a_shop_that_was_killed(tmp_path, serve):
    folder = air.write(tmp_path / "shop")
    shop = serve(folder)
    found = until(lambda: written(folder))
    shop.kill()
    assert until(lambda: not is_running(found["pid"]))


def test_a_shop_without_rooms_has_none(tmp_path, serve):
    folder = air.write(tmp_path / "shop")
    (folder / "live" / f"{air.ROOM}.yaml").unlink()
    shop = serve(folder)
    until(lambda: b"The shop is open" in (tmp_path / "serve.log").read_bytes())
    assert written(folder) is None
    shop.terminate()
    assert shop.wait(timeout=60) == 0
    assert written(folder) is None


def test_who_follows_listens_where_the_one_before_did_unless_somebody_else_does_now():
    usual, before = free_port(), free_port()
    with sockets.listen("127.0.0.1", 0, usual) as first:
        assert sockets.port_of(first) == usual
    with sockets.listen("127.0.0.1", 0, usual, before) as again:
        assert sockets.port_of(again) == before
        with sockets.listen("127.0.0.1", 0, usual, before) as other:
            assert sockets.port_of(other) == usual
