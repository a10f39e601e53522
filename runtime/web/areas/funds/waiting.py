"""Money that waits for a decision: sent back, put where it belongs, or looked at and done with."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime import findings, orders, refunds
from runtime.access.roles import Permission
from runtime.findings import Finding
from runtime.reconciling import deciding
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web import persons
from runtime.web.areas import entry, shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds_waiting", __name__)
PATH = f"{HOME}/waiting"


@blueprint.get(PATH)
@shell.guarded
def show() -> Response:
    """List what waits for the merchant."""
    return _page(desk.get())


@blueprint.post(f"{PATH}/<int:number>")
@shell.guarded
def decide(number: int) -> Answer | Response:
    """Take the merchant's word about one of them."""
    found = desk.write(Permission.ORDERS_REFUND)
    given = persons.given("deed", "account")
    database, now = found.here.database, found.here.now
    known = database.read(lambda look: findings.find(look, number))
    if known is None or given["deed"] not in {"return", "account", "seen"}:
        return shell.refused(404, shell.say("console.missing"), PATH)
    try:
        if given["deed"] == "return":
            actor = found.person.actor
            after = database.write(
                lambda transaction: refunds.return_finding(transaction, known, actor=actor, now=now)
            ).number
        else:
            account = given["account"] if given["deed"] == "account" else None
            if account is not None and account not in deciding.ACCOUNTS:
                return _page(found, {f"account-{number}": shell.say("funds.waiting.choose")})
            deciding.decide(database, number, account, now)
            after = account or "seen"
    except Refusal as refusal:
        return _page(found, {f"finding-{number}": found.teller.refusal(refusal)})
    told = f"{money.plain(known.amount, known.currency)} {known.currency} {known.kind}"
    entry.note(found.person, f"funds.finding_{given['deed']}", str(number), before=told, after=after)
    return shell.done(PATH, f"funds.done.finding_{given['deed']}")


def _page(found: Desk, problems: dict[str, str] | None = None) -> Response:
    rows = found.here.database.read(lambda look: [_shown(look, found, each) for each in findings.unsettled(look)])
    context = {
        "title": shell.say("funds.waiting"),
        "rows": rows,
        "accounts": [("", shell.say("funds.waiting.account"))]
        + [(account, found.account(account)) for account in deciding.ACCOUNTS],
    }
    return found.screen("waiting", "", context, problems)


def _shown(look: Transaction, found: Desk, each: Finding) -> dict[str, Any]:
    order = orders.get_by_id(look, each.order).number if each.order is not None else ""
    stray = each.kind in refunds.RETURNABLE
    return {
        "id": each.id,
        "text": found.teller.known(f"finding.{each.kind}"),
        "amount": found.teller.money(each.amount, each.currency) if each.amount else "",
        "gateway": found.teller.gateway(each.gateway),
        "reference": each.reference,
        "receipt": each.receipt if each.receipt != each.reference else "",
        "order": order,
        "back": stray,
        "account": each.kind == deciding.GONE or (stray and not order),
        "seen": not stray and each.kind != deciding.GONE,
    }
