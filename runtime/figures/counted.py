"""What was counted of visits, read by day, hour, channel and product."""

from collections.abc import Iterable
from datetime import date

from generator.shop import Value
from runtime.database import Transaction
from runtime.figures.spans import Span
from runtime.transaction import Row

STEPS = {"all": "visitors", "product": "lookers", "cart": "carts", "checkout": "checkouts"}
"""Kinds of what is counted, by the step of the funnel that their visitors are."""
_WHOLE = "kind IN ('all', 'product', 'cart', 'checkout') AND subject = '' AND day BETWEEN ? AND ?"
_SUMS = "SUM(times), SUM(visitors) FROM visit_count WHERE"
_BY_DAY = f"SELECT day, kind, {_SUMS} {_WHOLE} GROUP BY day, kind"
_BY_CHANNEL = f"SELECT channel, kind, {_SUMS} {_WHOLE} GROUP BY channel, kind"
_BY_HOUR = f"SELECT hour, kind, {_SUMS} {_WHOLE} GROUP BY hour, kind"
_OF_ONE = (
    f"SELECT subject, kind, {_SUMS} subject <> '' AND kind IN ('product', 'cart', 'live') "
    "AND day BETWEEN ? AND ? GROUP BY subject, kind"
)
_WORDS = (
    "SELECT words, SUM(times), MAX(day) FROM visit_words WHERE day BETWEEN ? AND ? GROUP BY words "
    "ORDER BY SUM(times) DESC, words"
)


class Visits(Value, frozen=True, kw_only=True):
    """Visitors of a day each, and how far they came; ``views`` are all pages that were looked at."""

    visitors: int = 0
    views: int = 0
    lookers: int = 0
    carts: int = 0
    checkouts: int = 0

    def __add__(self, other: "Visits") -> "Visits":
        """Return both together."""
        return Visits(
            **{name: getattr(self, name) + getattr(other, name) for name in Visits.__struct_fields__},
        )


class Interest(Value, frozen=True, kw_only=True):
    """What visitors did with one product or room: looked at its page, put it into the cart."""

    views: int = 0
    visitors: int = 0
    carts: int = 0


class Searched(Value, frozen=True, kw_only=True):
    """Words that were searched for in vain, how often, and when last."""

    words: str
    times: int
    last: date


def begun(transaction: Transaction) -> date | None:
    """Return the first day on which anything was counted; None before."""
    row = transaction.find("SELECT MIN(day) FROM visit_count")
    return date.fromisoformat(row[0]) if row and row[0] else None


def by_day(transaction: Transaction, span: Span) -> dict[date, Visits]:
    """Return the visits of all days, also of those without any."""
    found = _read(transaction.all(_BY_DAY, *_days(span)))
    return {day: found.get(day.isoformat(), Visits()) for day in span.every()}


def by_hour(transaction: Transaction, span: Span) -> dict[int, Visits]:
    """Return the visits of all hours of the day."""
    found = _read(transaction.all(_BY_HOUR, *_days(span)))
    return {hour: found.get(str(hour), Visits()) for hour in range(24)}


def by_channel(transaction: Transaction, span: Span) -> dict[str, Visits]:
    """Return the visits of each channel by which anybody came."""
    return _read(transaction.all(_BY_CHANNEL, *_days(span)))


def of_products(transaction: Transaction, span: Span) -> dict[str, Interest]:
    """Return what visitors did with each product that anybody looked at."""
    return _interest(transaction, span, "product")


def of_rooms(transaction: Transaction, span: Span) -> dict[str, Interest]:
    """Return how many visitors each live room's page had."""
    return _interest(transaction, span, "live")


def searches(transaction: Transaction, span: Span) -> list[Searched]:
    """Return what was searched for in vain, the most wanted first."""
    return [
        Searched(words=row[0], times=int(row[1]), last=date.fromisoformat(row[2]))
        for row in transaction.all(_WORDS, *_days(span))
    ]


def _days(span: Span) -> tuple[str, str]:
    return span.first.isoformat(), span.last.isoformat()


def _read(rows: Iterable[Row]) -> dict[str, Visits]:
    found: dict[str, dict[str, int]] = {}
    for place, kind, times, visitors in rows:
        fields = found.setdefault(str(place), {})
        fields[STEPS[kind]] = int(visitors)
        if kind == "all":
            fields["views"] = int(times)
    return {place: Visits(**fields) for place, fields in found.items()}


def _interest(transaction: Transaction, span: Span, kind: str) -> dict[str, Interest]:
    found: dict[str, dict[str, int]] = {}
    for subject, each, times, visitors in transaction.all(_OF_ONE, *_days(span)):
        if each == kind:
            found.setdefault(subject, {}).update(views=int(times), visitors=int(visitors))
        elif each == "cart" and kind == "product":
            found.setdefault(subject, {}).update(carts=int(visitors))
    return {subject: Interest(**fields) for subject, fields in found.items()}
