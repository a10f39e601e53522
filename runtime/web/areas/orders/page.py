"""The page of an order: what comes next, what was bought, the money, the buyer, and what happened."""

from importlib.util import find_spec
from typing import Any

import msgspec
from flask import Blueprint, Response

from runtime import carriers, documents, findings, groups, words
from runtime.aftersale import Case
from runtime.aftersale import State as CaseState
from runtime.clientele import masking
from runtime.orders import Order
from runtime.refunds import Refund
from runtime.refunds import State as RefundState
from runtime.transaction import Transaction
from runtime.web.areas import shell
from runtime.web.areas.orders import opened, story, tones
from runtime.web.areas.orders.opened import HOME, Opened
from runtime.web.areas.orders.story import Records
from runtime.web.areas.telling import Teller, people
from runtime.worklist import notes

blueprint = Blueprint("console_order", __name__)
_OURS = frozenset({CaseState.ASKED, CaseState.SENT_BACK, CaseState.TO_REPLACE})


@blueprint.get(f"{HOME}/<number>")
@shell.guarded
def show(number: str) -> Response:
    """Show an order."""
    return view(opened.get(number))


def view(found: Opened, problems: dict[str, str] | None = None, note: str = "") -> Response:
    """Return the page of an order, with what stands in the way of a form on it."""
    order, teller = found.order, found.teller
    context = found.here.database.read(lambda look: _read(look, found))
    pictures = teller.pictures(line.product for line in order.lines)
    context |= {
        "state": {"text": shell.say(f"orders.state.{order.state}"), "tone": tones.tone(order.state)},
        "placed": teller.moment(order.placed_at),
        "expires": teller.distance(order.expires_at) if order.expires_at and found.deeds.price else "",
        "lines": [_line(teller, order, place, pictures) for place in range(len(order.lines))],
        "parcels": [_parcel(teller, order, place) for place in range(len(order.parcels))],
        "unshipped": sum(order.unshipped.values()),
        "sums_": _sums(teller, order),
        "paid_text": teller.money(order.paid, order.currency),
        "refunded": teller.money(-order.refunded, order.currency) if order.refunded else "",
        "token": order.token if found.whole else "",
        "papers": find_spec("fpdf") is not None,
        "left": teller.money(order.paid - order.refunded - order.disputed, order.currency),
        "paid": order.paid,
        "reasons": [words.step(step, order.currency, teller.locale, teller.zone.key) for step in order.quote.trace],
        "buyer": _buyer(found),
        "delivery": _delivery(teller, order),
        "note": note,
        "here": found.url,
    }
    return found.screen("orders/order.html", f"{shell.say('orders.order')} {order.number}", context, problems)


def _read(look: Transaction, found: Opened) -> dict[str, Any]:
    order, teller = found.order, found.teller
    records = story.read(look, order, tuple(notes.of_order(look, order.id)), people(look))
    row = look.find(
        "SELECT COUNT(*), MIN(placed_at) FROM orders WHERE state <> 'cancelled' "
        "AND ((email <> '' AND email = ?) OR (phone <> '' AND phone = (SELECT phone FROM orders WHERE id = ?)))",
        order.contact.email.casefold(),
        order.id,
    )
    room = look.find("SELECT room FROM orders WHERE id = ?", order.id)
    return {
        "story": story.tell(look, teller, records),
        "cases": [_case(found, each) for each in records.cases],
        "refunds": [_refund(found, each) for each in records.refunds],
        "payments": _payments(teller, records),
        "findings": [
            {
                "amount": teller.money(each.amount, each.currency),
                "text": teller.known(f"finding.{each.kind}"),
            }
            for each in findings.unsettled(look, order.id)
        ],
        "waits": groups.waits(look, order.id),
        "orders_before": (int(row[0]) if row else 1) - 1,
        "room": room[0] if room else "",
        "invoice": documents.find(look, order.id, documents.PaperKind.INVOICE),
    }


def _line(teller: Teller, order: Order, place: int, pictures: dict[str, str]) -> dict[str, Any]:
    line = order.lines[place]
    return {
        "title": line.title,
        "label": line.label,
        "sku": line.sku,
        "quantity": line.quantity,
        "picture": pictures.get(line.product, ""),
        "url": f"/console/products/{line.product}" if line.product in pictures else "",
        "unit": teller.money(line.unit_price, order.currency),
        "before": teller.money(line.unit_price * line.quantity, order.currency) if line.discount else "",
        "total": teller.money(line.amount, order.currency),
        "here": order.unshipped.get(place, 0),
        "refunded": order.paid_back.get(place, 0),
    }


def _parcel(teller: Teller, order: Order, place: int) -> dict[str, Any]:
    parcel = order.parcels[place]
    return {
        "number": place + 1,
        "carrier": carriers.name(parcel.carrier, teller.locale),
        "tracking": parcel.tracking,
        "link": carriers.link(parcel.carrier, parcel.tracking),
        "at": teller.moment(parcel.shipped_at),
        "content": [
            f"{quantity} × {order.lines[at].title}{f' · {order.lines[at].label}' if order.lines[at].label else ''}"
            for at, quantity in parcel.quantities.items()
        ],
    }


def _sums(teller: Teller, order: Order) -> list[tuple[str, str]]:
    quote, locale = order.quote, teller.locale

    def text(value: int) -> str:
        return teller.money(value, order.currency)

    rows = [(shell.say("orders.sum.goods"), text(quote.goods))]
    for each in quote.discounts:
        if each.amount:
            name = each.name.get(locale) or next(iter(each.name.values()), "") or shell.say("orders.sum.by_hand")
            rows.append((name, text(-each.amount)))
    if quote.method:
        rows.append((shell.say("orders.sum.delivery"), text(quote.delivery)))
    if quote.tax and not quote.tax_included:
        rows.append((shell.say("orders.sum.tax"), text(quote.tax)))
    return [*rows, (shell.say("orders.sum.total"), text(order.total))]


def _payments(teller: Teller, records: Records) -> list[dict[str, Any]]:
    return [
        {
            "gateway": teller.gateway(each.gateway),
            "reference": each.receipt or each.reference,
            "amount": teller.money(each.amount, each.currency),
            "state": teller.say(f"orders.payment.{each.state}"),
            "tone": "good" if each.receipt else "",
        }
        for each in records.payments
    ]


def _case(found: Opened, case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "url": f"/console/cases/{case.number}",
        "kind": shell.say(f"orders.kind.{case.kind}"),
        "reason": found.teller.known(f"reason.{case.reason}") if case.reason else "",
        "state": shell.say(f"orders.case.{case.state}"),
        "tone": tones.case_tone(case.state),
        "due": found.teller.distance(case.due_at) if case.due_at else "",
        "ours": case.state in _OURS,
    }


def _refund(found: Opened, refund: Refund) -> dict[str, Any]:
    by_hand = refund.by_hand and refund.state is RefundState.REQUESTED
    word = "by_hand" if by_hand else str(refund.state)
    return {
        "number": refund.number,
        "amount": found.teller.money(refund.amount, refund.currency),
        "state": shell.say(f"orders.refund.{word}"),
        "tone": "warn" if by_hand else tones.refund_tone(refund.state),
        "at": found.teller.moment(refund.created_at),
        "by_hand": by_hand,
        "stuck": refund.state is RefundState.STUCK,
    }


def _buyer(found: Opened) -> dict[str, Any]:
    order, whole = found.order, found.whole
    contacts = masking.contacts(order.contact.email, order.contact.phone, whole=whole)
    invoice = order.invoice
    if invoice and not whole:
        invoice = msgspec.structs.replace(invoice, email=masking.email(invoice.email))
    return {
        "name": order.contact.name or order.address.name,
        "whole": whole,
        "email": contacts.email,
        "phone": contacts.phone,
        "address": masking.place(order.address, whole=whole) if order.address.street else (),
        "to_phone": order.address.phone if whole else masking.phone(order.address.phone),
        "country": order.address.destination.country,
        "remarks": order.remarks,
        "invoice": invoice,
        "locale": order.locale,
    }


def _delivery(teller: Teller, order: Order) -> dict[str, str]:
    def text(given: dict[str, str] | None) -> str:
        return (given or {}).get(teller.locale) or next(iter((given or {}).values()), "")

    return {"name": text(order.delivery.name), "place": text(order.delivery.place)}
