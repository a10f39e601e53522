"""Withdrawals: asked for in two steps by an owner who showed who they are, then marked as the bank says."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime.access.roles import Permission
from runtime.funds import holdings, withdrawals
from runtime.funds.withdrawals import Event, State, Step, Withdrawal
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web import persons
from runtime.web.areas import entry, shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk
from runtime.web.areas.orders.paying import read_amount
from runtime.web.areas.telling import people

blueprint = Blueprint("console_funds_withdrawals", __name__)
PATH = f"{HOME}/withdrawals"
_LONGEST = 120
_DEEDS = {"sent": Event.SEND, "paid": Event.PAY, "failed": Event.FAIL, "bounced": Event.BOUNCE}
_TONES = {
    State.REQUESTED: "warn", State.SENT: "info", State.PAID: "good", State.FAILED: "", State.BOUNCED: "bad",
}  # fmt: skip


@blueprint.get(PATH)
@shell.guarded
def listing() -> Response:
    """List the newest withdrawals."""
    found = desk.get()
    rows, held = found.here.database.read(
        lambda look: (withdrawals.listing(look), holdings.holdings(look, found.teller.currency))
    )
    context = {
        "rows": [_shown(found, each) for each in rows],
        "can": any(place.available > 0 for each in held for place in each.places),
        "available": [found.teller.money(each.available, each.currency) for each in held if each.available > 0],
    }
    return found.screen("withdrawals", "withdrawals", context)


@blueprint.get(f"{PATH}/new")
@shell.guarded
def ask() -> Response:
    """Show from where and how much can be withdrawn."""
    return _form(desk.proved(Permission.FUNDS_WITHDRAW), {"place": "", "amount": "", "all": "1"}, {})


@blueprint.post(f"{PATH}/new")
@shell.guarded
def request_one() -> Answer | Response:
    """Show what will be withdrawn; begin it when that was seen and agreed to."""
    found = desk.proved(Permission.FUNDS_WITHDRAW, f"{PATH}/new")
    given = {name: text.strip()[:_LONGEST] for name, text in persons.given("place", "amount", "agreed").items()}
    agreed, given["all"] = given.pop("agreed"), "" if given["amount"] else "1"
    gateway, _, currency = given["place"].partition(" ")
    places = {(place["gateway"], place["currency"]): place for place in _places(found)}
    place = places.get((gateway, currency))
    if place is None:
        return _form(found, given, {"place": shell.say("funds.withdraw.choose")})
    amount = read_amount(given["amount"], currency) if given["amount"] else place["left"]
    if not amount:
        return _form(found, given, {"amount": shell.say("orders.amount_wrong")})
    if amount > place["left"]:
        text = shell.say("funds.withdraw.too_much", left=found.teller.money(place["left"], currency))
        return _form(found, given, {"amount": text})
    newest = found.here.database.read(withdrawals.newest)
    seal = f"{newest}:{gateway}:{currency}:{amount}"
    if agreed != seal:
        return _check(found, {**given, "amount": money.plain(amount, currency)}, place, amount, seal)
    step = Step(event=Event.REQUEST, actor=found.person.actor, now=found.here.now)
    try:
        made = withdrawals.request(found.here.database, gateway, amount, currency, step, after=newest)
    except Refusal as refusal:
        return _form(found, given, {"amount": found.teller.refusal(refusal)})
    told = f"{money.plain(made.amount, made.currency)} {made.currency} {gateway}"
    entry.note(found.person, "funds.withdrawal_asked", made.number, after=told)
    return shell.done(f"{PATH}/{made.number}", "funds.done.asked")


@blueprint.get(f"{PATH}/<number>")
@shell.guarded
def show(number: str) -> Response:
    """Show one withdrawal, what happened to it, and what comes next."""
    found = desk.get()
    return _page(found, number)


@blueprint.get(f"{PATH}/<number>/<deed>")
@shell.guarded
def ask_deed(number: str, deed: str) -> Response:
    """Ask once more before a withdrawal moves on."""
    found = desk.proved(Permission.FUNDS_WITHDRAW)
    known = found.here.database.read(lambda look: withdrawals.get(look, number))
    if deed not in _DEEDS or (known.state, _DEEDS[deed]) not in withdrawals.TRANSITIONS:
        return shell.refused(404, shell.say("console.missing"), f"{PATH}/{number}")
    return _deed_form(found, known, deed, {"fee": "", "note": ""}, {})


@blueprint.post(f"{PATH}/<number>/<deed>")
@shell.guarded
def do_deed(number: str, deed: str) -> Answer | Response:
    """Note what the bank or the provider said of a withdrawal."""
    found = desk.proved(Permission.FUNDS_WITHDRAW, f"{PATH}/{number}")
    known = found.here.database.read(lambda look: withdrawals.get(look, number))
    if deed not in _DEEDS:
        return shell.refused(404, shell.say("console.missing"), f"{PATH}/{number}")
    given = {name: text.strip()[:_LONGEST] for name, text in persons.given("fee", "note").items()}
    fee = read_amount(given["fee"], known.currency) if given["fee"] and deed == "paid" else 0
    if fee is None or fee > known.amount:
        return _deed_form(found, known, deed, given, {"fee": shell.say("orders.amount_wrong")})
    step = Step(event=_DEEDS[deed], actor=found.person.actor, now=found.here.now, note=given["note"], fee=fee)
    try:
        after = withdrawals.advance(found.here.database, number, step)
    except Refusal as refusal:
        return _deed_form(found, known, deed, given, {"note": found.teller.refusal(refusal)})
    told = f"{after.state} {given['note']}".strip()
    entry.note(found.person, f"funds.withdrawal_{deed}", number, before=str(known.state), after=told)
    return shell.done(f"{PATH}/{number}", f"funds.done.{deed}")


def _places(found: Desk) -> list[dict[str, Any]]:
    """Return from where money can be withdrawn, and how much."""

    def read(look: Transaction) -> list[dict[str, Any]]:
        return [
            {
                "gateway": place.gateway,
                "name": found.teller.gateway(place.gateway),
                "currency": each.currency,
                "available": place.available,
                "left": withdrawals.left(look, place.gateway, each.currency),
                "owed": each.refunds_due,
            }
            for each in holdings.holdings(look, found.teller.currency)
            for place in each.places
            if place.available > 0
        ]

    return found.here.database.read(read)


def _form(found: Desk, given: dict[str, str], problems: dict[str, str]) -> Response:
    places = _places(found)
    teller = found.teller
    options = [
        (
            f"{each['gateway']} {each['currency']}",
            f"{each['name']} · {teller.money(each['left'], each['currency'])}",
            shell.say(
                "funds.withdraw.less",
                available=teller.money(each["available"], each["currency"]),
                owed=teller.money(each["owed"], each["currency"]),
            )
            if each["owed"]
            else "",
        )
        for each in places
    ]
    place = given["place"] or (options[0][0] if options else "")
    context = {
        "title": shell.say("funds.withdraw.title"),
        "given": {**given, "place": place},
        "options": options,
        "currency": place.partition(" ")[2] or teller.currency,
    }
    return found.screen("withdraw", "withdrawals", context, problems)


def _check(found: Desk, given: dict[str, str], place: dict[str, Any], amount: int, seal: str) -> Response:
    teller, currency = found.teller, place["currency"]
    context = {
        "title": shell.say("funds.withdraw.check"),
        "given": given,
        "agreed": seal,
        "amount": teller.money(amount, currency),
        "gateway": place["name"],
        "rows": [
            (shell.say("funds.withdraw.available"), teller.money(place["available"], currency)),
            (shell.say("funds.withdraw.stays"), teller.money(place["available"] - amount, currency)),
            (shell.say("funds.withdraw.goes"), teller.money(amount, currency)),
        ],
    }
    return found.screen("withdraw_check", "withdrawals", context)


def _page(found: Desk, number: str) -> Response:
    def read(look: Transaction) -> dict[str, Any]:
        known = withdrawals.get(look, number)
        names = people(look)
        return {
            "title": known.number,
            "withdrawal": _shown(found, known),
            "story": [
                {
                    "text": shell.say(f"funds.state.{each.after}"),
                    "note": each.note,
                    "who": found.teller.actor(each.actor, names),
                    "at": found.teller.moment(each.at),
                    "tone": _TONES[each.after],
                    "said": "",
                }
                for each in withdrawals.history(look, known.id)
            ],
            "deeds": [name for name, event in _DEEDS.items() if (known.state, event) in withdrawals.TRANSITIONS],
        }

    return found.screen("withdrawal", "withdrawals", found.here.database.read(read))


def _deed_form(found: Desk, known: Withdrawal, deed: str, given: dict[str, str], problems: dict[str, str]) -> Response:
    context = {
        "title": shell.say(f"funds.deed.{deed}"),
        "withdrawal": _shown(found, known),
        "deed": deed,
        "given": given,
        "currency": known.currency,
    }
    return found.screen("withdrawal_deed", "withdrawals", context, problems)


def _shown(found: Desk, each: Withdrawal) -> dict[str, Any]:
    return {
        "number": each.number,
        "url": f"{PATH}/{each.number}",
        "gateway": found.teller.gateway(each.gateway),
        "state": shell.say(f"funds.state.{each.state}"),
        "tone": _TONES[each.state],
        "amount": found.teller.money(each.amount, each.currency),
        "fee": found.teller.money(each.fee, each.currency) if each.fee else "",
        "net": found.teller.money(each.amount - each.fee, each.currency),
        "at": found.teller.moment(each.created_at),
        "open": each.state in {State.REQUESTED, State.SENT},
    }
