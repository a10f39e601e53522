"""What came in by day: the sales of the ledger, by the days of the shop's own clock.

A sale is posted when its money is the shop's (paid, or delivered and owed at the door), so cancelled orders never
count. What was given back afterwards is told beside it, not taken off. Orders that the shop only tried itself with
(``leave_out``) never count: nobody bought anything.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.shop import Value
from runtime import funds
from runtime.database import Transaction

_QUARTER = 15 * 60
"""Every time zone of today differs from UTC by whole quarters of an hour."""
_SALES = (
    f"SELECT at / {_QUARTER}, SUM(amount), COUNT(DISTINCT order_id) FROM transfer WHERE id >= ? AND at >= ? "  # noqa: S608
    "AND currency = ? AND event IN ('receipt', 'sale', 'delivered') AND credit IN (?, ?, ?) AND debit <> ? "
    f"AND (order_id IS NULL OR order_id NOT IN ({{tried}})) GROUP BY at / {_QUARTER}"
)
_TRIED = "orders_tried"
"""Under which the shop's own test orders stand among the facts about the database."""
_MOST_TRIED = 100
_WRITE = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Day(Value, frozen=True, kw_only=True):
    """One day: what was sold, in minor units, and in how many orders."""

    day: date
    amount: int = 0
    orders: int = 0


def by_day(transaction: Transaction, currency: str, zone: ZoneInfo, days: int, now: datetime) -> list[Day]:
    """Return the last days, the oldest first and today last; days without sales stand there with nothing."""
    today = now.astimezone(zone).date()
    return between(transaction, currency, zone, today - timedelta(days=days - 1), today)


def between(transaction: Transaction, currency: str, zone: ZoneInfo, first: date, last: date) -> list[Day]:
    """Return the days from the first to the last, both included."""
    since = int(datetime(first.year, first.month, first.day, tzinfo=zone).timestamp())
    days = (last - first).days + 1
    tried = tried_orders(transaction)
    rows = transaction.all(
        _SALES.format(tried=", ".join(map(str, tried)) or "0"),
        _first_since(transaction, since),
        since,
        currency,
        funds.SALES,
        funds.DELIVERY,
        funds.TAX,
        funds.DISCOUNTS,
    )
    found = {first + timedelta(days=index): [0, 0] for index in range(days)}
    for quarter, amount, orders in rows:
        day = datetime.fromtimestamp(int(quarter) * _QUARTER, UTC).astimezone(zone).date()
        if day in found:
            found[day][0] += int(amount)
            found[day][1] += int(orders)
    return [Day(day=day, amount=amount, orders=orders) for day, (amount, orders) in found.items()]


def leave_out(transaction: Transaction, order: int) -> None:
    """Remember an order that the shop tried itself with: it is no sale."""
    kept = [*tried_orders(transaction), order][-_MOST_TRIED:]
    transaction.run(_WRITE, _TRIED, " ".join(map(str, kept)))


def tried_orders(transaction: Transaction) -> list[int]:
    """Return the ids of the orders that the shop tried itself with."""
    row = transaction.find("SELECT value FROM meta WHERE key = ?", _TRIED)
    return [int(each) for each in str(row[0]).split() if each.isdecimal()] if row else []


def _first_since(transaction: Transaction, since: int) -> int:
    """Return an id below which no transfer is from this moment or later: rows are written as time goes by."""
    ends = transaction.find("SELECT MIN(id), MAX(id) FROM transfer")
    if ends is None or ends[0] is None:
        return 0
    low, high = int(ends[0]), int(ends[1])
    while low < high:
        middle = (low + high) // 2
        row = transaction.find("SELECT at FROM transfer WHERE id >= ? ORDER BY id LIMIT 1", middle)
        if row is None or row[0] >= since:
            high = middle
        else:
            low = middle + 1
    return max(0, low - 1000)
