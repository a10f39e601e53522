"""Lists of Share as files for spreadsheets, sent as they are read, in which nothing becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import Response, stream_with_context

from runtime.funds.tables import safe
from runtime.web import headers
from runtime.web.areas import shell
from runtime.web.areas.telling import Teller

AT_ONCE = 200
"""So many rows are read together."""


def send(say: Teller, name: str, columns: Iterable[str], pages: Iterable[Iterable[Iterable[str]]]) -> Response:
    """Send rows as a file, a page of them after the other."""
    answer = Response(stream_with_context(_parts(columns, pages)), mimetype="text/csv")
    today = say.here.now.astimezone(say.zone).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{today}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def day(say: Teller, at: int) -> str:
    """Return a moment as the day that it is at the shop."""
    return datetime.fromtimestamp(at, say.zone).date().isoformat()


def _parts(columns: Iterable[str], pages: Iterable[Iterable[Iterable[str]]]) -> Iterator[bytes]:
    """Yield the parts of the file; the mark at its beginning is for Excel."""
    yield ("\ufeff" + _line(shell.say(f"share.column.{name}") for name in columns)).encode()
    for rows in pages:
        yield "".join(_line(row) for row in rows).encode()


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe(each) for each in cells])
    return out.getvalue()
