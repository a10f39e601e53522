"""The list of what shows that the shop works, on Today: each tick is a test that was run, with the moment it was."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, make_response, request
from werkzeug.wrappers import Response as Answer

from runtime import gateways
from runtime import settings as surroundings
from runtime.access import accounts
from runtime.access.roles import Permission
from runtime.settings import SettingError, Settings
from runtime.setup import checklist, trying
from runtime.setup.checklist import NAMES, Result
from runtime.web import headers
from runtime.web.areas import entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.telling import Teller
from runtime.web.visit import Visit, visit

blueprint = Blueprint("console_checklist", __name__)
_NONCE = re.compile(r"[A-Za-z0-9_-]{24}", re.ASCII)
_HELP = {"product": "/console/products", "mail": "", "address": "/console/settings", "payment": "/console/settings"}


def shown(person: Person, here: Visit) -> dict[str, Any] | None:
    """Return the list for Today, for those who may set things right."""
    if not person.may(Permission.SETTINGS_EDIT):
        return None
    settings = _fresh(here)
    found = checklist.rows(settings.var, trying.grounds(here.release, settings), here.now)
    teller = Teller(here=here, locale=shell.locale())
    rows = [
        {
            "name": row.name,
            "state": row.state,
            "text": shell.say(f"checklist.{row.result.word}", **row.result.values) if row.result else "",
            "when": teller.moment(datetime.fromtimestamp(row.result.at, UTC)) if row.result else None,
            "help": _HELP.get(row.name, "") if row.state == "bad" else "",
        }
        for row in found
    ]
    good = sum(row["state"] == "good" for row in rows)
    return {"rows": rows, "good": good, "all": len(rows), "done": good == len(rows), "token": person.token}


@blueprint.post("/console/checklist")
@shell.guarded
def run() -> Answer | Response:
    """Try one thing, or all of them, now."""
    person = entry.get_writer(Permission.SETTINGS_EDIT)
    wanted = request.form.get("name", "all")
    if wanted not in {*NAMES, "all"}:
        abort(404)
    here = visit()
    settings = _fresh(here)
    stands_on = trying.grounds(here.release, settings)
    for name in NAMES if wanted == "all" else (wanted,):
        result = msgspec.structs.replace(_try(name, here, settings, person), ground=stands_on[name])
        checklist.keep(settings.var, name, result, datetime.now(UTC))
        entry.note(person, "checklist.tried", name, after="good" if result.good else "bad")
    return shell.done("/console/", "checklist.done.tried")


@blueprint.get(f"{trying.ECHO}<nonce>")
def echo(nonce: str) -> Response:
    """Answer what only this shop can answer, so that it knows itself at its own address."""
    if not _NONCE.fullmatch(nonce):
        abort(404)
    answer = make_response(trying.echo(visit().shopfront.settings, nonce))
    answer.mimetype = "text/plain"
    answer.headers["Cache-Control"] = headers.PRIVATE
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _try(name: str, here: Visit, settings: Settings, person: Person) -> Result:
    terms = here.release.terms
    match name:
        case "product":
            return trying.product(here.release)
        case "order":
            return trying.order(here.till, settings, here.release, here.base, datetime.now(UTC))
        case "mail":
            text = (shell.say("checklist.mail.subject"), shell.say("checklist.mail.text"))
            return trying.mail(settings, terms, _email(here, person), text, here.now)
        case "address":
            return trying.address(settings, terms)
    try:
        return trying.payment(gateways.load(terms, settings), terms)
    except SettingError as error:
        return Result(good=False, word="payment.setting", values={"name": error.name})


def _email(here: Visit, person: Person) -> str:
    account = here.database.read(lambda look: accounts.get(look, person.id))
    return account.email if account.takes_mail else here.release.terms.seller.email


def _fresh(here: Visit) -> Settings:
    """Return the settings with secrets as they are written now, not as they were at the start."""
    settings = here.shopfront.settings
    return msgspec.structs.replace(settings, named=surroundings.named(settings))
