"""The page of a customer: what they bought, what went wrong, what they allow, and what was written about them."""

from typing import Any

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as Answer

from runtime import clientele, orders
from runtime.access.roles import Permission
from runtime.clientele import index, masking, reading, writing
from runtime.orders import Address
from runtime.transaction import Transaction
from runtime.web.areas import entry, shell
from runtime.web.areas.customers import opened
from runtime.web.areas.customers.opened import HOME, Opened
from runtime.web.areas.orders import tones
from runtime.web.areas.telling import people
from runtime.web.visit import visit

blueprint = Blueprint("console_customer", __name__)
_MOST_ORDERS = 20


@blueprint.get(f"{HOME}/<int:number>")
@shell.guarded
def show(number: int) -> Response:
    """Show a customer."""
    return view(opened.get(number))


@blueprint.get(f"{HOME}/of/<number>")
@shell.guarded
def of_order(number: str) -> Answer | Response:
    """Lead from an order to its customer."""
    entry.get_person(Permission.CUSTOMERS_SEE)
    database = visit().database
    clientele.catch_up(database)
    customer = database.read(lambda look: index.of_order(look, orders.get(look, number).id))
    if customer is None:
        return shell.refused(404, shell.say("console.missing"), HOME)
    return redirect(f"{HOME}/{customer}", 303)


def view(found: Opened, problems: dict[str, str] | None = None, note: str = "") -> Response:
    """Return the page of a customer, with what stands in the way of a form on it."""
    teller, customer = found.teller, found.customer
    context = found.here.database.read(lambda look: _read(look, found))
    contacts = masking.contacts(customer.email, customer.phone, whole=found.whole)
    context |= {
        "contacts": contacts,
        "stats": [
            ("orders", str(customer.orders)),
            ("spent", teller.money(customer.spent)),
            ("average", teller.money(customer.spent // customer.orders) if customer.orders else ""),
            ("last", teller.distance(customer.last_at)),
        ],
        "since": teller.moment(customer.since),
        "member": customer.member,
        "allows": {"email": customer.by_email, "phone": customer.by_phone},
        "ways": [("", shell.say("customers.way.choose"))]
        + [(way, shell.say(f"customers.way.{way}")) for way in writing.CHOSEN_WAYS],
        "note": note,
    }
    return found.screen("customer", context, problems)


def _read(look: Transaction, found: Opened) -> dict[str, Any]:
    customer, names = found.customer.id, people(look)
    bought = reading.orders_of(look, customer, _MOST_ORDERS + 1)
    emails, phones = reading.many(look, customer)
    return {
        "orders": [_bought(found, each) for each in bought[:_MOST_ORDERS]],
        "more_orders": len(bought) > _MOST_ORDERS,
        "cases": [_case(found, each) for each in reading.cases_of(look, customer)],
        "promotions": [
            {"name": _promotion(found, each.promotion), "order": each.order, "tail": each.tail, "state": each.state}
            for each in reading.promotions_of(look, customer)
        ],
        "friends": [
            {"name": _promotion(found, each.promotion), "code": each.code, "orders": each.orders}
            for each in reading.friends_of(look, customer)
        ],
        "addresses": [_address(each, whole=found.whole) for each in reading.addresses_of(look, customer)],
        "notes": [
            {
                "id": each.id,
                "text": each.text,
                "who": names.get(each.actor, each.name),
                "at": found.teller.moment(each.at),
            }
            for each in reading.notes_of(look, customer)
        ],
        "consents": [_consent(found, each, names) for each in reading.consents_of(look, customer)],
        "several": emails > 1 or phones > 1,
        "emails": emails,
        "phones": phones,
    }


def _bought(found: Opened, each: reading.Bought) -> dict[str, Any]:
    return {
        "number": each.number,
        "url": f"/console/orders/{each.number}",
        "state": shell.say(f"orders.state.{each.state}"),
        "tone": tones.tone(each.state),
        "at": found.teller.moment(each.placed_at),
        "total": found.teller.money(each.total, each.currency),
        "what": each.what,
        "pieces": each.pieces,
    }


def _case(found: Opened, each: reading.Case) -> dict[str, Any]:
    return {
        "number": each.number,
        "url": f"/console/cases/{each.number}",
        "kind": shell.say(f"orders.kind.{each.kind}"),
        "state": shell.say(f"orders.case.{each.state}"),
        "at": found.teller.moment(each.opened_at),
    }


def _consent(found: Opened, each: reading.Consent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "text": shell.say(f"customers.consent.{'given' if each.given else 'taken'}.{each.purpose}"),
        "note": shell.say(f"customers.way.{each.way}"),
        "who": found.teller.actor(each.actor, names),
        "at": found.teller.moment(each.at),
        "tone": "good" if each.given else "",
        "said": "",
    }


def _promotion(found: Opened, identity: str) -> str:
    """Return how a promotion is called; one that is no longer in shop.yaml stands as it is named there."""
    for each in found.here.release.terms.promotions:
        if each.id == identity:
            return each.name.get(found.teller.locale) or next(iter(each.name.values()), identity)
    return identity


def _address(address: Address, *, whole: bool) -> tuple[str, ...]:
    """Return the lines of an address, with its phone for those who see contacts whole."""
    return (*masking.place(address, whole=whole), *((address.phone,) if whole and address.phone else ()))
