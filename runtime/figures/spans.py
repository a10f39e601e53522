"""Spans of days by the shop's own clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from generator.shop import Value

LONGEST = 731
"""Days that can be asked for at once."""
EARLIEST = date(2000, 1, 1)


class Span(Value, frozen=True, kw_only=True):
    """Days from the first to the last, both of them included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> int:
        """Return the first second of it."""
        return _begin(self.first, self.zone)

    @property
    def until(self) -> int:
        """Return the first second after it."""
        return _begin(self.last + timedelta(days=1), self.zone)

    @property
    def before(self) -> "Span":
        """Return as many days just before it."""
        length = timedelta(days=self.days)
        return Span(first=self.first - length, last=self.last - length, zone=self.zone)

    def counted(self, begun: date | None) -> "Span | None":
        """Return the part of it in which visits were counted; None where they were not."""
        if begun is None or begun > self.last:
            return None
        return Span(first=max(begun, self.first), last=self.last, zone=self.zone)

    def every(self) -> list[date]:
        """Return all its days."""
        return [self.first + timedelta(days=index) for index in range(self.days)]

    def day_of(self, second: int) -> date:
        """Return the day of an instant."""
        return datetime.fromtimestamp(second, self.zone).date()


def lately(days: int, now: datetime, zone: ZoneInfo) -> Span:
    """Return so many days, today the last of them."""
    today = now.astimezone(zone).date()
    return Span(first=today - timedelta(days=days - 1), last=today, zone=zone)


def between(first: date, last: date, now: datetime, zone: ZoneInfo) -> Span:
    """Return the days from one to another, whichever comes first; not those to come, and not too many."""
    today = now.astimezone(zone).date()
    start, end = sorted(min(max(day, EARLIEST), today) for day in (first, last))
    return Span(first=max(start, end - timedelta(days=LONGEST - 1)), last=end, zone=zone)


def _begin(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
