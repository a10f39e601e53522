"""The gateway of the rehearsal bank.

Signs what it asks, verifies what it hears, and believes nothing that is not signed.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from runtime.gateways import wire
from runtime.gateways.protocol import Charge, Kind, Report, Started, Verdict
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


class _Notice(msgspec.Struct, frozen=True):
    """A notice of the bank."""

    reference: str
    verdict: Verdict
    transaction: str
    amount: int
    currency: str


class Rehearsal:
    """Pays at a bank that ships with the shop."""

    id = "rehearsal"
    kind = Kind.ONLINE
    hold_seconds: int | None = None

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

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Report:
        """Verify and type a notice of the bank; raise Refusal (notice-forged)."""
        try:
            signing.verify(self._keys.bank, "POST /pay/rehearsal/notify", headers, body, now)
            notice = msgspec.json.decode(body, type=_Notice)
        except ForgedError as error:
            raise Refusal(Code.NOTICE_FORGED, reason=str(error)) from error
        except msgspec.DecodeError as error:
            raise Refusal(Code.NOTICE_FORGED, reason="unreadable") from error
        return Report(
            gateway=self.id,
            reference=notice.reference,
            verdict=notice.verdict,
            transaction=notice.transaction,
            amount=notice.amount,
            currency=notice.currency,
        )

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


def _wire(settings: Settings) -> Wire:
    if settings.bank:
        return wire.over_http(settings.bank)
    return wire.inside(bank.get(settings).wsgi)
