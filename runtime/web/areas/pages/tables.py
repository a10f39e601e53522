"""Redirects as tables: as spreadsheets and other shops write them, and as they can be read again."""

import csv
import io
from collections.abc import Iterator, Mapping

from runtime.funds.tables import safe

MAXIMUM_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
_HEADS = frozenset({"old", "from", "redirect from", "source", "old path", "旧网址", "旧地址", "path"})
_ENCODINGS = ("utf-8-sig", "gb18030")
_CELLS = 2


def lines(known: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a CSV file; the mark at its beginning is for spreadsheets."""
    yield "\ufeff" + _line("old", "new")
    for old, new in known.items():
        yield _line(safe(old), safe(new))


def decoded(raw: bytes) -> str | None:
    """Return the text of a file; None where it is too large or cannot be read."""
    if len(raw) > MAXIMUM_BYTES:
        return None
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read(text: str) -> list[tuple[str, str]] | None:
    """Return the pairs of a table with commas, semicolons or tabs, without its head; None where it is none."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error:
        return None
    rows = [row for row in rows if any(row)]
    if rows and rows[0][0].casefold() in _HEADS:
        rows = rows[1:]
    if len(rows) > MOST_ROWS or any(len(row) < _CELLS for row in rows):
        return None
    return [(row[0].removeprefix("'"), row[1].removeprefix("'")) for row in rows]


def _line(*cells: str) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
