"""A day's bill of WeChat Pay: unpacked within bounds, checked against its digest and its totals, and read row by row.

Amounts are yuan with a backtick before each field. A day is Beijing's.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone

from runtime.gateways.protocol import Bill, BillKind, BillRow

BEIJING = timezone(timedelta(hours=8))
LARGEST = 256 * 1024 * 1024
_PER_FEN = 1000
_PLACES = 5
_NEEDED = (
    "交易时间",
    "微信订单号",
    "商户订单号",
    "交易状态",
    "应结订单金额",
    "商户退款单号",
    "退款金额",
    "手续费",
    "货币种类",
)
_TOTALS = ("总交易单数", "应结订单总金额", "退款总金额", "手续费总金额")


class DamagedError(Exception):
    """The bill is not what WeChat Pay says it is; the text says why."""


def read(packed: bytes, digest: str | None, day: date, gateway: str) -> Bill:
    """Return the bill in a file; raise DamagedError. A file by hand has no digest, only its totals."""
    text = _unpacked(packed)
    if digest is not None and hashlib.sha1(text).hexdigest() != digest.lower():  # noqa: S324  the digest WeChat Pay gives
        raise DamagedError("the digest of the file differs")
    try:
        lines = [line for line in text.decode("utf-8-sig").splitlines() if line.strip()]
        column = _columns(lines[0], _NEEDED)
        ends = [number for number, line in enumerate(lines) if line.startswith(_TOTALS[0])]
        rows = [_cells(line) for line in lines[1 : ends[0]]]
        totals, sums = _columns(lines[ends[0]], _TOTALS), _cells(lines[ends[0] + 1])
        _check(rows, column, lambda name: sums[totals[name]])
        return Bill(gateway=gateway, day=day, rows=tuple(_rows(rows, column, day)), east=8)
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise DamagedError(f"the file cannot be read: {error}") from error


def _rows(rows: Iterable[tuple[str, ...]], column: dict[str, int], day: date) -> Iterable[BillRow]:
    """Return the rows as values; a refund bears our number of the refund."""
    for row in rows:

        def cell(name: str, row: tuple[str, ...] = row) -> str:
            return row[column[name]]

        at = datetime.strptime(cell("交易时间"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        if at.date() != day:
            raise ValueError(f"a row is of {at.date()}")
        back = cell("交易状态") in {"REFUND", "REVOKED"}
        yield BillRow(
            kind=BillKind.REFUND if back else BillKind.PAYMENT,
            reference=cell("商户退款单号") if back else cell("商户订单号"),
            transaction=cell("微信退款单号") if back else cell("微信订单号"),
            amount=_fen(cell("退款金额") if back else cell("应结订单金额")),
            currency=cell("货币种类"),
            fee=_fen(cell("手续费")),
            at=at,
            text=cell("商户订单号") if back else "",
        )


def _check(rows: list[tuple[str, ...]], column: dict[str, int], total: Callable[[str], str]) -> None:
    """Compare the rows with the totals at the file's end."""
    if len(rows) != int(total("总交易单数")):
        raise DamagedError("rows are missing")
    for name in ("应结订单金额", "退款金额", "手续费"):
        whole = name.replace("金额", "总金额") if "金额" in name else f"{name}总金额"
        if sum(_precise(row[column[name]]) for row in rows) != _precise(total(whole)):
            raise DamagedError(f"the sum differs: {whole}")


def _columns(line: str, needed: Iterable[str]) -> dict[str, int]:
    found = {name.strip(): number for number, name in enumerate(line.split(","))}
    missing = [name for name in (*needed, *(("微信退款单号",) if "交易时间" in found else ())) if name not in found]
    if missing:
        raise ValueError(f"without the column {missing[0]}")
    return found


def _cells(line: str) -> tuple[str, ...]:
    """Return the fields of a line: what stands between comma and backtick, so that a comma in a title parts nothing."""
    if not line.startswith("`"):
        raise ValueError("a row does not begin with a backtick")
    return tuple(cell.strip() for cell in line[1:].split(",`"))


def _precise(yuan: str) -> int:
    """Return yuan with up to five places as hundred-thousandths, exactly."""
    sign, digits = (-1, yuan[1:]) if yuan.startswith("-") else (1, yuan)
    whole, _, places = digits.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(places) <= _PLACES and (places or "0").isdigit()):
        raise ValueError(f"no amount: {yuan}")
    number: int = sign * int(f"{whole}{places.ljust(_PLACES, '0')}")
    return number


def _fen(yuan: str) -> int:
    fen, rest = divmod(_precise(yuan), _PER_FEN)
    if rest:
        raise ValueError(f"no whole fen: {yuan}")
    return fen


def _unpacked(packed: bytes) -> bytes:
    """Unpack gzip without trusting its size; what is no gzip is returned as it is."""
    if not packed.startswith(b"\x1f\x8b"):
        return packed
    unpacker = zlib.decompressobj(31)
    try:
        text = unpacker.decompress(packed, LARGEST)
    except zlib.error as error:
        raise DamagedError("the file cannot be unpacked") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise DamagedError("the file is too large or cut off")
    return text
