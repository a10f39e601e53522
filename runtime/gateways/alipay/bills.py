"""A day's books of Alipay: a zip with tables in GBK, read row by row and held against their own totals."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date

from runtime.gateways.alipay import money, talk
from runtime.gateways.protocol import Bill, BillKind, BillRow
from runtime.refusals import Code, Refusal

MAXIMUM = 64 * 1024 * 1024
_FILES = 20
_KINDS = {"交易": BillKind.PAYMENT, "退款": BillKind.REFUND}
_COLUMNS = (
    "支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "商家实收（元）", "退款批次号/请求号",
    "服务费（元）",
)  # fmt: skip
_TOTAL = re.compile(r"#\s*(交易|退款)合计[：:]\s*([0-9]+)\s*笔[，,]\s*商家实收(?:退款)?共\s*(-?[0-9.]+)\s*元")
_DAY = re.compile(r"起始日期[：:]\s*\[([0-9]{4})年([0-9]{2})月([0-9]{2})日")


def read(gateway: str, day: date, packed: bytes) -> Bill:
    """Return the bill in a zip; raise Refusal (bill-damaged) when it is cut, another day's, or adds up wrongly."""
    try:
        texts = list(_texts(packed))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise _damaged(gateway, day, "the file cannot be unpacked") from error
    details = [text for text in texts if f"{_COLUMNS[0]},{_COLUMNS[1]}" in text]
    if len(details) != 1:
        raise _damaged(gateway, day, "there is no table in it")
    begun = _DAY.search(details[0])
    if begun is None or date(*(int(part) for part in begun.groups())) != day:
        raise _damaged(gateway, day, "it is of another day")
    lines = [line.strip() for line in details[0].splitlines() if line.strip()]
    try:
        rows = [(row, cells) for cells in _table(lines) for row in [_row(cells)]]
    except (KeyError, ValueError) as error:
        raise _damaged(gateway, day, "a row cannot be read") from error
    _check(gateway, day, [cells for _, cells in rows], lines)
    return Bill(gateway=gateway, day=day, rows=tuple(row for row, _ in rows), east=8)


def _texts(packed: bytes) -> Iterable[str]:
    """Unpack the tables, but no more than a table may be."""
    left = MAXIMUM
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.infolist()
        if len(names) > _FILES:
            raise ValueError("too many files")
        for name in names:
            with archive.open(name) as file:
                content = file.read(left + 1)
            left -= len(content)
            if left < 0:
                raise ValueError("too large")
            yield content.decode("gb18030")


def _table(lines: list[str]) -> Iterable[dict[str, str]]:
    reader = csv.DictReader(line for line in lines if not line.startswith("#"))
    for cells in reader:
        if None in cells or None in cells.values():
            raise ValueError("a row of another length")
        yield {name.strip(): value.strip() for name, value in cells.items()}


def _row(cells: Mapping[str, str]) -> BillRow:
    trade, reference, said, at, _, _, request, _ = (cells[name] for name in _COLUMNS)
    kind = _KINDS.get(said, BillKind.OTHER)
    amount, received, service = _amount(cells, 4), _amount(cells, 5), _amount(cells, 7)
    back = kind is BillKind.REFUND
    # The sign of the service fee differs between kinds of bills: a payment always costs, a refund never does.
    fee = abs(service) + abs(amount) - abs(received)
    return BillRow(
        kind=kind,
        reference=request if back and request else reference,
        transaction=trade,
        amount=abs(amount) if back else amount,
        currency=money.CURRENCY,
        fee=-fee if back else fee,
        at=talk.moment(at),
        text=cells.get("商品名称", ""),
    )


def _amount(cells: Mapping[str, str], column: int) -> int:
    found = money.fen(cells[_COLUMNS[column]])
    if found is None:
        raise ValueError("no amount")
    return found


def _check(gateway: str, day: date, rows: list[dict[str, str]], lines: list[str]) -> None:
    """Hold the rows against the counts and sums that stand below them."""
    said = {kind: (int(count), money.fen(amount)) for kind, count, amount in _TOTAL.findall("\n".join(lines))}
    for kind in _KINDS:
        received = [_amount(cells, 5) for cells in rows if cells["业务类型"] == kind]
        if said.get(kind) != (len(received), sum(received)):
            raise _damaged(gateway, day, f"its rows are not its totals ({kind})")


def _damaged(gateway: str, day: date, reason: str) -> Refusal:
    return Refusal(Code.BILL_DAMAGED, gateway=gateway, day=day.isoformat(), reason=reason)
