"""A form's fields as templates want them: in groups, with hints, choices in words and what is wrong."""

from typing import Any

import msgspec
from wtforms import BooleanField, Field, Form, RadioField, SelectField, TextAreaField

from generator import money
from generator.display.phrases import shipping
from generator.shop import DeliveryKind, DeliveryMethod
from runtime.web.checkout_form import Ask, Asked, Say

_CONTACT = ("email", "phone")
_MORE = ("remarks", "invoice", "invoice_title", "invoice_number")
_HINTED = {"rehearsal", "transfer", "cash_on_delivery", "wechatpay", "alipay", "stripe"}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a field; ``note`` explains it and ``amount`` says what it costs."""

    value: str
    label: str
    checked: bool
    note: str = ""
    amount: str = ""
    by_hand: bool = False
    """True for a way of delivery that needs no address."""
    disabled: bool = False


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One field: ``kind`` is text, textarea, select, radio or checkbox."""

    kind: str
    name: str
    label: str
    value: str
    required: bool
    hint: str
    error: str
    attributes: dict[str, Any]
    choices: tuple[Choice, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Fields under one heading."""

    name: str
    title: str
    fields: tuple[FieldView, ...]


def groups(form: Form, asked: Asked, say: Say, mistakes: dict[str, str]) -> tuple[Group, ...]:
    """Return the fields of the checkout form in the order in which they are asked."""
    named: dict[str, Field] = {field.name: field for field in form}
    rest = [name for name in named if name not in {*_CONTACT, *_MORE, "delivery", "gateway"}]
    parts = {
        "contact": [name for name in _CONTACT if name in named],
        "delivery": [name for name in ("delivery",) if name in named],
        "address": rest,
        "payment": ["gateway"],
        "more": [name for name in _MORE if name in named],
    }
    return tuple(
        Group(
            name=part,
            title=say(f"checkout.{part}"),
            fields=tuple(_field(named[name], asked, say, mistakes.get(name, "")) for name in names),
        )
        for part, names in parts.items()
        if names
    )


def _field(field: Field, asked: Asked, say: Say, error: str) -> FieldView:
    kinds = {RadioField: "radio", SelectField: "select", TextAreaField: "textarea", BooleanField: "checkbox"}
    kind = next((name for type_, name in kinds.items() if type(field) is type_), "text")
    hinted = field.name in {"email", "phone", "remarks"}
    return FieldView(
        kind=kind,
        name=field.name,
        label=field.label.text,
        value="y" if kind == "checkbox" and field.data else str(field.data or ""),
        required=_is_required(field.name, asked),
        hint=say(f"checkout.hint.{field.name}") if hinted else "",
        error=error,
        attributes=dict(field.render_kw or {}),
        choices=_choices(field, asked, say) if isinstance(field, RadioField | SelectField) else (),
    )


def _is_required(name: str, asked: Asked) -> bool:
    if name in {"email", "phone"}:
        return asked.requires(name) == "required"
    return name not in {"street2", "remarks", "invoice", "invoice_title", "invoice_number"} and not (
        name == "postcode" and asked.country == "CN"
    )


def _choices(field: RadioField | SelectField, asked: Asked, say: Say) -> tuple[Choice, ...]:
    methods = {offer.method.id: offer for offer in asked.offers}
    found = []
    choices: list[Any] = list(field.choices or ())
    for choice in choices:
        value, label = str(choice.value), str(choice.label)
        note, amount, by_hand = "", "", False
        if field.name == "gateway":
            note = say(f"payment.hint.{value}") if value in _HINTED else ""
        elif field.name == "delivery" and value in methods:
            offer = methods[value]
            note, by_hand = _delivery_note(offer.method, asked), offer.method.kind is DeliveryKind.PICKUP
            amount = _fee(offer, asked, say)
        checked = str(field.data or "") == value
        closed = bool((choice.render_kw or {}).get("disabled"))
        found.append(
            Choice(
                value=value, label=label, checked=checked, note=note, amount=amount, by_hand=by_hand, disabled=closed
            )
        )
    return tuple(found)


def _fee(offer: Ask, asked: Asked, say: Say) -> str:
    """Say what a way of delivery costs as far as that is known before the address."""
    if offer.method.rates is None:
        return say("checkout.fee_free")
    if offer.fee is None:
        return say("checkout.fee_later")
    return say("checkout.fee_from", fee=money.text(offer.fee, asked.terms.currency, asked.locale))


def _delivery_note(method: DeliveryMethod, asked: Asked) -> str:
    """Say where and when; with pre-ordered goods among them, their lines say when these leave."""
    texts = [text[asked.locale] for text in (method.place, method.hours) if text]
    if method.ships_within and all(item.product.preorder_seconds is None for item in asked.items):
        collected = method.kind is DeliveryKind.PICKUP
        texts.insert(0, shipping(method.ships_within, asked.locale, collected=collected))
    return " · ".join(texts)
