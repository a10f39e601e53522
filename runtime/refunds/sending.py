"""Refunds at the gateway, always outside transactions: sent, asked about and sent again under the same number."""

import logging
from datetime import datetime, timedelta

from runtime.database import Transaction
from runtime.faults import Fault
from runtime.gateways import Gateway, Kind, RefundVerdict, Repayment
from runtime.refunds import outcomes
from runtime.refunds.rows import PAUSES, get, select, step
from runtime.refunds.values import Event, Refund, State
from runtime.refusals import Code, Refusal
from runtime.till import Till

log = logging.getLogger(__name__)
BATCH = 50


def send_due(till: Till, base_url: str, now: datetime) -> int:
    """Send the refunds that were requested and ask about those under way; return how many were looked at."""
    at = int(now.timestamp())
    due = till.database.read(
        lambda look: select(
            look, "ask_at <= ? AND state IN ('requested', 'sent', 'stuck') ORDER BY ask_at LIMIT ?", at, BATCH
        )
    )
    for refund in due:
        try:
            _work(till, refund, base_url, now)
        except (Refusal, Fault):
            log.exception("a refund could not be worked on")
    return len(due)


def query_now(till: Till, number: str, base_url: str, now: datetime) -> Refund:
    """Ask the gateway about a refund at once, and return the refund as it is then."""
    _work(till, till.database.read(lambda look: get(look, number)), base_url, now)
    return till.database.read(lambda look: get(look, number))


def retry(till: Till, number: str, base_url: str, *, actor: str, now: datetime) -> Refund:
    """Send a stuck refund again under its number; raise Refusal (refund-not-allowed)."""

    def unit(transaction: Transaction) -> Refund:
        found = step(transaction, get(transaction, number), Event.RETRY, actor=actor, now=now)
        _ask_later(transaction, found, now)
        return found

    refund = till.database.write(unit)
    provider = _provider(till, refund)
    if provider is None:
        raise Refusal(Code.GATEWAY_UNKNOWN, gateway=refund.gateway)
    outcomes.confirm(till.database, provider.refund(_repayment(refund, base_url)), now)
    return till.database.read(lambda look: get(look, number))


def _provider(till: Till, refund: Refund) -> Gateway | None:
    found = till.gateways.get(refund.gateway)
    return found if found is not None and found.kind is Kind.ONLINE else None


def _work(till: Till, refund: Refund, base_url: str, now: datetime) -> None:
    """Send a refund or ask about it; whoever moves its time first is the only one to do so."""
    provider = _provider(till, refund)
    if refund.by_hand or not till.database.write(lambda transaction: _claim(transaction, refund, now)):
        return
    if provider is None:
        log.warning("refund %s waits: the gateway %s is not set up", refund.number, refund.gateway)
        return
    repayment = _repayment(refund, base_url)
    report = provider.refund(repayment) if refund.state is State.REQUESTED else provider.query_refund(repayment)
    if report.verdict is RefundVerdict.MISSING and refund.state is State.SENT:
        report = provider.refund(repayment)
    outcomes.confirm(till.database, report, now)


def _claim(transaction: Transaction, refund: Refund, now: datetime) -> bool:
    """Take a refund in hand: it is asked about again later, and is sent from now on."""
    found = get(transaction, refund.number)
    if (found.state, found.tries) != (refund.state, refund.tries) or not _ask_later(transaction, found, now):
        return False
    if found.state is State.REQUESTED:
        step(transaction, found, Event.SEND, actor="system", now=now)
    return True


def _ask_later(transaction: Transaction, refund: Refund, now: datetime) -> bool:
    pause = outcomes.STUCK_PAUSE if refund.state is State.STUCK else _pause(refund)
    return bool(
        transaction.run(
            "UPDATE refund SET tries = tries + 1, ask_at = ? WHERE id = ? AND tries = ?",
            int((now + pause).timestamp()),
            refund.id,
            refund.tries,
        )
    )


def _pause(refund: Refund) -> timedelta:
    return timedelta(seconds=PAUSES[min(refund.tries, len(PAUSES) - 1)])


def _repayment(refund: Refund, base_url: str) -> Repayment:
    base = base_url.rstrip("/")
    return Repayment(
        number=refund.number,
        reference=refund.reference,
        transaction=refund.receipt,
        amount=refund.amount,
        charged=refund.charged,
        currency=refund.currency,
        reason=refund.reason,
        notify_url=f"{base}/pay/{refund.gateway}/notify" if base else "",
        charged_at=refund.charged_at,
    )
