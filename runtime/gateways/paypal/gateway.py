"""The gateway of PayPal.

The buyer agrees on PayPal's page, and nothing has moved yet: the next ``query`` takes the money. So an order that is
closed is never paid afterwards, for nobody takes it. What counts is the status of the capture, not of the order.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from generator.shop import PaymentMethod
from runtime.gateways import credentials, wire
from runtime.gateways.paypal import bills, money, notices
from runtime.gateways.paypal.money import NotPayableError
from runtime.gateways.paypal.notices import NAME, Certificates
from runtime.gateways.paypal.talk import Movement, No, Order, Talk, value
from runtime.gateways.protocol import (
    Bill,
    Charge,
    Kind,
    Notice,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.gateways.wire import Wire
from runtime.refusals import Code, Refusal
from runtime.settings import Environment, SettingError, Settings

ADDRESS = "https://api-m.paypal.com"
SANDBOX = "https://api-m.sandbox.paypal.com"
CERTIFICATES = {ADDRESS: "https://api.paypal.com", SANDBOX: "https://api.sandbox.paypal.com"}
TIMEOUT = 15.0
_PAGE_LIFE = timedelta(hours=2, minutes=50)
"""An order that nobody agreed to lives three hours."""
_TEXT = 127
_WAITING = {"CREATED", "SAVED", "PAYER_ACTION_REQUIRED"}
_GONE = {"CAPTURE_FULLY_REFUNDED", "REFUND_AMOUNT_EXCEEDED", "REFUND_NOT_ALLOWED", "INVALID_RESOURCE_ID"}
"""Refusals of a refund that no later try will change, unless it is the answer to our own earlier try."""
_LOCALES = {"zh": "zh-CN", "en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "it": "it-IT", "ja": "ja-JP"}


class PayPal:
    """Pays on PayPal's page."""

    id = NAME
    kind = Kind.ONLINE
    hold_seconds: int | None = None
    thanks = ""

    def __init__(self, talk: Talk, webhook: str, certificates: Certificates) -> None:
        self._talk = talk
        self._webhook = webhook
        self._certificates = certificates

    def start(self, charge: Charge) -> Started:
        """Ask for an order; the same charge again is the same order (its number makes it one request)."""
        try:
            amount = money.to_paypal(charge.amount, charge.currency)
        except NotPayableError as error:
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"PayPal cannot take {error}") from error
        answer = self._talk.ask("POST", "/v2/checkout/orders", _wish(charge, amount), charge.reference)
        if isinstance(answer, No):
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"{answer.issue} {answer.message}".strip())
        order = value(answer, Order)
        pages = [link.href for link in order.links if link.rel in {"payer-action", "approve"}] if order else []
        if order is None or not pages:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        return Started(page=pages[0], transaction=order.id, renew_at=self._talk.now() + _PAGE_LIFE)

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge, and take the money if the buyer agreed."""
        order, missing = self._order(charge)
        if order is None:
            return self._said(charge, Verdict.MISSING if missing else Verdict.UNKNOWN)
        return self._capture(charge, order) if order.status == "APPROVED" else self._report(charge, order)

    def close(self, charge: Charge) -> Report:
        """Take no money any more: what was not taken is closed, whether the buyer agreed or not."""
        order, missing = self._order(charge)
        if order is None:
            return self._said(charge, Verdict.MISSING if missing else Verdict.UNKNOWN)
        report = self._report(charge, order)
        untaken = order.status in {*_WAITING, "APPROVED"} and not order.unit.payments.captures
        return self._said(charge, Verdict.CLOSED) if untaken else report

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and type a webhook; raise Refusal (notice-forged)."""
        notices.verify(self._certificates, self._webhook, headers, body, now)
        return notices.typed(body)

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask PayPal to send money back; our number makes a repetition the same request."""
        wish = {
            "amount": {
                "value": money.to_paypal(repayment.amount, repayment.currency),
                "currency_code": repayment.currency,
            },
            "custom_id": repayment.number,
            "invoice_id": repayment.number,
        }
        path = f"/v2/payments/captures/{repayment.transaction}/refund"
        answer = self._talk.ask("POST", path, wish, repayment.number)
        if isinstance(answer, No):
            known = self.query_refund(repayment)
            if known.verdict is not RefundVerdict.MISSING:
                return known
            impossible = answer.issue in _GONE or answer.status == HTTPStatus.NOT_FOUND
            verdict = RefundVerdict.FAILED if impossible else RefundVerdict.STUCK
            return self._refund_said(repayment, verdict, f"{answer.issue} {answer.message}".strip())
        refund = value(answer, Movement)
        if refund is None or refund.custom_id not in {"", repayment.number}:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        return notices.refund_report(refund, repayment.number)

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Look for our number among the refunds of the order that the money came by."""
        answer = self._talk.ask("GET", f"/v2/payments/captures/{repayment.transaction}")
        if isinstance(answer, No) and answer.status == HTTPStatus.NOT_FOUND:
            return self._refund_said(repayment, RefundVerdict.MISSING)
        capture = value(answer, Movement)
        name = capture.supplementary_data.related_ids.order_id if capture else ""
        order = value(self._talk.ask("GET", f"/v2/checkout/orders/{name}"), Order) if name else None
        if order is None:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        for refund in order.unit.payments.refunds:
            if repayment.number in {refund.custom_id, refund.invoice_id}:
                return notices.refund_report(refund, repayment.number)
        return self._refund_said(repayment, RefundVerdict.MISSING)

    def bill(self, day: date) -> Bill:
        """Fetch PayPal's books of a day in UTC."""
        return bills.fetch(self._talk, day)

    def _order(self, charge: Charge) -> tuple[Order | None, bool]:
        """Return the order of a charge, and whether there is none; without a number nobody was ever sent to one."""
        if not charge.transaction:
            return None, True
        answer = self._talk.ask("GET", f"/v2/checkout/orders/{charge.transaction}")
        if isinstance(answer, No):
            return None, answer.status == HTTPStatus.NOT_FOUND
        order = value(answer, Order)
        if order is None or order.unit.custom_id != charge.reference:
            return None, False
        return order, False

    def _capture(self, charge: Charge, order: Order) -> Report:
        path, number = f"/v2/checkout/orders/{order.id}/capture", f"{charge.reference}-capture"
        answer = self._talk.ask("POST", path, {}, number)
        if isinstance(answer, No):
            if answer.issue == "ORDER_ALREADY_CAPTURED":
                taken, _ = self._order(charge)
                return self._report(charge, taken) if taken else self._said(charge, Verdict.UNKNOWN)
            # The buyer may choose another card on PayPal's page, and agree again.
            declined = answer.issue in {"INSTRUMENT_DECLINED", "ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"}
            return self._said(charge, Verdict.OPEN if declined else Verdict.UNKNOWN)
        taken = value(answer, Order)
        if taken is None or taken.id != order.id:
            return self._said(charge, Verdict.UNKNOWN)
        return self._report(charge, taken)

    def _report(self, charge: Charge, order: Order) -> Report:
        captures = order.unit.payments.captures
        if captures:
            reports = [notices.capture_report(each, charge.reference) for each in captures]
            done = [report for report in reports if report.verdict is Verdict.SUCCEEDED]
            return done[0] if done else reports[-1]
        if order.status == "VOIDED":
            return self._said(charge, Verdict.CLOSED)
        known = order.status in {*_WAITING, "APPROVED"}
        return self._said(charge, Verdict.OPEN if known else Verdict.UNKNOWN)

    def _said(self, charge: Charge, verdict: Verdict) -> Report:
        return Report(gateway=self.id, reference=charge.reference, verdict=verdict)

    def _refund_said(self, repayment: Repayment, verdict: RefundVerdict, reason: str = "") -> RefundReport:
        return RefundReport(gateway=self.id, number=repayment.number, verdict=verdict, reason=reason)


def make(
    method: PaymentMethod,
    settings: Settings,
    send: Wire | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PayPal:
    """Return the gateway that a payment method describes; raise SettingError."""
    given = method.settings
    for name in ("client_id", "webhook_id"):
        if not given.get(name):
            raise SettingError(f"payment.{name}", "missing")
    address = str(given.get("endpoint") or ADDRESS).rstrip("/")
    if settings.environment is Environment.PRODUCTION and address != ADDRESS:
        raise SettingError("payment.endpoint", "endpoint", address=ADDRESS)
    talk = Talk(
        send or wire.to_provider(address, TIMEOUT),
        str(given["client_id"]),
        credentials.get(settings, given, "secret").strip(),
        clock,
    )
    parts = urlsplit(address)
    origin = CERTIFICATES.get(address, f"{parts.scheme}://{parts.netloc}")
    certificates = Certificates(origin, _fetcher(origin))
    return PayPal(talk, str(given["webhook_id"]), certificates)


def _fetcher(origin: str) -> Callable[[str], bytes | None]:
    send = wire.to_provider(origin, TIMEOUT, 64 * 1024)

    def fetch(path: str) -> bytes | None:
        answer = send(wire.Request("GET", path, b"", {}))
        return answer.body if answer is not None and answer.status == HTTPStatus.OK else None

    return fetch


def _wish(charge: Charge, amount: str) -> dict[str, Any]:
    language = charge.locale.split("-", maxsplit=1)[0]
    context = {
        "return_url": charge.return_url,
        "cancel_url": charge.return_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "locale": charge.locale if "-" in charge.locale else _LOCALES.get(language, "en-US"),
    }
    unit = {
        "custom_id": charge.reference,
        "invoice_id": charge.reference,
        "description": " ".join(charge.description.split())[:_TEXT] or charge.reference,
        "amount": {"currency_code": charge.currency, "value": amount},
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": context}},
    }
