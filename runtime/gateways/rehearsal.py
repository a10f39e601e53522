"""The gateway of the rehearsal bank.

Signs what it asks, verifies what it hears, and believes nothing that is not signed.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from runtime.gateways import wire
from runtime.gateways.protocol import (
    Bill,
    BillKind,
    BillRow,
    Charge,
    DisputeReport,
    DisputeState,
    Kind,
    Notice,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.gateways.wire import Answer, Request, Wire
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank, signing
from runtime.rehearsal_bank.signing import ForgedError
from runtime.settings import Settings

_VERDICTS = {
    "open": Verdict.OPEN,
    "paid": Verdict.SUCCEEDED,
    "refused": Verdict.FAILED,
    "closed": Verdict.CLOSED,
}


class _State(msgspec.Struct, frozen=True):
    """A charge as the bank shows it."""

    reference: str
    state: str
    page: str = ""
    transaction: str = ""
    amount: int = 0
    currency: str = ""


class _Refund(msgspec.Struct, frozen=True):
    """A refund as the bank shows it."""

    number: str
    state: str
    transaction: str
    amount: int
    currency: str


class _Notice(msgspec.Struct, frozen=True):
    """A notice of the bank: of a payment, a refund (``number`` is ours) or a dispute (``number`` is the bank's)."""

    verdict: str
    amount: int
    currency: str
    transaction: str
    kind: str = "payment"
    reference: str = ""
    number: str = ""


class _Row(msgspec.Struct, frozen=True):
    """A row of the bank's bill."""

    kind: BillKind
    reference: str
    transaction: str
    amount: int
    currency: str
    fee: int
    at: int
    text: str


class _Bill(msgspec.Struct, frozen=True):
    """A day's bill with its totals."""

    day: str
    rows: tuple[_Row, ...]
    count: int
    amount: int
    fee: int


class Rehearsal:
    """Pays at a bank that ships with the shop."""

    id = "rehearsal"
    kind = Kind.ONLINE
    hold_seconds: int | None = None
    thanks = ""

    def __init__(
        self, settings: Settings, send: Wire | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._keys = signing.derive(settings.secret)
        self._clock = clock
        self._address = settings.bank
        self._send: Wire = send or _wire(settings)

    def start(self, charge: Charge) -> Started:
        """Ask the bank to take a charge; the buyer goes to the bank's page."""
        wish: dict[str, Any] = {
            "reference": charge.reference,
            "amount": charge.amount,
            "currency": charge.currency,
            "description": charge.description,
            "locale": charge.locale,
            "notify_url": charge.notify_url,
            "return_url": charge.return_url,
            "expires_at": int(charge.expires_at.timestamp()) if charge.expires_at else None,
        }
        answer = self._ask("POST", "/v1/charges", msgspec.json.encode(wish))
        if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        if answer.status != HTTPStatus.OK:
            reason = msgspec.json.decode(answer.body).get("error", "")
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=reason)
        state = msgspec.json.decode(answer.body, type=_State)
        return Started(page=self._address.removesuffix(bank.MOUNT) + state.page)

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge."""
        return self._report(charge, self._ask("GET", f"/v1/charges/{charge.reference}", b""))

    def close(self, charge: Charge) -> Report:
        """Ask that nobody can pay a charge any more."""
        return self._report(charge, self._ask("POST", f"/v1/charges/{charge.reference}/close", b""))

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and type a notice of the bank; raise Refusal (notice-forged)."""
        try:
            signing.verify(self._keys.bank, "POST /pay/rehearsal/notify", headers, body, now)
            return self._typed(msgspec.json.decode(body, type=_Notice))
        except ForgedError as error:
            raise Refusal(Code.NOTICE_FORGED, reason=str(error)) from error
        except (msgspec.DecodeError, ValueError) as error:
            raise Refusal(Code.NOTICE_FORGED, reason="unreadable") from error

    def _typed(self, notice: _Notice) -> Notice:
        common: dict[str, Any] = {
            "gateway": self.id,
            "transaction": notice.transaction,
            "amount": notice.amount,
            "currency": notice.currency,
        }
        if notice.kind == "refund":
            return RefundReport(number=notice.number, verdict=RefundVerdict(notice.verdict), **common)
        if notice.kind == "dispute":
            state = DisputeState(notice.verdict)
            return DisputeReport(number=notice.number, reference=notice.reference, state=state, **common)
        return Report(reference=notice.reference, verdict=Verdict(notice.verdict), **common)

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask the bank to send money back; asking again with the same number is harmless."""
        wish = {
            "number": repayment.number,
            "reference": repayment.reference,
            "transaction": repayment.transaction,
            "amount": repayment.amount,
            "currency": repayment.currency,
            "reason": repayment.reason,
            "notify_url": repayment.notify_url,
        }
        answer = self._ask("POST", "/v1/refunds", msgspec.json.encode(wish))
        if answer is not None and answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}:
            reason = msgspec.json.decode(answer.body).get("error", "")
            return RefundReport(
                gateway=self.id, number=repayment.number, verdict=RefundVerdict.FAILED, reason=str(reason)
            )
        return self._refund_report(repayment, answer)

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Ask what became of a refund."""
        return self._refund_report(repayment, self._ask("GET", f"/v1/refunds/{repayment.number}", b""))

    def _refund_report(self, repayment: Repayment, answer: Answer | None) -> RefundReport:
        unknown = RefundReport(gateway=self.id, number=repayment.number, verdict=RefundVerdict.UNKNOWN)
        if answer is None or answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            return unknown
        if answer.status == HTTPStatus.NOT_FOUND:
            return msgspec.structs.replace(unknown, verdict=RefundVerdict.MISSING)
        found = msgspec.json.decode(answer.body, type=_Refund)
        return RefundReport(
            gateway=self.id,
            number=found.number,
            verdict=RefundVerdict(found.state),
            transaction=found.transaction,
            amount=found.amount,
            currency=found.currency,
        )

    def bill(self, day: date) -> Bill:
        """Fetch the bank's books of a day (UTC), and check them against their totals."""
        answer = self._ask("GET", f"/v1/bills/{day.isoformat()}", b"")
        if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        if answer.status != HTTPStatus.OK:
            raise Refusal(Code.BILL_MISSING, gateway=self.id, day=day.isoformat())
        found = msgspec.json.decode(answer.body, type=_Bill)
        totals = (len(found.rows), sum(row.amount for row in found.rows), sum(row.fee for row in found.rows))
        if totals != (found.count, found.amount, found.fee) or found.day != day.isoformat():
            raise Refusal(Code.BILL_DAMAGED, gateway=self.id, day=day.isoformat(), reason="its totals are wrong")
        return Bill(gateway=self.id, day=day, rows=tuple(_bill_row(row) for row in found.rows))

    def _ask(self, method: str, path: str, body: bytes) -> Answer | None:
        """Send a signed request; an answer that the bank did not sign counts as none."""
        subject, now = f"{method} {path}", self._clock()
        headers = signing.sign(self._keys.merchant, subject, body, now)
        answer = self._send(Request(method, path, body, {**headers, "content-type": "application/json"}))
        if answer is None:
            return None
        try:
            signing.verify(self._keys.bank, f"{answer.status} {subject}", answer.headers, answer.body, self._clock())
        except ForgedError:
            return None
        return answer

    def _report(self, charge: Charge, answer: Answer | None) -> Report:
        unknown = Report(gateway=self.id, reference=charge.reference, verdict=Verdict.UNKNOWN)
        if answer is None or answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            return unknown
        if answer.status == HTTPStatus.NOT_FOUND:
            return msgspec.structs.replace(unknown, verdict=Verdict.MISSING)
        state = msgspec.json.decode(answer.body, type=_State)
        return Report(
            gateway=self.id,
            reference=charge.reference,
            verdict=_VERDICTS.get(state.state, Verdict.UNKNOWN),
            transaction=state.transaction,
            amount=state.amount,
            currency=state.currency,
        )


def _bill_row(row: _Row) -> BillRow:
    fields = {**msgspec.structs.asdict(row), "at": datetime.fromtimestamp(row.at, UTC)}
    return BillRow(**fields)


def _wire(settings: Settings) -> Wire:
    if settings.bank:
        return wire.over_http(settings.bank)
    return wire.inside(bank.get(settings).wsgi)
