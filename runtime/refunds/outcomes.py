"""What becomes of a refund: a gateway's word, by notice or by answer, or the merchant's; each is posted once."""

from datetime import datetime, timedelta
from enum import StrEnum

from runtime import findings, funds, notices, orders
from runtime.database import Database, Transaction
from runtime.findings import Found
from runtime.funds import Entry, Where
from runtime.gateways import RefundReport, RefundVerdict
from runtime.notices import Topic
from runtime.refunds.requesting import due_entries
from runtime.refunds.rows import ask_at, find, get, select, step
from runtime.refunds.values import OPEN, TRANSITIONS, Event, Refund, State
from runtime.refusals import Code, Refusal

STUCK_PAUSE = timedelta(hours=1)
"""A stuck refund is asked about that often: the merchant may have ended it at the provider's own site."""


class Outcome(StrEnum):
    """What a report about a refund meant."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STUCK = "stuck"
    REPEATED = "repeated"
    NOTHING = "nothing"
    UNKNOWN_REFUND = "unknown_refund"
    CONTRADICTION = "refund_contradicted"


def confirm(database: Database, report: RefundReport, now: datetime) -> Outcome:
    """Apply what a gateway says of a refund, once; what changes nothing does not wait for those who write."""
    if report.verdict in {RefundVerdict.PENDING, RefundVerdict.MISSING, RefundVerdict.UNKNOWN}:
        return Outcome.NOTHING
    return database.write(lambda transaction: apply(transaction, report, now))


def apply(transaction: Transaction, report: RefundReport, now: datetime) -> Outcome:
    """Apply a report inside the caller's transaction."""
    refund = _locked(transaction, report)
    if refund is None:
        return _set_aside(transaction, report, Outcome.UNKNOWN_REFUND, now)
    actor = f"gateway:{report.gateway}"
    if report.verdict is RefundVerdict.SUCCEEDED:
        return _succeeded(transaction, refund, report, actor, now)
    if report.verdict is RefundVerdict.FAILED:
        if refund.state is State.FAILED:
            return Outcome.REPEATED
        fail(transaction, refund, actor=actor, now=now, why=report.reason)
        return Outcome.FAILED
    if report.verdict is RefundVerdict.STUCK and refund.state in {State.REQUESTED, State.SENT}:
        get_stuck(transaction, refund, actor=actor, now=now, why=report.reason)
        return Outcome.STUCK
    return Outcome.NOTHING


def _succeeded(transaction: Transaction, refund: Refund, report: RefundReport, actor: str, now: datetime) -> Outcome:
    if refund.state is State.SUCCEEDED:
        return Outcome.REPEATED
    if report.amount and (report.amount, report.currency) != (refund.amount, refund.currency):
        why = f"the gateway says {report.amount} {report.currency}"
        if refund.state in {State.REQUESTED, State.SENT}:
            get_stuck(transaction, refund, actor=actor, now=now, why=why)
        return _set_aside(transaction, report, Outcome.CONTRADICTION, now)
    if refund.state is State.FAILED:
        return _set_aside(transaction, report, Outcome.CONTRADICTION, now)
    succeed(transaction, refund, actor=actor, now=now, outside=report.transaction)
    return Outcome.SUCCEEDED


def _locked(transaction: Transaction, report: RefundReport) -> Refund | None:
    """Return the refund; on PostgreSQL it is locked first, so that two reports of one refund queue up."""
    if transaction.postgres:
        lock = "SELECT id FROM refund WHERE gateway = ? AND number = ? FOR UPDATE"
        transaction.find(lock, report.gateway, report.number)
    return next(iter(select(transaction, "gateway = ? AND number = ?", report.gateway, report.number)), None)


def _set_aside(transaction: Transaction, report: RefundReport, outcome: Outcome, now: datetime) -> Outcome:
    """Tell the merchant of money that went back and fits no refund of ours as it is."""
    known = find(transaction, report.number)
    found = Found(
        kind=outcome,
        gateway=report.gateway,
        reference=report.number,
        receipt=report.transaction or report.number,
        amount=report.amount,
        currency=report.currency,
        order=known.order if known else None,
    )
    findings.note(transaction, found, now)
    return outcome


def succeed(transaction: Transaction, refund: Refund, *, actor: str, now: datetime, outside: str) -> Refund:
    """Note that the money went back, post it, and tell the buyer."""
    step(transaction, refund, Event.SUCCEED, actor=actor, now=now, note=outside)
    transaction.run("UPDATE refund SET outside = ?, ask_at = NULL WHERE id = ?", outside, refund.id)
    entries = [Entry(debit=funds.REFUNDS_DUE, credit=_source(transaction, refund), amount=refund.amount)]
    funds.post(transaction, "refunded", refund.number, entries, refund.order, Where(refund.currency, now))
    if refund.order is not None:
        email = orders.get_by_id(transaction, refund.order).contact.email
        if email:
            notices.write(transaction, Topic.REFUND_SENT, refund.number, now, order=refund.order, recipient=email)
    return get(transaction, refund.number)


def _source(transaction: Transaction, refund: Refund) -> str:
    """Return where the money leaves from."""
    if refund.by_hand:
        return funds.BANK
    return funds.source(transaction, refund.order, refund.gateway, refund.currency)


def get_stuck(transaction: Transaction, refund: Refund, *, actor: str, now: datetime, why: str) -> Refund:
    """Note that a refund needs the merchant, and tell them."""
    found = step(transaction, refund, Event.GET_STUCK, actor=actor, now=now, note=why)
    ask_at(transaction, refund, now + STUCK_PAUSE)
    _tell(transaction, found, now)
    return found


def fail(transaction: Transaction, refund: Refund, *, actor: str, now: datetime, why: str) -> Refund:
    """Note that a refund came to nothing: its amount can be refunded again, and its postings are reversed."""
    before = get(transaction, refund.number).state
    found = step(transaction, refund, Event.FAIL, actor=actor, now=now, note=why)
    ask_at(transaction, refund, None)
    where = Where(refund.currency, now)
    if before is State.SUCCEEDED:
        _take_back(transaction, refund, where)
    if refund.finding is not None:
        back = [Entry(debit=funds.REFUNDS_DUE, credit=funds.SUSPENSE, amount=refund.amount)]
        findings.reopen(transaction, refund.finding)
    else:
        back = [Entry(debit=entry.credit, credit=entry.debit, amount=entry.amount) for entry in due_entries(refund)]
        transaction.run("UPDATE orders SET refunded = refunded - ? WHERE id = ?", refund.amount, refund.order)
    funds.post(transaction, "refund-failed", refund.number, back, refund.order, where)
    _tell(transaction, found, now)
    return found


def _take_back(transaction: Transaction, refund: Refund, where: Where) -> None:
    """Reverse the posting of a refund that had succeeded: the money came back to where it had left from."""
    row = transaction.find("SELECT credit FROM transfer WHERE event = 'refunded' AND reference = ?", refund.number)
    source = str(row[0]) if row else funds.BANK
    entries = [Entry(debit=source, credit=funds.REFUNDS_DUE, amount=refund.amount)]
    funds.post(transaction, "refund-returned", refund.number, entries, refund.order, where)


def _tell(transaction: Transaction, refund: Refund, now: datetime) -> None:
    """Tell the merchant that a refund is stuck or failed."""
    reference = f"{refund.number}:{refund.state}:{refund.tries}"
    notices.write(transaction, Topic.REFUND_FAILED, reference, now, order=refund.order)


def note(database: Database, number: str, *, returned: bool, actor: str, now: datetime, text: str = "") -> Refund:
    """Take the merchant's word about a refund: the money is back, or it came to nothing.

    It is theirs to say of money that they send by hand, and of a refund that is stuck; raise Refusal
    (refund-not-allowed) for one that the gateway is at work on.
    """

    def unit(transaction: Transaction) -> Refund:
        refund = get(transaction, number)
        event = Event.SUCCEED if returned else Event.FAIL
        theirs = refund.state in OPEN and (refund.by_hand or refund.state is State.STUCK)
        if not theirs or (refund.state, event) not in TRANSITIONS:
            raise Refusal(Code.REFUND_NOT_ALLOWED, number=number, state=refund.state.word, event=event)
        if returned:
            return succeed(transaction, refund, actor=actor, now=now, outside=text)
        return fail(transaction, refund, actor=actor, now=now, why=text)

    return database.write(unit)
