"""The gateway of Alipay.

No trade exists at Alipay until the buyer has scanned or logged in: until then it knows nothing of a charge, although
the charge can be paid. So every charge says when it ends, and money that comes late is normal.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from generator.shop import PaymentMethod
from runtime.gateways import wire
from runtime.gateways.alipay import account, bills, money, notices, talk
from runtime.gateways.alipay.talk import Reply, Talk
from runtime.gateways.protocol import (
    Bill,
    Charge,
    Device,
    Kind,
    Notice,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.gateways.wire import Request
from runtime.refusals import Code, Refusal
from runtime.settings import Environment, SettingError, Settings

log = logging.getLogger(__name__)
ADDRESS = "https://openapi.alipay.com/gateway.do"
TIMEOUT = 10.0
_SUBJECT = 128
_REASON = 128
_LIFE = timedelta(minutes=30)
_CODE_LIFE = timedelta(minutes=110)
"""A code can be scanned for two hours."""
_VERDICTS = {
    "WAIT_BUYER_PAY": Verdict.OPEN,
    "TRADE_SUCCESS": Verdict.SUCCEEDED,
    "TRADE_FINISHED": Verdict.SUCCEEDED,
    "TRADE_CLOSED": Verdict.CLOSED,
}
_NO_TRADE = "ACQ.TRADE_NOT_EXIST"
_NO_ANSWER = {"ACQ.SYSTEM_ERROR", "ACQ.REQUEST_TOO_FREQUENT"}
_REFUND_IMPOSSIBLE = {
    "ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_NOT_ALLOW_REFUND",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "ACQ.REASON_TRADE_REFUND_FEE_ERR", "ACQ.REFUND_FEE_ERROR",
    "ACQ.INVALID_PARAMETER",
}  # fmt: skip
"""Refusals that no later try will change. All others are for the merchant to see to: a balance, a frozen trade."""


class Alipay:
    """Pays on a page of Alipay, or by a QR code on our own."""

    id = "alipay"
    kind = Kind.ONLINE
    hold_seconds: int | None = None
    thanks = "success"

    def __init__(
        self,
        line: Talk,
        *,
        by_code: bool = False,
        fetch: Callable[[str], bytes | None] | None = None,
    ) -> None:
        self._talk = line
        self._by_code = by_code
        self._fetch = fetch or _download

    def start(self, charge: Charge) -> Started:
        """Return the page or the code by which the buyer pays; a page costs no question to Alipay."""
        if charge.currency != money.CURRENCY:
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"Alipay takes no {charge.currency}")
        ends = charge.expires_at or self._talk.now() + _LIFE
        wish: dict[str, Any] = {
            "out_trade_no": charge.reference,
            "total_amount": money.yuan(charge.amount),
            "subject": _subject(charge),
            "time_expire": talk.stamp(ends),
        }
        if self._by_code:
            return self._start_by_code(charge, wish, ends)
        phone = charge.device is not Device.DESKTOP
        method = "alipay.trade.wap.pay" if phone else "alipay.trade.page.pay"
        wish["product_code"] = "QUICK_WAP_WAY" if phone else "FAST_INSTANT_TRADE_PAY"
        if phone:
            wish["quit_url"] = charge.return_url
        page = self._talk.page(method, wish, notify_url=charge.notify_url, return_url=charge.return_url)
        return Started(page=page)

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge."""
        return self._report(charge, self._talk.ask("alipay.trade.query", {"out_trade_no": charge.reference}))

    def close(self, charge: Charge) -> Report:
        """Ask that nobody can pay a charge any more; what was paid or closed before is found by asking."""
        reply = self._talk.ask("alipay.trade.close", {"out_trade_no": charge.reference})
        if reply is None or reply.sub_code in _NO_ANSWER:
            return self._said(charge, Verdict.UNKNOWN)
        if reply.well:
            same = reply.text("out_trade_no") in {"", charge.reference}
            return self._said(charge, Verdict.CLOSED if same else Verdict.UNKNOWN)
        if reply.sub_code == _NO_TRADE:
            return self._said(charge, Verdict.MISSING)
        return self.query(charge)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and type a notice of Alipay; raise Refusal (notice-forged)."""
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Refusal(Code.NOTICE_FORGED, reason="no form")
        try:
            return notices.read(self._talk.account, self.id, body, now)
        except Refusal as refusal:
            if refusal.values.get("reason") in {"app_id", "seller_id"}:
                log.warning("alipay signed a notice of another merchant: %s", refusal.values["reason"])
            raise

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask Alipay to send money back under our number; only a change of funds is a success, else it is asked."""
        wish = {
            "out_trade_no": repayment.reference,
            "refund_amount": money.yuan(repayment.amount),
            "out_request_no": repayment.number,
            "refund_reason": repayment.reason[:_REASON] or repayment.number,
        }
        if repayment.transaction:
            wish["trade_no"] = repayment.transaction
        reply = self._talk.ask("alipay.trade.refund", wish)
        if reply is None or reply.sub_code in _NO_ANSWER:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        if reply.well:
            same = reply.text("out_trade_no") == repayment.reference
            if same and reply.text("fund_change") == "Y":
                return self._refund_said(repayment, RefundVerdict.SUCCEEDED)
            found = self.query_refund(repayment)
            missing = found.verdict is RefundVerdict.MISSING
            return self._refund_said(repayment, RefundVerdict.PENDING) if missing else found
        if not reply.sub_code.startswith("ACQ."):
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        impossible = reply.sub_code in _REFUND_IMPOSSIBLE
        verdict = RefundVerdict.FAILED if impossible else RefundVerdict.STUCK
        return self._refund_said(repayment, verdict, f"{reply.sub_code} {reply.reason}")

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Ask what became of a refund."""
        wish = {"out_trade_no": repayment.reference, "out_request_no": repayment.number}
        reply = self._talk.ask("alipay.trade.fastpay.refund.query", wish)
        if reply is not None and reply.sub_code == _NO_TRADE:
            return self._refund_said(repayment, RefundVerdict.MISSING)
        if reply is None or not reply.well:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        amount = money.fen(reply.text("refund_amount"))
        if amount is None:
            return self._refund_said(repayment, RefundVerdict.MISSING)
        if reply.text("out_request_no") != repayment.number or reply.text("out_trade_no") != repayment.reference:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        done = reply.text("refund_status") == "REFUND_SUCCESS"
        return RefundReport(
            gateway=self.id,
            number=repayment.number,
            verdict=RefundVerdict.SUCCEEDED if done else RefundVerdict.PENDING,
            amount=amount,
            currency=money.CURRENCY,
        )

    def bill(self, day: date) -> Bill:
        """Fetch Alipay's books of a day of China; they are there from ten in the morning of the next."""
        wish = {"bill_type": "trade", "bill_date": day.isoformat()}
        reply = self._talk.ask("alipay.data.dataservice.bill.downloadurl.query", wish)
        if reply is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        address = reply.text("bill_download_url")
        if not reply.well or not address:
            raise Refusal(Code.BILL_MISSING, gateway=self.id, day=day.isoformat())
        packed = self._fetch(address)
        if packed is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        return bills.read(self.id, day, packed)

    def _start_by_code(self, charge: Charge, wish: dict[str, Any], ends: datetime) -> Started:
        renew = self._talk.now() + _CODE_LIFE
        wish["time_expire"] = talk.stamp(min(ends, renew))
        reply = self._talk.ask("alipay.trade.precreate", wish, notify_url=charge.notify_url)
        # A trade that was paid already is no refusal: nobody may begin another attempt before this one was asked about.
        if reply is None or reply.sub_code in {*_NO_ANSWER, "ACQ.TRADE_HAS_SUCCESS"}:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        code = reply.text("qr_code")
        if not reply.well or reply.text("out_trade_no") != charge.reference or not code:
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"{reply.sub_code} {reply.reason}".strip())
        # On a phone nobody can scan the own screen; the code is an address that opens Alipay.
        return Started(code=code, page="" if charge.device is Device.DESKTOP else code, renew_at=renew)

    def _report(self, charge: Charge, reply: Reply | None) -> Report:
        if reply is not None and reply.sub_code == _NO_TRADE:
            return self._said(charge, Verdict.MISSING)
        if reply is None or not reply.well or reply.text("out_trade_no") != charge.reference:
            return self._said(charge, Verdict.UNKNOWN)
        verdict = _VERDICTS.get(reply.text("trade_status"), Verdict.UNKNOWN)
        if verdict is Verdict.CLOSED and reply.text("send_pay_date"):
            # A trade that was paid and wholly refunded is closed as well; the money was there all the same.
            verdict = Verdict.SUCCEEDED
        amount = money.fen(reply.text("total_amount"))
        if verdict is Verdict.SUCCEEDED and (amount is None or not reply.text("trade_no")):
            return self._said(charge, Verdict.UNKNOWN)
        return Report(
            gateway=self.id,
            reference=charge.reference,
            verdict=verdict,
            transaction=reply.text("trade_no"),
            amount=amount or 0,
            currency=money.CURRENCY,
        )

    def _said(self, charge: Charge, verdict: Verdict) -> Report:
        return Report(gateway=self.id, reference=charge.reference, verdict=verdict)

    def _refund_said(self, repayment: Repayment, verdict: RefundVerdict, reason: str = "") -> RefundReport:
        return RefundReport(gateway=self.id, number=repayment.number, verdict=verdict, reason=reason.strip())


def make(method: PaymentMethod, settings: Settings) -> Alipay:
    """Return the gateway that a payment method describes; raise SettingError."""
    given = method.settings
    address = str(given.get("endpoint") or ADDRESS)
    if settings.environment is Environment.PRODUCTION and address != ADDRESS:
        raise SettingError("payment.endpoint", "endpoint", address=ADDRESS)
    known = account.read(settings, given)
    line = Talk(known, address, wire.to_provider(address, TIMEOUT), lambda: datetime.now(UTC))
    return Alipay(line, by_code=given.get("product") == "qr")


def _subject(charge: Charge) -> str:
    """Return what is bought in one line; Alipay takes no / = &."""
    plain = "".join(" " if sign in "/=&" or not sign.isprintable() else sign for sign in charge.description)
    return " ".join(plain.split())[:_SUBJECT] or charge.reference


def _download(address: str) -> bytes | None:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    send = wire.over_http(f"{parts.scheme}://{parts.netloc}", TIMEOUT * 6, bills.MAXIMUM)
    answer = send(Request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path, b"", {}))
    return answer.body if answer is not None and answer.status == HTTPStatus.OK else None
