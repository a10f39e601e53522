"""Pages of live rooms may ask their daemon, and nobody else, for pictures."""

import json

import pytest
import storefront

from runtime.web import headers


def directives(answer):
    policy = answer.headers["Content-Security-Policy"]
    return {name: values.split() for name, _, values in (each.strip().partition(" ") for each in policy.split(";"))}


def room(shop):
    entries = json.loads((shop / "var/live/manifest.json").read_text())["entries"]
    return next(url for url in entries if url.startswith("/live/") and url.count("/") == 3)


def write(shop, port):
    folder = shop / "var" / "run"
    folder.mkdir(exist_ok=True)
    (folder / "live.json").write_text(json.dumps({"pid": 1, "http_port": port, "rtmp_port": 1935}))


@pytest.fixture
def ask(shop):
    made = []

    def get(url, **given):
        made.append(storefront.application(shop, **given))
        return directives(made[-1].test_client().get(url))

    yield get
    for each in made:
        each.extensions["shopwright"].close()


def test_a_room_asks_the_daemon_on_the_names_of_the_shop(shop, ask):
    write(shop, 8101)
    found = ask(room(shop))
    assert {"http://127.0.0.1:8101", "http://localhost:8101", "'self'"} <= set(found["connect-src"])
    assert not [each for each in found["connect-src"] if "*" in each]
    assert "http://127.0.0.1:8101" in found["media-src"]
    assert found["worker-src"] == ["'self'", "blob:"]


def test_other_pages_ask_nobody(shop, ask):
    write(shop, 8101)
    found = ask("/")
    assert found["connect-src"] == ["'self'"]
    assert "worker-src" not in found


@pytest.mark.parametrize(("address", "asked"), [("https://live.example.com", ["https://live.example.com"]), ("/", [])])
def test_an_address_that_is_set_is_the_one_that_is_asked(shop, ask, address, asked):
    write(shop, 8101)
    found = ask(room(shop), SHOPWRIGHT_LIVE_ADDRESS=address)
    assert found["connect-src"] == ["'self'", *asked]


def test_only_where_pictures_are_sent_the_camera_may_be_used():
    plain = dict(headers.page(live=headers.Live(("https://live.example.com",))))
    sending = dict(headers.page(live=headers.Live((), sends=True)))
    assert "camera=()" in plain["Permissions-Policy"]
    assert "camera=(self)" in sending["Permissions-Policy"]
    assert "microphone=(self)" in sending["Permissions-Policy"]
    assert "geolocation=()" in sending["Permissions-Policy"]
