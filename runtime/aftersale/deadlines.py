"""What happens by itself when nobody acts in time: every waiting state has a deadline and a next step."""

import logging
from datetime import datetime

from runtime.aftersale import moves
from runtime.aftersale.life import Deadline, deadline, step
from runtime.aftersale.rows import IS_OPEN, select
from runtime.aftersale.values import Case, Event, State
from runtime.database import Database, Transaction
from runtime.faults import Fault
from runtime.refusals import Refusal

log = logging.getLogger(__name__)
BATCH = 50


def next_step(case: Case) -> Deadline | None:
    """Return what a case waits for: whom, how long, and what happens then."""
    return deadline(case.kind, case.state)


def advance_due(database: Database, now: datetime) -> int:
    """Take the next step of every case whose time is over; return how many were looked at."""
    at = int(now.timestamp())
    due = database.read(lambda look: select(look, f"due_at <= ? AND {IS_OPEN} ORDER BY due_at LIMIT ?", at, BATCH))
    for case in due:
        try:
            database.write(lambda transaction, case=case: _advance(transaction, case, now))  # type: ignore[misc]
        except (Refusal, Fault):
            log.exception("a case could not be taken on")
    return len(due)


def _advance(transaction: Transaction, case: Case, now: datetime) -> None:
    current = next(iter(select(transaction, "id = ?", case.id)), None)
    waits = next_step(current) if current else None
    if current is None or waits is None or current.due_at is None or current.due_at > now:
        return
    if waits.event is Event.RECEIVE:
        moves.received(transaction, current, restock=False, said=("system", now))
        return
    after = step(transaction, current, waits.event, actor="system", now=now)
    if after.state is State.REFUNDED:
        moves.pay_back(transaction, after, restock=False, said=("system", now))
