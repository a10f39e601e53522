"""The books: what each month brought, as files for spreadsheets and accounting, and whether everything adds up."""

import tempfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, Response, make_response
from werkzeug.wrappers import Response as Answer

from generator.theming import wording
from runtime import audit, funds
from runtime.access.roles import Permission
from runtime.funds import holdings, journals, statements, tables
from runtime.funds.statements import Span
from runtime.transaction import Transaction
from runtime.web import headers, persons
from runtime.web.areas import entry, shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds_books", __name__)
PATH = f"{HOME}/books"
_MOST = 24
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "journal": "text/plain; charset=utf-8",
    "beancount": "text/plain; charset=utf-8",
}
_ROWS = (
    ("sales", (funds.SALES, funds.DISCOUNTS)),
    ("delivery", (funds.DELIVERY,)),
    ("tax", (funds.TAX,)),
    ("refunds", (funds.REFUNDS,)),
    ("fees", (funds.FEES, funds.CHARGEBACKS)),
)
_LAST_MONTH = 12


@blueprint.get(PATH)
@shell.guarded
def show() -> Response:
    """Show the months, and what the last audit found."""
    found = desk.get()
    return found.screen("books", "books", found.here.database.read(lambda look: _read(look, found)))


@blueprint.post(f"{PATH}/audit")
@shell.guarded
def run_audit() -> Answer:
    """Hold everything against everything, and keep what was found."""
    found = desk.write(Permission.FUNDS_SEE)
    persons.given()
    result, now = found.here.database.read(audit.report), found.here.now
    found.here.database.write(lambda transaction: audit.keep(transaction, result, now))
    entry.note(found.person, "funds.audited", after=f"{len(result.differences)} differences")
    return shell.done(PATH, "funds.done.audited")


@blueprint.get(f"{PATH}/<month>.<form>")
@shell.guarded
def export(month: str, form: str) -> Response:
    """Send the ledger of a month as a file; whoever took it is noted."""
    found = desk.proved(Permission.FUNDS_SEE, PATH)
    first = _month(month)
    if first is None or form not in _TYPES or (form == "xlsx" and not _has_xlsx()):
        return shell.refused(404, shell.say("console.missing"), PATH)
    span = Span(*(datetime(day.year, day.month, day.day, tzinfo=found.teller.zone) for day in (first, _next(first))))
    body = found.here.database.read(lambda look: _written(look, found, span, form))
    entry.note(found.person, "funds.exported", f"{month}.{form}")
    answer = make_response(body)
    answer.headers["Content-Type"] = _TYPES[form]
    answer.headers["Content-Disposition"] = f'attachment; filename="funds-{month}.{form}"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _written(look: Transaction, found: Desk, span: Span, form: str) -> bytes:
    zone, moved = found.teller.zone, statements.transfers(look, span)
    if form == "xlsx":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "funds.xlsx"
            tables.write_xlsx(moved, zone, path)
            return path.read_bytes()
    lines: Iterable[str] = tables.csv_lines(moved, zone) if form == "csv" else ()
    if form in {"journal", "beancount"}:
        opened = statements.opening(look, span)
        names = [account for account, _ in funds.balances(look)]
        lines = (
            journals.hledger(moved, opened, span.start, zone)
            if form == "journal"
            else journals.beancount(moved, opened, (span.start, names), zone)
        )
    return "".join(lines).encode()


def _read(look: Transaction, found: Desk) -> dict[str, Any]:
    first, today = holdings.first_at(look), found.here.now.astimezone(found.teller.zone).date()
    months = list[dict[str, Any]]()
    month = today.replace(day=1)
    begun = first.astimezone(found.teller.zone).date().replace(day=1) if first else None
    while begun is not None and month >= begun and len(months) < _MOST:
        months.append(_shown(look, found, month))
        month = (month - timedelta(days=1)).replace(day=1)
    last = audit.find_last(look)
    return {
        "months": months,
        "forms": [form for form in _TYPES if form != "xlsx" or _has_xlsx()],
        "audit": _audit(found, last) if last else None,
        "parts": audit.PARTS,
    }


def _shown(look: Transaction, found: Desk, month: date) -> dict[str, Any]:
    results = holdings.result(look, (found.begin(month), found.begin(_next(month)))) or {found.teller.currency: {}}
    return {
        "id": f"{month:%Y-%m}",
        "name": _name(found, month),
        "results": [
            {
                "rows": [
                    (name, found.teller.money(sum(each.get(account, 0) for account in accounts), currency))
                    for name, accounts in _ROWS
                ],
                "left": found.teller.money(
                    sum(amount for account, amount in each.items() if account != funds.TAX), currency
                ),
                "currency": currency,
            }
            for currency, each in sorted(results.items())
        ],
    }


def _audit(found: Desk, last: audit.Kept) -> dict[str, Any]:
    return {
        "balances": last.balances,
        "at": found.teller.moment(last.moment),
        "orders": last.orders,
        "transfers": last.transfers,
        "parts": [{"name": part.name, "differences": part.differences} for part in last.parts],
    }


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month, not a moment
    except ValueError:
        return None


def _name(found: Desk, month: date) -> str:
    culture = wording.culture(found.teller.locale)
    return str(format_skeleton("yMMMM", month, locale=culture))


def _next(month: date) -> date:
    return date(month.year + month.month // _LAST_MONTH, month.month % _LAST_MONTH + 1, 1)


def _has_xlsx() -> bool:
    return find_spec("xlsxwriter") is not None
