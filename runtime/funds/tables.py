"""Exports for spreadsheets: CSV and XLSX, in which nothing that a buyer wrote can become a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from generator import money
from runtime.funds.statements import Posted

HEAD = ("time", "event", "reference", "debit", "credit", "amount", "currency", "order")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_lines(transfers: Iterable[Posted], zone: ZoneInfo) -> Iterator[str]:
    """Yield the lines of a CSV file; the mark at its beginning lets Excel read Chinese."""
    yield "\ufeff" + _line(HEAD)
    for each in transfers:
        yield _line([safe(cell) for cell in _cells(each, zone)])


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _cells(posted: Posted, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        posted.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        posted.event,
        posted.reference,
        posted.debit,
        posted.credit,
        money.plain(posted.amount, posted.currency),
        posted.currency,
        posted.order,
    )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def write_xlsx(transfers: Iterable[Posted], zone: ZoneInfo, path: Path) -> None:
    """Write a workbook; raise ImportError when the extra "xlsx" is not installed."""
    import xlsxwriter  # an optional extra

    options: dict[str, Any] = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        forms = {
            digits: book.add_format({"num_format": f"0.{'0' * digits}" if digits else "0"}) for digits in (0, 2, 3)
        }
        for column, title in enumerate(HEAD):
            sheet.write_string(0, column, title, bold)
        for index, posted in enumerate(transfers, start=1):
            for column, cell in enumerate(_cells(posted, zone)):
                if HEAD[column] == "amount":
                    number = float(money.decimal(posted.amount, posted.currency))
                    sheet.write_number(index, column, number, forms[money.exponent(posted.currency)])
                else:
                    sheet.write_string(index, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEAD) - 1, 22)
    finally:
        book.close()
