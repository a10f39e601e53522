"""The command that a merchant types, as a process."""

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import storefront
from ports import free_port
from simulated import until

from generator.releases.publishing import Releases

BUY = b"POST /cart/add HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\n"


def run(*words, seconds=240, **given):
    done = subprocess.run(
        [storefront.SHOPWRIGHT, *words], capture_output=True, text=True, timeout=seconds, check=False,
        env={**os.environ, "SHOPWRIGHT_SECRET": storefront.SECRET, **given},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def children(served):
    """Return the worker processes of a server."""
    path = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children")
    return [int(number) for number in path.read_text().split()]


def connect(served):
    return socket.create_connection(("127.0.0.1", served.port), timeout=60)


def slow_post(served, part=b"sku="):
    connection = connect(served)
    connection.sendall(BUY + FORM + part)
    return connection


def read_by(served, connections):
    """Say whether the server has taken these connections and read all that was sent on them."""
    asked = {f"{each.getsockname()[1]:04X}" for each in connections}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [row for row in rows if row[1].endswith(f":{served.port:04X}") and row[2].rpartition(":")[2] in asked]
    return len(ends) == len(asked) and {row[4].rpartition(":")[2] for row in ends} == {"00000000"}


def test_it_builds_publishes_says_where_and_stops_when_told(tmp_path):
    folder = storefront.write(tmp_path / "shop")
    served = storefront.Served(folder).wait()
    status, headers, body = served.get("/products/longjing/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "龙井" in body.decode()
    assert served.stop() == 0
    log = served.log.read_text("utf-8")
    assert f"The shop is open: {served.address}" in log
    assert "Traceback" not in log


def test_what_changed_is_built_when_it_starts_again(serve, shop):
    storefront.price(shop, "longjing", "175")
    assert "175.00" in serve("--workers", "1").get("/products/longjing/")[2].decode()


def test_without_building_it_serves_what_is_published(serve, shop):
    storefront.price(shop, "longjing", "175")
    assert "168.00" in serve("--workers", "1", "--no-build").get("/products/longjing/")[2].decode()


def test_a_port_that_is_taken_is_said_and_ends_with_3(serve, shop):
    served = serve("--workers", "1")
    code, text = run("serve", shop, "--port", str(served.port), "--lang", "en")
    assert code == 3
    assert f"127.0.0.1:{served.port}" in text
    assert f"--port {served.port + 1}" in text
    assert "Traceback" not in text


def test_a_wrong_setting_is_said_and_ends_with_2(shop):
    code, text = run("serve", shop, "--lang", "en", SHOPWRIGHT_PROXY="my-proxy")
    assert (code, "SHOPWRIGHT_PROXY" in text) == (2, True)


def test_a_shop_with_problems_lists_them_and_ends_with_1(tmp_path):
    folder = storefront.write(tmp_path / "shop")
    (folder / "products/longjing.yaml").write_text("title: x\nprice: much\n", "utf-8")
    code, text = run("serve", folder, "--lang", "en")
    assert code == 1
    assert "products/longjing.yaml:2:8: error" in text


def test_a_shop_with_problems_goes_on_as_it_was_published_last(serve, shop):
    (shop / "products/longjing.yaml").write_text("title: x\nprice: much\n", "utf-8")
    served = serve("--workers", "1")
    assert "168.00" in served.get("/products/longjing/")[2].decode()
    log = served.log.read_text("utf-8")
    assert "products/longjing.yaml:2:8: error" in log
    assert "published last" in log


def test_r105_a_shop_whose_database_is_gone_is_shown_and_says_that_it_cannot_sell(serve, shop):
    storefront.application(shop)
    for path in shop.glob("var/shop.db*"):
        path.unlink()
    served = serve("--workers", "1")
    assert [served.get(path)[0] for path in ("/", "/cart", "/orders/0123456789012345678901234")] == [200, 200, 503]
    assert "restore the last backup" in served.log.read_text("utf-8")
    assert list(shop.glob("var/shop.db")) == []


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_requests_under_way_are_finished_when_it_is_told_to_stop(serve):
    served = serve()
    served.get("/cart")
    under_way = [slow_post(served) for _ in range(4)]
    until(lambda: read_by(served, under_way))
    served.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    for each in under_way:
        each.sendall(b"longjing")
    assert [each.recv(100)[:12] for each in under_way] == [b"HTTP/1.1 303"] * 4
    assert served.stop() == 0


def test_it_can_be_stopped_before_it_is_ready(shop):
    for pause in (0.05, 0.2, 0.35):
        served = storefront.Served(shop)
        time.sleep(pause)
        assert served.stop() in {0, -signal.SIGTERM}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_worker_that_is_killed_is_replaced_and_the_shop_goes_on(serve):
    served = serve("--workers", "2")
    first = children(served)
    os.kill(first[0], signal.SIGKILL)
    until(lambda: first[0] not in children(served) and len(children(served)) == 2)
    assert [served.get("/")[0] for _ in range(20)] == [200] * 20


def test_counts_of_all_workers_are_added_up(serve):
    served = serve("--workers", "2")
    for _ in range(40):
        assert served.get("/")[0] == 200
    text = served.get("/metrics")[2].decode()
    assert 'shopwright_requests_total{kind="static",status="2xx"} 40' in text


def test_r108_a_thousand_slow_clients_stop_nobody_else(serve):
    served = serve()
    idle = [connect(served) for _ in range(500)]
    for each in idle:
        each.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    bodies = [slow_post(served) for _ in range(500)]
    assert _answers(bodies, 301) == {b"HTTP/1.1 503"}
    for path in ("/healthz", "/", "/cart"):
        assert served.get(path)[0] == 200
    for each in [*idle, *bodies]:
        each.close()
    assert served.get("/")[0] == 200


def _answers(connections, least):
    """Wait until at least so many have an answer; return the ways in which those begin."""
    found = []
    with selectors.DefaultSelector() as waiting:
        for each in connections:
            waiting.register(each, selectors.EVENT_READ)
        while len(found) < least:
            ready = waiting.select(120)
            assert ready, f"only {len(found)} were answered"
            for key, _ in ready:
                waiting.unregister(key.fileobj)
                found.append(key.fileobj.recv(12))
    return set(found)


@pytest.mark.slow
def test_r108_a_client_that_never_ends_its_headers_is_let_go(serve):
    served = serve("--workers", "1")
    connection = connect(served)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    assert b"200" not in connection.recv(1000)


def test_sixty_publishes_while_shoppers_browse_give_no_bad_answer(serve, shop):
    first = storefront.publish(shop)
    text = (shop / "shop.yaml").read_text("utf-8")
    (shop / "shop.yaml").write_text(text + "theme: {name: harbour, colors: {accent: '#0b5d3b'}}\n", "utf-8")
    second = storefront.publish(shop)
    served = serve("--no-build")
    seen, bad, stop = set(), [], threading.Event()

    def browse():
        while not stop.is_set():
            status, _, body = served.get("/products/longjing/")
            page = body.decode()
            asset = re.search(r'href="(/assets/[^"]+[.]css)"', page)
            seen.add(asset and asset[1])
            if status != 200 or not page.endswith("</html>") or served.get(asset[1])[0] != 200:
                bad.append((status, len(page), asset))

    shoppers = [threading.Thread(target=browse) for _ in range(4)]
    for each in shoppers:
        each.start()
    releases = Releases(shop / "var")
    number = 0
    while number < 60 or (len(seen) < 2 and not bad):
        releases.publish((first, second)[number % 2], storefront.NOW)
        number += 1
        time.sleep(0.05)
    stop.set()
    for each in shoppers:
        each.join()
    assert bad == []
    assert len(seen) == 2


def test_r109_the_pages_alone_can_be_browsed_from_any_web_server(shop, tmp_path):
    storefront.publish(shop, out=tmp_path / "pages")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "pages")
    handler.log_message = lambda *_: None
    plain = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    served = storefront.Served.__new__(storefront.Served)
    served.address = f"http://127.0.0.1:{plain.server_address[1]}"
    try:
        status, _, body = served.get("/products/longjing/")
        page = body.decode()
        assert (status, "龙井" in page, "168.00" in page) == (200, True, True)
        for url in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
            assert served.get(url)[0] == 200
        assert served.get("/en/products/longjing/")[0] == 200
        here = "is paused at the moment"
        paused = {"/cart": "<p>暂时无法下单", "/en/cart": here, "/en/checkout": here}
        for path, said in paused.items():
            status, _, body = served.get(path)
            assert (status, said in body.decode()) == (200, True)
    finally:
        plain.shutdown()
        plain.server_close()


def test_without_granian_waitress_serves_the_same(shop):
    script = (
        "import sys; sys.modules['granian'] = None\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'granian' else find(name, *more)\n"
        "from runtime.cli import main; main()"
    )
    served = storefront.Served.__new__(storefront.Served)
    served.port = free_port()
    served.address = f"http://127.0.0.1:{served.port}"
    served.log = shop.parent / "waitress.log"
    with served.log.open("wb") as log:
        served.process = subprocess.Popen(
            [sys.executable, "-c", script, "serve", shop, "--port", str(served.port)], stdout=log, stderr=log,
            env={**os.environ, "SHOPWRIGHT_SECRET": storefront.SECRET},
        )  # fmt: skip
    try:
        served.wait()
        assert [served.get(path)[0] for path in ("/", "/cart", "/nothing")] == [200, 200, 404]
        post = BUY + FORM + b"sku=longjing"
        assert served.raw(post).startswith(b"HTTP/1.1 303")
    finally:
        assert served.stop() == 0
