"""One event as a calendar file (RFC 5545), so that a visitor's own device reminds them."""

from datetime import UTC, datetime, timedelta

from generator.shop import Value

TYPE = "text/calendar; charset=utf-8"
_LINE = 75
"""Bytes of a line at most, without its end (RFC 5545, 3.1)."""
_USUAL_LENGTH = timedelta(hours=1)
_NOTICE = "-PT10M"


class Event(Value, frozen=True, kw_only=True):
    """What is announced; instants are ISO 8601 in UTC, and ``ends_at`` empty where nobody knows it yet."""

    identity: str
    title: str
    text: str
    url: str
    starts_at: str
    ends_at: str
    maker: str


def write(event: Event, now: datetime) -> bytes:
    """Write a calendar with the event, and a reminder ten minutes before."""
    begins = datetime.fromisoformat(event.starts_at)
    ends = datetime.fromisoformat(event.ends_at) if event.ends_at else begins + _USUAL_LENGTH
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Shopwright//{_text(event.maker)}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(event.identity)}",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{_instant(begins)}",
        f"DTEND:{_instant(ends)}",
        f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.text)}",
        f"URL:{event.url}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(event.title)}",
        f"TRIGGER:{_NOTICE}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Escape a text (3.3.11); what a line may not hold at all becomes a space."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    joined = "\\n".join(plain.splitlines())
    return "".join(each if each.isprintable() else " " for each in joined)


def _folded(line: str) -> str:
    """Break a line that is too long, never inside a character: what follows begins with a space."""
    parts, size = [""], 0
    for each in line:
        width = len(each.encode())
        if size + width > _LINE:
            parts.append("")
            size = 1
        parts[-1] += each
        size += width
    return "\r\n ".join(parts)
