"""Cash on delivery: the order is confirmed at once and paid at the door; the merchant notes when the money has come."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from runtime.gateways.protocol import (
    Bill,
    Charge,
    Kind,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.refusals import Code, Refusal


class CashOnDelivery:
    """There is nothing to ask of anybody."""

    id = "cash_on_delivery"
    kind = Kind.ON_DELIVERY
    hold_seconds: int | None = None
    thanks = ""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def start(self, charge: Charge) -> Started:
        """Refuse: there is nothing to pay now."""
        raise Refusal(Code.PAYMENT_REFUSED, reason=f"{charge.reference} is paid at the door")

    def query(self, charge: Charge) -> Report:
        """Say that no such charge exists."""
        return Report(gateway=self.id, reference=charge.reference, verdict=Verdict.MISSING)

    def close(self, charge: Charge) -> Report:
        """Say that no such charge exists."""
        return Report(gateway=self.id, reference=charge.reference, verdict=Verdict.MISSING)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Report:
        """Refuse: nobody sends notices of cash."""
        del headers, body, now
        raise Refusal(Code.NOTICE_FORGED, reason="this gateway sends none")

    def refund(self, repayment: Repayment) -> RefundReport:
        """Say that the refund waits: the merchant gives the money back by hand and notes it."""
        return RefundReport(gateway=self.id, number=repayment.number, verdict=RefundVerdict.PENDING)

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Say that only the merchant knows."""
        return RefundReport(gateway=self.id, number=repayment.number, verdict=RefundVerdict.PENDING)

    def bill(self, day: date) -> Bill:
        """Refuse: nobody keeps books of this but the merchant."""
        raise Refusal(Code.BILL_MISSING, gateway=self.id, day=day.isoformat())
