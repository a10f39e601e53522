"""What else changes an order: its address, its end, its receipt, its link; notes, and its papers."""

from importlib.util import find_spec

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as Answer

from runtime import addresses, amending, documents, orders, payments, refunds
from runtime.access.roles import Permission
from runtime.orders import Event, Order, State
from runtime.refunds import Wish
from runtime.refusals import Code, Refusal
from runtime.web import headers, persons
from runtime.web.areas import entry, shell
from runtime.web.areas.orders import opened, page
from runtime.web.areas.orders.opened import HOME, Opened
from runtime.web.visit import visit
from runtime.worklist import notes, searching

blueprint = Blueprint("console_changes", __name__)
_LONGEST = 400
_NOT_SOLD = {State.PENDING_PAYMENT, State.CLOSING, State.CANCELLED, State.RETURNED, State.REFUNDED}
_MOVES = {"receive": orders.receive, "refuse": orders.refuse, "complete": orders.complete}


@blueprint.get(f"{HOME}/<number>/address")
@shell.guarded
def ask_address(number: str) -> Response:
    """Show where an order goes, to be changed."""
    found = opened.get(number, Permission.ORDERS_SHIP)
    return _address_form(found, addresses.values(found.order.address), {})


@blueprint.post(f"{HOME}/<number>/address")
@shell.guarded
def change_address(number: str) -> Answer | Response:
    """Send an order elsewhere, as long as its price stays what it is."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    country = found.order.address.destination.country
    given = {name: text[:_LONGEST] for name, text in persons.given(*addresses.rules(country).fields).items()}
    address, mistakes = addresses.read(country, given)
    problems = {
        each.field: shell.say(
            "orders.address.mistake",
            field=shell.say(f"orders.address.field.{each.field}"),
            text=found.teller.known(f"address.{each.reason}"),
        )
        + (shell.say("orders.address.perhaps", text=each.suggestion) if each.suggestion else "")
        for each in mistakes
    }
    if problems:
        return _address_form(found, given, problems)
    try:
        after = amending.change_address(
            found.here.till, found.order.number, address, actor=found.person.actor, now=found.here.now
        )
    except Refusal as refusal:
        return _address_form(found, given, {"name": found.teller.refusal(refusal)})
    before, now = (" ".join(addresses.lines(each.address)) for each in (found.order, after))
    return found.done("address", "address", before=before, after=now)


@blueprint.get(f"{HOME}/<number>/cancel")
@shell.guarded
def ask_cancel(number: str) -> Response:
    """Ask once more before an order ends."""
    return _cancel_form(opened.get(number, Permission.ORDERS_SHIP), {})


@blueprint.post(f"{HOME}/<number>/cancel")
@shell.guarded
def cancel(number: str) -> Answer | Response:
    """Cancel an order that has not left: an open payment is closed first, what is paid goes back."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    paid = found.order.state is State.PAID
    if paid:
        entry.get_person(Permission.ORDERS_REFUND)
    why = persons.given("why")["why"].strip()[:_LONGEST]
    actor, now = found.person.actor, found.here.now
    try:
        if paid:
            wish = Wish(everything=True, restock=True, reason=why or shell.say("orders.cancel.by_shop"))
            found.here.database.write(
                lambda transaction: refunds.request(transaction, found.order, wish, actor=actor, now=now)
            )
        else:
            payments.cancel(found.here.till, found.order.number, actor=actor, now=now, note=why)
    except Refusal as refusal:
        return _cancel_form(found, {"why": found.teller.refusal(refusal)})
    after = found.here.database.read(lambda look: orders.get_by_id(look, found.order.id))
    word = "closing" if after.state is State.CLOSING else "cancelled"
    return found.done(word, "cancelled", before=str(found.order.state), after=str(after.state))


@blueprint.post(f"{HOME}/<number>/move")
@shell.guarded
def move(number: str) -> Answer | Response:
    """Note that the buyer has the goods, did not take them, or that all is done."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    deed = persons.given("deed")["deed"]
    if deed not in _MOVES:
        return shell.refused(400, shell.say("console.odd"), found.url)
    if deed == "receive" and found.order.paid < found.order.total:
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=found.order.number, state=found.order.state, event=Event.RECEIVE)
    try:
        _MOVES[deed](found.here.database, found.order.number, actor=found.person.actor, now=found.here.now)
    except Refusal as refusal:
        return page.view(found, {"main": found.teller.refusal(refusal)})
    return found.done(deed, deed, before=str(found.order.state))


@blueprint.post(f"{HOME}/<number>/link")
@shell.guarded
def renew_link(number: str) -> Answer:
    """Give the buyer's page a new address: the old one went to the wrong hands."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    orders.renew_link(found.here.database, found.order.number)
    return found.done("link", "link")


@blueprint.post(f"{HOME}/<number>/notes")
@shell.guarded
def write_note(number: str) -> Answer | Response:
    """Keep a note at an order, for the merchant's people alone."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    text = persons.given("note")["note"]
    by = (found.person.actor, found.person.name)
    try:
        found.here.database.write(
            lambda transaction: notes.write(transaction, found.order.id, by, text, found.here.now)
        )
    except Refusal as refusal:
        key = "orders.note.missing" if refusal.code is Code.FIELD_MISSING else "orders.note.too_long"
        return page.view(found, {"note": shell.say(key, most=notes.LONGEST)}, text)
    return found.done("note", "note")


@blueprint.post(f"{HOME}/<number>/invoice")
@shell.guarded
def issue_invoice(number: str) -> Answer | Response:
    """Give an order its invoice, and show it."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    zone = found.teller.zone.key
    paper = documents.issue(found.here.database, found.order.number, zone, found.here.now)
    return found.done("invoice", "invoice", after=paper.number)


@blueprint.get(f"{HOME}/<number>/invoice.pdf")
@shell.guarded
def invoice(number: str) -> Response:
    """Send the invoice of an order that has one."""
    found = opened.get(number)
    kind = documents.PaperKind.INVOICE
    paper = found.here.database.read(lambda look: documents.find(look, found.order.id, kind))
    if paper is None or not can_draw():
        return shell.refused(404, shell.say("console.missing"), found.url)
    from runtime.documents import drawing

    made = drawing.draw(paper, found.order, found.here.terms, found.here.shopfront.settings.font)
    return _pdf(made, f"{paper.number}.pdf")


@blueprint.get(f"{HOME}/<number>/slip.pdf")
@shell.guarded
def slip(number: str) -> Response:
    """Send the packing slip of a parcel, or of what is still here."""
    found = opened.get(number, Permission.ORDERS_SHIP)
    parcel = request.args.get("parcel", 0, int)
    if not can_draw() or not 0 <= parcel <= len(found.order.parcels):
        return shell.refused(404, shell.say("console.missing"), found.url)
    from runtime.documents import drawing

    made = drawing.draw_slip(found.order, found.here.terms, parcel or None, found.here.shopfront.settings.font)
    return _pdf(made, f"{found.order.number}-{parcel or 'rest'}.pdf")


@blueprint.get(f"{HOME}/slips.pdf")
@shell.guarded
def slips() -> Response:
    """Send the slips of several orders in one file: of those that were ticked, or of all that the list showed."""
    chosen, here = _chosen(), visit()
    if not chosen:
        return shell.refused(404, shell.say("orders.slips.none"), HOME)
    from runtime.documents import drawing

    return _pdf(drawing.draw_slips(chosen, here.terms, here.shopfront.settings.font), "slips.pdf")


@blueprint.get(f"{HOME}/labels.pdf")
@shell.guarded
def address_labels() -> Response:
    """Send the address labels of several orders in one file, chosen as slips are."""
    chosen, here = _chosen(), visit()
    if not chosen:
        return shell.refused(404, shell.say("orders.slips.none"), HOME)
    from runtime.documents import labels

    return _pdf(labels.draw_labels(chosen, here.terms, here.shopfront.settings.font), "labels.pdf")


def _chosen() -> list[Order]:
    """Return the orders that were ticked, or all that the list showed, of which something is still here."""
    entry.get_person(Permission.ORDERS_SHIP)
    wanted = list(dict.fromkeys(request.args.getlist("n") or request.args.getlist("shown")))[: searching.PAGE]
    found = visit().database.read(lambda look: [orders.find(look, "number = ?", number) for number in wanted])
    if not can_draw():
        return []
    return [order for order in found if order is not None and order.unshipped and order.state not in _NOT_SOLD]


def can_draw() -> bool:
    """Tell whether this machine can make papers."""
    return find_spec("fpdf") is not None


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _address_form(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    rules = addresses.rules(found.order.address.destination.country)
    context = {
        "fields": [
            {
                "name": name,
                "label": shell.say(f"orders.address.field.{name}"),
                "value": given.get(name, ""),
                "optional": name not in rules.required,
                "choices": rules.choices if name == "region" else (),
            }
            for name in rules.fields
        ],
        "country": rules.country,
    }
    return found.screen("orders/address.html", shell.say("orders.address.title"), context, problems)


def _cancel_form(found: Opened, problems: dict[str, str]) -> Response:
    order = found.order
    context = {
        "paid": order.state is State.PAID,
        "may": found.deeds.cancel,
        "amount": found.teller.money(_left(order), order.currency),
        "pieces": sum(line.quantity for line in order.lines),
    }
    return found.screen("orders/cancel.html", shell.say("orders.cancel.title"), context, problems)


def _left(order: Order) -> int:
    return order.paid - order.refunded - order.disputed
