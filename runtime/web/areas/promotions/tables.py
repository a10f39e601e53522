"""Lists of promotions as files for spreadsheets, in which nothing that anybody wrote becomes a formula."""

import csv
import io
from collections.abc import Iterable

from flask import Response

from runtime.funds.tables import safe
from runtime.web import headers
from runtime.web.areas.telling import Teller


def send(name: str, rows: Iterable[Iterable[object]], teller: Teller) -> Response:
    """Send rows as a file; the mark at its beginning lets Excel read Chinese."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([safe(str(cell)) for cell in row] for row in rows)
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    day = teller.here.now.astimezone(teller.zone).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def head(teller: Teller, *names: str) -> list[str]:
    """Return the names of columns in the reader's language."""
    return [teller.say(f"promotions.column.{name}") for name in names]
