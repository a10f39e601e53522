"""Withdrawals: money on its way from a gateway to the bank. TRANSITIONS is their life; each step is posted with it.

``request`` reserves the amount: never more than is available less what is owed to buyers, however many ask at once.
Its number is the end-to-end identification at the bank, so that asking the bank again pays nothing twice.
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum

from generator.shop import Value
from runtime.database import Database, Transaction
from runtime.funds.accounts import REFUNDS_DUE, available, withdrawing
from runtime.funds.ledger import Where, balance, guarded, locked, post
from runtime.funds.postings import entries
from runtime.funds.settlement import lend
from runtime.refusals import Code, Refusal


class State(StrEnum):
    """Where a withdrawal stands; BOUNCED: the bank sent it back."""

    REQUESTED = "requested"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    BOUNCED = "bounced"


class Event(StrEnum):
    """What happens to a withdrawal."""

    REQUEST = "request"
    SEND = "send"
    PAY = "pay"
    FAIL = "fail"
    BOUNCE = "bounce"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.SEND): State.SENT,
    (State.REQUESTED, Event.PAY): State.PAID,
    (State.REQUESTED, Event.FAIL): State.FAILED,
    (State.SENT, Event.PAY): State.PAID,
    (State.SENT, Event.FAIL): State.FAILED,
    (State.SENT, Event.BOUNCE): State.BOUNCED,
    (State.PAID, Event.BOUNCE): State.BOUNCED,
}


class Withdrawal(Value, frozen=True, kw_only=True):
    """A withdrawal as it is kept; ``fee`` is what the gateway or the bank kept of it."""

    id: int
    gateway: str
    number: str
    state: State
    amount: int
    fee: int
    currency: str
    created_at: datetime


class Step(Value, frozen=True, kw_only=True):
    """A step to take: who takes it, when, and what the bank said; ``fee`` is known when it is paid."""

    event: Event
    actor: str
    now: datetime
    note: str = ""
    fee: int = 0


_COLUMNS = "id, gateway, number, state, amount, fee, currency, created_at"


def request(
    database: Database, gateway: str, amount: int | None, currency: str, step: Step, *, after: int | None = None
) -> Withdrawal:
    """Begin to withdraw an amount, or all that can be; raise Refusal (funds-too-low) with what is left.

    ``after`` is the newest withdrawal that whoever asks has seen (``newest``): the same form sent twice withdraws once
    (form-reused).
    """

    def unit(transaction: Transaction) -> Withdrawal:
        held = locked(transaction, (available(gateway), withdrawing(gateway), REFUNDS_DUE), currency)
        if after is not None and after != newest(transaction):
            raise Refusal(Code.FORM_REUSED, number="")
        owed = max(0, -held[REFUNDS_DUE])
        left = held[available(gateway)] - owed
        wished = left if amount is None else amount
        if not 0 < wished <= left:
            raise Refusal(Code.FUNDS_TOO_LOW, account=available(gateway), left=max(0, left), currency=currency)
        guarded(transaction, available(gateway), currency, owed)
        number = f"W{step.now:%Y%m%d}{secrets.randbelow(10**10):010}"
        made = _insert(transaction, gateway, number, (State.REQUESTED, wished, currency), step)
        moved = entries("withdrawal", wished, gateway=gateway)
        post(transaction, "withdrawal", _key(made), moved, None, Where(currency, step.now))
        return made

    return database.write(unit)


def advance(database: Database, number: str, step: Step) -> Withdrawal:
    """Take a step of a withdrawal; raise Refusal: withdrawal-unknown, withdrawal-not-allowed."""
    return database.write(lambda transaction: move(transaction, get(transaction, number), step))


def move(transaction: Transaction, withdrawal: Withdrawal, step: Step) -> Withdrawal:
    """Take a step inside the caller's transaction; raise Refusal (withdrawal-not-allowed)."""
    row = transaction.find("SELECT state FROM withdrawal WHERE id = ?", withdrawal.id)
    before = State(row[0]) if row else withdrawal.state
    after = TRANSITIONS.get((before, step.event))
    wrong_fee = step.event is Event.PAY and not 0 <= step.fee <= withdrawal.amount
    if wrong_fee or after is None or not transaction.run(
        "UPDATE withdrawal SET state = ?, fee = CASE WHEN ? = 'pay' THEN ? ELSE fee END WHERE id = ? AND state = ?",
        after, step.event, step.fee, withdrawal.id, before,
    ):  # fmt: skip
        raise Refusal(Code.WITHDRAWAL_NOT_ALLOWED, number=withdrawal.number, state=before, event=step.event)
    _record(transaction, withdrawal.id, before, after, step)
    _post(transaction, withdrawal, before, step)
    return get(transaction, withdrawal.number, withdrawal.gateway)


def _post(transaction: Transaction, withdrawal: Withdrawal, before: State, step: Step) -> None:
    event = f"withdrawal-{'paid' if step.event is Event.PAY else 'failed'}"
    amounts = {"amount": withdrawal.amount, "net": withdrawal.amount - step.fee, "fee": step.fee}
    if step.event is Event.SEND:
        return
    if (before, step.event) == (State.PAID, Event.BOUNCE):
        event, amounts = "withdrawal-bounced", {"net": withdrawal.amount - withdrawal.fee}
    moved = entries(event, amounts, gateway=withdrawal.gateway)
    post(transaction, event, _key(withdrawal), moved, None, Where(withdrawal.currency, step.now))


def note_payout(transaction: Transaction, gateway: str, number: str, money: tuple[int, int, str], step: Step) -> bool:
    """Note what a gateway paid out by itself; False if that is known. ``money``: amount, fee, currency."""
    amount, fee, currency = money
    if find(transaction, number, gateway) is not None:
        return False
    made = _insert(transaction, gateway, number, (State.REQUESTED, amount, currency), step)
    where = Where(currency, step.now)
    lend(transaction, gateway, amount, _key(made), where)
    post(transaction, "withdrawal", _key(made), entries("withdrawal", amount, gateway=gateway), None, where)
    paid = Step(event=Event.PAY, actor=step.actor, now=step.now, note=step.note, fee=fee)
    move(transaction, made, paid)
    return True


def _insert(
    transaction: Transaction, gateway: str, number: str, made: tuple[State, int, str], step: Step
) -> Withdrawal:
    state, amount, currency = made
    transaction.run(
        "INSERT INTO withdrawal (gateway, number, state, amount, fee, currency, created_at) "
        "VALUES (?, ?, ?, ?, 0, ?, ?)",
        gateway, number, state, amount, currency, int(step.now.timestamp()),
    )  # fmt: skip
    found = get(transaction, number, gateway)
    _record(transaction, found.id, "", state, Step(event=Event.REQUEST, actor=step.actor, now=step.now, note=step.note))
    return found


def _record(transaction: Transaction, withdrawal: int, before: str, after: State, step: Step) -> None:
    transaction.run(
        "INSERT INTO withdrawal_event (withdrawal_id, event, before, after, actor, note, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        withdrawal, step.event, before, after, step.actor, step.note, int(step.now.timestamp()),
    )  # fmt: skip


def _key(withdrawal: Withdrawal) -> str:
    return f"{withdrawal.gateway}:{withdrawal.number}"


def find(transaction: Transaction, number: str, gateway: str = "") -> Withdrawal | None:
    """Return the withdrawal with this number, or None."""
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM withdrawal WHERE number = ? AND gateway = COALESCE(NULLIF(?, ''), gateway)",  # noqa: S608
        number,
        gateway,
    )
    return _withdrawal(row) if row else None


def get(transaction: Transaction, number: str, gateway: str = "") -> Withdrawal:
    """Return the withdrawal with this number; raise Refusal (withdrawal-unknown)."""
    found = find(transaction, number, gateway)
    if found is None:
        raise Refusal(Code.WITHDRAWAL_UNKNOWN, number=number)
    return found


class Done(Value, frozen=True, kw_only=True):
    """A step that was taken, as its history has it."""

    event: Event
    after: State
    actor: str
    note: str
    at: datetime


def history(transaction: Transaction, withdrawal: int) -> list[Done]:
    """Return what happened to a withdrawal, oldest first."""
    rows = transaction.all(
        "SELECT event, after, actor, note, at FROM withdrawal_event WHERE withdrawal_id = ? ORDER BY id", withdrawal
    )
    return [
        Done(event=Event(event), after=State(after), actor=actor, note=note, at=datetime.fromtimestamp(at, UTC))
        for event, after, actor, note, at in rows
    ]


def newest(transaction: Transaction) -> int:
    """Return the id of the newest withdrawal, 0 where there is none."""
    row = transaction.find("SELECT COALESCE(MAX(id), 0) FROM withdrawal")
    return int(row[0]) if row else 0


def left(transaction: Transaction, gateway: str, currency: str) -> int:
    """Return what can be withdrawn from a gateway: what is available less what is owed to buyers."""
    held = balance(transaction, available(gateway), currency)
    return max(0, held - max(0, -balance(transaction, REFUNDS_DUE, currency)))


def listing(transaction: Transaction, limit: int = 100) -> list[Withdrawal]:
    """Return the newest withdrawals."""
    rows = transaction.all(f"SELECT {_COLUMNS} FROM withdrawal ORDER BY id DESC LIMIT ?", limit)  # noqa: S608
    return [_withdrawal(row) for row in rows]


def _withdrawal(row: tuple[object, ...]) -> Withdrawal:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    fields["created_at"] = datetime.fromtimestamp(int(str(fields["created_at"])), UTC)
    fields["state"] = State(str(fields["state"]))
    return Withdrawal(**fields)  # type: ignore[arg-type]
