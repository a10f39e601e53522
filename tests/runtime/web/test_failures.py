"""What shoppers, programs and the log see when something is wrong."""

import contextlib
import gzip
import io
import json
import logging
import sqlite3
from pathlib import Path

import brotli
import pytest
import storefront
from flask import abort
from werkzeug.routing import Map

from runtime import logs
from runtime.refusals import Code, Refusal

SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def spoilt(shop):
    """An application with views that fail."""
    app = storefront.application(shop)

    def fail():
        raise RuntimeError("the secret is abracadabra")

    def refuse():
        raise Refusal(Code.SOLD_OUT, sku="x", title={"zh-CN": "龙井", "en": "Longjing"}, left=0)

    known = app.url_map  # one for all shops, to which nothing is added
    app.url_map = Map([rule.empty() for rule in known.iter_rules()], converters=known.converters, strict_slashes=False)
    app.add_url_rule("/fail", view_func=fail)
    app.add_url_rule("/api/v1/fail", endpoint="api_fail", view_func=fail)
    app.add_url_rule("/refuse", view_func=refuse)
    app.add_url_rule("/en/refuse", endpoint="en_refuse", view_func=refuse)
    app.add_url_rule("/teapot", view_func=lambda: abort(418))
    return app


def kept_log(form="text"):
    stream = io.StringIO()
    logs.start(form, stream)
    return stream


@pytest.fixture(autouse=True)
def _quiet():
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = before


def test_an_unknown_address_gets_a_page_in_the_shops_look_and_language(client):
    page = client.get("/products/nothing/")
    assert page.status_code == 404
    assert "四季茶铺" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Page not found" in client.get("/en/nothing").text


def test_an_unknown_address_of_the_interface_gets_json(client):
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json["error"]) == (404, "Not Found")


@pytest.mark.parametrize("given", [{}, {"FLASK_DEBUG": "1", "WERKZEUG_DEBUG_PIN": "off"}])
def test_r103_a_mistake_of_ours_is_a_calm_page_with_an_id_and_a_trace_in_the_log(spoilt, monkeypatch, given):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    stream = kept_log()
    answer = spoilt.test_client().get("/fail")
    identity = answer.headers["X-Request-Id"]
    assert answer.status_code == 500
    assert identity in answer.text
    assert "四季茶铺" in answer.text
    assert [word for word in ("abracadabra", "RuntimeError", "Traceback", "runtime/web") if word in answer.text] == []
    assert "RuntimeError: the secret is abracadabra" in stream.getvalue()
    assert identity in stream.getvalue()


def test_r103_a_program_gets_the_same_as_json(spoilt):
    answer = spoilt.test_client().get("/api/v1/fail")
    assert answer.status_code == 500
    assert answer.json == {
        "error": "Internal Server Error",
        "message": "是我们的问题，已经记录下来。请稍后再试。",
        "request": answer.headers["X-Request-Id"],
    }


def test_r103_no_debugger_answers_anywhere(spoilt):
    for query in ("__debugger__=yes&cmd=resource&f=debugger.js", "__debugger__=yes&cmd=pinauth"):
        assert spoilt.test_client().get(f"/fail?{query}").status_code == 500
    answer = spoilt.test_client().get("/console?__debugger__=yes")
    entrance = "/console/enter?next=%2Fconsole%3F__debugger__%3Dyes"
    assert (answer.status_code, answer.headers["Location"]) == (303, entrance)
    assert "debugger" not in answer.text.replace(entrance, "")


def test_r103_a_theme_whose_page_for_failures_fails_is_no_second_failure(spoilt, shop):
    for path in (shop / "var/live/theme/pages").glob("error.html"):
        path.write_text("{{ nonsense.nothing }}", "utf-8")
    answer = spoilt.test_client().get("/fail")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "nonsense" not in answer.text


def test_a_refusal_is_said_in_the_language_of_the_page(spoilt):
    client = spoilt.test_client()
    answer = client.get("/refuse")
    assert answer.status_code == 409
    assert "龙井" in answer.text


def test_a_status_that_nobody_planned_keeps_its_number(spoilt):
    assert spoilt.test_client().get("/teapot").status_code == 418


def test_personal_pages_are_kept_nowhere(client):
    for path in ("/cart", "/checkout", "/orders/lookup", "/orders/nothing"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_every_answer_carries_the_protecting_headers(client):
    for path in ("/", "/cart", "/nothing", "/api/v1/cart", "/orders/lookup"):
        found = client.get(path).headers
        assert found["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in found["Content-Security-Policy"]
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found["Referrer-Policy"] in {"same-origin", "strict-origin-when-cross-origin"}
    for path in ("/", "/cart", "/nothing"):
        found = client.get(path).headers
        assert found["Cross-Origin-Opener-Policy"] == "same-origin"
        assert found["X-Frame-Options"] == "SAMEORIGIN"
        assert "camera=()" in found["Permissions-Policy"]


@pytest.mark.parametrize(("form", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_of_the_till_are_sent_compressed_too(client, form, unpack):
    plain = client.get("/orders/lookup")
    packed = client.get("/orders/lookup", headers={"Accept-Encoding": form})
    assert packed.headers["Content-Encoding"] == form
    assert unpack(packed.data) == plain.data
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


def test_a_few_bytes_are_not_worth_compressing(client):
    assert "Content-Encoding" not in client.get("/api/v1/cart", headers={"Accept-Encoding": "br"}).headers


def test_the_log_has_a_line_a_request_without_anybodys_data(client):
    stream = kept_log()
    client.post("/orders/lookup?who=b@example.com", data={"number": "1", "contact": "a@example.com"}, headers=SAME)
    client.get("/orders/0123456789012345678901234567890x")
    lines = [line for line in stream.getvalue().splitlines() if " answered " in line]
    assert len(lines) == 2
    assert "POST /orders/lookup 404" in lines[0]
    assert "GET /orders/<token> 404" in lines[-1]
    assert [word for word in ("example.com", "0123456789012", "127.0.0.1") if word in stream.getvalue()] == []


def test_the_log_is_json_where_machines_read_it(client):
    stream = kept_log("json")
    request = client.get("/cart").headers["X-Request-Id"]
    document = json.loads(stream.getvalue().splitlines()[-1])
    assert document["request"] == request
    assert (document["event"], document["method"], document["route"], document["status"]) == (
        "answered",
        "GET",
        "/cart",
        200,
    )
    assert document["level"] == "info"


def test_nobody_can_forge_a_line_of_the_log():
    stream = kept_log()
    logging.getLogger("x").info("name %s", "a\r\n2026-01-01T00:00:00Z info forged\x1b[31m\u2028")
    assert stream.getvalue().count("\n") == 1
    assert r"a\r\n2026-01-01T00:00:00Z info forged\x1b[31m\u2028" in stream.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_r114_a_full_disk_for_the_log_stops_no_sale(client):
    with contextlib.suppress(OSError), Path("/dev/full").open("w") as full:
        logs.start("text", full)
        assert client.post("/cart/add", data={"sku": "longjing"}, headers=SAME).status_code == 303
        assert client.get("/cart").status_code == 200
        with pytest.raises(OSError, match="No space left"):
            full.flush()


class TestR105:
    """The database is away, and the storefront is not."""

    def pages(self, client):
        return {path: client.get(path).status_code for path in ("/", "/products/longjing/", "/cart", "/search?q=龙井")}

    def open(self):
        return dict.fromkeys(("/", "/products/longjing/", "/cart", "/search?q=龙井"), 200)

    def order(self, client):
        client.post("/cart/add", data={"sku": "longjing"}, headers=SAME)
        return client.get("/checkout"), client.get("/orders/0123456789012345678901234567890x")

    def test_a_database_that_was_deleted_is_not_made_anew(self, shop):
        client = storefront.application(shop).test_client()
        for path in shop.glob("var/shop.db*"):
            path.unlink()
        assert self.pages(client) == self.open()
        for answer in self.order(client):
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
        assert list(shop.glob("var/shop.db")) == []

    def test_a_database_of_noise_is_said_and_left_alone(self, shop):
        client = storefront.application(shop).test_client()
        for path in shop.glob("var/shop.db-*"):
            path.unlink()
        (shop / "var/shop.db").write_bytes(b"noise" * 4096)
        assert self.pages(client) == self.open()
        assert [answer.status_code for answer in self.order(client)] == [503, 503]
        assert (shop / "var/shop.db").read_bytes() == b"noise" * 4096

    def test_it_sells_again_when_the_database_is_back(self, shop):
        client = storefront.application(shop).test_client()
        away = shop / "var/away.db"
        for path in shop.glob("var/shop.db-*"):
            path.unlink()
        (shop / "var/shop.db").rename(away)
        assert [answer.status_code for answer in self.order(client)] == [503, 503]
        away.rename(shop / "var/shop.db")
        assert [answer.status_code for answer in self.order(client)] == [200, 404]

    def test_a_long_writer_stops_no_page(self, shop):
        client = storefront.application(shop).test_client()
        assert self.order(client)[0].status_code == 200
        other = sqlite3.connect(shop / "var/shop.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert self.pages(client) == self.open()
        assert self.order(client)[0].status_code == 200
        other.execute("ROLLBACK")
        other.close()

    def test_the_alarm_is_a_metric_and_a_line_of_the_log(self, shop):
        client = storefront.application(shop).test_client()
        assert "shopwright_database_up 1" in client.get("/metrics").text
        for path in shop.glob("var/shop.db*"):
            path.unlink()
        stream = kept_log()
        client = storefront.create_app(shop, storefront.settings(shop)).test_client()
        self.order(client)
        assert "shopwright_database_up 0" in client.get("/metrics").text
        assert "the world failed" in stream.getvalue()


def test_metrics_are_for_this_machine_or_for_who_knows_the_token(shop):
    client = storefront.application(shop, SHOPWRIGHT_METRICS_TOKEN="open sesame").test_client()
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", headers={"Host": "tea.example.com"}).status_code == 404
    for token, status in (("open sesame", 200), ("open", 404), ("", 404)):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/metrics", environ_base=elsewhere, headers=headers).status_code == status


def test_metrics_count_what_happened(client):
    client.get("/")
    client.get("/", headers={"If-None-Match": "*"})
    client.get("/cart")
    client.get("/nothing")
    client.post("/cart/add", data={"sku": "longjing"}, headers=SAME)
    client.post("/cart/add", data={"sku": "longjing"})
    lines = client.get("/metrics").text.splitlines()
    for line in (
        'shopwright_requests_total{kind="static",status="2xx"} 1',
        'shopwright_requests_total{kind="static",status="3xx"} 1',
        'shopwright_requests_total{kind="page",status="2xx"} 1',
        'shopwright_requests_total{kind="page",status="3xx"} 1',
        'shopwright_requests_total{kind="page",status="4xx"} 1',
        'shopwright_request_seconds_count{kind="page"} 3',
        'shopwright_request_seconds_bucket{kind="page",le="+Inf"} 3',
        'shopwright_events_total{event="cart_added"} 1',
        'shopwright_events_total{event="turned_away"} 1',
        "# TYPE shopwright_request_seconds histogram",
    ):
        assert line in lines


def test_health_reveals_nothing(client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.data) == (200, b"ok\n")
