"""What a buyer may write when ordering: lengths, forms and characters, checked before anything is stored or mailed."""

import re
import unicodedata

from runtime.orders import Placement
from runtime.refusals import Code, Refusal

SHORT, LONG = 200, 1000
CONSENTS, FEWEST_DIGITS = 50, 5
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]{1,64}@[^@\s,;:<>()\[\]\\\"]{1,190}")
_PHONE = re.compile(r"\+?[0-9 ()/.-]{5,30}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")


def check(placement: Placement) -> None:
    """Raise Refusal (field-missing, field-invalid) for what cannot be stored, mailed or called."""
    contact, address = placement.contact, placement.address
    _refuse_unless(bool(_KEY.fullmatch(placement.key)), "key")
    if not (contact.email or contact.phone):
        raise Refusal(Code.FIELD_MISSING, field="email")
    _refuse_unless(not contact.email or is_email(contact.email), "email")
    _refuse_unless(not contact.phone or is_phone(contact.phone), "phone")
    _refuse_unless(not address.phone or is_phone(address.phone), "address.phone")
    destination = address.destination
    lines = {
        "name": contact.name,
        "address.name": address.name,
        "street": address.street,
        "street2": address.street2,
        "region": destination.region,
        "city": destination.city,
        "district": destination.district,
        "postcode": destination.postcode,
    }
    if placement.invoice:
        lines |= {"invoice.title": placement.invoice.title, "invoice.tax_number": placement.invoice.tax_number}
        _refuse_unless(not placement.invoice.email or is_email(placement.invoice.email), "invoice.email")
    for field, text in lines.items():
        _refuse_unless(len(text) <= SHORT and _is_clean(text), field)
    _refuse_unless(bool(re.fullmatch("[A-Z]{2}", destination.country)), "country")
    _refuse_unless(len(placement.remarks) <= LONG and _is_clean(placement.remarks, breaks=True), "remarks")
    _refuse_unless(
        len(placement.consents) <= CONSENTS and all(len(each) <= SHORT for each in placement.consents), "consents"
    )


def _refuse_unless(good: bool, field: str) -> None:  # noqa: FBT001  reads as a sentence
    if not good:
        raise Refusal(Code.FIELD_INVALID, field=field)


def is_email(text: str) -> bool:
    """Return whether a text looks like an address that mail can be sent to."""
    return bool(_EMAIL.fullmatch(text)) and _is_clean(text)


def is_phone(text: str) -> bool:
    """Return whether a text looks like a number that can be called."""
    return bool(_PHONE.fullmatch(text)) and sum(character.isdigit() for character in text) >= FEWEST_DIGITS


def _is_clean(text: str, *, breaks: bool = False) -> bool:
    """Return whether text holds no control characters, surrogates or private ones; line breaks only where asked."""
    allowed = "\n\r\t" if breaks else ""
    return all(unicodedata.category(each) not in {"Cc", "Cs", "Co", "Cn"} or each in allowed for each in text)
