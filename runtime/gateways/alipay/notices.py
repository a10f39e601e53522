"""What Alipay tells by itself: a signed form, posted to the payment's address, also when money went back."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from runtime.gateways import rsa
from runtime.gateways.alipay import money, talk
from runtime.gateways.alipay.account import Account
from runtime.gateways.protocol import Notice, RefundReport, RefundVerdict, Report, Verdict
from runtime.refusals import Code, Refusal

AGE = timedelta(hours=26)
"""Alipay repeats a notice for 25 hours; what is older was kept by somebody."""
AHEAD = timedelta(minutes=10)
FIELDS = 200
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_CHARSET = re.compile(rb"(?:^|&)charset=([A-Za-z0-9-]{1,20})(?:&|$)")
_VERDICTS = {
    "WAIT_BUYER_PAY": Verdict.OPEN,
    "TRADE_SUCCESS": Verdict.SUCCEEDED,
    "TRADE_FINISHED": Verdict.SUCCEEDED,
    "TRADE_CLOSED": Verdict.CLOSED,
}


def read(account: Account, gateway: str, body: bytes, now: datetime) -> Notice:
    """Verify and type a notice; raise Refusal (notice-forged) for what is not Alipay's, not ours, or stale."""
    fields = _fields(body)
    _verify(account, fields)
    _belong(account, fields, now)
    reference, amount = fields.get("out_trade_no", ""), money.fen(fields.get("total_amount", ""))
    if not reference or amount is None:
        raise _forged("no trade")
    refund = fields.get("out_biz_no", "")
    if refund and fields.get("gmt_refund"):
        # Its refund_fee is the sum of all refunds of the trade so far, so it says nothing of this one's amount.
        return RefundReport(gateway=gateway, number=refund, verdict=RefundVerdict.SUCCEEDED, currency=money.CURRENCY)
    verdict = _VERDICTS.get(fields.get("trade_status", ""), Verdict.UNKNOWN)
    if verdict is Verdict.CLOSED and fields.get("gmt_payment"):
        verdict = Verdict.SUCCEEDED
    return Report(
        gateway=gateway,
        reference=reference,
        verdict=verdict,
        transaction=fields.get("trade_no", ""),
        amount=amount,
        currency=money.CURRENCY,
    )


def _fields(body: bytes) -> dict[str, str]:
    """Return the form, decoded once and each name once."""
    named = _CHARSET.search(body)
    charset = _CHARSETS.get(named[1].decode().lower() if named else "utf-8")
    if charset is None:
        raise _forged("charset")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=FIELDS
        )
    except ValueError as error:
        raise _forged("unreadable") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _forged("a field twice")
    return fields


def _verify(account: Account, fields: Mapping[str, str]) -> None:
    signature = fields.get("sign", "")
    if not signature:
        raise _forged("no signature")
    if fields.get("sign_type") != "RSA2":
        raise _forged("sign_type")
    signed = {name: value for name, value in fields.items() if name not in {"sign", "sign_type"}}
    if not rsa.verify(account.public, signature, talk.content(signed)):
        raise _forged("wrong signature")


def _belong(account: Account, fields: Mapping[str, str], now: datetime) -> None:
    """Refuse what Alipay signed for somebody else, or long ago."""
    if fields.get("app_id") != account.app_id:
        raise _forged("app_id")
    if fields.get("seller_id") != account.seller_id:
        raise _forged("seller_id")
    sent = talk.moment(fields.get("notify_time", ""))
    if sent is None or not now - AGE <= sent <= now + AHEAD:
        raise _forged("notify_time")


def _forged(reason: str) -> Refusal:
    return Refusal(Code.NOTICE_FORGED, reason=reason)
