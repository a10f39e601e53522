"""What links brought: clicks, orders and takings, a link, a channel and a day at a time.

Cancelled orders count for nothing. Takings are what was paid less what was paid back or is disputed, as everywhere.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from generator.shop import Value
from runtime.database import Transaction

_MOST = 500
_SALES = (
    "COALESCE(SUM(CASE WHEN o.state <> 'cancelled' THEN 1 ELSE 0 END), 0), "
    "COALESCE(SUM(o.paid - o.refunded - o.disputed), 0)"
)


class Figures(Value, frozen=True, kw_only=True):
    """What came of a link or a channel: ``takings`` in minor units of the shop's currency."""

    clicks: int = 0
    orders: int = 0
    takings: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Return both together."""
        return Figures(
            clicks=self.clicks + other.clicks,
            orders=self.orders + other.orders,
            takings=self.takings + other.takings,
        )


def of_links(transaction: Transaction, links: Iterable[int], currency: str) -> dict[int, Figures]:
    """Return what came of each link since it was made."""
    wanted = list(dict.fromkeys(links))[:_MOST]
    if not wanted:
        return {}
    marks = ",".join("?" * len(wanted))
    clicks = transaction.all(
        f"SELECT link_id, SUM(clicks) FROM share_click WHERE link_id IN ({marks}) GROUP BY link_id",  # noqa: S608
        *wanted,
    )
    sales = transaction.all(
        f"SELECT s.link_id, {_SALES} FROM share_order s JOIN orders o ON o.id = s.order_id "  # noqa: S608
        f"WHERE s.link_id IN ({marks}) AND o.currency = ? GROUP BY s.link_id",
        *wanted,
        currency,
    )
    followed = {int(row[0]): int(row[1]) for row in clicks}
    sold = {int(row[0]): (int(row[1]), int(row[2])) for row in sales}
    return {
        each: Figures(clicks=followed.get(each, 0), orders=sold.get(each, (0, 0))[0], takings=sold.get(each, (0, 0))[1])
        for each in wanted
    }


def of_channels(
    transaction: Transaction, currency: str, days: tuple[str, str], moments: tuple[int, int]
) -> dict[str, Figures]:
    """Return what came by each channel: clicks from the first to the last day, orders placed between two moments.

    Days are ISO dates by the shop's clock, moments seconds since 1970; the second one is no longer counted.
    """
    found: dict[str, Figures] = {}
    for channel, clicks in transaction.all(
        "SELECT l.channel, SUM(c.clicks) FROM share_click c JOIN share_link l ON l.id = c.link_id "
        "WHERE c.day >= ? AND c.day <= ? GROUP BY l.channel",
        *days,
    ):
        found[str(channel)] = Figures(clicks=int(clicks))
    for channel, orders, takings in transaction.all(
        f"SELECT l.channel, {_SALES} FROM share_order s JOIN share_link l ON l.id = s.link_id "  # noqa: S608
        "JOIN orders o ON o.id = s.order_id WHERE o.placed_at >= ? AND o.placed_at < ? AND o.currency = ? "
        "GROUP BY l.channel",
        *moments,
        currency,
    ):
        found[str(channel)] = found.get(str(channel), Figures()) + Figures(orders=int(orders), takings=int(takings))
    return found


def by_day(transaction: Transaction, link: int, last: date, days: int) -> list[tuple[date, int]]:
    """Return the clicks of the last days, the oldest first; days without any stand there with nothing."""
    first = last - timedelta(days=days - 1)
    rows = transaction.all(
        "SELECT day, clicks FROM share_click WHERE link_id = ? AND day >= ? ORDER BY day", link, first.isoformat()
    )
    counted = {str(row[0]): int(row[1]) for row in rows}
    listed = [first + timedelta(days=number) for number in range(days)]
    return [(day, counted.get(day.isoformat(), 0)) for day in listed]


def orders_of(transaction: Transaction, link: int, limit: int = 20) -> list[tuple[str, str, int, int]]:
    """Return (number, state, total, placed at) of the orders that came of a link, the newest first."""
    rows = transaction.all(
        "SELECT o.number, o.state, o.total, o.placed_at FROM share_order s JOIN orders o ON o.id = s.order_id "
        "WHERE s.link_id = ? ORDER BY o.id DESC LIMIT ?",
        link,
        limit,
    )
    return [(str(row[0]), str(row[1]), int(row[2]), int(row[3])) for row in rows]
