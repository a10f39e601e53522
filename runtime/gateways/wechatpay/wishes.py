"""What we ask of WeChat Pay: the bodies of an order and of a refund, and which way of paying fits the buyer."""

import re
from collections.abc import Sequence
from datetime import timedelta, timezone
from enum import StrEnum
from typing import Any

from runtime.gateways.protocol import Charge, Device, Repayment

BEIJING = timezone(timedelta(hours=8))
_DESCRIPTION, _REASON = 127, 80
_SPACES = re.compile(r"[\x00-\x20\x7f]+")


class Way(StrEnum):
    """How the buyer pays: scans a code, goes to a page on the phone, or stays in WeChat's own browser."""

    NATIVE = "native"
    H5 = "h5"
    JSAPI = "jsapi"


def way(charge: Charge, opened: Sequence[str]) -> Way:
    """Return the way that fits the buyer's device among those the merchant has opened."""
    if charge.device is Device.WECHAT and charge.payer and Way.JSAPI in opened:
        return Way.JSAPI
    if charge.device is Device.PHONE and charge.client_ip and Way.H5 in opened:
        return Way.H5
    return Way.NATIVE


def order(charge: Charge, chosen: Way, own: tuple[str, str]) -> dict[str, Any]:
    """Return an order's body; ``own`` is our appid and mchid. The same charge gives the same body."""
    appid, mchid = own
    wish: dict[str, Any] = {
        "appid": appid,
        "mchid": mchid,
        "description": _cut(charge.description or charge.reference, _DESCRIPTION),
        "out_trade_no": charge.reference,
        "notify_url": charge.notify_url,
        "amount": {"total": charge.amount, "currency": charge.currency},
    }
    if charge.expires_at is not None:
        wish["time_expire"] = charge.expires_at.astimezone(BEIJING).replace(microsecond=0).isoformat()
    if chosen is Way.JSAPI:
        wish["payer"] = {"openid": charge.payer}
    if chosen is Way.H5:
        wish["scene_info"] = {"payer_client_ip": charge.client_ip, "h5_info": {"type": "Wap"}}
    return wish


def refund(repayment: Repayment) -> dict[str, Any]:
    """Return a refund's body; the same number is the same refund for ever."""
    amount = {"refund": repayment.amount, "total": repayment.charged, "currency": repayment.currency}
    wish: dict[str, Any] = {"out_refund_no": repayment.number, "amount": amount}
    if repayment.transaction:
        wish["transaction_id"] = repayment.transaction
    else:
        wish["out_trade_no"] = repayment.reference
    if repayment.reason:
        wish["reason"] = _cut(repayment.reason, _REASON)
    if repayment.notify_url:
        wish["notify_url"] = repayment.notify_url
    return wish


def _cut(text: str, longest: int) -> str:
    """Return a text in one line that fits so many bytes of UTF-8, never cutting a character."""
    line = _SPACES.sub(" ", text).strip()
    return line.encode()[:longest].decode(errors="ignore")
