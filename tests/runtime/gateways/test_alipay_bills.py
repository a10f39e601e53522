"""Bills of Alipay: zips of GBK, held against their totals and days, read to the fen."""

import io
import zipfile
from datetime import date, datetime, timedelta

import pytest
from alipay_merchant import load, paid, repayment

from runtime.gateways import BillKind, RefundVerdict
from runtime.gateways.alipay import bills, talk
from runtime.refusals import Code, Refusal

pytestmark = pytest.mark.usefixtures("one_day")


@pytest.fixture
def gateway(ali, tmp_path):
    return load(ali, tmp_path)


def yesterday():
    return datetime.now(talk.CHINA).date() - timedelta(days=1)


def refused(gateway, day=None):
    with pytest.raises(Refusal) as caught:
        gateway.bill(day or yesterday())
    return caught.value.code


def test_p97_a_bill_lists_payments_and_refunds_of_a_day_with_their_fees(gateway, ali):
    made = paid(gateway, ali, amount=10000, description='茶, "a" } b')
    back = repayment(made, gateway, amount=2500)
    assert gateway.refund(back).verdict is RefundVerdict.SUCCEEDED
    trade = gateway.query(made).transaction
    ali.do("age", days=1)
    found = gateway.bill(yesterday())
    rows = [row for row in found.rows if row.transaction == trade]
    assert [(row.kind, row.reference, row.amount, row.fee, row.currency) for row in rows] == [
        (BillKind.PAYMENT, made.reference, 10000, 60, "CNY"),
        (BillKind.REFUND, back.number, 2500, 0, "CNY"),
    ]
    assert {row.at.astimezone(talk.CHINA).date() for row in rows} == {yesterday()} == {found.day}
    assert (found.gateway, sum(row.fee for row in found.rows)) == ("alipay", sum(m["fee"] for m in ali.moved()))


@pytest.mark.parametrize("day", [date(2020, 1, 1), None, date(2999, 1, 1)])
def test_a_bill_that_is_not_there_yet_is_missing(gateway, day):
    assert refused(gateway, day or datetime.now(talk.CHINA).date()) == Code.BILL_MISSING


@pytest.mark.parametrize("name", ["totals", "other-day", "torn"])
def test_p96_a_bill_whose_totals_or_day_are_wrong_is_damaged(gateway, ali, name):
    paid(gateway, ali)
    ali.do("age", days=1)
    ali.plan("bill", name)
    assert refused(gateway) == Code.BILL_DAMAGED
    assert gateway.bill(yesterday()).rows


@pytest.mark.parametrize(("name", "change"), [("missing", -1), ("extra", 1), ("twice", 1), ("amount", 0)])
def test_p96_a_bill_that_agrees_with_itself_is_read_as_it_is(gateway, ali, name, change):
    paid(gateway, ali)
    ali.do("age", days=1)
    before = gateway.bill(yesterday())
    ali.plan("bill", name)
    assert len(gateway.bill(yesterday()).rows) == len(before.rows) + change
    assert gateway.bill(yesterday()) == before


@pytest.mark.parametrize(
    ("name", "code"),
    [("error", Code.PAYMENT_UNREACHABLE), ("cut", Code.PAYMENT_UNREACHABLE), ("half", Code.PAYMENT_UNREACHABLE),
     ("garbage", Code.BILL_DAMAGED), ("huge", Code.PAYMENT_UNREACHABLE)],
)  # fmt: skip
def test_a_bill_that_does_not_arrive_whole_is_no_bill(gateway, ali, name, code):
    paid(gateway, ali)
    ali.do("age", days=1)
    ali.plan("download", name, bytes=100 * 1024 * 1024)
    assert refused(gateway) == code


@pytest.mark.parametrize("name", ["error", "unsigned", "signature", "cut"])
def test_a_bill_whose_address_nobody_signed_is_not_fetched(gateway, ali, name):
    before = len(ali.asked("download"))
    ali.plan("bill", name)
    assert refused(gateway) == Code.PAYMENT_UNREACHABLE
    assert len(ali.asked("download")) == before


DAY = date(2026, 11, 21)
HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def packed(*rows, day="2026年11月21日", totals=("2笔，商家实收共45.00元", "1笔，商家实收退款共-5.00元"), head=HEAD):
    lines = [
        "#支付宝业务明细查询", "#账号：[20880000000000010156]", f"#起始日期：[{day} 00:00:00]   终止日期：[x]",
        "#----业务明细列表----", head, *rows, "#----业务明细列表结束----",
        f"#交易合计：{totals[0]}，商家优惠共0.00元", f"#退款合计：{totals[1]}，商家优惠退款共0.00元",
    ]  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", ("\r\n".join(lines) + "\r\n").encode("gbk"))
        archive.writestr("b.csv", "#支付宝业务汇总查询\r\n".encode("gbk"))
    return made.getvalue()


def row(
    *, trade="2026112122001\t", reference="o-1\t", kind="交易", amount="20.00", received=None, number="", fee="-0.12"
):
    at = "2026-11-21 10:00:30"
    cells = [trade, reference, kind, "龙井", at, at, "", "", "", "", "b***@e.com", amount, received or amount]
    return ",".join([*cells, "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00", number, fee, "0.00", ""])


GOOD = (
    row(),
    row(reference="o-2\t", amount="25.00", fee="0.15"),
    row(kind="退款", amount="-5.00", number="R1\t", fee="0.03"),
)


def test_tabs_signs_and_kinds_of_rows_are_read_as_alipay_writes_them():
    found = bills.read("alipay", DAY, packed(*GOOD))
    assert [(each.kind, each.reference, each.transaction, each.amount, each.fee) for each in found.rows] == [
        (BillKind.PAYMENT, "o-1", "2026112122001", 2000, 12),
        (BillKind.PAYMENT, "o-2", "2026112122001", 2500, 15),
        (BillKind.REFUND, "R1", "2026112122001", 500, -3),
    ]


def test_what_a_merchants_discount_costs_counts_as_kept_back():
    totals = ("1笔，商家实收共18.00元", "0笔，商家实收退款共0.00元")
    found = bills.read("alipay", DAY, packed(row(received="18.00"), totals=totals))
    assert [(each.amount, each.fee) for each in found.rows] == [(2000, 212)]


def test_an_empty_day_is_a_bill_without_rows():
    totals = ("0笔，商家实收共0.00元", "0笔，商家实收退款共0.00元")
    assert bills.read("alipay", DAY, packed(totals=totals)).rows == ()


@pytest.mark.parametrize(
    "wrong",
    [
        b"", b"no zip", packed(*GOOD)[:200], packed(*GOOD[:2]), packed(*GOOD, GOOD[2]),
        packed(*GOOD, day="2026年11月20日"), packed(*GOOD, head=HEAD.replace("服务费（元）", "手续费")),
        packed(row(amount="1e3"), *GOOD[1:]), packed("x,y", *GOOD), packed(GOOD[0] + ",more", *GOOD[1:]),
    ],
)  # fmt: skip
def test_p96_what_is_not_whole_is_damaged(wrong):
    with pytest.raises(Refusal) as caught:
        bills.read("alipay", DAY, wrong)
    assert caught.value.code == Code.BILL_DAMAGED


def test_p53_a_zip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(bills, "MAXIMUM", 1024 * 1024)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b" " * 50 * 1024 * 1024)
    with pytest.raises(Refusal) as caught:
        bills.read("alipay", DAY, made.getvalue())
    assert (caught.value.code, caught.value.values["reason"]) == (Code.BILL_DAMAGED, "the file cannot be unpacked")
