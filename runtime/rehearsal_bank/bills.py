"""The bank's bill of a day: what moved, with its fees, and totals to check it by."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from runtime.rehearsal_bank.books import Books

FEE_PER_MILLE = 6
_ROWS = """
SELECT 'payment', c.reference, m.id, m.amount, c.currency, m.at, '', m.amount, 0
FROM movement m JOIN charge c ON c.id = m.charge WHERE m.at >= :start AND m.at < :end
UNION ALL SELECT 'refund', r.number, r.id, r.amount, r.currency, r.at, c.reference, m.amount,
(SELECT COALESCE(SUM(e.amount), 0) FROM refund e WHERE e.movement = r.movement AND e.state = 'succeeded'
 AND (e.at < r.at OR e.at = r.at AND e.number < r.number))
FROM refund r JOIN charge c ON c.id = r.charge JOIN movement m ON m.id = r.movement
WHERE r.state = 'succeeded' AND r.at >= :start AND r.at < :end
UNION ALL SELECT 'dispute', c.reference, d.id, d.amount, c.currency, d.at, 'opened', 0, 0
FROM dispute d JOIN charge c ON c.id = d.charge WHERE d.at >= :start AND d.at < :end
UNION ALL SELECT 'dispute', c.reference, d.id, d.amount, c.currency, d.decided_at, d.state, 0, 0
FROM dispute d JOIN charge c ON c.id = d.charge
WHERE d.state <> 'opened' AND d.decided_at >= :start AND d.decided_at < :end
ORDER BY 6, 3
"""


def fee(amount: int) -> int:
    """Return the bank's fee for a payment: 0.6 %, halves rounded up."""
    return (amount * FEE_PER_MILLE + 500) // 1000


def of_day(books: Books, day: date) -> dict[str, Any]:
    """Return a day's bill; a refund gives its part of the fee back, by the sum refunded so far."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    span = {"start": int(start.timestamp()), "end": int((start + timedelta(days=1)).timestamp())}
    rows = []
    for kind, reference, transaction, amount, currency, at, text, whole, before in books.connection().execute(
        _ROWS, span
    ):
        taken = fee(amount) if kind == "payment" else 0
        if kind == "refund":
            taken = fee(whole) * before // whole - fee(whole) * (before + amount) // whole
        rows.append(
            {
                "kind": kind, "reference": reference, "transaction": transaction, "amount": amount,
                "currency": currency, "fee": taken, "at": at, "text": text,
            }
        )  # fmt: skip
    totals = {name: sum(row[name] for row in rows) for name in ("amount", "fee")}
    return {"day": day.isoformat(), "rows": rows, "count": len(rows), **totals}
