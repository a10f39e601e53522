"""Bills of providers and statements of banks, held against the shop: by asking, or as files."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from runtime import reconciling
from runtime.access.roles import Permission
from runtime.bank_files import BankFileError
from runtime.gateways import Kind
from runtime.reconciling import Difference, Reconciliation, bank, days, files
from runtime.refusals import Refusal
from runtime.web import persons
from runtime.web.areas import entry, shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds_reconciling", __name__)
PATH = f"{HOME}/reconciling"
_DAYS = 14
_BANK = "transfer"
_TONES = {
    "attached": "info", "set_aside": "warn", "amount_differs": "bad", "duplicated": "bad", "absent": "bad",
    "changed": "warn",
}  # fmt: skip


@blueprint.get(PATH)
@shell.guarded
def show() -> Response:
    """Show the last days of every provider, and where a bill is asked for or given."""
    return _page(desk.get())


@blueprint.post(PATH)
@shell.guarded
def ask() -> Answer | Response:
    """Ask a provider for a day's bill, or read the one that was given."""
    found = desk.write(Permission.ORDERS_REFUND)
    given = persons.given("gateway", "day", "deed")
    data = request.files["file"].read(files.LARGEST + 1) if "file" in request.files else b""
    if given["deed"] == "bank":
        return _take_statement(found, data)
    day = _day(given["day"])
    today = found.here.now.astimezone(found.teller.zone).date()
    problems, form = {}, "file-" if given["deed"] == "file" else ""
    if given["gateway"] not in (_by_file(found) if form else _online(found)):
        problems[f"{form}gateway"] = shell.say("funds.bill.choose")
    if day is None or day > today:
        problems[f"{form}day"] = shell.say("funds.bill.day_wrong")
    if form and not 0 < len(data) <= files.LARGEST:
        problems["file"] = shell.say("funds.bill.file_missing")
    if problems or day is None:
        return _page(found, given, problems)
    gateway, now = given["gateway"], found.here.now
    try:
        if form:
            done = reconciling.take(found.here.database, files.read(gateway, day, data), now)
        else:
            done = reconciling.reconcile(found.here.till, gateway, day, now)
    except Refusal as refusal:
        return _page(found, given, {"file" if form else "day": found.teller.refusal(refusal)})
    told = f"{done.rows} rows, {len(done.differences)} differences"
    entry.note(found.person, "funds.reconciled", f"{gateway} {day.isoformat()}", after=told)
    return shell.done(f"{PATH}/{gateway}/{day.isoformat()}", "funds.done.reconciled")


@blueprint.get(f"{PATH}/<gateway>/<day>")
@shell.guarded
def show_day(gateway: str, day: str) -> Response:
    """Show what a day's bill came to, every difference with what to do."""
    found, wanted = desk.get(), _day(day)
    known = found.here.database.read(lambda look: days.find(look, gateway, wanted)) if wanted else None
    if wanted is None or known is None:
        return shell.refused(404, shell.say("console.missing"), PATH)
    teller = found.teller
    context = {
        "title": f"{teller.gateway(gateway)} · {_date(found, wanted)}",
        "clean": known.clean,
        "count": len(known.differences),
        "rows": known.rows,
        "totals": _totals(found, known),
        "differences": [_difference(found, each) for each in known.differences],
        "gateway": gateway,
        "day": wanted.isoformat(),
    }
    return found.screen("bill", "reconciling", context)


def _take_statement(found: Desk, data: bytes) -> Response:
    """Read a bank's statement and show what each line of it came to."""
    if not 0 < len(data) <= files.LARGEST:
        return _page(found, {"deed": "bank"}, {"statement": shell.say("funds.bill.file_missing")})
    try:
        lines = bank.take(found.here.database, data, found.here.now)
    except BankFileError as error:
        return _page(found, {"deed": "bank"}, {"statement": shell.say("funds.bill.file_wrong", why=str(error))})
    entry.note(found.person, "funds.statement_read", "", after=f"{len(lines)} lines")
    context = {"title": shell.say("funds.bill.read"), "lines": [_line(found, each) for each in lines]}
    return found.screen("statement", "reconciling", context)


def _page(found: Desk, given: dict[str, str] | None = None, problems: dict[str, str] | None = None) -> Response:
    online, teller = _online(found), found.teller
    yesterday = found.here.now.astimezone(teller.zone).date() - timedelta(days=1)
    listed = found.here.database.read(lambda look: days.listing(look, online, yesterday, _DAYS))
    asked = {"gateway": "", "day": yesterday.isoformat(), "deed": "", **(given or {})}
    context = {
        "gateways": [
            {
                "name": teller.gateway(gateway),
                "id": gateway,
                "days": [_shown(found, each) for each in listed if each.gateway == gateway],
            }
            for gateway in online
        ],
        "online": [(gateway, teller.gateway(gateway)) for gateway in online],
        "by_file": [(gateway, teller.gateway(gateway)) for gateway in _by_file(found)],
        "by_transfer": _BANK in found.here.till.gateways,
        "given": asked,
    }
    return found.screen("reconciling", "reconciling", context, problems)


def _online(found: Desk) -> list[str]:
    return [gateway for gateway, provider in found.here.till.gateways.items() if provider.kind is Kind.ONLINE]


def _by_file(found: Desk) -> list[str]:
    return [gateway for gateway in files.GATEWAYS if gateway in found.here.till.gateways]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date(found: Desk, day: date) -> str:
    return found.teller.day(datetime(day.year, day.month, day.day, 12, tzinfo=found.teller.zone))


def _shown(found: Desk, each: days.Day) -> dict[str, Any]:
    state = "damaged" if each.damaged else "open" if each.read_at is None else "look" if each.differences else "clean"
    return {
        "day": each.day.isoformat(),
        "date": _date(found, each.day),
        "state": state,
        "tone": {"damaged": "bad", "look": "warn", "clean": "good"}.get(state, ""),
        "rows": each.rows,
        "count": each.differences,
        "attached": each.attached,
        "url": f"{PATH}/{each.gateway}/{each.day.isoformat()}" if each.read_at else "",
    }


def _totals(found: Desk, known: Reconciliation) -> list[dict[str, Any]]:
    return [
        {
            "kind": found.teller.known(f"bill.{each.kind}"),
            "rows": each.rows,
            "theirs": found.teller.money(each.theirs, each.currency),
            "ours": found.teller.money(each.ours, each.currency),
            "fees": found.teller.money(each.fees, each.currency),
            "differs": each.theirs != each.ours,
        }
        for each in known.totals
    ]


def _difference(found: Desk, each: Difference) -> dict[str, Any]:
    teller = found.teller
    return {
        "kind": teller.known(f"bill.{each.kind}"),
        "problem": shell.say(f"funds.problem.{each.problem}"),
        "tone": _TONES[str(each.problem)],
        "what": shell.say(f"funds.problem_do.{each.problem}", ours=teller.money(each.ours or 0, each.currency)),
        "theirs": teller.money(each.theirs, each.currency) if each.theirs else "",
        "ours": teller.money(each.ours, each.currency) if each.ours is not None else "",
        "reference": each.reference,
        "receipt": each.receipt if each.receipt != each.reference else "",
        "order": each.order,
        "waits": each.problem is reconciling.Problem.SET_ASIDE,
    }


def _line(found: Desk, line: bank.Line) -> dict[str, Any]:
    moved = line.match in {bank.Match.WITHDRAWAL, bank.Match.REFUND}
    detail = found.teller.known(f"state.{line.detail}") if moved and line.detail else ""
    if line.match is bank.Match.ORDER:
        detail = shell.say(f"orders.done.receipt_{line.detail}")
    return {
        "number": line.number,
        "amount": found.teller.money(line.amount, line.currency) if line.currency else "",
        "said": shell.say(f"funds.match.{line.match}"),
        "detail": detail,
        "tone": {"order": "good", "withdrawal": "good", "refund": "good", "stray": "warn"}.get(str(line.match), ""),
        "order": line.subject if line.match is bank.Match.ORDER else "",
        "withdrawal": line.subject if line.match is bank.Match.WITHDRAWAL else "",
    }
