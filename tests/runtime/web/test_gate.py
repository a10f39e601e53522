"""Who is let in at all, and what a request may look like."""

import pytest
import storefront

SAME = {"Sec-Fetch-Site": "same-origin"}
ADD = {"sku": "longjing", "quantity": "1"}


@pytest.fixture
def closed(client):
    """The cart after a request that must not have changed it."""
    yield client
    assert client.get("/api/v1/cart").json == {"count": 0}


@pytest.mark.parametrize("path", ["/", "/cart", "/nothing", "/assets/x.css"])
@pytest.mark.parametrize(
    "host", ["evil.com", "localhost.evil.com", "127.0.0.1,evil.com", "", "localhost:8000:1", "a" * 300]
)
def test_r100_another_host_is_turned_away(client, path, host):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert "龙井" not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:80", "tea.example.com", "tea.example.com."]
)
def test_r100_our_own_names_are_served(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_r100_only_listed_hosts_are_served_where_they_are_listed(shop):
    client = storefront.application(shop, SHOPWRIGHT_HOSTS="shop.example, www.shop.example").test_client()
    assert client.get("/", headers={"Host": "www.shop.example"}).status_code == 200
    assert client.get("/", headers={"Host": "tea.example.com"}).status_code == 400


def test_r100_raw_requests_with_two_hosts_or_none_are_turned_away_and_a_foreign_target_is_ignored(serve):
    served = serve("--workers", "1")
    end = b"Connection: close\r\n\r\n"
    for lines in (b"Host: 127.0.0.1\r\nHost: evil.com\r\n", b"Host: evil.com\r\nHost: 127.0.0.1\r\n", b""):
        assert served.raw(b"GET / HTTP/1.1\r\n" + lines + end).startswith(b"HTTP/1.1 400")
    foreign = served.raw(b"GET http://evil.com/cart HTTP/1.1\r\nHost: 127.0.0.1\r\n" + end)
    assert foreign.startswith(b"HTTP/1.1 200")
    assert b"evil.com" not in foreign


def test_r100_forwarded_headers_are_believed_from_a_named_proxy_only(shop):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.com"}
    stranger = storefront.application(shop).test_client()
    assert "Strict-Transport-Security" not in stranger.get("/", headers=forwarded).headers
    named = storefront.application(shop, SHOPWRIGHT_PROXY="10.0.0.0/8").test_client()
    for path in ("/", "/cart"):
        secure = named.get(path, headers=forwarded, environ_base={"REMOTE_ADDR": "10.1.2.3"})
        assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "evil.com" not in secure.text
        outside = named.get(path, headers=forwarded, environ_base={"REMOTE_ADDR": "203.0.113.8"})
        assert "Strict-Transport-Security" not in outside.headers


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, {"Origin": "null"}, {"Origin": "http://evil.com"},
        {"Origin": "http://localhost.evil.com"}, {"Origin": "http://localhost:81"}, {"Origin": "http://[oops"},
        {"Referer": "http://evil.com/?http://localhost/"}, {"Origin": "file://localhost"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing(closed, headers):
    answer = closed.post("/cart/add", data=ADD, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [SAME, {"Origin": "http://localhost"}, {"Referer": "http://localhost/products/x/"}])
def test_a_form_of_our_own_is_taken(client, headers):
    assert client.post("/cart/add", data=ADD, headers=headers).status_code == 303
    assert client.get("/api/v1/cart").json == {"count": 1}


def test_notices_of_payment_providers_need_no_origin(client):
    assert client.post("/pay/nobody/notify", data=b"{}").status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "BREW"])
def test_methods_that_nobody_needs_are_refused(client, method):
    assert client.open("/cart", method=method).status_code == 405


def test_a_method_that_a_page_does_not_take_is_named(client):
    answer = client.post("/cart", headers=SAME)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "query", ["q=%ff", "q=%e4%b8", "q=%00", "&".join(f"a{n}=1" for n in range(101)), "q=" + "x" * 9000]
)
def test_r102_queries_that_make_no_sense_are_refused(client, query):
    assert client.get(f"/cart?{query}").status_code in {400, 414}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"sku=%ff", "application/x-www-form-urlencoded", 400),
        (b"sku=\xff", "application/x-www-form-urlencoded", 400),
        (b"sku=a%00b", "application/x-www-form-urlencoded", 400),
        (b"sku=longjing&sku=endless", "application/x-www-form-urlencoded", 400),
        (b"sku=longjing&quantity=1&quantity=2", "application/x-www-form-urlencoded", 400),
        (b"quantity=1", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(10_000)), "application/x-www-form-urlencoded", 400),
        (b"sku=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
        (b'{"sku":"longjing"}', "text/plain", 415),
        (b"\xff", "application/json", 400),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", 400),
    ],
)
def test_r102_bodies_that_make_no_sense_are_refused(closed, body, media_type, status):
    assert closed.post("/cart/add", data=body, content_type=media_type, headers=SAME).status_code == status


def test_r102_broken_cookies_are_nobodys(client):
    for cookie in ("cart=\xff\xfe", "cart=%ff", "cart", ";;=;", "cart=" + "x" * 5000, "basket=\x01"):
        answer = client.get("/cart", headers={"Cookie": cookie})
        assert answer.status_code == 200


def test_r102_raw_nonsense_is_answered_with_4xx(serve):
    served = serve("--workers", "1")
    host, end = b"Host: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n", b"Connection: close\r\n\r\n"
    post = b"POST /cart/add HTTP/1.1\r\n" + host + b"Content-Type: application/x-www-form-urlencoded\r\n"
    chunked = b"Transfer-Encoding: chunked\r\n"
    for data in (
        b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 1_000_000 + b"\r\n" + end,
        b"GET /cart HTTP/1.1\r\n" + host + b"X: " + b"a" * 40_000 + b"\r\n" + end,
        b"GET /cart HTTP/1.1\r\n" + host + b"".join(b"X%d: a\r\n" % n for n in range(300)) + end,
        post + b"Content-Length: 1073741824\r\n" + end,
        post + b"Content-Length: 99999999999999999999\r\n" + end,
        post + b"Content-Length: -1\r\n" + end,
        post + b"Content-Length: 5\r\nContent-Length: 6\r\n" + end + b"sku=a",
        post + chunked + end + b"zz\r\nsku=a\r\n0\r\n\r\n",
        post + chunked + b"Content-Length: 5\r\n" + end + b"5\r\nsku=a\r\n0\r\n\r\n",
        b"GET /%ff%fe?%ff HTTP/1.1\r\n" + host + end,
        b"GET /\xe4\xb8 HTTP/1.1\r\n" + host + end,
        b"TRACE / HTTP/1.1\r\n" + host + end,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    ):
        answer = served.raw(data)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), (data[:90], answer[:60])
        assert answer or data.startswith(b"\x16")
    assert served.get("/")[0] == 200
    assert "Traceback" not in served.log.read_text("utf-8")


def test_r102_a_body_that_breaks_off_is_not_taken_for_a_shorter_one(serve):
    served = serve("--workers", "1")
    head = b"POST /cart/add HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 200\r\n"
    answer = served.raw(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nsku=longjing", seconds=1)
    assert answer == b""
    assert served.get("/healthz")[0] == 200
    assert "/cart/add 303" not in served.log.read_text("utf-8")
