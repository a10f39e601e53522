"""Days that a merchant writes, in the shop's own time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from runtime.funds.statements import BEGINNING, END, Span
from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])
start_option = click.option("--from", "start", type=DAY, help="The first day, such as 2026-11-01.")
end_option = click.option("--to", "end", type=DAY, help="The last day.")


def zone(found: Settings) -> ZoneInfo:
    """Return the shop's time zone; UTC before the first publish."""
    try:
        return ZoneInfo(Live(found.var).current().terms.timezone)
    except NoReleaseError:
        return ZoneInfo("UTC")


def span(start: datetime | None, end: datetime | None, place: ZoneInfo) -> Span:
    """Return the days from the first to the last, both included."""
    return Span(
        _midnight(start.date(), place) if start else BEGINNING,
        _midnight(end.date() + timedelta(days=1), place) if end else END,
    )


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), place)
