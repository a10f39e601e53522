"""What a merchant asks, as typed bodies, and how they are checked: wrong ones are answered as WeChat Pay answers."""

import re
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_REFUND = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_DESCRIPTION, _REASON = 127, 80
Kind = TypeVar("Kind")
_LOOPBACK = {"127.0.0.1", "localhost"}
_SHORTEST_TIME = 60


class Amount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money of an order."""

    total: int
    currency: str = "CNY"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be paid."""

    appid: str
    mchid: str
    description: str
    out_trade_no: str
    notify_url: str
    amount: Amount
    time_expire: str = ""
    attach: str = ""
    payer: dict[str, str] = {}
    scene_info: dict[str, Any] = {}


class RefundAmount(msgspec.Struct, frozen=True):
    """Money of a refund."""

    refund: int
    total: int
    currency: str


class RefundWish(msgspec.Struct, frozen=True, kw_only=True):
    """A refund."""

    out_refund_no: str
    amount: RefundAmount
    transaction_id: str = ""
    out_trade_no: str = ""
    reason: str = ""
    notify_url: str = ""


class WrongError(Exception):
    """WeChat Pay says no: status, code and message of its answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def order(body: bytes, way: str, own: tuple[str, str], now: float) -> Order:
    """Return the order that a body asks for; ``own`` is the merchant's appid and mchid."""
    wish = _read(body, Order)
    if (wish.appid, wish.mchid) != own:
        raise WrongError(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not match")
    if not _NUMBER.fullmatch(wish.out_trade_no):
        raise _wrong("out_trade_no")
    if not 0 < len(wish.description) <= _DESCRIPTION:
        raise _wrong("description")
    if wish.amount.total < 1 or wish.amount.currency != "CNY":
        raise _wrong("amount")
    _address(wish.notify_url)
    if wish.time_expire and _moment(wish.time_expire) < now + _SHORTEST_TIME:
        raise _wrong("time_expire")
    if way == "jsapi" and not wish.payer.get("openid"):
        raise _wrong("payer.openid")
    if way == "h5" and not (wish.scene_info.get("payer_client_ip") and wish.scene_info.get("h5_info")):
        raise _wrong("scene_info")
    return wish


def refund(body: bytes) -> RefundWish:
    """Return the refund that a body asks for."""
    wish = _read(body, RefundWish)
    if not _REFUND.fullmatch(wish.out_refund_no):
        raise _wrong("out_refund_no")
    if bool(wish.transaction_id) == bool(wish.out_trade_no):
        raise _wrong("transaction_id, out_trade_no")
    if len(wish.reason.encode()) > _REASON:
        raise _wrong("reason")
    if wish.amount.refund < 1 or wish.amount.currency != "CNY":
        raise _wrong("amount")
    if wish.notify_url:
        _address(wish.notify_url)
    return wish


def own_merchant(body: bytes, mchid: str) -> None:
    """Check a body that names the merchant and nothing else."""
    if _read(body, dict[str, str]).get("mchid") != mchid:
        raise _wrong("mchid")


def _read(body: bytes, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise WrongError(400, "PARAM_ERROR", str(error)) from error


def _wrong(name: str) -> WrongError:
    return WrongError(400, "PARAM_ERROR", f"parameter error: {name}")


def _address(text: str) -> None:
    """A notice's address is https without a query; this machine may do without the s."""
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or parts.query or len(text) > 255:  # noqa: PLR2004
        raise _wrong("notify_url")


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise _wrong("time_expire") from error
