"""The buyer's side of an order: its page behind an address nobody can guess, look-up, paying, cancelling."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_time
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator.shop import DeliveryKind
from generator.theming import wording
from generator.views import PageView
from runtime import addresses, carriers, groups, orders, payments
from runtime.gateways import Instructions, Kind
from runtime.orders import HistoryRow, Order, State
from runtime.refusals import Code, Refusal
from runtime.web import address_page, bill, case_page, known_buyer, paper_page, paying, placed, sharing
from runtime.web.failures import limit
from runtime.web.paying import pay
from runtime.web.visit import Visit, visit

blueprint = Blueprint("order_pages", __name__)
lookup = Blueprint("lookup", __name__)
_TONES = {State.PENDING_PAYMENT: "warning", State.CLOSING: "warning", State.CANCELLED: "muted", State.RETURNED: "muted"}


@blueprint.get("/orders/<token>")
def show(token: str) -> Response:
    """Show an order; while its payment is open the gateway is asked, so that the page never waits for a notice."""
    here, order = placed.get(token)
    problem = False
    if order.state is State.PENDING_PAYMENT:
        order = payments.refresh(here.till, order, here.now)
        problem = request.args.get("payment") == "failed" or payments.failed(here.till, order)
    known_buyer.remember(here, order)
    return _page(here, order, problem=problem)


@blueprint.post("/orders/<token>/pay")
def pay_again(token: str) -> Answer:
    """Go to the gateway for an order that is not paid yet."""
    return pay(*placed.get(token))


@blueprint.post("/orders/<token>/cancel")
def cancel(token: str) -> Answer:
    """Cancel an order that is not paid yet: the buyer's wish, by the same path as its expiry."""
    here, order = placed.get(token)
    if order.state is not State.PENDING_PAYMENT:
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event="cancel")
    payments.cancel(here.till, order.number, actor="buyer", now=here.now)
    return here.go(f"/orders/{token}")


@blueprint.post("/orders/<token>/receive")
def receive(token: str) -> Answer:
    """Note that the buyer has the goods; what is owed at the door is the carrier's to say."""
    here, order = placed.get(token)
    if order.paid < order.total:
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event="receive")
    orders.receive(here.shopfront.database, order.number, actor="buyer", now=here.now)
    return here.go(f"/orders/{token}")


@lookup.get("/orders/lookup")
def ask() -> Response:
    """Show the form that finds an order."""
    return _lookup_page(visit())


@lookup.post("/orders/lookup")
def find() -> Answer | Response:
    """Find an order by its number and a contact; both wrong or one wrong is answered alike."""
    limit("lookup")
    here = visit()
    number, contact = request.form.get("number", "")[:40], request.form.get("contact", "")[:200]
    found = orders.look_up(here.shopfront.database, number, contact)
    if found is None:
        return _lookup_page(here, number, contact, status=404)
    return here.go(f"/orders/{found.token}")


def _lookup_page(here: Visit, number: str = "", contact: str = "", *, status: int = 200) -> Response:
    return here.page(
        "lookup",
        PageView(kind="lookup", title=here.say("lookup.title"), index=False),
        {
            "action": here.address("lookup"),
            "number": number,
            "contact": contact,
            "error": "" if status == 200 else here.say("lookup.unknown"),  # noqa: PLR2004
        },
        status=status,
    )


def _page(here: Visit, order: Order, *, problem: bool) -> Response:
    pending = order.state is State.PENDING_PAYMENT
    gateway = here.shopfront.gateways(here.release).get(order.gateway)
    kind = gateway.kind if gateway else Kind.ONLINE
    instructions = _instructions(here, order) if pending and kind is Kind.TRANSFER else None
    code = paying.find_code(here, order) if pending and kind is Kind.ONLINE else None
    group = sharing.find_group(here, order)
    told = _told(order, group)
    lead = "pending_transfer" if instructions else "pending_code" if code else told
    return here.page(
        "order",
        PageView(kind="order", title=here.say("order.title", number=order.number), index=False),
        {
            "number": order.number,
            "state": here.say(f"order.state.{order.state if told == 'paid_group' else told}"),
            "tone": _TONES.get(order.state, "success"),
            "lead": here.say(f"order.lead.{lead}", until=_moment(here, order.expires_at)),
            "placed": here.say("order.placed", date=_moment(here, order.placed_at)),
            "problem": here.say("order.problem") if problem and pending else "",
            "lines": bill.order_lines(here, order),
            "rows": bill.rows(here, order.quote),
            "blocks": _blocks(here, order),
            "parcels": _parcels(here, order),
            "cases": case_page.summaries(here, order),
            "instructions": instructions,
            "code": code,
            "refresh": paying.REFRESH if code else 0,
            "actions": _actions(here, order, kind, coded=code is not None),
            "group": group,
            "referral": sharing.find_referral(here, order),
            "why": bill.reasons(here, order.quote),
            "history": [
                {"text": here.say(f"order.event.{row.event}"), "note": _note(row), "at": _moment(here, row.at)}
                for row in orders.history(here.shopfront.database, order)
            ],
        },
    )


def _moment(here: Visit, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local, locale = moment.astimezone(ZoneInfo(here.terms.timezone)), wording.culture(here.locale)
    return f"{format_date(local, 'medium', locale)} {format_time(local, 'short', locale=locale)}"


def _told(order: Order, group: sharing.GroupView | None) -> str:
    """Return which words tell how an order stands: what is collected is never on its way, and a group is waited for."""
    if order.state is State.SHIPPED and order.delivery.kind is DeliveryKind.PICKUP:
        return "shipped_pickup"
    if order.state is State.PAID and group is not None and group.state == groups.State.OPEN:
        return "paid_group"
    return str(order.state)


def _note(row: HistoryRow) -> str:
    """Return what the merchant wrote for the buyer; numbers of banks and carriers are for the books or stand above."""
    return row.note if row.event is orders.Event.CHANGE else ""


def _actions(here: Visit, order: Order, kind: Kind, *, coded: bool = False) -> list[dict[str, object]]:
    """Return what the buyer can do now: forms with one button each, the most wanted first."""
    address, found = f"/orders/{order.token}", []
    if order.state is State.PENDING_PAYMENT:
        if coded:
            found.append({"url": address, "label": here.say("order.check_payment"), "link": True})
        elif kind is Kind.ONLINE:
            found.append({"url": f"{address}/pay", "label": here.say("order.pay_now"), "primary": True})
        found.append({"url": f"{address}/cancel", "label": here.say("order.cancel"), "primary": False})
    if order.state is State.SHIPPED and order.paid >= order.total:
        found.append({"url": f"{address}/receive", "label": here.say("order.receive"), "primary": True})
    if paper_page.has_paper(order):
        found.append({"url": f"{address}/invoice.pdf", "label": here.say("order.invoice"), "link": True})
    if address_page.changeable(order):
        found.append({"url": f"{address}/address", "label": here.say("order.change_address"), "link": True})
    return [*found, *case_page.links(here, order)]


def _instructions(here: Visit, order: Order) -> dict[str, object] | None:
    payment = payments.start(here.till, order, order.gateway, here.base, here.now)
    told: Instructions | None = payment.instructions
    if told is None:
        return None
    return {
        "amount": bill.amount(here, payment.amount),
        "account": told.account,
        "reference": told.reference,
        "text": told.text,
        "picture": here.renderer.stages[here.locale].frame.payment_pictures.get(told.picture),
    }


class ParcelView(msgspec.Struct, frozen=True, kw_only=True):
    """What left together, in words; without ``at`` it is what is still here."""

    title: str
    lines: list[str]
    at: str = ""
    carrier: str = ""
    tracking: str = ""
    link: str = ""


def _parcels(here: Visit, order: Order) -> list[ParcelView]:
    """Return what has left, parcel by parcel, and what is still here when something has left."""
    found = [
        ParcelView(
            title=here.say("order.parcel", number=number),
            lines=_contents(order, parcel.quantities),
            at=here.say("order.shipped_on", date=_moment(here, parcel.shipped_at)),
            carrier=carriers.name(parcel.carrier, here.locale),
            tracking=parcel.tracking,
            link=carriers.link(parcel.carrier, parcel.tracking),
        )
        for number, parcel in enumerate(order.parcels, start=1)
    ]
    if found and order.unshipped:
        found.append(ParcelView(title=here.say("order.still_here"), lines=_contents(order, order.unshipped)))
    return found


def _contents(order: Order, quantities: dict[int, int]) -> list[str]:
    lines = [(order.lines[position], quantity) for position, quantity in quantities.items()]
    return [f"{quantity} × {line.title}{f' ({line.label})' if line.label else ''}" for line, quantity in lines]


def _blocks(here: Visit, order: Order) -> list[dict[str, object]]:
    delivery = order.delivery
    texts: list[tuple[str, tuple[str, ...]]] = [("contact", (order.contact.email, order.contact.phone))]
    if delivery.method:
        written = addresses.lines(order.address) if order.address.street else (order.address.name,)
        place = delivery.place[here.locale] if delivery.place else ""
        hours = delivery.hours[here.locale] if delivery.hours else ""
        texts += [("deliver_to", written), ("delivery", (delivery.name.get(here.locale, ""), place, hours))]
    method = next((each for each in here.terms.payment if each.gateway == order.gateway), None)
    label = method.name[here.locale] if method and method.name else here.say(f"payment.{order.gateway}")
    texts.append(("payment", (label,)))
    texts.append(("remarks", (order.remarks,)))
    if order.invoice:
        texts.append(("invoice", (order.invoice.title, order.invoice.tax_number)))
    found: list[dict[str, object]] = [
        {"title": here.say(f"checkout.review.{key}"), "lines": [line for line in lines if line]} for key, lines in texts
    ]
    return [block for block in found if block["lines"]]
