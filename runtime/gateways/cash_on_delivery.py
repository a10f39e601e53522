"""Cash on delivery: the order is confirmed at once and paid at the door; the merchant notes when the money has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runtime.gateways.protocol import Charge, Kind, Report, Started, Verdict
from runtime.refusals import Code, Refusal


class CashOnDelivery:
    """There is nothing to ask of anybody."""

    id = "cash_on_delivery"
    kind = Kind.ON_DELIVERY
    hold_seconds: int | None = None

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
