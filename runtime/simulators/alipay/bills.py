"""A day's bill as Alipay writes it: a zip with two tables in GBK, named in GBK, a tab behind each number.

Faults on ``bill``: missing (a row), extra, twice, amount (one fen more), totals, other-day (the whole bill), torn.
"""

import io
import secrets
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, abort

from runtime.simulators.alipay.wishes import CHINA, WrongError
from runtime.simulators.records import Fault, Movement
from runtime.simulators.stage import Stage

FAULTS = frozenset({"missing", "extra", "twice", "amount", "totals", "other-day", "torn"})
_HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
_KEPT = timedelta(days=366)
_LIFE = 30
_LINE = "-" * 41
Row = dict[str, Any]


class Bills:
    """The bills of one merchant; a file can be fetched for half a minute."""

    def __init__(self, stage: Stage, seller: str) -> None:
        self._stage = stage
        self._account = f"{seller}0156"
        self._files: dict[str, tuple[bytes, float]] = {}

    def prepare(self, day: str) -> str:
        """Return the address of a day's bill; raise WrongError."""
        try:
            asked = date.fromisoformat(day)
        except ValueError as error:
            raise WrongError("40002", "isv.invalid-parameter", "bill_date") from error
        now = self._stage.clock.now()
        today = datetime.fromtimestamp(now, CHINA).date()
        if not today - _KEPT <= asked < today:
            raise WrongError("40004", "isp.bill_not_exist", "账单不存在")
        fault = self._stage.books.take_fault(("bill",), FAULTS)
        name = fault.name if fault is not None else ""
        packed = self._pack(asked - timedelta(days=1) if name == "other-day" else asked, self._rows(asked, fault), name)
        token = secrets.token_urlsafe(24)
        self._files[token] = (packed[: len(packed) // 2] if name == "torn" else packed, now + _LIFE)
        return f"{self._stage.address}/bill/{token}?downloadFileName={self._account}_{asked:%Y%m%d}.csv.zip"

    def download(self, token: str) -> Response:
        """Hand out a bill."""
        packed, until = self._files.get(token, (b"", 0.0))
        if until < self._stage.clock.now():
            abort(404)
        return Response(packed, mimetype="application/octet-stream")

    def _rows(self, day: date, fault: Fault | None) -> list[Row]:
        rows = [
            self._row(movement)
            for movement in self._stage.books.all(Movement)
            if datetime.fromtimestamp(movement.at, CHINA).date() == day
        ]
        name = fault.name if fault is not None else ""
        if name == "missing":
            rows = rows[:-1]
        if name == "extra":
            noon = datetime.combine(day, datetime.min.time(), CHINA) + timedelta(hours=12)
            foreign = {"id": f"{day:%Y%m%d}22001{secrets.randbelow(10**15):015d}", "reference": "foreign-1"}
            rows.append({**foreign, "kind": "交易", "title": "", "at": noon, "amount": 1234, "number": "", "fee": 7})
        if name == "twice":
            rows.append(rows[0])
        if name == "amount":
            rows[0] = {**rows[0], "amount": rows[0]["amount"] + 1}
        return rows

    def _row(self, movement: Movement) -> Row:
        charge = self._stage.books.charge(movement.charge)
        back = movement.kind == "refund"
        return {
            "id": charge.id if charge else movement.id,
            "reference": movement.charge,
            "kind": "退款" if back else "交易",
            "title": charge.details["subject"] if charge else "",
            "at": datetime.fromtimestamp(movement.at, CHINA),
            "amount": -movement.amount if back else movement.amount,
            "number": movement.reference if back else "",
            "fee": movement.fee,
        }

    def _pack(self, day: date, rows: list[Row], fault: str) -> bytes:
        head = (
            f"#账号：[{self._account}]\r\n#起始日期：[{day:%Y年%m月%d日} 00:00:00]   "
            f"终止日期：[{day + timedelta(days=1):%Y年%m月%d日} 00:00:00]\r\n"
        )
        details = [f"#支付宝业务明细查询\r\n{head}#{_LINE}业务明细列表{_LINE}", _HEAD, *(_line(row) for row in rows)]
        details += [f"#{_LINE}业务明细列表结束{_LINE}", *self._totals(rows, 1 if fault == "totals" else 0)]
        summary = [f"#支付宝业务汇总查询\r\n{head}#{_LINE}业务汇总列表{_LINE}", "门店编号,门店名称,交易订单总笔数"]
        summary += [f"合计,,{sum(row['kind'] == '交易' for row in rows)}"]
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, lines in (("业务明细", details), ("业务明细(汇总)", summary)):
                # The names are bytes of GBK, which a zip's reader takes for code page 437.
                file = f"{self._account}_{day:%Y%m%d}_{name}.csv".encode("gbk").decode("cp437")
                archive.writestr(_named(file), ("\r\n".join(lines) + "\r\n").encode("gbk", "replace"))
        return made.getvalue()

    def _totals(self, rows: list[Row], more: int) -> list[str]:
        paid = [row["amount"] for row in rows if row["kind"] == "交易"]
        back = [row["amount"] for row in rows if row["kind"] == "退款"]
        at = datetime.fromtimestamp(self._stage.clock.now(), CHINA)
        return [
            f"#交易合计：{len(paid)}笔，商家实收共{_yuan(sum(paid) + more)}元，商家优惠共0.00元",
            f"#退款合计：{len(back)}笔，商家实收退款共{_yuan(sum(back))}元，商家优惠退款共0.00元",
            f"#导出时间：[{at:%Y年%m月%d日 %H:%M:%S}]",
        ]


def _line(row: Row) -> str:
    at = row["at"].strftime("%Y-%m-%d %H:%M:%S")
    amount = _yuan(row["amount"])
    title = row["title"].replace(",", "，").replace("\n", " ")
    cells = (
        f"{row['id']}\t", f"{row['reference']}\t", row["kind"], title, at, at, "", "", "", "", "buy***@example.com",
        amount, amount, "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00",
        f"{row['number']}\t" if row["number"] else "", _yuan(-row["fee"]), "0.00", "",
    )  # fmt: skip
    return ",".join(cells)


def _named(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
