"""Bank transfer: the buyer reads how to pay and under which reference, and the merchant confirms the money."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from runtime.gateways.protocol import (
    Bill,
    Charge,
    Instructions,
    Kind,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.refusals import Code, Refusal

HOLD = 3 * 86400


class Transfer:
    """Settings: ``qr`` (picture below media/), ``account``, ``instructions`` (Text), ``hold`` (seconds).

    ``hold`` is how long an unpaid order keeps its stock: three days unless given.
    """

    id = "transfer"
    kind = Kind.TRANSFER
    thanks = ""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self.hold_seconds: int | None = settings.get("hold") or HOLD

    def start(self, charge: Charge) -> Started:
        """Return what the buyer reads; nothing is asked of anybody."""
        text = self._settings.get("instructions") or {}
        words = text.get(charge.locale) or next(iter(text.values()), "") if isinstance(text, Mapping) else str(text)
        return Started(
            instructions=Instructions(
                reference=charge.reference.rpartition("-")[0],
                account=str(self._settings.get("account", "")),
                text=words,
                picture=str(self._settings.get("qr", "")),
            )
        )

    def query(self, charge: Charge) -> Report:
        """Say that only the merchant knows."""
        return Report(gateway=self.id, reference=charge.reference, verdict=Verdict.OPEN)

    def close(self, charge: Charge) -> Report:
        """Close at once: money that still comes is noted by the merchant."""
        return Report(gateway=self.id, reference=charge.reference, verdict=Verdict.CLOSED)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Report:
        """Refuse: nobody sends notices of transfers."""
        del headers, body, now
        raise Refusal(Code.NOTICE_FORGED, reason="this gateway sends none")

    def refund(self, repayment: Repayment) -> RefundReport:
        """Say that the refund waits: the merchant sends the money back by hand and notes it."""
        return RefundReport(gateway=self.id, number=repayment.number, verdict=RefundVerdict.PENDING)

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Say that only the merchant knows."""
        return RefundReport(gateway=self.id, number=repayment.number, verdict=RefundVerdict.PENDING)

    def bill(self, day: date) -> Bill:
        """Refuse: nobody keeps books of this but the merchant."""
        raise Refusal(Code.BILL_MISSING, gateway=self.id, day=day.isoformat())
