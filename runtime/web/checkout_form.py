"""The checkout form: contact, delivery, address and payment on one page, in the words and order of the country."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from generator.shop import DeliveryKind, DeliveryMethod, Terms
from generator.theming import wording
from runtime import addresses, pricing
from runtime.orders import Address, CartLine, Contact, Invoice, Placement
from runtime.pricing import Destination, Item
from runtime.promotions import NOTHING, Circumstances

Say = Callable[..., str]
"""Words of the theme in the buyer's language: ``say("checkout.field.email")``."""

REMARKS_LIMIT = 500
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_CHINESE_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4}")
_PHONE = re.compile(r"\+?\d{6,15}")
_LONGEST_TAX_NUMBER = 20
_TAX_NUMBER = re.compile(r"[0-9A-HJ-NPQRTUWXY]{15}|[0-9A-HJ-NPQRTUWXY]{17,20}")
_AUTOCOMPLETE = {
    "email": "email", "phone": "tel", "country": "country", "name": "name", "street": "address-line1",
    "street2": "address-line2", "city": "address-level2", "district": "address-level3", "region": "address-level1",
    "postcode": "postal-code",
}  # fmt: skip


_classes: dict[tuple[object, ...], tuple[Terms, type[Form]]] = {}
"""Forms made before, by what they ask; the terms beside each tell those of another release apart."""
_MOST_CLASSES = 256


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery method to choose; ``fee`` is None while it hangs on more than the country."""

    method: DeliveryMethod
    fee: int | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a form for these goods asks: countries served, the one chosen, and the ways of delivery."""

    terms: Terms
    items: tuple[Item, ...]
    locale: str
    country: str
    countries: tuple[str, ...]
    offers: tuple[Ask, ...]

    @property
    def needs_delivery(self) -> bool:
        """Tell whether anything in the cart has to reach the buyer."""
        return pricing.needs_delivery(self.items)

    def requires(self, field: str) -> str:
        """Return required, optional or hidden for a contact field: the shop's wish, else the custom of its country."""
        chinese = self.terms.country == "CN"
        usual = {"phone": "required" if chinese else "optional", "email": "optional" if chinese else "required"}
        usual["remark"] = "optional"
        return self.terms.checkout.fields.get(field, usual.get(field, "hidden"))


def served(terms: Terms) -> tuple[str, ...]:
    """Return the countries that any delivery method names, the shop's own first."""
    named = {
        region[:2]
        for method in terms.delivery
        for zone in (method.rates.zones if method.rates else ())
        for region in zone.regions
        if re.fullmatch(r"[A-Z]{2}(-.+)?", region)
    }
    return (terms.country, *sorted(named - {terms.country}))


def ask(
    terms: Terms, items: Sequence[Item], locale: str, country: str, circumstances: Circumstances = NOTHING
) -> Asked:
    """Find out what to ask a buyer with this cart; an unknown country becomes the shop's own."""
    countries = served(terms)
    chosen = country if country in countries else terms.country
    offers = _offers(terms, items, chosen, circumstances)
    return Asked(terms=terms, items=tuple(items), locale=locale, country=chosen, countries=countries, offers=offers)


def _offers(terms: Terms, items: Sequence[Item], country: str, circumstances: Circumstances) -> tuple[Ask, ...]:
    """Offer every method that carries the goods; whether it serves the very address is decided when that is known."""
    found = pricing.offers(terms, items, Destination(country=country), circumstances)
    fees = {offer.method.id: offer.fee for offer in found}
    abroad = country != terms.country
    return tuple(
        Ask(method=method, fee=fees.get(method.id))
        for method in terms.delivery
        if method.id in fees
        or (method.kind is not DeliveryKind.DIGITAL and method.rates and not abroad and _carried(method, items))
    )


def _carried(method: DeliveryMethod, items: Sequence[Item]) -> bool:
    return all(not item.product.delivery or method.id in item.product.delivery for item in items)


def make(asked: Asked, say: Say, given: "MultiDict[str, str] | None" = None) -> Form:
    """Make the form, filled with what was given; its fields stand in the order in which they are asked."""
    key = (
        id(asked.terms),
        asked.locale,
        asked.country,
        asked.needs_delivery,
        *(each.method.id for each in asked.offers),
    )
    found = _classes.get(key)
    if found is None or found[0] is not asked.terms:
        if len(_classes) >= _MOST_CLASSES:
            _classes.clear()
        found = _classes[key] = (asked.terms, _make_class(asked, say))
    return found[1](given)


def _make_class(asked: Asked, say: Say) -> type[Form]:
    fields: dict[str, Field] = {}
    for name in ("email", "phone"):
        if asked.requires(name) != "hidden":
            fields[name] = StringField(say(f"checkout.field.{name}"), render_kw=attributes(name))
    if asked.needs_delivery:
        fields |= _delivery_fields(asked, say)
    choices = [
        (method.gateway, _payment_label(method.name, method.gateway, asked.locale, say))
        for method in asked.terms.payment
    ]
    default = choices[0][0] if choices else None
    fields["gateway"] = RadioField(say("checkout.payment"), choices=_listed(choices), default=default)
    if asked.requires("remark") != "hidden":
        fields["remarks"] = TextAreaField(
            say("checkout.field.remarks"), render_kw={"maxlength": REMARKS_LIMIT, "rows": 3}
        )
    if asked.terms.checkout.invoice:
        fields["invoice"] = BooleanField(say("checkout.field.invoice"))
        for name, longest in _invoice_lengths(asked).items():
            fields[name] = StringField(say(f"checkout.field.{name}"), render_kw={"maxlength": longest})
    return type("CheckoutForm", (Form,), fields)


def _delivery_fields(asked: Asked, say: Say) -> dict[str, Field]:
    methods = [(offer.method.id, offer.method.name[asked.locale]) for offer in asked.offers]
    fields: dict[str, Field] = {
        "delivery": RadioField(
            say("checkout.delivery"), choices=_listed(methods), default=methods[0][0] if methods else None
        )
    }
    if any(offer.method.kind in {DeliveryKind.COURIER, DeliveryKind.LOCAL} for offer in asked.offers):
        names = wording.culture(asked.locale).territories
        if len(asked.countries) > 1:
            options = [(code, names.get(code, code)) for code in asked.countries]
            fields["country"] = SelectField(
                say("checkout.field.country"),
                choices=_listed(options),
                default=asked.country,
                render_kw=attributes("country"),
            )
        fields |= _address_fields(asked, say)
    else:
        fields["name"] = StringField(say("checkout.field.name"), render_kw=attributes("name"))
    return fields


def _invoice_lengths(asked: Asked) -> dict[str, int]:
    return {
        "invoice_title": addresses.LIMIT,
        "invoice_number": _LONGEST_TAX_NUMBER if asked.terms.country == "CN" else addresses.LIMIT,
    }


def _address_fields(asked: Asked, say: Say) -> dict[str, Field]:
    rules = addresses.rules(asked.country)
    fields: dict[str, Field] = {}
    for name in rules.fields:
        label = say(f"checkout.field.{rules.region_kind}" if name == "region" else f"checkout.field.{name}")
        if name == "region" and rules.choices:
            choices = [SelectChoice("", say("checkout.choose")), *_regions(asked, rules.choices, say)]
            fields[name] = SelectField(label, choices=choices, render_kw=attributes(name), validate_choice=False)
        else:
            keys = {"inputmode": "numeric"} if name == "postcode" and rules.example.isdigit() else {}
            fields[name] = StringField(label, render_kw=attributes(name) | keys)
    return fields


def _regions(asked: Asked, choices: Sequence[tuple[str, str]], say: Say) -> list[Any]:
    """Offer the regions that a parcel can go to; the others stay in sight, so that nobody looks for theirs in vain."""
    methods = [each.method for each in asked.offers if each.method.kind in {DeliveryKind.COURIER, DeliveryKind.LOCAL}]
    rates = [each.rates for each in methods if each.rates is not None]
    everywhere = len(rates) < len(methods)
    return [
        SelectChoice(value, label)
        if everywhere or any(addresses.reached(each, asked.country, value) for each in rates)
        else SelectChoice(value, say("checkout.not_served", region=label), render_kw={"disabled": True})
        for value, label in choices
    ]


def _listed(choices: Sequence[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in choices]


def attributes(name: str) -> dict[str, str | int]:
    """Return what a browser is told about a field: how it fills itself, which keys it shows, how much it takes."""
    attributes: dict[str, str | int] = {"autocomplete": _AUTOCOMPLETE[name], "maxlength": addresses.LIMIT}
    if name in {"email", "phone"}:
        attributes |= {
            "type": "email" if name == "email" else "tel",
            "inputmode": "email" if name == "email" else "tel",
        }
    return attributes


def _payment_label(name: dict[str, str] | None, gateway: str, locale: str, say: Say) -> str:
    return name[locale] if name else say(f"payment.{gateway}")


class Reading:
    """A form read: the placement it means, or the mistakes in it by field."""

    def __init__(self, asked: Asked, form: Form, say: Say) -> None:
        self.asked, self.form, self._say = asked, form, say
        self.mistakes: dict[str, str] = {}

    def placement(self, lines: tuple[CartLine, ...], key: str, total: int = 0) -> Placement | None:
        """Return the checked placement of these lines, or None when there are mistakes (each in ``mistakes``)."""
        contact, address = self._contact(), self._address()
        invoice = self._invoice()
        gateway = self._choice("gateway")
        remarks = self._text("remarks")
        if len(remarks) > REMARKS_LIMIT:
            self._mistake("remarks", "long", limit=REMARKS_LIMIT)
        if self.mistakes:
            for name, text in self.mistakes.items():
                self.form[name].errors = [text]
            return None
        return Placement(
            key=key, lines=lines, locale=self.asked.locale, contact=contact, address=address,
            delivery=self._choice("delivery") if self.asked.needs_delivery else "", gateway=gateway,
            expected_total=total, remarks=remarks, invoice=invoice,
        )  # fmt: skip

    def _text(self, name: str) -> str:
        field = self.form._fields.get(name)
        return addresses.clean(field.data or "") if field is not None else ""

    def _mistake(self, name: str, reason: str, **values: object) -> None:
        field = self.form._fields[name]
        self.mistakes.setdefault(name, self._say(f"checkout.mistake.{reason}", field=field.label.text, **values))

    def _choice(self, name: str) -> str:
        field = self.form._fields[name]
        chosen = str(field.data or "")
        choices: list[Any] = list(field.choices or ()) if isinstance(field, RadioField) else []
        if chosen not in {choice.value for choice in choices}:
            self._mistake(name, "choose")
        return chosen

    def _contact(self) -> Contact:
        email, phone = self._text("email"), self._text("phone")
        for name, value in (("email", email), ("phone", phone)):
            if not value and self.asked.requires(name) == "required":
                self._mistake(name, "missing")
        if not email and not phone and not self.mistakes:
            self._mistake("email" if "email" in self.form else "phone", "missing")
        if email and (len(email) > addresses.LIMIT or not _EMAIL.fullmatch(email)):
            self._mistake("email", "email")
        if phone:
            phone = self._phone(phone)
        return Contact(name=self._text("name"), email=email, phone=phone)

    def _phone(self, phone: str) -> str:
        digits = re.sub(r"[\s()./]", "", phone)
        chinese = self.asked.country == "CN"
        bare = re.sub(r"^(\+|00)86", "", digits) if chinese else digits.replace("-", "")
        if not (_CHINESE_PHONE if chinese else _PHONE).fullmatch(bare):
            self._mistake("phone", "phone")
        return bare

    def _address(self) -> Address:
        method = next((o.method for o in self.asked.offers if o.method.id == self._text("delivery")), None)
        by_hand = method is not None and method.kind in {DeliveryKind.PICKUP, DeliveryKind.DIGITAL}
        if not self.asked.needs_delivery or by_hand:
            if self.asked.needs_delivery and not self._text("name"):
                self._mistake("name", "missing")
            return Address(destination=Destination(country=self.asked.country), name=self._text("name"))
        rules = addresses.rules(self.asked.country)
        address, mistakes = addresses.read(self.asked.country, {name: self._text(name) for name in rules.fields})
        for mistake in mistakes:
            reason = f"{mistake.reason}_nearest" if mistake.suggestion else mistake.reason
            self._mistake(mistake.field, reason, nearest=mistake.suggestion, limit=addresses.LIMIT)
        return msgspec.structs.replace(address, phone=self._text("phone"))

    def _invoice(self) -> Invoice | None:
        if not self.asked.terms.checkout.invoice or not self.form["invoice"].data:
            return None
        title, number = self._text("invoice_title"), self._text("invoice_number").upper()
        if not title:
            self._mistake("invoice_title", "missing")
        for name, longest in _invoice_lengths(self.asked).items():
            if len(self._text(name)) > longest:
                self._mistake(name, "long", limit=longest)
        if number and self.asked.terms.country == "CN" and not _TAX_NUMBER.fullmatch(number):
            self._mistake("invoice_number", "tax_number")
        return Invoice(title=title, tax_number=number, email=self._text("email"))
