"""Independent SDKs as merchants of the simulator: wechatpayv3, wechatpay-axios-plugin and wechatpay-node-v3."""

import itertools
import json
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from simulated import Simulated, until
from tills import make_settings, make_terms
from wechatpayv3 import WeChatPay, WeChatPayType

from runtime import gateways
from runtime.gateways import Charge, Verdict
from runtime.gateways.wechatpay.bills import BEIJING
from runtime.refusals import Refusal

PACKAGES = ("wechatpay-axios-plugin@0.9.6", "wechatpay-node-v3@2.2.1")
MERCHANT = Path(__file__).with_name("wechatpay_merchant.js")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def wechat(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("wechatpay"), "wechatpay", "--speed", "50")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def letters():
    """Return an address that takes every notice, and the list of what it took."""
    taken = []

    class Box(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Box)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/notify", taken
    server.shutdown()
    server.server_close()


def reference():
    return f"witness{next(_numbers):04d}{time.monotonic_ns() % 10**8:08d}"


def public_key(wechat):
    name, file = next(iter(wechat.method["public_keys"].items()))
    return name, Path(file).name


@pytest.fixture(scope="module")
def python(wechat, letters):
    name, file = public_key(wechat)
    keys = wechat.folder / "merchant"
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE, mchid=wechat.method["mchid"], appid=wechat.method["appid"],
        private_key=(keys / "apiclient_key.pem").read_text(), cert_serial_no=wechat.method["serial"],
        apiv3_key=wechat.secrets["WECHATPAY_APIV3_KEY"], notify_url=letters[0], timeout=(5, 10),
        public_key=(keys / file).read_text(), public_key_id=name,
    )  # fmt: skip
    made._core._gate_way = wechat.address
    return made


def last(letters, before):
    until(lambda: len(letters[1]) > before)
    return letters[1][-1]


def said(answer):
    status, body = answer
    return status, json.loads(body or "null")


def test_the_python_sdk_buys_asks_closes_and_reads_what_it_is_told(wechat, letters, python):
    number, before = reference(), len(letters[1])
    status, found = said(python.pay(description='茶 } "1"', out_trade_no=number, amount={"total": 1999}))
    assert (status, found["code_url"][:27]) == (200, "weixin://wxpay/bizpayurl?pr")
    assert said(python.query(out_trade_no=number))[1]["trade_state"] == "NOTPAY"
    transaction = wechat.do("pay", reference=number)["transaction_id"]
    status, found = said(python.query(out_trade_no=number))
    assert (status, found["trade_state"], found["amount"]["total"]) == (200, "SUCCESS", 1999)
    assert said(python.close(out_trade_no=number))[1]["code"] == "ORDERPAID"
    headers, body = last(letters, before)
    notice = python.callback(headers, body)
    assert notice["event_type"] == "TRANSACTION.SUCCESS"
    assert (notice["resource"]["out_trade_no"], notice["resource"]["transaction_id"]) == (number, transaction)
    assert not python.callback(headers, body.replace('"id":"', '"id":"0'))


def test_the_python_sdk_refunds_and_reads_the_notice_of_it(wechat, letters, python):
    number = reference()
    python.pay(description="茶", out_trade_no=number, amount={"total": 1999})
    wechat.do("pay", reference=number, quiet=True)
    before = len(letters[1])
    amount = {"refund": 999, "total": 1999, "currency": "CNY"}
    given = {"out_refund_no": f"R{number}", "amount": amount, "out_trade_no": number, "notify_url": letters[0]}
    assert {said(python.refund(**given))[0] for _ in range(3)} == {200}
    headers, body = last(letters, before)
    notice = python.callback(headers, body)
    assert notice["event_type"] == "REFUND.SUCCESS"
    assert (notice["resource"]["refund_status"], notice["resource"]["amount"]["refund"]) == ("SUCCESS", 999)
    assert said(python.query_refund(f"R{number}"))[1]["status"] == "SUCCESS"
    assert [each["amount"] for each in wechat.moved("refund", charge=number)] == [999]
    assert (
        said(python.refund(**{**given, "out_refund_no": f"S{number}", "amount": {**amount, "refund": 1001}}))[0] == 403
    )


@pytest.mark.usefixtures("one_day")
def test_the_python_sdk_closes_an_order_and_fetches_a_bill(wechat, python):
    number = reference()
    python.pay(description="茶", out_trade_no=number, amount={"total": 1})
    assert python.close(out_trade_no=number)[0] == 204
    paid = reference()
    python.pay(description="茶", out_trade_no=paid, amount={"total": 1999})
    wechat.do("pay", reference=paid, quiet=True)
    wechat.do("age", days=1)
    day = (datetime.now(BEIJING) - timedelta(days=1)).date().isoformat()
    status, found = said(python.trade_bill(bill_date=day, tar_type="GZIP"))
    assert (status, found["hash_type"]) == (200, "SHA1")
    code, file = python.download_bill(found["download_url"])
    assert code == 200
    assert file


def test_wechatpayv3_5_the_raw_body_is_what_is_signed(wechat, letters, python):
    """wechatpayv3#5: a body that was read and written again no longer has its signature."""
    number, before = reference(), len(letters[1])
    python.pay(description="茶", out_trade_no=number, amount={"total": 1999})
    wechat.do("pay", reference=number)
    headers, body = last(letters, before)
    assert python.callback(headers, body)
    assert not python.callback(headers, json.dumps(json.loads(body)))


def test_wechatpayv3_76_a_merchant_that_changes_over_believes_both_kinds_of_keys(wechat, letters, tmp_path):
    """wechatpayv3#76, WxJava#3517, go-pay#478: certificates and public keys were taken for one another."""

    def gateway(**changes):
        settings = make_settings(tmp_path, "", **wechat.secrets)
        terms = make_terms(payment=(wechat.payment_method(settings.var, **changes),))
        return gateways.load(terms, settings)["wechatpay"]

    def notice(maker):
        number, before = reference(), len(letters[1])
        maker.start(Charge(reference=number, amount=1999, currency="CNY", notify_url=letters[0]))
        wechat.do("pay", reference=number)
        headers, body = last(letters, before)
        return {name.lower(): value for name, value in headers.items()}, body.encode()

    changing, certified = gateway(), gateway(public_keys=None)
    by_certificate, by_public_key = notice(certified), notice(changing)
    assert by_public_key[0]["wechatpay-serial"].startswith("PUB_KEY_ID_")
    assert len(by_certificate[0]["wechatpay-serial"]) == 40
    for letter in (by_certificate, by_public_key):
        assert changing.read_notice(*letter, datetime.now(UTC)).verdict is Verdict.SUCCEEDED
    assert certified.read_notice(*by_certificate, datetime.now(UTC)).verdict is Verdict.SUCCEEDED
    with pytest.raises(Refusal) as caught:
        certified.read_notice(*by_public_key, datetime.now(UTC))
    assert caught.value.values == {"reason": "an unknown serial"}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("the Node SDKs need node and npm")
    home = tmp_path_factory.mktemp("node")
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", *PACKAGES],
        cwd=home, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"the Node SDKs could not be installed: {done.stderr[-200:]}")
    return home


@pytest.fixture
def javascript(wechat, letters, node):
    name, file = public_key(wechat)
    common = {
        "address": wechat.address, "mchid": wechat.method["mchid"], "appid": wechat.method["appid"],
        "serial": wechat.method["serial"], "secret": wechat.secrets["WECHATPAY_APIV3_KEY"],
        "keys": str(wechat.folder / "merchant"), "public_key_id": name, "public_key": file, "notify_url": letters[0],
    }  # fmt: skip

    def run(step, **more):
        done = subprocess.run(
            ["node", MERCHANT, json.dumps({**common, "step": step, **more})],
            cwd=node, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return run


def test_the_node_sdks_buy_ask_refund_and_read_what_they_are_told(wechat, letters, javascript):
    number, before = reference(), len(letters[1])
    assert javascript("create", reference=number)["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
    assert javascript("query", reference=number)["trade_state"] == "NOTPAY"
    transaction = wechat.do("pay", reference=number)["transaction_id"]
    assert javascript("query", reference=number)["transaction_id"] == transaction
    headers, body = last(letters, before)
    notice = javascript("notice", notice={"headers": headers, "body": body})
    assert (notice["signed"], notice["forged"]) == (True, False)
    assert notice["axios"] == notice["node"]
    assert (notice["node"]["out_trade_no"], notice["node"]["amount"]["total"]) == (number, 1999)
    assert javascript("refund", reference=number)["amount"]["refund"] == 999


@pytest.mark.usefixtures("one_day")
def test_the_node_sdks_close_an_order_and_fetch_a_bill(wechat, javascript):
    number, paid = reference(), reference()
    javascript("create", reference=number)
    assert javascript("close", reference=number) == 204
    assert javascript("query", reference=number)["trade_state"] == "CLOSED"
    javascript("create", reference=paid)
    wechat.do("pay", reference=paid, quiet=True)
    wechat.do("age", days=1)
    found = javascript("bill", day=(datetime.now(BEIJING) - timedelta(days=1)).date().isoformat())
    assert found["pathname"] == "/v3/billdownload/file"
    assert (found["same"], found["lines"] >= 5) == (True, True)


def test_a_merchant_with_another_key_is_answered_401(wechat, javascript, tmp_path):
    shutil.copytree(wechat.folder / "merchant", tmp_path / "keys")
    other = wechat.folder / "platform" / "public_key_1.pem"
    (tmp_path / "keys" / "apiclient_key.pem").write_bytes(other.read_bytes())
    assert javascript("create", reference=reference(), keys=str(tmp_path / "keys"))["status"] == 401
