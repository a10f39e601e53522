"""A shop that is paid by WeChat, reached at an address of its own by notices."""

import contextlib
import functools
import http.client
import json
import threading

from markets import CHINA, CHINESE_GOODS, Shopper, newest, published
from simulated import until
from storefront import application
from werkzeug.serving import make_server

LI = {
    "name": "李雷", "phone": "13800001234", "email": "lilei@example.com", "country": "CN", "region": "浙江省",
    "city": "湖州市", "district": "德清县", "street": "桥头 1 号", "delivery": "pickup", "gateway": "wechatpay",
}  # fmt: skip


def shop_yaml(wechat, **changes):
    method = {key: value for key, value in {**wechat.method, **changes}.items() if value is not None}
    return CHINA.replace("payment:\n", f"payment:\n  - {json.dumps(method)}\n")


def listening(app):
    """Let an application be reached by notices; return the server."""
    server = make_server("127.0.0.1", 0, app.wsgi_app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


class Shop:
    """An application of a shop that is reached at an address."""

    def __init__(self, wechat, folder, **changes):
        self.wechat = wechat
        published(folder, shop_yaml(wechat, **changes), CHINESE_GOODS)
        wechat.payment_method(folder / "var")
        self.app = application(folder, **wechat.secrets)
        self.server = listening(self.app)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.front = self.app.extensions["shopwright"]

    def buyer(self, agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
        shopper = Shopper(self.app, LI)
        shopper.client.environ_base["HTTP_USER_AGENT"] = agent
        shopper.client.open = functools.partial(shopper.client.open, base_url=self.base)
        return shopper

    def order(self, shopper):
        answer = shopper.press(shopper.add("tea").review())
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    @property
    def newest(self):
        return newest(self.app)

    @property
    def reference(self):
        return f"{self.newest.number.replace('-', '')}-1"

    def paid(self, **values):
        return self.wechat.do("pay", reference=self.reference, **values)

    def tell(self, letter):
        """Send a notice to the shop and return the status of its answer."""
        body, headers = letter
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        with contextlib.closing(connection):
            connection.request("POST", "/pay/wechatpay/notify", body, headers)
            return connection.getresponse().status

    def rows(self, statement):
        return self.front.database.read(lambda look: look.all(statement))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.front.close()


def answers(wechat, reference):
    """Return how the shop answered the notices of a charge, once all were delivered or given up."""
    until(lambda: all(each["state"] in {"delivered", "dropped", "abandoned"} for each in wechat.notices(reference)))
    rows = wechat.notices(reference)
    return [status for each in rows for status in each["answers"]]
