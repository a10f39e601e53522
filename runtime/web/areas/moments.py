"""How areas tell moments and devices: in the reader's language, by the clock of the shop."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta

from runtime.access import devices
from runtime.web.areas import shell
from runtime.web.visit import visit

_RECENT = 7 * 24 * 60 * 60


def moment(at: int) -> str:
    """Return a date with its time."""
    return format_datetime(_local(at), "medium", locale=_culture())


def day(at: int) -> str:
    """Return a date."""
    return format_date(_local(at), "medium", locale=_culture())


def ago(at: int) -> str:
    """Return how long ago something was, or its date once that says more."""
    seconds = at - int(visit().now.timestamp())
    if seconds < -_RECENT:
        return day(at)
    return format_timedelta(min(seconds, -1), add_direction=True, locale=_culture())


def device(agent: str) -> str:
    """Return what a browser calls itself, in two words that people know."""
    return devices.name(agent) or shell.say("account.device")


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(visit().release.terms.timezone))


def _culture() -> str:
    return shell.locale().replace("-", "_")
