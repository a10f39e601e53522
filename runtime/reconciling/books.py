"""Taking a bill: its rows are judged in parts, kept with what they came to, and never judged again."""

from collections import Counter
from datetime import date, datetime

import msgspec

from runtime.database import Database, Transaction
from runtime.funds import settlement
from runtime.gateways import Bill
from runtime.reconciling import absence, judging
from runtime.reconciling.judging import Row
from runtime.reconciling.summing import summary
from runtime.reconciling.values import Problem, Reconciliation
from runtime.refusals import Code, Refusal
from runtime.till import Till

CHUNK = 50
"""So many rows share a unit of work: buyers are not kept waiting by a long bill."""


def reconcile(till: Till, gateway: str, day: date, now: datetime) -> Reconciliation:
    """Fetch a gateway's bill of a day and hold it against the shop's books.

    Raises Refusal: gateway-unknown, bill-missing, bill-damaged, payment-unreachable; nothing was written then.
    """
    provider = till.gateways.get(gateway)
    if provider is None:
        raise Refusal(Code.GATEWAY_UNKNOWN, gateway=gateway)
    return take(till.database, provider.bill(day), now)


def take(database: Database, bill: Bill, now: datetime) -> Reconciliation:
    """Hold a bill against the shop's books."""
    rows = _numbered(bill)
    for start in range(0, len(rows), CHUNK):

        def unit(transaction: Transaction, part: list[Row] = rows[start : start + CHUNK]) -> None:
            for row in part:
                _take(transaction, row, now)

        database.write(unit)

    def finish(transaction: Transaction) -> None:
        transaction.run(
            "INSERT INTO bill (gateway, day, row_count, read_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (gateway, day) DO NOTHING",
            bill.gateway, bill.day.isoformat(), len(rows), int(now.timestamp()),
        )  # fmt: skip
        absence.note_absent(transaction, bill.gateway, bill.day, bill.east, now)

    database.write(finish)
    return database.read(lambda transaction: summary(transaction, bill.gateway, bill.day, bill.east))


def _numbered(bill: Bill) -> list[Row]:
    """Return the rows, payments first, with the count of earlier ones of the same numbers."""
    seen: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for plain in sorted(bill.rows, key=lambda row: row.kind != "payment"):
        row = Row(gateway=bill.gateway, day=bill.day.isoformat(), plain=plain, occurrence=0)
        key = (plain.kind, row.receipt, plain.reference)
        rows.append(msgspec.structs.replace(row, occurrence=seen[key]))
        seen[key] += 1
    return rows


def _take(transaction: Transaction, row: Row, now: datetime) -> None:
    """Judge a row and keep it, unless it is kept already."""
    plain = row.plain
    kept = transaction.find(
        "SELECT amount, fee, currency FROM bill_row WHERE gateway = ? AND day = ? AND kind = ? AND receipt = ? "
        "AND reference = ? AND occurrence = ?",
        row.gateway, row.day, plain.kind, row.receipt, plain.reference, row.occurrence,
    )  # fmt: skip
    if kept is not None:
        if tuple(kept) != (plain.amount, plain.fee, plain.currency):
            judging.note(transaction, row, Problem.CHANGED, None, now)
        return
    judged = judging.judge(transaction, row, now)
    absence.settle_found(transaction, row.gateway, row.receipt, now)
    if judged.order is not None:
        settlement.settle_rest(transaction, judged.order, now)
    transaction.run(
        "INSERT INTO bill_row (gateway, day, kind, reference, receipt, occurrence, amount, fee, currency, text, at, "
        "outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        row.gateway, row.day, plain.kind, plain.reference, row.receipt, row.occurrence, plain.amount, plain.fee,
        plain.currency, plain.text[:500], int(plain.at.timestamp()) if plain.at else None, judged.outcome,
    )  # fmt: skip
