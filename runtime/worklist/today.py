"""What has to be done: orders to ship, money to confirm or decide, cases with deadlines, stock that runs out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from generator.shop import Value
from runtime.aftersale import Case
from runtime.aftersale import State as CaseState
from runtime.aftersale.rows import select
from runtime.database import Transaction
from runtime.worklist.searching import VIEWS

LOW = 5
"""So few pieces are told as running out, where a shop says nothing about it."""
_MOST_SKUS = 50
_MOST_CASES = 6
_OURS = ", ".join(repr(str(state)) for state in (CaseState.ASKED, CaseState.SENT_BACK, CaseState.TO_REPLACE))
"""States of a case in which the merchant has to act."""


class Waiting(Value, frozen=True, kw_only=True):
    """Some things that wait, and since when the oldest does."""

    count: int
    since: datetime | None = None


class Money(Value, frozen=True, kw_only=True):
    """What the money needs: findings to decide, refunds to send by hand or stuck, withdrawals that came back."""

    findings: int
    refunds: int
    withdrawals: int

    @property
    def count(self) -> int:
        """Return all of it."""
        return self.findings + self.refunds + self.withdrawals


class Today(Value, frozen=True, kw_only=True):
    """Everything that waits; ``cases`` are those in which the merchant has to act, the most urgent first."""

    to_ship: Waiting
    to_confirm: Waiting
    at_the_door: Waiting
    cases: tuple[Case, ...]
    case_count: int
    money: Money
    low: tuple[tuple[str, int], ...]


def look(transaction: Transaction, by_hand: Sequence[str], low: int = LOW) -> Today:
    """Return what waits now; ``by_hand`` are the gateways whose money the merchant confirms, ``low`` is few pieces."""
    marks = ", ".join("?" * len(by_hand)) or "''"
    cases = select(transaction, f"state IN ({_OURS}) ORDER BY due_at, id LIMIT ?", _MOST_CASES)
    return Today(
        to_ship=_waiting(transaction, VIEWS["to_ship"]),
        to_confirm=_waiting(transaction, f"o.state = 'pending_payment' AND o.gateway IN ({marks})", *by_hand),
        at_the_door=_waiting(transaction, "o.state IN ('shipped', 'received') AND o.paid < o.total"),
        cases=tuple(cases),
        case_count=_number(transaction, f"aftersale WHERE state IN ({_OURS})"),
        money=_money(transaction),
        low=_low(transaction, low),
    )


def _waiting(transaction: Transaction, condition: str, *values: str) -> Waiting:
    row = transaction.find(f"SELECT COUNT(*), MIN(o.placed_at) FROM orders o WHERE {condition}", *values)  # noqa: S608
    if row is None or not row[0]:
        return Waiting(count=0)
    return Waiting(count=int(row[0]), since=datetime.fromtimestamp(row[1], UTC))


def _money(transaction: Transaction) -> Money:
    return Money(
        findings=_number(transaction, "finding WHERE settled_at IS NULL"),
        refunds=_number(transaction, "refund WHERE state = 'stuck' OR (state = 'requested' AND receipt = '')"),
        withdrawals=_number(
            transaction,
            "withdrawal w WHERE state IN ('failed', 'bounced') AND NOT EXISTS "
            "(SELECT 1 FROM withdrawal n WHERE n.gateway = w.gateway AND n.id > w.id)",
        ),
    )


def _low(transaction: Transaction, few: int) -> tuple[tuple[str, int], ...]:
    rows = transaction.all("SELECT sku, level FROM stock WHERE level <= ? ORDER BY level, sku LIMIT ?", few, _MOST_SKUS)
    return tuple((str(sku), int(level)) for sku, level in rows)


def _number(transaction: Transaction, what: str) -> int:
    row = transaction.find(f"SELECT COUNT(*) FROM {what}")  # noqa: S608  our own words
    return int(row[0]) if row else 0
