"""What a merchant may ask of Alipay, and how it is told that it asked wrongly."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

CHINA = timezone(timedelta(hours=8))
_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,64}")
_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_FORBIDDEN = re.compile(r"[/=&]")
_MAXIMUM = 100_000_000_00
_SUBJECT = 256
_PRODUCTS = {
    "alipay.trade.page.pay": {"FAST_INSTANT_TRADE_PAY"},
    "alipay.trade.wap.pay": {"QUICK_WAP_WAY", "QUICK_WAP_PAY"},
    "alipay.trade.precreate": {"", "FACE_TO_FACE_PAYMENT", "QR_CODE_OFFLINE"},
}


class WrongError(Exception):
    """Alipay says no: a code, a business code and a sentence."""

    def __init__(self, code: str, sub_code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.sub_code = sub_code


class TradeWish(msgspec.Struct, frozen=True, kw_only=True):
    """A trade that a merchant would like; ``ends`` is when nobody can pay it any more."""

    reference: str
    amount: int
    subject: str
    ends: float
    method: str
    notify_url: str = ""
    return_url: str = ""


class RefundWish(msgspec.Struct, frozen=True, kw_only=True):
    """Money to give back; ``number`` is '' for a whole refund without one."""

    reference: str
    trade_no: str
    amount: int
    number: str


def invalid(text: str) -> WrongError:
    """Return the refusal of a parameter."""
    return WrongError("40004", "ACQ.INVALID_PARAMETER", f"参数无效：{text}")


def business(sub_code: str, text: str) -> WrongError:
    """Return a refusal by the state of things."""
    return WrongError("40004", f"ACQ.{sub_code}", text)


def read(biz_content: str) -> dict[str, Any]:
    """Return a wish as an object."""
    try:
        return msgspec.json.decode(biz_content or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise WrongError("40002", "isv.invalid-parameter", "biz_content 不是 JSON 对象") from error


def trade(method: str, wish: dict[str, Any], given: dict[str, str], now: float) -> TradeWish:
    """Return the trade that is wished for; raise WrongError."""
    reference, subject = _text(wish, "out_trade_no"), _text(wish, "subject")
    if not _NUMBER.fullmatch(reference):
        raise invalid("out_trade_no")
    if not subject or len(subject) > _SUBJECT or _FORBIDDEN.search(subject):
        raise invalid("subject")
    if _text(wish, "product_code") not in _PRODUCTS[method]:
        raise invalid("product_code")
    for name in ("notify_url", "return_url"):
        if given.get(name) and not given[name].startswith(("http://", "https://")):
            raise invalid(name)
    ends = _ends(wish, now, 7200 if method == "alipay.trade.precreate" else 15 * 86400)
    if ends <= now:
        raise invalid("time_expire")
    return TradeWish(
        reference=reference,
        amount=amount(wish, "total_amount"),
        subject=subject,
        ends=ends,
        method=method,
        notify_url=given.get("notify_url", ""),
        return_url=given.get("return_url", ""),
    )


def refund(wish: dict[str, Any]) -> RefundWish:
    """Return the refund that is wished for; raise WrongError."""
    found = RefundWish(
        reference=_text(wish, "out_trade_no"),
        trade_no=_text(wish, "trade_no"),
        amount=amount(wish, "refund_amount"),
        number=_text(wish, "out_request_no"),
    )
    if not found.reference and not found.trade_no:
        raise invalid("out_trade_no")
    if found.number and not _NUMBER.fullmatch(found.number):
        raise invalid("out_request_no")
    return found


def amount(wish: dict[str, Any], name: str) -> int:
    """Return an amount of yuan in fen; numbers of JSON are taken as they are written."""
    parts = _YUAN.fullmatch(str(wish.get(name, "")))
    found = int(parts[1]) * 100 + int((parts[2] or "").ljust(2, "0")) if parts else 0
    if not 1 <= found <= _MAXIMUM:
        raise invalid(name)
    return found


def moment(text: str) -> float | None:
    """Return the moment of a time of China, or None."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).timestamp()
    except ValueError:
        return None


def _ends(wish: dict[str, Any], now: float, usual: int) -> float:
    if wish.get("time_expire"):
        found = moment(_text(wish, "time_expire"))
        if found is None:
            raise invalid("time_expire")
        return found
    if wish.get("timeout_express"):
        parts = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", _text(wish, "timeout_express"))
        if parts is None:
            raise invalid("timeout_express")
        return now + int(parts[1]) * {"m": 60, "h": 3600, "d": 86400}[parts[2]]
    return now + usual


def _text(wish: dict[str, Any], name: str) -> str:
    found = wish.get(name, "")
    if not isinstance(found, str):
        raise invalid(name)
    return found
