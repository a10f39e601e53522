"""What the merchant's people write about a customer: notes, consent, membership."""

from datetime import datetime

from runtime import customers
from runtime.refusals import Code, Refusal
from runtime.tables.customers import PURPOSES, WAYS
from runtime.transaction import Transaction

LONGEST = 2000
CHOSEN_WAYS = tuple(way for way in WAYS if way != "erasure")
"""How somebody says that they allow advertising, or that they do not any more."""
__all__ = ["CHOSEN_WAYS", "LONGEST", "PURPOSES", "add_note", "remove_note", "set_consent", "set_member"]


def add_note(transaction: Transaction, customer: int, by: tuple[str, str], text: str, now: datetime) -> None:
    """Write a note; ``by`` is (actor, name). Raises Refusal: field-missing, field-invalid where it is too long."""
    said = text.strip()
    if not said:
        raise Refusal(Code.FIELD_MISSING, field="note")
    if len(said) > LONGEST:
        raise Refusal(Code.FIELD_INVALID, field="note")
    transaction.run(
        "INSERT INTO customer_note (customer_id, actor, name, text, at) VALUES (?, ?, ?, ?, ?)",
        customer,
        *by,
        said,
        int(now.timestamp()),
    )


def remove_note(transaction: Transaction, customer: int, note: int) -> bool:
    """Take a note away; False if there is none such about this customer."""
    return bool(transaction.run("DELETE FROM customer_note WHERE id = ? AND customer_id = ?", note, customer))


def set_consent(
    transaction: Transaction, customer: int, what: tuple[str, bool, str], by: tuple[str, str], now: datetime
) -> None:
    """Note that somebody allows advertising or takes it back; ``what`` is (purpose, given, way).

    Raises Refusal (field-invalid) for a purpose or a way that is none.
    """
    purpose, given, way = what
    if purpose not in PURPOSES:
        raise Refusal(Code.FIELD_INVALID, field="purpose")
    if way not in WAYS:
        raise Refusal(Code.FIELD_INVALID, field="way")
    transaction.run(
        "INSERT INTO customer_consent (customer_id, purpose, given, way, actor, name, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        customer, purpose, int(given), way, *by, int(now.timestamp()),
    )  # fmt: skip


def set_member(transaction: Transaction, customer: int, now: datetime, *, member: bool) -> bool:
    """Make somebody a member or end it; False if nothing changed."""
    row = transaction.find("SELECT email, phone FROM customer WHERE id = ?", customer)
    contacts = [contact for contact in (row or ()) if contact]
    if member:
        return bool(contacts) and customers.add_member(transaction, contacts[0], now)
    ended = "DELETE FROM member WHERE customer IN (SELECT key FROM customer_key WHERE customer_id = ?)"
    return bool(transaction.run(ended, customer))
