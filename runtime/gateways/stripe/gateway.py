"""The gateway of Stripe: one Checkout Session for each attempt, one line with our exact total in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from generator.shop import PaymentMethod
from runtime.gateways import credentials, wire
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
from runtime.gateways.stripe import bills, money, notices
from runtime.gateways.stripe.money import NotPayableError
from runtime.gateways.stripe.talk import Error, Refund, Session, Talk, read
from runtime.refusals import Code, Refusal
from runtime.settings import Environment, SettingError, Settings

ADDRESS = "https://api.stripe.com"
TIMEOUT = 10.0
_SHORTEST, _LONGEST = timedelta(minutes=31), timedelta(hours=23, minutes=55)
_SEARCH = timedelta(days=2)
_LOCALES = {"zh-CN": "zh", "zh-TW": "zh-TW", "zh-HK": "zh-HK", "en-GB": "en-GB", "pt-BR": "pt-BR"}
_FINAL = {"charge_already_refunded", "charge_disputed", "amount_too_large"}
"""Refusals of a refund that no later try will change."""


class Stripe:
    """Pays on Stripe's page."""

    id = notices.NAME
    kind = Kind.ONLINE
    hold_seconds: int | None = None
    thanks = ""

    def __init__(
        self,
        talk: Talk,
        secrets: Sequence[str],
        *,
        live: bool,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._talk = talk
        self._secrets = tuple(secrets)
        self._live = live
        self._clock = clock

    def start(self, charge: Charge) -> Started:
        """Ask for a session; the same charge again is the same session (its number is the idempotency key)."""
        try:
            amount = money.to_stripe(charge.amount, charge.currency)
        except NotPayableError as error:
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"Stripe cannot take {error}") from error
        now = self._clock()
        ends = min(max(charge.expires_at or now, now + _SHORTEST), now + _LONGEST)
        form = {
            "mode": "payment",
            "client_reference_id": charge.reference,
            "metadata": {"reference": charge.reference},
            "payment_intent_data": {
                "description": charge.description or charge.reference,
                "metadata": {"reference": charge.reference},
            },
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": charge.currency.lower(),
                        "unit_amount": amount,
                        "product_data": {"name": charge.description or charge.reference},
                    },
                }
            ],
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
            "locale": _LOCALES.get(charge.locale, charge.locale.split("-", maxsplit=1)[0]),
            "expires_at": int(ends.timestamp()),
        }
        answer = self._talk.ask("POST", "/v1/checkout/sessions", form, charge.reference)
        if isinstance(answer, Error) and answer.type == "idempotency_error":
            return self._found(charge)
        if isinstance(answer, Error):
            raise Refusal(Code.PAYMENT_REFUSED, gateway=self.id, reason=f"{answer.code} {answer.message}".strip())
        session = read(answer, Session)
        if session is None or session.client_reference_id != charge.reference or not session.url:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=self.id)
        return Started(page=session.url, transaction=session.id)

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge; one whose session was never told to us is looked for by its number."""
        session, answered = self._session(charge)
        if session is None:
            return self._said(charge, Verdict.MISSING if answered else Verdict.UNKNOWN)
        return notices.report(session)

    def close(self, charge: Charge) -> Report:
        """Let a session expire; one that is complete is asked about."""
        session, answered = self._session(charge)
        if session is None:
            return self._said(charge, Verdict.MISSING if answered else Verdict.UNKNOWN)
        if session.status == "open":
            answer = self._talk.ask("POST", f"/v1/checkout/sessions/{session.id}/expire")
            if answer is None:
                return self._said(charge, Verdict.UNKNOWN)
            session, _ = self._session(charge)
        return notices.report(session) if session else self._said(charge, Verdict.UNKNOWN)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and type a webhook; raise Refusal (notice-forged)."""
        return notices.read(self._secrets, self._live, headers, body, now)

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask Stripe to send money back; our number is the idempotency key, so asking again sends it once."""
        form = {
            "payment_intent": repayment.transaction,
            "amount": money.to_stripe(repayment.amount, repayment.currency),
            "metadata": {"number": repayment.number},
        }
        answer = self._talk.ask("POST", "/v1/refunds", form, repayment.number)
        if isinstance(answer, Error):
            verdict = RefundVerdict.FAILED if answer.code in _FINAL else RefundVerdict.STUCK
            return self._refund_said(repayment, verdict, f"{answer.code} {answer.message}".strip())
        refund = read(answer, Refund)
        if refund is None or refund.metadata.get("number") != repayment.number:
            return self._refund_said(repayment, RefundVerdict.UNKNOWN)
        return notices.refund_report(refund, repayment.number)

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Look for our number among the refunds of the payment."""
        for page in self._talk.pages("/v1/refunds", {"payment_intent": repayment.transaction}):
            if page is None:
                return self._refund_said(repayment, RefundVerdict.UNKNOWN)
            for each in page:
                refund = read(each, Refund)
                if refund is not None and refund.metadata.get("number") == repayment.number:
                    return notices.refund_report(refund, repayment.number)
        return self._refund_said(repayment, RefundVerdict.MISSING)

    def bill(self, day: date) -> Bill:
        """Fetch Stripe's books of a day in UTC."""
        return bills.fetch(self._talk, day)

    def _found(self, charge: Charge) -> Started:
        """Return the session that was made under this number before, with other words around it."""
        session, answered = self._session(charge)
        if session is None or session.status != "open" or not session.url:
            code = Code.PAYMENT_REFUSED if answered else Code.PAYMENT_UNREACHABLE
            raise Refusal(code, gateway=self.id, reason="the number was used before")
        return Started(page=session.url, transaction=session.id)

    def _session(self, charge: Charge) -> tuple[Session | None, bool]:
        """Return the session of a charge, and whether Stripe answered at all."""
        if charge.transaction:
            form = {"expand": ["payment_intent"]}
            answer = self._talk.ask("GET", f"/v1/checkout/sessions/{charge.transaction}", form)
            session = read(answer, Session)
            mine = session is not None and session.client_reference_id == charge.reference
            return (session if mine else None), isinstance(answer, Error)
        since = int((self._clock() - _SEARCH).timestamp())
        for page in self._talk.pages("/v1/checkout/sessions", {"created": {"gte": since}}):
            if page is None:
                return None, False
            for each in page:
                session = read(each, Session)
                if session is not None and session.client_reference_id == charge.reference:
                    return session, True
        return None, True

    def _said(self, charge: Charge, verdict: Verdict) -> Report:
        return Report(gateway=self.id, reference=charge.reference, verdict=verdict)

    def _refund_said(self, repayment: Repayment, verdict: RefundVerdict, reason: str = "") -> RefundReport:
        return RefundReport(gateway=self.id, number=repayment.number, verdict=verdict, reason=reason)


def make(method: PaymentMethod, settings: Settings) -> Stripe:
    """Return the gateway that a payment method describes; raise SettingError."""
    given = method.settings
    address = str(given.get("endpoint") or ADDRESS)
    key = credentials.get(settings, given, "secret")
    hooks = [each for each in credentials.get(settings, given, "webhook_secret").replace(",", " ").split() if each]
    live = key.startswith(("sk_live_", "rk_live_"))
    if settings.environment is Environment.PRODUCTION and not (live and address == ADDRESS):
        raise SettingError(str(given.get("secret")), "live-key")
    if settings.environment is not Environment.PRODUCTION and live:
        raise SettingError(str(given.get("secret")), "test-key")
    return Stripe(Talk(wire.to_provider(address, TIMEOUT), key), hooks, live=live)
