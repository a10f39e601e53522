"""Days that a merchant writes and moments that a merchant reads, in the shop's own time zone."""

from collections.abc import Callable
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


def clock(found: Settings) -> Callable[[datetime], str]:
    """Return what writes a moment to the minute, as the shop's own clocks show it."""
    place = zone(found)
    return lambda moment: moment.astimezone(place).strftime("%Y-%m-%d %H:%M")


def span(start: datetime | None, end: datetime | None, place: ZoneInfo) -> Span:
    """Return the days from the first to the last, both included."""
    return Span(
        _midnight(start.date(), place) if start else BEGINNING,
        _midnight(end.date() + timedelta(days=1), place) if end else END,
    )


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), place)
