"""What is known of a reconciled day, read from what was kept of it: the same every time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from runtime import funds
from runtime.database import Transaction
from runtime.reconciling.values import FINDINGS, Difference, Outcome, Problem, Reconciliation, Total

_PROBLEMS = {
    Outcome.ATTACHED: Problem.ATTACHED,
    Outcome.SET_ASIDE: Problem.SET_ASIDE,
    Outcome.AMOUNT_DIFFERS: Problem.AMOUNT_DIFFERS,
    Outcome.DUPLICATED: Problem.DUPLICATED,
}


def summary(transaction: Transaction, gateway: str, day: date, east: int) -> Reconciliation:
    """Return a day's reconciliation as it stands."""
    rows = transaction.all(
        "SELECT kind, reference, receipt, amount, fee, currency, outcome FROM bill_row WHERE gateway = ? AND day = ? "
        "ORDER BY id",
        gateway,
        day.isoformat(),
    )
    outcomes: dict[str, int] = {}
    for row in rows:
        outcomes[row[-1]] = outcomes.get(row[-1], 0) + 1
    told = [_difference(transaction, gateway, row) for row in rows if row[-1] in _PROBLEMS]
    return Reconciliation(
        gateway=gateway,
        day=day,
        rows=len(rows),
        outcomes=dict(sorted(outcomes.items())),
        totals=_totals(transaction, gateway, rows),
        differences=(*told, *_changed(transaction, gateway, rows), *_absent(transaction, gateway, day, east)),
    )


def _difference(transaction: Transaction, gateway: str, row: tuple[Any, ...]) -> Difference:
    kind, reference, receipt, amount, _, currency, outcome = row
    return Difference(
        problem=_PROBLEMS[Outcome(outcome)],
        kind=kind,
        reference=reference,
        receipt=receipt,
        theirs=int(amount),
        ours=_ours(transaction, gateway, row) if outcome == Outcome.AMOUNT_DIFFERS else None,
        currency=currency,
        order=_order(transaction, gateway, kind, reference),
    )


def _ours(transaction: Transaction, gateway: str, row: tuple[Any, ...]) -> int:
    """Return what the shop's books say of a row's movement."""
    kind, reference, receipt = row[:3]
    queries = {
        "payment": (
            "SELECT SUM(amount) FROM transfer WHERE event = 'receipt' AND reference = ? AND debit = ?",
            (f"{gateway}:{receipt}", funds.pending(gateway)),
        ),
        "refund": (
            "SELECT amount FROM refund WHERE gateway = ? AND state = 'succeeded' AND (number = ? OR outside = ?)",
            (gateway, reference, receipt),
        ),
        "payout": (
            "SELECT amount FROM withdrawal WHERE gateway = ? AND number IN (?, ?) AND state = 'paid'",
            (gateway, reference, receipt),
        ),
        "dispute": ("SELECT amount FROM dispute WHERE gateway = ? AND number = ?", (gateway, receipt)),
        "fee": (
            "SELECT SUM(amount) FROM transfer WHERE event IN ('fee', 'fee-returned') AND reference = ?",
            (f"{gateway}:{receipt}:fee",),
        ),
    }
    if kind not in queries:
        return 0
    query, values = queries[kind]
    found = transaction.find(query, *values)
    return int(found[0]) if found and found[0] is not None else 0


def _order(transaction: Transaction, gateway: str, kind: str, reference: str) -> str:
    table = {"payment": ("payment", "reference"), "dispute": ("payment", "reference"), "refund": ("refund", "number")}
    if kind not in table:
        return ""
    name, column = table[kind]
    found = transaction.find(
        f"SELECT o.number FROM orders o JOIN {name} p ON p.order_id = o.id WHERE p.gateway = ? AND p.{column} = ?",  # noqa: S608
        gateway,
        reference,
    )
    return str(found[0]) if found else ""


def _totals(transaction: Transaction, gateway: str, rows: list[tuple[Any, ...]]) -> tuple[Total, ...]:
    """Return the sums of each kind, of theirs and of ours."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        kind, _, _, amount, fee, currency, outcome = row
        held = sums.setdefault((kind, currency), [0, 0, 0, 0])
        held[0] += 1
        held[1] += int(amount)
        if outcome in {Outcome.MATCHED, Outcome.ATTACHED, Outcome.POSTED, Outcome.SET_ASIDE}:
            held[2] += int(amount)
        elif outcome == Outcome.AMOUNT_DIFFERS:
            held[2] += _ours(transaction, gateway, row)
        held[3] += int(fee)
    return tuple(
        Total(kind=kind, currency=currency, rows=count, theirs=theirs, ours=ours, fees=fees)
        for (kind, currency), (count, theirs, ours, fees) in sorted(sums.items())
    )


def _changed(transaction: Transaction, gateway: str, rows: list[tuple[Any, ...]]) -> list[Difference]:
    """Return rows that a later reading of the same bill has with another amount."""
    receipts = {row[2]: row for row in rows}
    found = transaction.all(
        "SELECT receipt, amount FROM finding WHERE gateway = ? AND kind = ?", gateway, FINDINGS[Problem.CHANGED]
    )
    return [
        Difference(
            problem=Problem.CHANGED,
            kind=receipts[receipt][0],
            reference=receipts[receipt][1],
            receipt=receipt,
            theirs=int(amount),
            ours=int(receipts[receipt][3]),
            currency=receipts[receipt][5],
        )
        for receipt, amount in found
        if receipt in receipts
    ]


def _absent(transaction: Transaction, gateway: str, day: date, east: int) -> list[Difference]:
    """Return movements that the shop noted on this day and no bill has."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=east)
    found = transaction.all(
        "SELECT f.reference, f.receipt, f.amount, f.currency, o.number, CASE WHEN EXISTS (SELECT 1 FROM refund r WHERE "
        "r.number = f.reference) THEN 'refund' ELSE 'payment' END FROM finding f LEFT JOIN orders o "
        "ON o.id = f.order_id WHERE f.gateway = ? AND f.kind = ? AND f.settled_at IS NULL AND f.id IN "
        "(SELECT f2.id FROM finding f2 JOIN transfer t ON (t.event = 'receipt' AND t.reference = f2.gateway || ':' || "
        "f2.receipt) OR (t.event = 'refunded' AND t.reference = f2.reference) WHERE f2.kind = f.kind AND t.at >= ? "
        "AND t.at < ?) ORDER BY f.id",
        gateway,
        FINDINGS[Problem.ABSENT],
        int(start.timestamp()),
        int((start + timedelta(days=1)).timestamp()),
    )
    return [
        Difference(
            problem=Problem.ABSENT,
            kind=kind,
            reference=reference,
            receipt=receipt,
            theirs=0,
            ours=int(amount),
            currency=currency,
            order=number or "",
        )
        for reference, receipt, amount, currency, number, kind in found
    ]
