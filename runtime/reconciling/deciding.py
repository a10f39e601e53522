"""The merchant's word about a finding: what was money of, or that it was looked at."""

from datetime import datetime

from runtime import findings, funds
from runtime.database import Database, Transaction
from runtime.findings import Finding
from runtime.funds import Entry, Where
from runtime.reconciling.values import FINDINGS, Problem
from runtime.refunds import RETURNABLE
from runtime.refusals import Code, Refusal

ACCOUNTS = (funds.SALES, funds.REFUNDS, funds.FEES, funds.CHARGEBACKS, funds.BANK)
"""Where money from suspense may go."""
GONE = FINDINGS[Problem.SET_ASIDE]


def decide(database: Database, finding: int, account: str | None, now: datetime) -> Finding:
    """Settle a finding; money of it that is in suspense goes to ``account``.

    Raises Refusal (finding-not-allowed): it is settled, its money needs an account, or belongs to an order.
    """

    def unit(transaction: Transaction) -> Finding:
        found = findings.find(transaction, finding)
        if found is None or not findings.settle(transaction, finding, now):
            raise Refusal(Code.FINDING_NOT_ALLOWED, finding=finding)
        held = found.kind == GONE or found.kind in RETURNABLE
        if held != (account is not None) or (found.kind in RETURNABLE and found.order is not None):
            raise Refusal(Code.FINDING_NOT_ALLOWED, finding=finding)
        if account is not None:
            debit, credit = (account, funds.SUSPENSE) if found.kind == GONE else (funds.SUSPENSE, account)
            moved = [Entry(debit=debit, credit=credit, amount=found.amount)]
            funds.post(transaction, "decided", str(finding), moved, None, Where(found.currency, now))
        return found

    return database.write(unit)
