"""From cart to order: the form, the review that commits to nothing, and the button that makes the contract.

What the buyer wrote travels signed from step to step, so that nothing personal is kept before there is an order.
"""

import msgspec
from flask import Blueprint, Response, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer
from wtforms import Form

from generator.views import PageView
from runtime import addresses, placing, pricing
from runtime.orders import CartLine, Placement
from runtime.placing import PriceChangedRefusal
from runtime.pricing import Item, Quote
from runtime.promotions import Applied
from runtime.refusals import Code, Refusal
from runtime.web import bill, cart, checkout_form, fields, legal, seen, wishes
from runtime.web.checkout_form import Asked, Reading
from runtime.web.failures import limit
from runtime.web.legal import Consent
from runtime.web.paying import pay
from runtime.web.visit import Visit, visit

blueprint = Blueprint("checkout", __name__)
_VALID = 6 * 60 * 60
"""Seconds for which a review may be confirmed."""
_OF_GROUPS = {Code.GROUP_FULL, Code.GROUP_OVER, Code.GROUP_OWN}
_AT_THE_FORM = {Code.ADDRESS_NOT_SERVED, Code.DELIVERY_UNKNOWN, Code.DELIVERY_NOT_FOR_PRODUCT}


@blueprint.get("/checkout")
def ask() -> Answer | Response:
    """Show the form, or the cart when there is nothing in it."""
    here = visit()
    items = _items(here)
    if items is None:
        return here.go(here.address("cart"))
    seen.note_deed(here, "checkout")
    asked = _ask(here, items, request.args.get("country", ""))
    return _form_page(here, asked, checkout_form.make(asked, here.say))


@blueprint.post("/checkout")
def review() -> Answer | Response:
    """Check the form; show it again with what is wrong, or the review."""
    limit("checkout")
    here = visit()
    items = _items(here)
    if items is None:
        return here.go(here.address("cart"))
    given = _returning(here) or request.form
    code = request.form.get("code", "").strip()
    problem = wishes.add_code(here, code) if code else ""
    asked = _ask(here, items, given.get("country", ""))
    form = checkout_form.make(asked, here.say, given)
    if problem or {"sealed", "change_country", "apply_code"} & set(request.form):
        return _form_page(here, asked, form, {"code": problem} if problem else {}, code if problem else "")
    reading = Reading(asked, form, here.say)
    placement = reading.placement(_lines(items), placing.new_key())
    if placement is None:
        return _form_page(here, asked, form, reading.mistakes)
    wish, touch = wishes.wish(here), wishes.touch(here)
    placement = msgspec.structs.replace(placement, codes=wish.codes, opens=wish.opens, joins=wish.joins, room=wish.room)
    placement = msgspec.structs.replace(placement, channel=cart.channel(here))
    link = wishes.link(here)
    placement = msgspec.structs.replace(placement, room_at=touch.at, pin=touch.pin, link=link.code, link_at=link.at)
    try:
        quote = placing.quote(here.till, placement, here.now)
    except Refusal as refusal:
        if refusal.code not in _AT_THE_FORM:
            raise
        return _form_page(here, asked, form, {"delivery": here.say("checkout.no_delivery")})
    return _review_page(here, msgspec.structs.replace(placement, expected_total=quote.total), items, quote)


@blueprint.post("/checkout/place")
def place() -> Answer | Response:
    """Place the order that was reviewed, and send the buyer to pay."""
    limit("checkout")
    here = visit()
    placement = _unseal(here, request.form.get("sealed", ""))
    if placement is None:
        return here.go(here.address("checkout"))
    items = placing.items(here.till, placement.lines, here.now)
    asked = legal.consents(here, items)
    given = tuple(consent.code for consent in asked if request.form.get(f"consent-{consent.code}"))
    placement = msgspec.structs.replace(placement, consents=given)
    if not legal.confirmed(placement, asked):
        quote = placing.quote(here.till, placement, here.now)
        return _review_page(here, placement, items, quote, status=422)
    try:
        placed = placing.place(here.till, placement, here.now)
    except PriceChangedRefusal as refusal:
        return _changed(here, placement, items, refusal)
    except Refusal as refusal:
        if refusal.code in _OF_GROUPS:
            wishes.group(here)
        raise
    cart.clear(here)
    wishes.done(here)
    return pay(here, placed.order)


def _changed(here: Visit, placement: Placement, items: tuple[Item, ...], refusal: PriceChangedRefusal) -> Response:
    """Show the review once more with the new price, under a new key: what was agreed to before is not charged."""
    message = here.say(
        "checkout.changed",
        before=bill.amount(here, placement.expected_total),
        after=bill.amount(here, refusal.quote.total),
    )
    fresh = msgspec.structs.replace(placement, key=placing.new_key(), expected_total=refusal.quote.total, consents=())
    return _review_page(here, fresh, items, refusal.quote, changed=message, status=409)


def _items(here: Visit) -> tuple[Item, ...] | None:
    """Return what is in the cart; None where something is in the way: the cart's page says what, line by line."""
    lines = cart.lines(here)
    try:
        return placing.items(here.till, lines, here.now) if lines else None
    except Refusal:
        return None


def _ask(here: Visit, items: tuple[Item, ...], country: str) -> Asked:
    return checkout_form.ask(here.terms, items, here.locale, country, wishes.circumstances(here, items))


def _lines(items: tuple[Item, ...]) -> tuple[CartLine, ...]:
    return tuple(CartLine(sku=item.variant.sku, quantity=item.quantity) for item in items)


def _serializer(here: Visit) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(here.shopfront.settings.secret, salt="checkout")


def _seal(here: Visit, placement: Placement) -> str:
    return str(_serializer(here).dumps(msgspec.json.encode(placement).decode()))


def _unseal(here: Visit, text: str) -> Placement | None:
    try:
        return msgspec.json.decode(_serializer(here).loads(text, max_age=_VALID), type=Placement)
    except (BadData, msgspec.MsgspecError):
        return None


def _returning(here: Visit) -> "MultiDict[str, str] | None":
    """Return the form's values again when the buyer goes back from the review to change them."""
    placement = _unseal(here, request.form.get("sealed", ""))
    if placement is None:
        return None
    address, contact = placement.address, placement.contact
    values = msgspec.structs.asdict(address.destination) | msgspec.structs.asdict(contact)
    values |= {"name": address.name, "street": address.street, "street2": address.street2}
    values |= {"delivery": placement.delivery, "gateway": placement.gateway, "remarks": placement.remarks}
    if placement.invoice:
        values |= {"invoice": "y", "invoice_title": placement.invoice.title}
        values["invoice_number"] = placement.invoice.tax_number
    return MultiDict(values)


def _form_page(
    here: Visit, asked: Asked, form: Form, mistakes: dict[str, str] | None = None, code: str = ""
) -> Response:
    quote = _first_quote(here, asked, form)
    applied = wishes.apply(here, list(asked.items)) if quote is None else Applied()
    rows = bill.rows(here, quote) if quote else bill.goods(here, asked.items, applied)
    return here.page(
        "checkout",
        PageView(kind="checkout", title=here.say("checkout.title"), index=False),
        {
            "action": here.address("checkout"),
            "groups": fields.groups(form, asked, here.say, mistakes or {}),
            "mistakes": [{"field": name, "text": text} for name, text in (mistakes or {}).items()],
            "country_changes": len(asked.countries) > 1,
            "divisions": "/api/v1/divisions/" if asked.country == "CN" else "",
            "lines": bill.lines(here, asked.items, quote, applied),
            "rows": rows,
            "hints": wishes.hints(here, quote.trace if quote else applied.trace),
            "codes": tuple(each.text for each in wishes.read(here).codes),
            "code": code,
            "code_problem": (mistakes or {}).get("code", ""),
        },
        status=422 if mistakes else 200,
    )


def _first_quote(here: Visit, asked: Asked, form: Form) -> Quote | None:
    """Price the goods with the chosen delivery method, if its fee hangs on the country alone."""
    chosen = str(form["delivery"].data or "") if "delivery" in form else ""
    known = {offer.method.id for offer in asked.offers if offer.fee is not None}
    if asked.needs_delivery and chosen not in known:
        return None
    found = wishes.circumstances(here, asked.items)
    return pricing.quote(here.terms, asked.items, pricing.Destination(country=asked.country), chosen, found)


def _review_page(
    here: Visit,
    placement: Placement,
    items: tuple[Item, ...],
    quote: Quote,
    *,
    changed: str = "",
    status: int = 200,
) -> Response:
    asked = legal.consents(here, items)
    missing = [consent for consent in asked if consent.code not in placement.consents] if status == 422 else []  # noqa: PLR2004
    return here.page(
        "review",
        PageView(kind="checkout", title=here.say("checkout.review.title"), index=False),
        {
            "action": here.address("checkout") + "/place",
            "back": here.address("checkout"),
            "sealed": _seal(here, msgspec.structs.replace(placement, consents=(), quoted_at=int(here.now.timestamp()))),
            "lines": bill.lines(here, items, quote),
            "rows": bill.rows(here, quote),
            "hints": wishes.hints(here, quote.trace),
            "why": bill.reasons(here, quote),
            "blocks": _blocks(here, placement),
            "consents": [_consent(consent, placement, missing, here) for consent in asked],
            "notices": [
                {"text": each.text, "link": each.link, "link_text": each.link_text}
                for each in legal.notices(here, quote)
            ],
            "button": legal.button(here, quote, placement.gateway),
            "changed": changed,
            "mistakes": [
                {"field": f"consent-{each.code}", "text": here.say("checkout.mistake.consent")} for each in missing
            ],
        },
        status=status,
    )


def _consent(consent: Consent, placement: Placement, missing: list[Consent], here: Visit) -> dict[str, object]:
    text = escape(consent.text)
    if consent.link:
        link = Markup('<a href="{}" target="_blank">{}</a>').format(consent.link, consent.link_text)
        text = text.replace("\0", link)
    return {
        "name": f"consent-{consent.code}",
        "text": text,
        "checked": consent.code in placement.consents,
        "error": here.say("checkout.mistake.consent") if consent in missing else "",
    }


def _blocks(here: Visit, placement: Placement) -> list[dict[str, object]]:
    """Return what the buyer said, to be looked through: contact, address, delivery, payment, the rest."""
    contact = placement.contact
    method = next((each for each in here.terms.delivery if each.id == placement.delivery), None)
    gateway = next(each for each in here.terms.payment if each.gateway == placement.gateway)
    written = addresses.lines(placement.address) if placement.address.street else (placement.address.name,)
    found: list[tuple[str, tuple[str, ...]]] = [("contact", (contact.email, contact.phone))]
    if method is not None:
        place = method.place[here.locale] if method.place else ""
        found += [("deliver_to", written), ("delivery", (method.name[here.locale], place))]
    label = gateway.name[here.locale] if gateway.name else here.say(f"payment.{gateway.gateway}")
    found.append(("payment", (label,)))
    if placement.remarks:
        found.append(("remarks", (placement.remarks,)))
    if placement.invoice:
        found.append(("invoice", (placement.invoice.title, placement.invoice.tax_number)))
    return [
        {"title": here.say(f"checkout.review.{key}"), "lines": [line for line in texts if line]} for key, texts in found
    ]
