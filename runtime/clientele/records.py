"""Everything that is kept about a person, for a person who asks (GDPR article 15 and 20, PIPL article 45)."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator import money
from runtime.aftersale import evidence
from runtime.clientele.index import keys_of
from runtime.transaction import Transaction

_OF_ORDERS = {
    "lines": (
        "SELECT l.order_id, l.sku, l.title, l.label, l.quantity, l.total FROM order_line l JOIN orders o "
        "ON o.id = l.order_id AND o.revision = l.revision JOIN customer_order w ON w.order_id = o.id "
        "WHERE w.customer_id = ? ORDER BY l.order_id, l.position"
    ),
    "history": (
        "SELECT e.order_id, e.event, e.after, e.actor, e.note, e.at FROM order_event e JOIN customer_order w "
        "ON w.order_id = e.order_id WHERE w.customer_id = ? ORDER BY e.id"
    ),
    "payments": (
        "SELECT p.order_id, p.gateway, p.reference, p.receipt, p.state, p.amount, p.created_at FROM payment p "
        "JOIN customer_order w ON w.order_id = p.order_id WHERE w.customer_id = ? ORDER BY p.id"
    ),
    "refunds": (
        "SELECT r.order_id, r.number, r.state, r.amount, r.reason, r.created_at FROM refund r JOIN customer_order w "
        "ON w.order_id = r.order_id WHERE w.customer_id = ? ORDER BY r.id"
    ),
    "parcels": (
        "SELECT p.order_id, p.carrier, p.tracking, p.shipped_at FROM parcel p JOIN customer_order w "
        "ON w.order_id = p.order_id WHERE w.customer_id = ? ORDER BY p.id"
    ),
    "papers": (
        "SELECT p.order_id, p.number, p.kind, p.amount, p.issued_at FROM paper p JOIN customer_order w "
        "ON w.order_id = p.order_id WHERE w.customer_id = ? ORDER BY p.number"
    ),
    "promotions": (
        "SELECT u.order_id, u.promotion, u.pieces, u.state FROM promotion_use u JOIN customer_order w "
        "ON w.order_id = u.order_id WHERE w.customer_id = ? ORDER BY u.order_id, u.promotion"
    ),
    "referral_codes": (
        "SELECT r.order_id, r.promotion, r.code, r.made_at FROM referral r JOIN customer_order w "
        "ON w.order_id = r.order_id WHERE w.customer_id = ? ORDER BY r.id"
    ),
    "notes_of_the_shop": (
        "SELECT n.order_id, n.text, n.at FROM order_note n JOIN customer_order w ON w.order_id = n.order_id "
        "WHERE w.customer_id = ? ORDER BY n.id"
    ),
    "mails": (
        "SELECT n.order_id, n.topic, n.recipient, n.state, n.created_at, n.sent_at FROM notice n JOIN customer_order w "
        "ON w.order_id = n.order_id WHERE w.customer_id = ? AND n.recipient LIKE '%@%' ORDER BY n.id"
    ),
}
_COLUMNS = {
    "lines": ("sku", "title", "option", "quantity", "total"),
    "history": ("event", "state", "by", "note", "at"),
    "payments": ("gateway", "reference", "receipt", "state", "amount", "at"),
    "refunds": ("number", "state", "amount", "reason", "at"),
    "parcels": ("carrier", "tracking", "at"),
    "papers": ("number", "kind", "amount", "at"),
    "promotions": ("promotion", "pieces", "state"),
    "referral_codes": ("promotion", "code", "at"),
    "notes_of_the_shop": ("text", "at"),
    "mails": ("topic", "recipient", "state", "at", "sent_at"),
}
_MONEY = {"total", "amount", "paid", "refunded"}
_MOMENTS = {"at", "sent_at", "placed_at", "opened_at", "since"}


def everything(transaction: Transaction, customer: int, veiled: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return everything about a customer; ``veiled`` are the names by which live rooms know them."""
    person = transaction.find("SELECT name, email, phone, since, last_at FROM customer WHERE id = ?", customer) or ()
    parts = {name: _grouped(transaction, name, customer) for name in _OF_ORDERS}
    emails = _emails(transaction, customer)
    return {
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "person": {
            "number": customer,
            **dict(zip(("name", "email", "phone"), person, strict=False)),
            "customer_since": _moment(person[3]) if person else "",
            "last_order": _moment(person[4]) if person else "",
        },
        "orders": [_order(row, parts) for row in _orders(transaction, customer)],
        "aftersale_cases": _cases(transaction, customer),
        "consent": [
            {"purpose": row[0], "given": bool(row[1]), "way": row[2], "noted_by": row[3], "at": _moment(row[4])}
            for row in transaction.all(
                "SELECT purpose, given, way, name, at FROM customer_consent WHERE customer_id = ? ORDER BY id", customer
            )
        ],
        "notes_of_the_shop": [
            {"text": row[0], "at": _moment(row[1])}
            for row in transaction.all("SELECT text, at FROM customer_note WHERE customer_id = ? ORDER BY id", customer)
        ],
        "memberships": [
            {"contact": row[0], "since": _moment(row[1])}
            for row in transaction.all(
                "SELECT m.contact, m.since FROM member m JOIN customer_key k ON k.key = m.customer "
                "WHERE k.customer_id = ?",
                customer,
            )
        ],
        "live_reminders": [
            {"room": row[0], "email": row[1], "at": _moment(row[2])}
            for email in emails
            for row in transaction.all("SELECT room, email, at FROM live_reminder WHERE email = ?", email)
        ],
        "live_chat": _chat(transaction, veiled),
        "known_by": {"hashes_of_contacts": list(keys_of(transaction, customer))},
    }


def archive(found: dict[str, Any], var: Path, readme: str) -> bytes:
    """Return a ZIP with everything: one document, the pictures that the person sent, and what all this is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", readme)
        packed.writestr("data.json", json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        for case in found["aftersale_cases"]:
            for name in case["pictures"]:
                path = evidence.folder(var) / name
                if path.is_file():
                    packed.write(path, f"pictures/{name}")
    return made.getvalue()


def _orders(transaction: Transaction, customer: int) -> list[tuple[Any, ...]]:
    return transaction.all(
        "SELECT o.id, o.number, o.state, o.placed_at, o.locale, o.currency, o.total, o.paid, o.refunded, o.gateway, "
        "o.contact, o.address, o.delivery, o.remarks, o.invoice, o.consents, o.room FROM orders o "
        "JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? ORDER BY o.id",
        customer,
    )


def _order(row: tuple[Any, ...], parts: dict[str, dict[int, list[dict[str, Any]]]]) -> dict[str, Any]:
    identity, number, state, placed, locale, currency, total, paid, refunded, gateway, *snapshots, room = row
    contact, address, delivery, remarks, invoice, consents = snapshots
    return {
        "number": number,
        "state": state,
        "placed_at": _moment(placed),
        "language": locale,
        "currency": currency,
        **{
            name: money.plain(int(amount), currency)
            for name, amount in (("total", total), ("paid", paid), ("refunded", refunded))
        },
        "paid_by": gateway,
        "contact": json.loads(contact),
        "address": json.loads(address),
        "delivery": json.loads(delivery),
        "remarks": remarks,
        "invoice": json.loads(invoice) if invoice else None,
        "confirmed_at_checkout": json.loads(consents),
        "came_from_room": room,
        **{name: _in_money(found.get(identity, []), currency) for name, found in parts.items()},
    }


def _in_money(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    return [
        {name: money.plain(int(value), currency) if name in _MONEY else value for name, value in row.items()}
        for row in rows
    ]


def _grouped(transaction: Transaction, name: str, customer: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for order, *values in transaction.all(_OF_ORDERS[name], customer):
        told = dict(zip(_COLUMNS[name], values, strict=True))
        told = {each: _moment(value) if each in _MOMENTS else value for each, value in told.items()}
        found.setdefault(int(order), []).append(told)
    return found


def _cases(transaction: Transaction, customer: int) -> list[dict[str, Any]]:
    rows = transaction.all(
        "SELECT a.id, a.number, o.number, a.kind, a.state, a.reason, a.opened_at FROM aftersale a JOIN orders o "
        "ON o.id = a.order_id JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? ORDER BY a.id",
        customer,
    )
    return [
        {
            "number": number,
            "order": order,
            "kind": kind,
            "state": state,
            "reason": reason,
            "opened_at": _moment(opened),
            "said": [
                {"event": row[0], "by": row[1], "text": row[2], "at": _moment(row[3])}
                for row in transaction.all(
                    "SELECT event, actor, text, at FROM aftersale_event WHERE aftersale_id = ? ORDER BY id", identity
                )
            ],
            "pictures": [
                row[0]
                for row in transaction.all(
                    "SELECT name FROM aftersale_picture WHERE aftersale_id = ? ORDER BY id", identity
                )
            ],
        }
        for identity, number, order, kind, state, reason, opened in rows
    ]


def _chat(transaction: Transaction, veiled: Sequence[str]) -> list[dict[str, Any]]:
    found = {}
    for each in veiled:
        rows = transaction.all(
            "SELECT room, seq, name, body, at_ms, state FROM live_message WHERE contact LIKE ?", f"%{each}%"
        )
        found.update({(row[0], row[1]): row for row in rows})
    return [
        {"room": row[0], "name": row[2], "text": row[3], "state": row[5], "at": _moment(int(row[4]) // 1000)}
        for _, row in sorted(found.items())
    ]


def _emails(transaction: Transaction, customer: int) -> list[str]:
    rows = transaction.all(
        "SELECT DISTINCT o.email FROM orders o JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? "
        "AND o.email <> '' ORDER BY o.email",
        customer,
    )
    return [email for (email,) in rows]


def _moment(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds is not None else ""
