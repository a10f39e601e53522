"""Where an order goes, changed by its buyer before it has left."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator.views import PageView
from runtime import addresses, amending
from runtime.addresses import Mistake
from runtime.orders import Event, Order, State
from runtime.refusals import Code, Refusal
from runtime.web import checkout_form, placed
from runtime.web.failures import limit
from runtime.web.fields import Choice, FieldView
from runtime.web.visit import Visit

blueprint = Blueprint("address_page", __name__)
_AT_THE_FORM = {Code.ADDRESS_NOT_SERVED, Code.ADDRESS_CHANGES_PRICE}


def changeable(order: Order) -> bool:
    """Return whether an order still lies here and goes to an address."""
    return bool(order.address.street) and order.state in {State.PENDING_PAYMENT, State.CONFIRMED, State.PAID}


@blueprint.get("/orders/<token>/address")
def ask(token: str) -> Response:
    """Show the address as it is, to be changed."""
    here, order = placed.get(token)
    _check(order)
    return _page(here, order, addresses.values(order.address), {})


@blueprint.post("/orders/<token>/address")
def change(token: str) -> Answer | Response:
    """Write another address, or say what is wrong with it."""
    limit("checkout")
    here, order = placed.get(token)
    _check(order)
    country = order.address.destination.country
    values = {name: request.form.get(name, "")[:400] for name in addresses.rules(country).fields}
    address, mistakes = addresses.read(country, values)
    if mistakes:
        return _page(here, order, values, {each.field: _say(here, country, each) for each in mistakes})
    try:
        amending.change_address(here.till, order.number, address, actor="buyer", now=here.now)
    except Refusal as refusal:
        if refusal.code not in _AT_THE_FORM:
            raise
        first = addresses.rules(country).fields[0]
        return _page(here, order, values, {first: here.refusal(refusal)})
    return here.go(f"/orders/{token}")


def _check(order: Order) -> None:
    if not changeable(order):
        raise Refusal(Code.ORDER_NOT_ALLOWED, number=order.number, state=order.state, event=Event.CHANGE)


def _page(here: Visit, order: Order, values: dict[str, str], mistakes: dict[str, str]) -> Response:
    country = order.address.destination.country
    return here.page(
        "address",
        PageView(kind="order", title=here.say("order.change_address"), index=False),
        {
            "action": f"/orders/{order.token}/address",
            "back": f"/orders/{order.token}",
            "fields": _fields(here, country, values, mistakes),
            "mistakes": [{"field": name, "text": text} for name, text in mistakes.items()],
            "divisions": "/api/v1/divisions/" if country == "CN" else "",
        },
        status=422 if mistakes else 200,
    )


def _fields(here: Visit, country: str, values: dict[str, str], mistakes: dict[str, str]) -> list[FieldView]:
    rules = addresses.rules(country)
    return [
        FieldView(
            kind="select" if name == "region" and rules.choices else "text",
            name=name,
            label=_label(here, country, name),
            value=values.get(name, ""),
            required=name in rules.required,
            hint="",
            error=mistakes.get(name, ""),
            attributes=dict(checkout_form.attributes(name)),
            choices=tuple(
                Choice(value=value, label=label, checked=value == values.get(name)) for value, label in rules.choices
            )
            if name == "region"
            else (),
        )
        for name in rules.fields
    ]


def _label(here: Visit, country: str, name: str) -> str:
    return here.say(f"checkout.field.{addresses.rules(country).region_kind if name == 'region' else name}")


def _say(here: Visit, country: str, mistake: Mistake) -> str:
    reason = f"{mistake.reason}_nearest" if mistake.suggestion else mistake.reason
    label = _label(here, country, mistake.field)
    return here.say(f"checkout.mistake.{reason}", field=label, nearest=mistake.suggestion, limit=addresses.LIMIT)
