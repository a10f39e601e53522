"""THE CASE'S LIFE: TRANSITIONS by kind, deadlines by state, and the one step that moves a case with its history."""

from datetime import datetime, timedelta

import msgspec

from runtime import notices
from runtime.aftersale.rows import get, record
from runtime.aftersale.values import Case, Event, HistoryRow, Kind, State
from runtime.database import Transaction
from runtime.notices import Topic
from runtime.refusals import Code, Refusal

_ANY = tuple(Kind)
_ASKED = (Kind.REFUND, Kind.RETURN, Kind.EXCHANGE)
_GOODS = (Kind.RETURN, Kind.EXCHANGE, Kind.WITHDRAWAL)
_TABLE: tuple[tuple[tuple[Kind, ...], State, Event, State], ...] = (
    ((Kind.REFUND,), State.ASKED, Event.AGREE, State.REFUNDED),
    ((Kind.RETURN, Kind.EXCHANGE), State.ASKED, Event.AGREE, State.TO_SEND_BACK),
    (_ASKED, State.ASKED, Event.DECLINE, State.DECLINED),
    (_ASKED, State.DECLINED, Event.ASK_AGAIN, State.ASKED),
    (_ASKED, State.DECLINED, Event.CLOSE, State.CLOSED),
    (_GOODS, State.TO_SEND_BACK, Event.SEND_BACK, State.SENT_BACK),
    ((Kind.RETURN, Kind.WITHDRAWAL), State.TO_SEND_BACK, Event.RECEIVE, State.REFUNDED),
    ((Kind.EXCHANGE,), State.TO_SEND_BACK, Event.RECEIVE, State.TO_REPLACE),
    ((Kind.RETURN, Kind.EXCHANGE), State.TO_SEND_BACK, Event.CLOSE, State.CLOSED),
    # The right to withdraw does not end by waiting: both sides are reminded.
    ((Kind.WITHDRAWAL,), State.TO_SEND_BACK, Event.REMIND, State.TO_SEND_BACK),
    ((Kind.RETURN, Kind.WITHDRAWAL), State.SENT_BACK, Event.RECEIVE, State.REFUNDED),
    ((Kind.EXCHANGE,), State.SENT_BACK, Event.RECEIVE, State.TO_REPLACE),
    ((Kind.RETURN, Kind.EXCHANGE), State.SENT_BACK, Event.DECLINE, State.DECLINED),
    ((Kind.EXCHANGE,), State.TO_REPLACE, Event.REPLACE, State.REPLACED),
    ((Kind.EXCHANGE,), State.TO_REPLACE, Event.AGREE, State.REFUNDED),
    ((Kind.EXCHANGE,), State.REPLACED, Event.CONFIRM, State.DONE),
    (_ANY, State.ASKED, Event.TAKE_BACK, State.TAKEN_BACK),
    (_ANY, State.DECLINED, Event.TAKE_BACK, State.TAKEN_BACK),
    (_ASKED, State.TO_SEND_BACK, Event.TAKE_BACK, State.TAKEN_BACK),
)
TRANSITIONS: dict[tuple[Kind, State, Event], State] = {
    (kind, before, event): after for kinds, before, event, after in _TABLE for kind in kinds
}


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """How long a state waits, for whom, and what happens then by itself."""

    wait: timedelta
    who: str
    event: Event


ANSWER = timedelta(hours=48)
SEND = timedelta(days=7)
CHECK = timedelta(days=10)
WITHDRAWAL = timedelta(days=14)
_WAITS: dict[State, Deadline] = {
    State.ASKED: Deadline(wait=ANSWER, who="merchant", event=Event.AGREE),
    State.DECLINED: Deadline(wait=SEND, who="buyer", event=Event.CLOSE),
    State.TO_SEND_BACK: Deadline(wait=SEND, who="buyer", event=Event.CLOSE),
    State.SENT_BACK: Deadline(wait=CHECK, who="merchant", event=Event.RECEIVE),
    State.TO_REPLACE: Deadline(wait=SEND, who="merchant", event=Event.AGREE),
    State.REPLACED: Deadline(wait=CHECK, who="buyer", event=Event.CONFIRM),
}
_WAITS_OF_WITHDRAWAL = {
    State.TO_SEND_BACK: Deadline(wait=WITHDRAWAL, who="buyer", event=Event.REMIND),
    State.SENT_BACK: Deadline(wait=CHECK, who="merchant", event=Event.RECEIVE),
}


def deadline(kind: Kind, state: State) -> Deadline | None:
    """Return what a case of this kind waits for in a state, or None when it is over."""
    return (_WAITS_OF_WITHDRAWAL if kind is Kind.WITHDRAWAL else _WAITS).get(state)


def due(kind: Kind, state: State, opened_at: datetime, now: datetime) -> datetime | None:
    """Return when the next step happens by itself.

    After a withdrawal the money goes back within fourteen days of the statement, once the goods are on their way.
    """
    found = deadline(kind, state)
    if found is None:
        return None
    if kind is Kind.WITHDRAWAL and state is State.SENT_BACK:
        return min(now + found.wait, max(opened_at + WITHDRAWAL, now + timedelta(days=1)))
    return now + found.wait


def step(transaction: Transaction, case: Case, event: Event, *, actor: str, now: datetime, text: str = "") -> Case:
    """Move a case on, with its history row, its next deadline and its message; raise Refusal (case-not-allowed)."""
    before = get(transaction, case.number).state
    after = TRANSITIONS.get((case.kind, before, event))
    next_at = due(case.kind, after, case.opened_at, now) if after else None
    if after is None or not transaction.run(
        "UPDATE aftersale SET state = ?, due_at = ? WHERE id = ? AND state = ?",
        after,
        int(next_at.timestamp()) if next_at else None,
        case.id,
        before,
    ):
        raise Refusal(Code.CASE_NOT_ALLOWED, number=case.number, state=before, event=event)
    written = record(
        transaction,
        case.id,
        HistoryRow(event=event, before=before, after=after, actor=actor, text=text, at=now),
    )
    tell(transaction, case, (event, actor, written), now)
    return get(transaction, case.number)


_FOR_MERCHANT = frozenset({Event.OPEN, Event.ASK_AGAIN, Event.SEND_BACK, Event.TAKE_BACK})


def tell(transaction: Transaction, case: Case, what: tuple[Event, str, int], now: datetime) -> None:
    """Tell the other side of a step: buyers read what merchants did, and the other way round."""
    event, actor, row = what
    reference = f"{case.number}:{row}"
    if event in _FOR_MERCHANT:
        notices.write(transaction, Topic.AFTERSALE_OPENED, reference, now, order=case.order)
    elif actor != "buyer":
        found = transaction.find("SELECT email FROM orders WHERE id = ?", case.order)
        if found and found[0]:
            about: dict[str, str | int | None] = {"order": case.order, "recipient": str(found[0])}
            notices.write(transaction, Topic.AFTERSALE_ANSWERED, reference, now, **about)
