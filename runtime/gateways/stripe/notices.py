"""Stripe's webhooks: verified over the raw body, then typed (docs.stripe.com/webhooks#verify-manually)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from runtime.gateways.protocol import (
    DisputeReport,
    DisputeState,
    Notice,
    RefundReport,
    RefundVerdict,
    Report,
    Verdict,
)
from runtime.gateways.stripe import money
from runtime.gateways.stripe.talk import Refund, Session
from runtime.refusals import Code, Refusal

TOLERANCE = 300
NAME = "stripe"
REFUND_VERDICTS = {
    "succeeded": RefundVerdict.SUCCEEDED,
    "pending": RefundVerdict.PENDING,
    "requires_action": RefundVerdict.PENDING,
    "failed": RefundVerdict.FAILED,
    "canceled": RefundVerdict.FAILED,
}
_DISPUTES = {
    "charge.dispute.created": DisputeState.OPENED,
    "charge.dispute.funds_withdrawn": DisputeState.OPENED,
    "charge.dispute.closed": DisputeState.LOST,
}


class _Data(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class _Event(msgspec.Struct, frozen=True):
    type: str
    data: _Data
    livemode: bool = False


class _Dispute(msgspec.Struct, frozen=True):
    id: str
    amount: int
    currency: str
    status: str = ""
    payment_intent: str | None = None


def read(secrets: Sequence[str], live: bool, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:  # noqa: FBT001
    """Verify and type a webhook; raise Refusal (notice-forged). What says nothing of money is an empty report."""
    _verify(secrets, headers.get("stripe-signature", ""), body, now)
    try:
        event = msgspec.json.decode(body, type=_Event)
        if event.livemode is not live:
            raise Refusal(Code.NOTICE_FORGED, reason="livemode")
        return _typed(event)
    except msgspec.MsgspecError as error:
        raise Refusal(Code.NOTICE_FORGED, reason="unreadable") from error


def _verify(secrets: Sequence[str], header: str, body: bytes, now: datetime) -> None:
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in parts if name == "t"]
    given = [value for name, value in parts if name == "v1"]
    if len(times) != 1 or not times[0].isdigit() or not given:
        raise Refusal(Code.NOTICE_FORGED, reason="unsigned")
    if abs(now.timestamp() - int(times[0])) > TOLERANCE:
        raise Refusal(Code.NOTICE_FORGED, reason="time")
    wanted = [hmac.digest(secret.encode(), f"{times[0]}.".encode() + body, hashlib.sha256).hex() for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in wanted for other in given):
        raise Refusal(Code.NOTICE_FORGED, reason="signature")


def _typed(event: _Event) -> Notice:
    if event.type.startswith("checkout.session."):
        failed = event.type == "checkout.session.async_payment_failed"
        return report(msgspec.json.decode(event.data.object, type=Session), failed=failed)
    if event.type in {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}:
        return refund_report(msgspec.json.decode(event.data.object, type=Refund))
    if event.type in _DISPUTES:
        return _dispute(event.type, msgspec.json.decode(event.data.object, type=_Dispute))
    return Report(gateway=NAME, reference="", verdict=Verdict.UNKNOWN)


def report(session: Session, *, failed: bool = False) -> Report:
    """Return what a session says: paid is paid, whatever else it is called; complete and unpaid is not yet paid."""
    currency = (session.currency or "").upper()
    verdict = Verdict.OPEN
    if session.payment_status == "paid":
        verdict = Verdict.SUCCEEDED if session.intent and session.amount_total is not None else Verdict.UNKNOWN
    elif failed:
        verdict = Verdict.FAILED
    elif session.status == "expired":
        verdict = Verdict.CLOSED
    return Report(
        gateway=NAME,
        reference=session.client_reference_id or "",
        verdict=verdict,
        transaction=session.intent,
        amount=money.from_stripe(session.amount_total or 0, currency),
        currency=currency,
    )


def refund_report(refund: Refund, number: str = "") -> RefundReport:
    """Return what Stripe says of a refund; one that was made by hand in its dashboard has no number of ours."""
    currency = refund.currency.upper()
    return RefundReport(
        gateway=NAME,
        number=number or refund.metadata.get("number", ""),
        verdict=REFUND_VERDICTS.get(refund.status or "", RefundVerdict.UNKNOWN),
        transaction=refund.id,
        amount=money.from_stripe(refund.amount, currency),
        currency=currency,
        reason=refund.failure_reason or "",
    )


def _dispute(kind: str, dispute: _Dispute) -> Notice:
    state = _DISPUTES[kind]
    if kind == "charge.dispute.closed" and dispute.status != "lost":
        state = DisputeState.WON
    if dispute.status.startswith("warning_"):
        # An inquiry: no money has been taken.
        return Report(gateway=NAME, reference="", verdict=Verdict.UNKNOWN)
    currency = dispute.currency.upper()
    return DisputeReport(
        gateway=NAME,
        number=dispute.id,
        reference="",
        state=state,
        amount=money.from_stripe(dispute.amount, currency),
        currency=currency,
        transaction=dispute.payment_intent or "",
    )
