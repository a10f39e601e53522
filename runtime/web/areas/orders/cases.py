"""An after-sale case in the console: what the buyer asks, until when, and what the merchant may answer."""

from typing import Any

import msgspec
from flask import Blueprint, Response, make_response
from werkzeug.wrappers import Response as Answer

from runtime import aftersale, carriers, orders, refunds
from runtime.access.roles import Permission
from runtime.aftersale import TRANSITIONS, Case, Event, Kind, State, evidence, moves
from runtime.orders import Order
from runtime.refusals import Refusal
from runtime.web import headers, persons
from runtime.web.areas import entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.orders import tones
from runtime.web.areas.orders.paying import read_amount
from runtime.web.areas.telling import Teller, people
from runtime.web.visit import visit

blueprint = Blueprint("console_cases", __name__)
HOME = "/console/cases"
_FIELDS = {
    Event.AGREE: ("amount", "text"),
    Event.DECLINE: ("text",),
    Event.RECEIVE: ("restock", "text"),
    Event.REPLACE: ("carrier", "tracking"),
}
"""What the merchant may answer, and the fields of each form."""
_LONGEST = 2000
_SHORT = 128


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A case, its order, and who looks at it."""

    person: Person
    teller: Teller
    case: Case
    order: Order

    @property
    def url(self) -> str:
        """Return the address of the case."""
        return f"{HOME}/{self.case.number}"

    def pays(self, event: Event) -> bool:
        """Tell whether an answer gives money back."""
        return TRANSITIONS.get((self.case.kind, self.case.state, event)) is State.REFUNDED

    def may(self, event: Event) -> bool:
        """Tell whether this person may answer so now; the merchant does not take in what was never sent back."""
        if (self.case.kind, self.case.state, event) not in TRANSITIONS:
            return False
        return self.person.may(Permission.ORDERS_REFUND if self.pays(event) else Permission.ORDERS_SHIP)


@blueprint.get(f"{HOME}/<number>")
@shell.guarded
def show(number: str) -> Response:
    """Show a case."""
    return _page(_opened(entry.get_person(Permission.ORDERS_SEE), number), {}, {})


@blueprint.post(f"{HOME}/<number>/<deed>")
@shell.guarded
def answer(number: str, deed: str) -> Answer | Response:
    """Answer a case: agree, decline, take the goods in, send a replacement."""
    if deed not in {str(event) for event in _FIELDS}:
        return shell.refused(404, shell.say("console.missing"))
    found = _opened(entry.get_writer(Permission.ORDERS_SHIP), number)
    event = Event(deed)
    if found.pays(event):
        entry.get_person(Permission.ORDERS_REFUND)
    given = {name: text.strip()[:_LONGEST] for name, text in persons.given(*_FIELDS[event]).items()}
    asked = given.get("amount", "")
    amount = read_amount(asked, found.order.currency) if asked else None
    if asked and not amount:
        return _page(found, given, {f"{event}-amount": shell.say("orders.amount_wrong")})
    try:
        after = _answer(found, event, given, amount)
    except Refusal as refusal:
        return _page(found, given, {f"{event}-text": found.teller.refusal(refusal)})
    told = " ".join(each for each in (str(after.state), asked, given.get("text", "")[:80]) if each)
    entry.note(found.person, f"case.{event}", after.number, before=str(found.case.state), after=told)
    return shell.done(found.url, f"orders.done.case_{event}")


@blueprint.get(f"{HOME}/<number>/pictures/<name>")
@shell.guarded
def picture(number: str, name: str) -> Response:
    """Send a picture that the buyer showed with this very case."""
    found = _opened(entry.get_person(Permission.ORDERS_SEE), number)
    here = found.teller.here
    known = here.database.read(lambda look: aftersale.pictures(look, found.case.id))
    path = evidence.folder(here.shopfront.settings.var) / name
    if name not in known or not path.is_file():
        return shell.refused(404, shell.say("console.missing"), found.url)
    sent = make_response(path.read_bytes())
    sent.headers["Content-Type"] = "image/jpeg"
    sent.headers["Cache-Control"] = headers.PRIVATE
    return sent


def _opened(person: Person, number: str) -> Opened:
    here = visit()
    case, order = here.database.read(
        lambda look: (found := aftersale.get(look, number), orders.get_by_id(look, found.order))
    )
    return Opened(person=person, teller=Teller(here=here, locale=shell.locale()), case=case, order=order)


def _answer(found: Opened, event: Event, given: dict[str, str], amount: int | None) -> Case:
    database, number = found.teller.here.database, found.case.number
    actor, now, text = found.person.actor, found.teller.here.now, given.get("text", "")
    if event is Event.AGREE:
        return moves.agree(database, number, actor=actor, now=now, amount=amount, text=text)
    if event is Event.DECLINE:
        return moves.decline(database, number, actor=actor, now=now, text=text)
    if event is Event.RECEIVE:
        restock = bool(given["restock"])
        return moves.receive(database, number, actor=actor, now=now, restock=restock, text=text)
    parcel = moves.Parcel(given["carrier"][:_SHORT], given["tracking"][:_SHORT])
    return moves.replace(database, number, parcel, actor=actor, now=now)


def _page(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    case, order, teller = found.case, found.order, found.teller
    history, shown, names, refund = teller.here.database.read(
        lambda look: (
            aftersale.history(look, case.id),
            aftersale.pictures(look, case.id),
            people(look),
            refunds.find(look, case.refund) if case.refund else None,
        )
    )
    waits = aftersale.next_step(case)
    context: dict[str, Any] = {
        "title": f"{shell.say(f'orders.kind.{case.kind}')} {case.number}",
        "problems": problems,
        "given": {name: given.get(name, "") for name in ("amount", "text", "carrier", "tracking")},
        "case": {
            "number": case.number,
            "url": found.url,
            "state": shell.say(f"orders.case.{case.state}"),
            "tone": tones.case_tone(case.state),
            "opened": teller.moment(case.opened_at),
        },
        "order": {"number": order.number, "url": f"/console/orders/{order.number}"},
        "waits": _waits(found) if waits and case.due_at else None,
        "answers": {str(event): found.may(event) for event in _FIELDS},
        "pays": {str(event): found.pays(event) for event in _FIELDS},
        "lines": _lines(found),
        "most": teller.money(order.paid - order.refunded - order.disputed, order.currency),
        "currency": order.currency,
        "facts_": _facts(found, refund.state if refund else None),
        "pictures": [f"{found.url}/pictures/{name}" for name in shown],
        "story": [
            {
                "at": teller.moment(row.at),
                "text": shell.say(f"orders.case_event.{row.told}"),
                "who": teller.actor(row.actor, names),
                "tone": "",
                "note": "",
                "said": row.text,
            }
            for row in reversed(history)
        ],
        "carriers": [("", "")] + [(each, carriers.name(each, teller.locale)) for each in carriers.known()],
    }
    return shell.screen("orders/case.html", context, area="orders", status=422 if problems else 200)


def _waits(found: Opened) -> dict[str, Any]:
    """Say who has to act until when, and what happens otherwise."""
    case, waits = found.case, aftersale.next_step(found.case)
    if waits is None or case.due_at is None:
        return {}
    return {
        "ours": waits.who == "merchant",
        "text": shell.say(f"orders.case.waits_{waits.who}", until=found.teller.moment(case.due_at).full),
        "then": shell.say(f"orders.case.then_{waits.event}"),
        "distance": found.teller.distance(case.due_at),
    }


def _lines(found: Opened) -> list[dict[str, Any]]:
    order = found.order
    pictures = found.teller.pictures(order.lines[line.position].product for line in found.case.lines)
    return [
        {
            "title": order.lines[line.position].title,
            "label": order.lines[line.position].label,
            "quantity": line.quantity,
            "picture": pictures.get(order.lines[line.position].product, ""),
            "worth": found.teller.money(
                order.lines[line.position].total * line.quantity // order.lines[line.position].quantity, order.currency
            ),
        }
        for line in found.case.lines
    ]


def _facts(found: Opened, refund: refunds.State | None) -> list[tuple[str, str]]:
    case, teller = found.case, found.teller
    amount = teller.money(case.amount, found.order.currency) if case.amount is not None else ""
    new = f"{carriers.name(case.new_carrier, teller.locale)} {case.new_tracking}".strip()
    return [
        (shell.say("orders.case.reason"), teller.known(f"reason.{case.reason}") if case.reason else ""),
        (shell.say("orders.case.amount"), amount),
        (shell.say("orders.case.back"), f"{case.carrier} {case.tracking}".strip()),
        (shell.say("orders.case.replacement"), new if case.kind is Kind.EXCHANGE else ""),
        (shell.say("orders.case.refund"), shell.say(f"orders.refund.{refund}") if refund else ""),
    ]
