"""A shop that is paid by Alipay, the simulator in a process of its own: where buyers go, and what it is answered."""

import functools
import html
import http.client
import json
import re
import threading
from contextlib import closing
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from markets import CHINA, CHINESE_GOODS, Shopper, newest, published, state
from simulated import Simulated, until
from storefront import application
from werkzeug.serving import make_server

DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
LI = {
    "name": "李雷", "phone": "13800001234", "email": "lilei@example.com", "country": "CN", "region": "浙江省",
    "city": "湖州市", "district": "德清县", "street": "桥头 1 号", "delivery": "pickup", "gateway": "alipay",
}  # fmt: skip


@pytest.fixture(scope="module")
def ali(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("alipay"), "alipay", "--speed", "1000")
    yield made
    made.stop()


class Shop:
    """An application of a shop that is reached at an address."""

    def __init__(self, ali, folder, **changes):
        method = json.dumps({**ali.method, **changes})
        published(folder, CHINA.replace("payment:\n", f"payment:\n  - {method}\n"), CHINESE_GOODS)
        ali.payment_method(folder / "var")
        self.app = application(folder)
        self.server = make_server("127.0.0.1", 0, self.app.wsgi_app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def buyer(self, agent=DESKTOP):
        shopper = Shopper(self.app, LI)
        shopper.client.environ_base["HTTP_USER_AGENT"] = agent
        shopper.client.open = functools.partial(shopper.client.open, base_url=self.base)
        return shopper

    def order(self, shopper):
        answer = shopper.press(shopper.add("tea").review())
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.app.extensions["shopwright"].close()


@pytest.fixture
def open_shop(ali, tmp_path):
    made = []

    def open_one(**changes):
        made.append(Shop(ali, tmp_path / "shop", **changes))
        return made[-1]

    yield open_one
    for each in made:
        each.close()


def ask(address, form=None):
    """Ask as a browser does; return status, Location, body."""
    parts = urlsplit(address)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    with closing(connection):
        connection.request("GET" if form is None else "POST", path, form and urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read()


def alipays_page(shop, buyer):
    """Order, follow the page that leaves the shop, and return where it goes."""
    away = shop.order(buyer)
    assert away == f"/orders/{newest(shop.app).token}/leave"
    return html.unescape(re.search(r'href="(http[^"]+)"', buyer.client.get(away).text)[1])


@pytest.mark.parametrize(("agent", "method"), [(DESKTOP, "alipay.trade.page.pay"), (PHONE, "alipay.trade.wap.pay")])
def test_p28_the_buyer_pays_on_alipays_page_and_comes_back_to_a_paid_order(open_shop, ali, agent, method):
    shop = open_shop()
    buyer = shop.buyer(agent)
    page = alipays_page(shop, buyer)
    assert page.startswith(f"{ali.address}/gateway.do?")
    assert parse_qs(urlsplit(page).query)["method"] == [method]
    cashier = ali.address + ask(page)[1]
    status, back, _ = ask(cashier, {"choice": "pay"})
    assert (status, back) == (303, f"{shop.base}/orders/{newest(shop.app).token}")
    assert state(buyer.client.get(urlsplit(back).path)) == "已付款"
    reference = f"{newest(shop.app).number.replace('-', '')}-1"
    notice = until(lambda: [each for each in ali.notices(reference) if each["state"] == "delivered"])[0]
    assert notice["answers"] == [200]
    assert newest(shop.app).paid == 16800


def test_p29_without_any_notice_the_page_asks(open_shop, ali):
    shop = open_shop()
    buyer = shop.buyer()
    cashier = ali.address + ask(alipays_page(shop, buyer))[1]
    back = ask(cashier, {"choice": "quiet"})[1]
    assert state(buyer.client.get(urlsplit(back).path)) == "已付款"


def test_p56_the_way_back_alone_pays_nothing(open_shop):
    shop = open_shop()
    buyer = shop.buyer()
    shop.order(buyer)
    path = f"/orders/{newest(shop.app).token}?out_trade_no=1&total_amount=168.00&trade_status=TRADE_SUCCESS&sign=x"
    assert state(buyer.client.get(path)) == "待付款"
    assert newest(shop.app).paid == 0


def test_a_shop_with_the_counters_product_shows_a_code_on_the_orders_page(open_shop, ali):
    shop = open_shop(product="qr")
    buyer = shop.buyer()
    path = shop.order(buyer)
    page = buyer.client.get(path)
    assert state(page) == "待付款"
    assert re.search(r'<img src="data:image/svg\+xml[^"]+" alt="支付宝', page.text)
    ali.do("pay", reference=f"{newest(shop.app).number.replace('-', '')}-1", quiet=True)
    assert state(buyer.client.get(path)) == "已付款"


def test_p53_p54_what_is_no_notice_gets_no_success(open_shop):
    shop = open_shop()
    form = "application/x-www-form-urlencoded"
    for method, kind, body, status in [
        ("GET", "", None, 405), ("POST", "application/json", b"{}", 401), ("POST", form, b"x" * 70_000, 413),
        ("POST", form, b"trade_status=TRADE_SUCCESS", 401),
    ]:  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", shop.server.server_port, timeout=20)
        with closing(connection):
            connection.request(method, "/pay/alipay/notify", body, {"Content-Type": kind})
            answer = connection.getresponse()
            assert (answer.status, b"success" in answer.read()) == (status, False)
