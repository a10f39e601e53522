"""Which days of which gateways were read, and what each came to."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from generator.shop import Value
from runtime.database import Transaction
from runtime.reconciling.nightly import DAMAGED
from runtime.reconciling.summing import summary
from runtime.reconciling.values import Outcome, Reconciliation

_EAST = {"alipay": 8, "wechatpay": 8}
"""How many hours a provider's day begins before that of UTC, where it does."""
_TO_LOOK_AT = (Outcome.SET_ASIDE, Outcome.AMOUNT_DIFFERS, Outcome.DUPLICATED)


class Day(Value, frozen=True, kw_only=True):
    """A day of a gateway: ``read_at`` is None while its bill was not read; ``damaged`` when it could not be."""

    gateway: str
    day: date
    read_at: datetime | None = None
    rows: int = 0
    attached: int = 0
    differences: int = 0
    damaged: bool = False


def listing(transaction: Transaction, gateways: Iterable[str], until: date, count: int) -> list[Day]:
    """Return the last days of each gateway, the newest first."""
    since = (until - timedelta(days=count - 1)).isoformat()
    bills = {
        (gateway, day): (int(rows), datetime.fromtimestamp(at, UTC))
        for gateway, day, rows, at in transaction.all(
            "SELECT gateway, day, row_count, read_at FROM bill WHERE day >= ?", since
        )
    }
    outcomes = {
        (gateway, day, outcome): int(number)
        for gateway, day, outcome, number in transaction.all(
            "SELECT gateway, day, outcome, COUNT(*) FROM bill_row WHERE day >= ? GROUP BY gateway, day, outcome", since
        )
    }
    damaged = {
        (gateway, day)
        for gateway, day in transaction.all(
            "SELECT gateway, receipt FROM finding WHERE kind = ? AND settled_at IS NULL", DAMAGED
        )
    }
    found = []
    for gateway in gateways:
        for back in range(count):
            day = until - timedelta(days=back)
            key = (gateway, day.isoformat())
            rows, read_at = bills.get(key, (0, None))
            found.append(
                Day(
                    gateway=gateway,
                    day=day,
                    read_at=read_at,
                    rows=rows,
                    attached=outcomes.get((*key, str(Outcome.ATTACHED)), 0),
                    differences=sum(outcomes.get((*key, str(each)), 0) for each in _TO_LOOK_AT),
                    damaged=key in damaged,
                )
            )
    return found


def find(transaction: Transaction, gateway: str, day: date) -> Reconciliation | None:
    """Return what a day came to, or None if its bill was never read."""
    key = (gateway, day.isoformat())
    if transaction.find("SELECT 1 FROM bill WHERE gateway = ? AND day = ?", *key) is None:
        return None
    return summary(transaction, gateway, day, _EAST.get(gateway, 0))
