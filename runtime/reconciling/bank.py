"""A bank's files held against the shop: transfers for orders, withdrawals and refunds, found by their references.

Money that came is noted for the order that its text names, as if the merchant had confirmed it; money that names none
waits in suspense. What left or came back moves the withdrawal or refund whose number it carries. Each movement is
taken once under the bank's own number, however many files tell of it.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime import numbers, orders, receipts, refunds
from runtime.bank_files import Fate, Movement, Status, statements
from runtime.database import Database, Transaction
from runtime.funds import BANK, withdrawals
from runtime.receipts import Cash, Receipt
from runtime.refunds import outcomes
from runtime.refusals import Refusal

ACTOR = "bank"
GATEWAY = "transfer"
_ORDER = re.compile(r"(?<!\d)\d{4}[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_WITHDRAWAL = re.compile(r"(?<![A-Za-z0-9])W\d{18}(?!\d)")
_REFUND = re.compile(r"(?<![A-Za-z0-9])R(?:\d{12}|F[0-9a-f]{20})-\d+(?!\d)")


class Match(StrEnum):
    """What a line of a bank's file came to."""

    ORDER = "order"
    WITHDRAWAL = "withdrawal"
    REFUND = "refund"
    STRAY = "stray"
    KNOWN = "known"
    NOTHING = "nothing"


class Line(Value, frozen=True, kw_only=True):
    """One line: ``subject`` is the order, withdrawal or refund that it moved; ``detail`` is what happened to it."""

    match: Match
    number: str
    amount: int
    currency: str
    subject: str = ""
    detail: str = ""


def take(database: Database, data: bytes, now: datetime) -> list[Line]:
    """Take a bank's file; raise BankFileError when it is not one, and then nothing of it was taken."""
    movements, statuses = statements.read(data)
    return [_moved(database, each, now) for each in movements] + [_told(database, each, now) for each in statuses]


def _moved(database: Database, movement: Movement, now: datetime) -> Line:
    said = " ".join(movement.references)
    withdrawal, refund = _first(_WITHDRAWAL, said), _first(_REFUND, said)
    if withdrawal or refund:
        fate = Fate.RETURNED if movement.returned else None
        return _step(database, (withdrawal or refund, fate, movement.reason), (movement.amount, movement.currency), now)
    if not movement.incoming or movement.returned:
        return _line(movement, Match.NOTHING)
    return _came(database, movement, said, now)


def _came(database: Database, movement: Movement, said: str, now: datetime) -> Line:
    """Note money for the order that its text names; without one it waits for a decision."""
    for number in (numbers.spaced(found) for found in _ORDER.findall(said)):
        order = database.read(lambda look, number=number: orders.find(look, "number = ?", number))  # type: ignore[misc]
        if order is None or order.currency != movement.currency:
            continue
        cash = Cash(amount=movement.amount, number=movement.number, actor=ACTOR)
        try:
            outcome = receipts.confirm_transfer(database, number, cash, now)
        except Refusal:
            continue
        match = Match.KNOWN if outcome is receipts.Outcome.REPEATED else Match.ORDER
        return _line(movement, match, order.number, str(outcome))
    receipt = Receipt(
        gateway=GATEWAY,
        reference=said[:100] or movement.party[:100],
        number=movement.number,
        account=BANK,
        amount=movement.amount,
        currency=movement.currency,
    )
    outcome = database.write(lambda transaction: receipts.note_stray(transaction, receipt, now))
    return _line(movement, Match.KNOWN if outcome is receipts.Outcome.REPEATED else Match.STRAY, "", movement.party)


def _told(database: Database, status: Status, now: datetime) -> Line:
    return _step(database, (status.number, status.fate, status.reason), (0, ""), now)


def _step(database: Database, what: tuple[str, Fate | None, str], money: tuple[int, str], now: datetime) -> Line:
    """Move the withdrawal or refund with this number; what was told before changes nothing."""
    number, fate, reason = what

    def unit(transaction: Transaction) -> Line:
        amount, currency = money
        withdrawal = withdrawals.find(transaction, number)
        if withdrawal is not None:
            detail = _move_withdrawal(transaction, withdrawal, fate, reason, now)
            match = Match.WITHDRAWAL if detail else Match.KNOWN
            return Line(
                match=match, number=number, amount=withdrawal.amount, currency=withdrawal.currency, subject=number,
                detail=detail,
            )  # fmt: skip
        refund = refunds.find(transaction, number)
        if refund is not None:
            detail = _move_refund(transaction, refund, fate, reason, now)
            match = Match.REFUND if detail else Match.KNOWN
            return Line(
                match=match, number=number, amount=refund.amount, currency=refund.currency, subject=number,
                detail=detail,
            )  # fmt: skip
        return Line(match=Match.NOTHING, number=number, amount=amount, currency=currency)

    return database.write(unit)


_EVENTS = {
    None: withdrawals.Event.PAY,
    Fate.ACCEPTED: withdrawals.Event.SEND,
    Fate.REFUSED: withdrawals.Event.FAIL,
    Fate.RETURNED: withdrawals.Event.BOUNCE,
}


def _move_withdrawal(
    transaction: Transaction, withdrawal: withdrawals.Withdrawal, fate: Fate | None, reason: str, now: datetime
) -> str:
    event = _EVENTS[fate]
    if (withdrawal.state, event) not in withdrawals.TRANSITIONS:
        return ""
    step = withdrawals.Step(event=event, actor=ACTOR, now=now, note=reason)
    return str(withdrawals.move(transaction, withdrawal, step).state)


def _move_refund(
    transaction: Transaction, refund: refunds.Refund, fate: Fate | None, reason: str, now: datetime
) -> str:
    """Note that a refund sent by hand has arrived or came back; an acceptance says nothing yet."""
    if fate is Fate.ACCEPTED or not refund.by_hand:
        return ""
    event = refunds.Event.SUCCEED if fate is None else refunds.Event.FAIL
    if (refund.state, event) not in refunds.TRANSITIONS:
        return ""
    if fate is None:
        return str(outcomes.succeed(transaction, refund, actor=ACTOR, now=now, outside=refund.number).state)
    return str(outcomes.fail(transaction, refund, actor=ACTOR, now=now, why=reason).state)


def _first(pattern: re.Pattern[str], said: str) -> str:
    found: Iterable[re.Match[str]] = pattern.finditer(said)
    return next((each[0] for each in found), "")


def _line(movement: Movement, match: Match, subject: str = "", detail: str = "") -> Line:
    return Line(
        match=match, number=movement.number, amount=movement.amount, currency=movement.currency, subject=subject,
        detail=detail,
    )  # fmt: skip
