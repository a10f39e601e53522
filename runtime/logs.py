"""The log: one line an event, for people or as JSON, with the request's id and without anybody's data.

A log that cannot be written is given up silently: the shop goes on selling.
"""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import msgspec

request_id: ContextVar[str] = ContextVar("request_id", default="")
shop: ContextVar[str] = ContextVar("shop", default="")
"""The shop that is at work, where one process serves many of them."""
_EXTRA = ("method", "route", "status", "milliseconds")


class Lines(logging.Formatter):
    """Lines for people; control characters of anything from outside are written as escapes."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line, and its trace below it."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        about = " ".join(str(value) for value in extras(record).values())
        line = f"{moment} {record.levelname.lower()} {record.name} {escape(record.getMessage())} {about}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Documents(logging.Formatter):
    """One JSON document a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as JSON on one line."""
        document: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **extras(record),
        }
        if record.exc_info:
            document["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(document).decode()


def extras(record: logging.LogRecord) -> dict[str, object]:
    """Return what a record says about its request."""
    found: dict[str, object] = {"shop": shop.get()} if shop.get() else {}
    found |= {"request": request_id.get()} if request_id.get() else {}
    return found | {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}


def escape(text: str) -> str:
    """Write control characters as escapes, so that nobody can forge a line."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class Calm(logging.StreamHandler[TextIO]):
    """Writes to a stream as long as that works; a full disk or a closed pipe loses the line and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Let the line go."""


def start(form: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send the log of this process to a stream (standard error) as ``text`` or ``json``."""
    handler = Calm(stream or sys.stderr)
    handler.setFormatter(Documents() if form == "json" else Lines())
    # Nobody reads these in a line, but finding them out costs something on every request.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
