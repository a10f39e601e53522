"""Bills that a merchant uploads: read as the provider wrote them, held against their own totals, taken once."""

import gzip
import io
import zipfile
from datetime import date

import pytest
from tills import NOW

from runtime import audit, reconciling
from runtime.gateways import BillKind
from runtime.reconciling import days, files
from runtime.refusals import Code, Refusal

DAY = date(2026, 11, 21)
HEAD = "交易时间,微信订单号,商户订单号,交易状态,应结订单金额,微信退款单号,商户退款单号,退款金额,手续费,货币种类"
TOTALS = "总交易单数,应结订单总金额,退款总金额,手续费总金额"


def wechat(rows=2, total="30.00"):
    """Return a bill of WeChat Pay as its site hands it out: backticks before every field, totals at its end."""
    listed = [
        "`2026-11-21 10:00:30,`4200001,`o-1,`SUCCESS,`20.00,`0,`0,`0.00,`0.12000,`CNY",
        "`2026-11-21 11:00:30,`4200002,`o-2,`SUCCESS,`10.00,`0,`0,`0.00,`0.06000,`CNY",
    ]
    return "\r\n".join(["\ufeff" + HEAD, *listed[:rows], TOTALS, f"`{rows},`{total},`0.00,`0.18000"]).encode()


def alipay():
    """Return a bill of Alipay without a row."""
    lines = [
        "#支付宝业务明细查询", "#起始日期：[2026年11月21日 00:00:00]   终止日期：[x]",
        "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）",
        "#交易合计：0笔，商家实收共0.00元，x", "#退款合计：0笔，商家实收退款共0.00元，x",
    ]  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.csv", "\r\n".join(lines).encode("gbk"))
    return made.getvalue()


@pytest.mark.parametrize("data", [wechat(), gzip.compress(wechat())], ids=["plain", "gzip"])
def test_p97_a_file_of_wechat_pay_needs_no_digest(data):
    found = files.read("wechatpay", DAY, data)
    assert [(each.kind, each.reference, each.amount, each.fee) for each in found.rows] == [
        (BillKind.PAYMENT, "o-1", 2000, 12), (BillKind.PAYMENT, "o-2", 1000, 6),
    ]  # fmt: skip


def test_a_file_of_alipay_is_a_zip():
    found = files.read("alipay", DAY, alipay())
    assert (found.gateway, found.day, found.rows, found.east) == ("alipay", DAY, (), 8)


@pytest.mark.parametrize(
    ("gateway", "data", "code"),
    [
        ("wechatpay", wechat(total="31.00"), Code.BILL_DAMAGED),
        ("wechatpay", b"hello", Code.BILL_DAMAGED),
        ("alipay", b"PK\x03\x04", Code.BILL_DAMAGED),
        ("stripe", b"", Code.GATEWAY_UNKNOWN),
    ],
    ids=["totals", "no-bill", "cut", "gateway"],
)
def test_p96_what_is_no_bill_of_that_day_is_not_read(gateway, data, code):
    with pytest.raises(Refusal) as refused:
        files.read(gateway, DAY, data)
    assert refused.value.code is code


def test_a_file_of_another_day_is_refused():
    for gateway, data in (("wechatpay", wechat()), ("alipay", alipay())):
        with pytest.raises(Refusal):
            files.read(gateway, date(2026, 11, 20), data)


def test_a_day_by_file_stands_in_the_list_with_what_it_came_to(till):
    bill = files.read("wechatpay", DAY, wechat())
    for _ in range(2):
        assert len(reconciling.take(till.database, bill, NOW).differences) == 2
    (day,) = till.database.read(lambda look: days.listing(look, ["wechatpay"], DAY, 1))
    assert (day.rows, day.differences, day.attached, day.read_at, day.damaged) == (2, 2, 0, NOW, False)
    found = till.database.read(lambda look: days.find(look, "wechatpay", DAY))
    assert [(each.problem, each.theirs) for each in found.differences] == [("set_aside", 2000), ("set_aside", 1000)]
    assert till.database.read(lambda look: days.find(look, "wechatpay", date(2026, 11, 20))) is None
    assert till.database.read(audit.report).differences == ()
