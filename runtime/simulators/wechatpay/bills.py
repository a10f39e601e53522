"""A day's bill as WeChat Pay writes it: a CSV with a backtick before each field, totals at its end, SHA1 of the text.

Faults on ``bill``: missing (a row), extra, twice, amount (one fen more), hash, totals, other-day (a row).
"""

import gzip
import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from runtime.simulators.records import Fault, Movement
from runtime.simulators.stage import Stage
from runtime.simulators.wechatpay.trading import BEIJING
from runtime.simulators.wechatpay.wishes import WrongError

FAULTS = frozenset({"missing", "extra", "twice", "amount", "hash", "totals", "other-day"})
_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
_KEPT = timedelta(days=93)
Row = dict[str, Any]


class Bills:
    """The bills of one merchant; a file can be fetched by its token."""

    def __init__(self, stage: Stage, own: tuple[str, str]) -> None:
        self._stage = stage
        self._appid, self._mchid = own
        self._files: dict[str, bytes] = {}

    def prepare(self, day: str, packing: str) -> dict[str, str]:
        """Return where a day's bill can be fetched, with its hash; raise WrongError."""
        try:
            asked = date.fromisoformat(day)
        except ValueError as error:
            raise WrongError(400, "PARAM_ERROR", "bill_date") from error
        today = datetime.fromtimestamp(self._stage.clock.now(), BEIJING).date()
        if not today - _KEPT <= asked < today:
            raise WrongError(400, "NO_STATEMENT_EXIST", "there is no such bill")
        fault = self._stage.books.take_fault(("bill",), FAULTS)
        text = self._write(asked, fault)
        digest = hashlib.sha1(text).hexdigest()  # noqa: S324  the protocol's own
        if fault is not None and fault.name == "hash":
            digest = hashlib.sha1(b"another file").hexdigest()  # noqa: S324
        token = secrets.token_urlsafe(24)
        self._files[token] = gzip.compress(text) if packing == "GZIP" else text
        address = f"{self._stage.address}/v3/billdownload/file?token={token}"
        return {"hash_type": "SHA1", "hash_value": digest, "download_url": address}

    def fetch(self, token: str) -> bytes:
        """Return a file once."""
        found = self._files.pop(token, None)
        if found is None:
            raise WrongError(400, "INVALID_REQUEST", "the token is over")
        return found

    def _write(self, day: date, fault: Fault | None) -> bytes:
        rows = [
            self._row(movement)
            for movement in self._stage.books.all(Movement)
            if datetime.fromtimestamp(movement.at, BEIJING).date() == day
        ]
        name = fault.name if fault is not None else ""
        if name == "missing":
            rows = rows[:-1]
        if name == "extra":
            rows.append({**_blank(day, self._appid, self._mchid), "paid": 1234, "fee": 7})
        if name == "twice":
            rows.append(rows[0])
        if name == "amount":
            rows[0] = {**rows[0], "paid": rows[0]["paid"] + 1}
        if name == "other-day":
            rows[0] = {**rows[0], "at": rows[0]["at"] + timedelta(days=1)}
        paid, back = sum(row["paid"] for row in rows), sum(row["back"] for row in rows)
        totals = (
            str(len(rows)), _yuan(paid + (1 if name == "totals" else 0)), _yuan(back), "0.00",
            _fee(sum(row["fee"] for row in rows)), _yuan(paid), _yuan(back),
        )  # fmt: skip
        lines = [_HEAD, *(_line(_cells(row)) for row in rows), _TOTALS, _line(totals)]
        return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()

    def _row(self, movement: Movement) -> Row:
        charge = self._stage.books.charge(movement.charge)
        refund = movement.kind == "refund"
        found = _blank(datetime.fromtimestamp(movement.at, BEIJING).date(), self._appid, self._mchid)
        asked = charge.details["asked"] if charge is not None else {"description": ""}
        payment = self._stage.books.find(Movement, "charge = ? AND kind = 'payment'", movement.charge)
        return {
            **found,
            "at": datetime.fromtimestamp(movement.at, BEIJING),
            "transaction": (payment.id if payment else "") if refund else movement.id,
            "reference": movement.charge,
            "way": str(charge.details["way"]).upper() if charge is not None else "",
            "state": "REFUND" if refund else "SUCCESS",
            "paid": 0 if refund else movement.amount,
            "refund": movement.id if refund else "0",
            "number": movement.reference if refund else "0",
            "back": movement.amount if refund else 0,
            "outcome": "SUCCESS" if refund else "",
            "title": asked["description"],
            "fee": movement.fee,
        }


def _blank(day: date, appid: str, mchid: str) -> Row:
    return {
        "at": datetime.combine(day, datetime.min.time(), BEIJING) + timedelta(hours=12),
        "appid": appid, "mchid": mchid, "transaction": f"42000000{secrets.randbelow(10**20):020d}",
        "reference": f"foreign{secrets.token_hex(6)}", "way": "NATIVE", "state": "SUCCESS", "paid": 0, "refund": "0",
        "number": "0", "back": 0, "outcome": "", "title": "", "fee": 0,
    }  # fmt: skip


def _cells(row: Row) -> tuple[str, ...]:
    """Return the 27 fields of a row; a comma in a title is written full-width, as WeChat Pay does not quote."""
    return (
        row["at"].strftime("%Y-%m-%d %H:%M:%S"), row["appid"], row["mchid"], "0", "", row["transaction"],
        row["reference"], "oUpF8uMuAJO_M2p", row["way"], row["state"], "OTHERS", "CNY", _yuan(row["paid"]), "0.00",
        row["refund"], row["number"], _yuan(row["back"]), "0.00", "ORIGINAL" if row["back"] else "", row["outcome"],
        row["title"].replace(",", "，").replace("\n", " "), "", _fee(row["fee"]), "0.60%", _yuan(row["paid"]),
        _yuan(row["back"]), "",
    )  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fee(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{_yuan(abs(fen))}000"
