"""What a reconciliation finds: rows by outcome, totals, and differences that a merchant reads."""

from datetime import date
from enum import StrEnum

from generator.shop import Value


class Outcome(StrEnum):
    """What a row of a bill came to.

    ATTACHED: it was missing here and is taken from the bill. SET_ASIDE: it was missing and fits nothing, so its money
    waits in suspense. POSTED: a fee or payout, which only bills tell. NOTED: it moves no money.
    """

    MATCHED = "matched"
    ATTACHED = "attached"
    SET_ASIDE = "set_aside"
    AMOUNT_DIFFERS = "amount_differs"
    DUPLICATED = "duplicated"
    POSTED = "posted"
    NOTED = "noted"


class Problem(StrEnum):
    """What needs a look; rows that were attached are told as well, for a notice was lost."""

    ATTACHED = "attached"
    SET_ASIDE = "set_aside"
    AMOUNT_DIFFERS = "amount_differs"
    DUPLICATED = "duplicated"
    ABSENT = "absent"
    CHANGED = "changed"


FINDINGS = {
    Problem.AMOUNT_DIFFERS: "bill_amount",
    Problem.DUPLICATED: "bill_double",
    Problem.ABSENT: "bill_absent",
    Problem.CHANGED: "bill_changed",
    Problem.SET_ASIDE: "bill_refund",
}
"""The kinds of findings; a payment that was set aside has the finding of its receipt."""


class Difference(Value, frozen=True, kw_only=True):
    """One difference between a bill and the shop: ``ours`` is None where the shop knows nothing."""

    problem: Problem
    kind: str
    reference: str
    receipt: str
    theirs: int
    ours: int | None
    currency: str
    order: str = ""


class Total(Value, frozen=True, kw_only=True):
    """How many rows of a kind and a currency a bill has, what they add up to, and what the shop has of the same."""

    kind: str
    currency: str
    rows: int
    theirs: int
    ours: int
    fees: int


class Reconciliation(Value, frozen=True, kw_only=True):
    """A day's books of a gateway held against the shop's."""

    gateway: str
    day: date
    rows: int
    outcomes: dict[str, int]
    totals: tuple[Total, ...]
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """Return whether nothing is left to look at."""
        return not self.differences
