"""Alipay's own SDK for Node and python-alipay-sdk as merchants of our simulator, and as witnesses of what it signs.

Neither knows our code: what they take for Alipay speaks Alipay's protocol.
"""

import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec
import pytest
from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayValidationError
from alipay_merchant import CERTIFICATES, charge, load, repayment, visit
from doorstep import Doorstep
from node import packages
from simulated import Simulated, until
from tills import make_terms, make_till

from runtime.gateways import RefundVerdict, Verdict
from runtime.gateways.alipay import talk

pytestmark = pytest.mark.filterwarnings("ignore")
WITNESS = """
import { AlipaySdk } from 'alipay-sdk';
import fs from 'node:fs';
process.env.TZ = 'Asia/Shanghai';
const [folder, address, mode, steps] = JSON.parse(process.argv[2]);
const read = name => fs.readFileSync(`${folder}/merchant/${name}`, 'utf-8');
const common = {
  appId: '2021004100000001', gateway: `${address}/gateway.do`, keyType: 'PKCS8', camelcase: false,
  privateKey: read('app_private_key.pem'),
};
const sdk = new AlipaySdk(mode === 'keys'
  ? { ...common, alipayPublicKey: read('alipay_public_key.pem').replace(/-----[^-]+-----|\\s/g, '') }
  : { ...common, appCertContent: read('appCertPublicKey.crt'), alipayRootCertContent: read('alipayRootCert.crt'),
      alipayPublicCertContent: read('alipayCertPublicKey_RSA2.crt') });
const found = [];
for (const [kind, method, value] of steps) {
  if (kind === 'exec') found.push(await sdk.exec(method, value, { validateSign: true }));
  if (kind === 'page') found.push(sdk.pageExecute(method, 'GET', value));
  if (kind === 'notice') found.push([sdk.checkNotifySignV2(value), sdk.checkNotifySign(value)]);
}
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def ali(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("alipay"), "alipay", "--speed", "100000")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def node():
    return packages("alipay-sdk@4.14.0")


@pytest.fixture(params=["keys", "certificates"])
def official(request, node, ali):
    def run(*steps):
        return node.run(WITNESS, str(ali.folder), ali.address, request.param, steps)

    return run


@pytest.fixture
def in_china(monkeypatch):
    """The clock on the wall of a Chinese merchant: python-alipay-sdk sends its server's own time."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["keys", "certificates"])
def python(request, ali):
    folder = ali.folder / "merchant"

    def read(name):
        return (folder / name).read_text()

    fields = {"appid": "2021004100000001", "app_private_key_string": read("app_private_key.pem")}
    if request.param == "keys":
        made = AliPay(**fields, alipay_public_key_string=read("alipay_public_key.pem"))
    else:
        made = DCAliPay(
            **fields,
            app_public_key_cert_string=read("appCertPublicKey.crt"),
            alipay_public_key_cert_string=read("alipayCertPublicKey_RSA2.crt"),
            alipay_root_cert_string=read("alipayRootCert.crt"),
        )
    made._gateway = f"{ali.address}/gateway.do"
    return made


def wish(made, **more):
    return {"out_trade_no": made.reference, "total_amount": "19.99", "subject": "龙井 a } b", **more}


def test_the_official_sdk_is_a_merchant_of_our_simulator(official, ali):
    made = charge()
    page, code, missing = official(
        ["page", "alipay.trade.page.pay", {"bizContent": wish(made, product_code="FAST_INSTANT_TRADE_PAY")}],
        ["exec", "alipay.trade.precreate", {"bizContent": wish(made)}],
        ["exec", "alipay.trade.query", {"bizContent": {"out_trade_no": made.reference}}],
    )
    assert visit(page)[0] == 302
    assert (code["code"], code["out_trade_no"]) == ("10000", made.reference)
    assert (missing["code"], missing["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert visit(code["qr_code"], {"choice": "quiet"})[0] == 200
    back = {"out_trade_no": made.reference, "refund_amount": "5.00", "out_request_no": "R1"}
    paid, first, again, asked, closed = official(
        ["exec", "alipay.trade.query", {"bizContent": {"out_trade_no": made.reference}}],
        ["exec", "alipay.trade.refund", {"bizContent": back}],
        ["exec", "alipay.trade.refund", {"bizContent": back}],
        [
            "exec",
            "alipay.trade.fastpay.refund.query",
            {"bizContent": {k: back[k] for k in back if k != "refund_amount"}},
        ],
        ["exec", "alipay.trade.close", {"bizContent": {"out_trade_no": made.reference}}],
    )
    assert (paid["trade_status"], paid["total_amount"], paid["subject"]) == ("TRADE_SUCCESS", "19.99", "龙井 a } b")
    assert [(each["code"], each["fund_change"], each["refund_fee"]) for each in (first, again)] == [
        ("10000", "Y", "5.00"), ("10000", "N", "5.00"),
    ]  # fmt: skip
    assert (asked["refund_status"], asked["refund_amount"]) == ("REFUND_SUCCESS", "5.00")
    assert closed["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert [each["amount"] for each in ali.moved("refund", charge=made.reference)] == [500]


@pytest.mark.parametrize("fault", ["unsigned", "signature"])
def test_the_official_sdk_does_not_believe_what_ours_does_not_believe(official, ali, fault):
    ali.plan("query", fault)
    with pytest.raises(AssertionError, match="checkResponseSign"):
        official(["exec", "alipay.trade.query", {"bizContent": {"out_trade_no": "20261122-none"}}])


@pytest.mark.usefixtures("in_china")
def test_python_alipay_sdk_is_a_merchant_of_our_simulator(python, ali):
    made = charge()
    query = python.api_alipay_trade_page_pay(subject="龙井", out_trade_no=made.reference, total_amount="19.99")
    assert visit(f"{ali.address}/gateway.do?{query}")[0] == 302
    code = python.api_alipay_trade_precreate(subject="龙井", out_trade_no=made.reference, total_amount="19.99")
    assert visit(code["qr_code"], {"choice": "quiet"})[0] == 200
    assert python.api_alipay_trade_query(out_trade_no=made.reference)["trade_status"] == "TRADE_SUCCESS"
    refund = python.api_alipay_trade_refund("19.99", out_trade_no=made.reference, out_request_no="R1")
    assert (refund["fund_change"], refund["refund_fee"]) == ("Y", "19.99")
    asked = python.api_alipay_trade_fastpay_refund_query("R1", out_trade_no=made.reference)
    assert asked["refund_status"] == "REFUND_SUCCESS"
    assert python.api_alipay_trade_close(out_trade_no=made.reference)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_srar_alipayf2f_14_servers_outside_china_send_a_wrong_time_with_either_sdk(python, node, ali, monkeypatch):
    steps = [["exec", "alipay.trade.query", {"bizContent": {"out_trade_no": "20261122-none"}}]]
    outside = WITNESS.replace("Asia/Shanghai", "UTC")
    (official,) = node.run(outside, str(ali.folder), ali.address, "keys", steps)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    found = python.api_alipay_trade_query(out_trade_no="20261122-none")
    monkeypatch.undo()
    time.tzset()
    assert (official["sub_code"], found["sub_code"]) == ("isv.invalid-timestamp", "isv.invalid-timestamp")


@pytest.mark.usefixtures("in_china")
def test_a_lone_brace_in_a_title_ends_nothing_though_python_alipay_sdk_thinks_so(python, official, ali, tmp_path):
    gateway = load(ali, tmp_path)
    made = charge(description="a } b")
    visit(gateway.start(made).page)
    ali.do("pay", reference=made.reference, quiet=True)
    with pytest.raises(AliPayValidationError):
        python.api_alipay_trade_query(out_trade_no=made.reference)
    (found,) = official(["exec", "alipay.trade.query", {"bizContent": {"out_trade_no": made.reference}}])
    assert found["subject"] == "a } b"
    assert gateway.query(made).verdict is Verdict.SUCCEEDED


@pytest.fixture
def letters(ali, database, settings):
    """Notices as they came to a shop: of a payment, of a part of it refunded, of all of it."""
    till = make_till(database, settings, terms=make_terms(payment=()))
    till.gateways["alipay"] = load(ali, settings.folder)
    door = Doorstep(till, "alipay")
    made = charge(notify_url=f"{door.address}/pay/alipay/notify", description='龙井 "a } b" &amp; 🍵')
    gateway = till.gateways["alipay"]
    visit(gateway.start(made).page)
    ali.do("pay", reference=made.reference)
    until(lambda: len(door.letters) == 1)
    for count, (number, amount) in enumerate((("R1", 500), ("R2", 1499)), 2):
        assert gateway.refund(repayment(made, gateway, number=number, amount=amount)).verdict is RefundVerdict.SUCCEEDED
        until(lambda wanted=count: len(door.letters) == wanted)
    door.stop()
    return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for _, body in door.letters]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_both_sdks_verify_our_simulators_notices(letters, official, python):
    said = [(each["trade_status"], each.get("refund_fee"), each.get("out_biz_no")) for each in letters]
    assert said == [("TRADE_SUCCESS", None, None), ("TRADE_SUCCESS", "5.00", "R1"), ("TRADE_CLOSED", "19.99", "R2")]
    assert [found[0] for found in official(*(["notice", "", each] for each in letters))] == [True, True, True]
    forged = {**letters[0], "total_amount": "0.01"}
    assert official(["notice", "", forged]) == [[False, False]]
    for each in letters:
        fields = dict(each)
        assert python.verify(fields, fields.pop("sign"))
    fields = dict(forged)
    assert not python.verify(fields, fields.pop("sign"))


def test_certificates_have_the_serials_that_the_sdks_give_them(ali, tmp_path, node):
    serials = load(ali, tmp_path, **CERTIFICATES)._talk.account.serials
    script = """
    import { createRequire } from 'node:module';
    const folder = JSON.parse(process.argv[2])[0];
    const { getSNFromPath } = createRequire(import.meta.url)('./node_modules/alipay-sdk/dist/commonjs/antcertutil.js');
    console.log(JSON.stringify([getSNFromPath(`${folder}/appCertPublicKey.crt`),
      getSNFromPath(`${folder}/alipayRootCert.crt`, true), getSNFromPath(`${folder}/alipayCertPublicKey_RSA2.crt`)]));
    """
    assert node.run(script, str(ali.folder / "merchant")) == [serials.app, serials.root, serials.alipay]


def test_what_the_official_sdk_signs_is_what_we_would_sign(ali, tmp_path, node):
    gateway, before = load(ali, tmp_path), datetime.now(UTC).replace(microsecond=0)
    steps = [["page", "alipay.trade.page.pay", {"bizContent": {"out_trade_no": "x", "subject": "龙井 &"}}]]
    (page,) = node.run(WITNESS, str(ali.folder), ali.address, "keys", steps)
    given = dict(parse_qsl(page.partition("?")[2]))
    signature = given.pop("sign")
    account = gateway._talk.account
    assert talk.rsa.sign(account.private, talk.content(given)) == signature
    assert before <= talk.moment(given["timestamp"]) <= datetime.now(UTC)
    assert msgspec.json.decode(given["biz_content"])["subject"] == "龙井 &"
