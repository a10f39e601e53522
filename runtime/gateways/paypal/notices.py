"""What PayPal tells by itself: verified offline by RSA over its header and the CRC of the very bytes of its body."""

import threading
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from runtime.gateways import rsa
from runtime.gateways.paypal import money
from runtime.gateways.paypal.talk import Amount, Movement, Unit, value
from runtime.gateways.protocol import (
    DisputeReport,
    DisputeState,
    Notice,
    RefundReport,
    RefundVerdict,
    Report,
    Verdict,
)
from runtime.refusals import Code, Refusal

NAME = "paypal"
AGE = timedelta(days=3, hours=2)
"""PayPal repeats a notice for three days; what is older was kept by somebody."""
AHEAD = timedelta(minutes=10)
PAUSE = timedelta(seconds=10)
_MOST = 8
_PATH = "/v1/notifications/certs/"
CAPTURED = {
    "COMPLETED": Verdict.SUCCEEDED,
    "PARTIALLY_REFUNDED": Verdict.SUCCEEDED,
    "REFUNDED": Verdict.SUCCEEDED,
    "PENDING": Verdict.OPEN,
    "DECLINED": Verdict.FAILED,
    "FAILED": Verdict.FAILED,
}
REFUNDED = {
    "COMPLETED": RefundVerdict.SUCCEEDED,
    "PENDING": RefundVerdict.PENDING,
    "FAILED": RefundVerdict.FAILED,
    "CANCELLED": RefundVerdict.FAILED,
}
_OUTCOMES = {
    "RESOLVED_SELLER_FAVOUR": DisputeState.WON,
    "RESOLVED_WITH_PAYOUT": DisputeState.WON,
    "CANCELED_BY_BUYER": DisputeState.WON,
    "DENIED": DisputeState.WON,
    "RESOLVED_BUYER_FAVOUR": DisputeState.LOST,
    "ACCEPTED": DisputeState.LOST,
}


class _Event(msgspec.Struct, frozen=True):
    event_type: str
    resource: msgspec.Raw


class _Agreed(msgspec.Struct, frozen=True):
    purchase_units: list[Unit] = []


class _Disputed(msgspec.Struct, frozen=True):
    seller_transaction_id: str = ""
    custom: str = ""
    invoice_number: str = ""


class _Outcome(msgspec.Struct, frozen=True):
    outcome_code: str = ""


class _Dispute(msgspec.Struct, frozen=True):
    dispute_id: str
    dispute_amount: Amount = Amount()
    disputed_transactions: list[_Disputed] = []
    dispute_outcome: _Outcome = _Outcome()


class Certificates:
    """PayPal's certificates by their addresses, which must be below PayPal's own host; asked for seldom, and kept."""

    def __init__(self, origin: str, fetch: Callable[[str], bytes | None]) -> None:
        self._origin = origin
        self._fetch = fetch
        self._guard = threading.Lock()
        self._known: dict[str, x509.Certificate] = {}
        self._asked: datetime | None = None

    def find(self, address: str, now: datetime) -> RSAPublicKey | None:
        """Return the key of a certificate that is valid now, or None."""
        parts = urlsplit(address)
        named = f"{parts.scheme}://{parts.netloc}" == self._origin and not parts.query and ".." not in parts.path
        if not named or not parts.path.startswith(_PATH):
            return None
        found = self._known.get(parts.path) or self._ask(parts.path, now)
        if found is None or not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            return None
        key = found.public_key()
        return key if isinstance(key, RSAPublicKey) else None

    def _ask(self, path: str, now: datetime) -> x509.Certificate | None:
        """Fetch a certificate, however many forged addresses come at most one in ten seconds."""
        with self._guard:
            if path in self._known:
                return self._known[path]
            if self._asked is not None and now - self._asked < PAUSE:
                return None
            self._asked = now
            pem = self._fetch(path)
            try:
                found = x509.load_pem_x509_certificates(pem or b"")[0]
            except ValueError:
                return None
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[path] = found
            self._asked = None
            return found


def verify(certificates: Certificates, webhook: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Refuse what PayPal did not sign for this webhook, or long ago."""
    names = ("id", "time", "sig")
    number, time, signature = (headers.get(f"paypal-transmission-{name}", "") for name in names)
    if not number or not signature:
        raise _forged("no signature")
    if headers.get("paypal-auth-algo") != "SHA256withRSA":
        raise _forged("algorithm")
    key = certificates.find(headers.get("paypal-cert-url", ""), now)
    if key is None:
        raise _forged("certificate")
    if not rsa.verify(key, signature, f"{number}|{time}|{webhook}|{zlib.crc32(body)}".encode()):
        raise _forged("wrong signature")
    try:
        sent = datetime.fromisoformat(time)
        fresh = now - AGE <= sent <= now + AHEAD
    except (ValueError, TypeError):
        fresh = False
    if not fresh:
        raise _forged("too old")


def typed(body: bytes) -> Notice:
    """Return what an event says; one that is nothing to us says nothing."""
    event = value(body, _Event)
    if event is None:
        raise _forged("unreadable")
    kind, raw = event.event_type, bytes(event.resource)
    if kind == "CHECKOUT.ORDER.APPROVED":
        agreed = value(raw, _Agreed)
        reference = agreed.purchase_units[0].custom_id if agreed and agreed.purchase_units else ""
        return Report(gateway=NAME, reference=reference, verdict=Verdict.AGREED)
    if kind.startswith("CUSTOMER.DISPUTE."):
        return _dispute(value(raw, _Dispute), resolved=kind.endswith(".RESOLVED"))
    moved = value(raw, Movement)
    if moved is not None and (kind == "PAYMENT.CAPTURE.REFUNDED" or kind.startswith("PAYMENT.REFUND.")):
        return refund_report(moved, moved.custom_id)
    if moved is not None and kind.startswith("PAYMENT.CAPTURE."):
        return capture_report(moved, moved.custom_id)
    return Report(gateway=NAME, reference="", verdict=Verdict.UNKNOWN)


def capture_report(capture: Movement, reference: str) -> Report:
    """Return what a capture says; only its own status counts, not that of its order."""
    amount = money.from_paypal(capture.amount.value, capture.amount.currency_code)
    verdict = CAPTURED.get(capture.status, Verdict.UNKNOWN)
    if verdict is Verdict.SUCCEEDED and (amount is None or not capture.id):
        verdict = Verdict.UNKNOWN
    return Report(
        gateway=NAME,
        reference=reference,
        verdict=verdict,
        transaction=capture.id,
        amount=amount or 0,
        currency=capture.amount.currency_code,
    )


def refund_report(refund: Movement, number: str) -> RefundReport:
    """Return what a refund says."""
    return RefundReport(
        gateway=NAME,
        number=number,
        verdict=REFUNDED.get(refund.status, RefundVerdict.UNKNOWN),
        transaction=refund.id,
        amount=money.from_paypal(refund.amount.value, refund.amount.currency_code) or 0,
        currency=refund.amount.currency_code,
    )


def _dispute(dispute: _Dispute | None, *, resolved: bool) -> Notice:
    about = dispute.disputed_transactions[0] if dispute and dispute.disputed_transactions else _Disputed()
    state = _OUTCOMES.get(dispute.dispute_outcome.outcome_code) if dispute and resolved else DisputeState.OPENED
    if dispute is None or state is None:
        return Report(gateway=NAME, reference="", verdict=Verdict.UNKNOWN)
    return DisputeReport(
        gateway=NAME,
        number=dispute.dispute_id,
        reference=about.custom or about.invoice_number,
        state=state,
        amount=money.from_paypal(dispute.dispute_amount.value, dispute.dispute_amount.currency_code) or 0,
        currency=dispute.dispute_amount.currency_code,
        transaction=about.seller_transaction_id,
    )


def _forged(reason: str) -> Refusal:
    return Refusal(Code.NOTICE_FORGED, reason=reason)
