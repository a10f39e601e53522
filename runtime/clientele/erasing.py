"""Forgetting a person, as far as the law lets (GDPR article 17, PIPL article 47).

``plan`` says what goes and what stays and why; ``carry_out`` does it. Amounts, goods and days of orders stay, for the
books must add up. An order that is not over stays whole until it is. An order with an invoice keeps the name and the
address that stand on it for as long as invoices are kept. In China what was said in live rooms is kept for three
years, seen by nobody. ``finish_due`` forgets the rest when its time has come.
"""

import contextlib
import email
import email.policy
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from generator.shop import Value
from runtime.aftersale import evidence
from runtime.database import Database
from runtime.orders import Address, Contact
from runtime.pricing import Destination
from runtime.sqlite import SqliteStore, connect
from runtime.transaction import Row, Transaction

KEEP_INVOICES = {"CN": 5, "DE": 8}
"""Years after that of the order: 发票管理办法 article 28; § 14b UStG, § 147 AO. Elsewhere the longest of the usual."""
_KEEP_ELSEWHERE = 10
_KEEP_CHAT_YEARS = 3
_OVER = ("cancelled", "completed", "returned", "refunded")
_DAY = 24 * 60 * 60
_ORDERS = (
    "SELECT o.id, o.number, o.state, o.placed_at, o.invoice IS NOT NULL OR EXISTS (SELECT 1 FROM paper p WHERE "
    "p.order_id = o.id), EXISTS (SELECT 1 FROM aftersale a WHERE a.order_id = o.id AND a.state NOT IN ('refunded', "
    "'done', 'closed', 'taken_back')) OR EXISTS (SELECT 1 FROM refund r WHERE r.order_id = o.id AND r.state IN "
    "('requested', 'sent', 'stuck')) OR EXISTS (SELECT 1 FROM dispute d WHERE d.order_id = o.id "
    "AND d.state = 'opened') "
    "OR EXISTS (SELECT 1 FROM finding f WHERE f.order_id = o.id AND f.settled_at IS NULL), o.address, o.contact "
    "FROM orders o JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? ORDER BY o.id"
)

_MINE = "(SELECT id FROM aftersale WHERE order_id = ?)"
_MAILS = "SELECT COUNT(*) FROM notice WHERE order_id = ? AND recipient LIKE '%@%'"
_FORGET_ORDER = (
    "UPDATE order_event SET note = '' WHERE order_id = ? AND note <> '' AND actor NOT IN ('system', 'bank')",
    f"UPDATE aftersale_event SET text = '' WHERE text <> '' AND aftersale_id IN {_MINE}",  # noqa: S608
    f"DELETE FROM aftersale_picture WHERE aftersale_id IN {_MINE}",  # noqa: S608
    "DELETE FROM order_note WHERE order_id = ?",
    "DELETE FROM notice WHERE order_id = ? AND recipient LIKE '%@%'",
)


class Law(Value, frozen=True, kw_only=True):
    """What of the law matters here: the seller's country, and the legal pack."""

    country: str
    legal: str = ""


class Kept(Value, frozen=True, kw_only=True):
    """An order of which something stays; ``until`` is None while it is not over."""

    order: str
    until: date | None = None


class Plan(Value, frozen=True, kw_only=True):
    """What becomes of a person's data."""

    orders: int = 0
    open: tuple[Kept, ...] = ()
    invoices: tuple[Kept, ...] = ()
    years: int = 0
    cases: int = 0
    pictures: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """By what files about them are known: e-mail addresses, and numbers of orders that are over."""
    notes: int = 0
    mails: int = 0
    reminders: int = 0
    memberships: int = 0
    chat: int = 0
    chat_until: date | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing has to wait."""
        return not self.open and not self.invoices and self.chat_until is None

    @property
    def next_at(self) -> date | None:
        """Return the day from which more can be forgotten; None when that is an order's end, or nothing is left."""
        days = [each.until for each in self.invoices if each.until] + ([self.chat_until] if self.chat_until else [])
        return min(days, default=None)


class _Order(msgspec.Struct, frozen=True):
    """One order, and how much of it may go."""

    id: int
    number: str
    open: bool
    keep_until: date | None
    address: str
    contact: str


def plan(transaction: Transaction, customer: int, law: Law, veiled: Sequence[str], now: datetime) -> Plan:
    """Return what forgetting a customer now would come to."""
    orders = _orders(transaction, customer, law, now)
    gone = [each.id for each in orders if not each.open]
    messages = _messages(transaction, customer, veiled)
    return Plan(
        orders=len(orders),
        open=tuple(Kept(order=each.number) for each in orders if each.open),
        invoices=tuple(
            Kept(order=each.number, until=each.keep_until) for each in orders if each.keep_until and not each.open
        ),
        years=KEEP_INVOICES.get(law.country, _KEEP_ELSEWHERE),
        cases=_count(transaction, "aftersale", gone),
        pictures=_pictures(transaction, gone),
        marks=(*_emails(transaction, customer), *(each.number for each in orders if not each.open)),
        notes=_count(transaction, "order_note", gone)
        + _one(transaction, "SELECT COUNT(*) FROM customer_note WHERE customer_id = ?", customer),
        mails=sum(_one(transaction, _MAILS, order) for order in gone),
        reminders=sum(
            _one(transaction, "SELECT COUNT(*) FROM live_reminder WHERE email = ?", address)
            for address in _emails(transaction, customer)
        ),
        memberships=_one(
            transaction,
            "SELECT COUNT(*) FROM member m JOIN customer_key k ON k.key = m.customer WHERE k.customer_id = ?",
            customer,
        ),
        chat=len(messages),
        chat_until=_chat_until(messages, law, now),
    )


def carry_out(transaction: Transaction, customer: int, law: Law, veiled: Sequence[str], now: datetime) -> Plan:
    """Forget a customer as far as that may be now and return what was planned; ``tidy`` sees to the files."""
    found, at = plan(transaction, customer, law, veiled, now), int(now.timestamp())
    if not transaction.postgres:
        transaction.run("PRAGMA secure_delete = ON")
    orders = _orders(transaction, customer, law, now)
    for address in _emails(transaction, customer):
        transaction.run("DELETE FROM live_reminder WHERE email = ?", address)
        transaction.run("DELETE FROM notice WHERE order_id IS NULL AND recipient = ?", address)
    _forget_chat(transaction, customer, law, veiled, now)
    for order in orders:
        if not order.open:
            _forget_order(transaction, order)
    transaction.run(
        "DELETE FROM member WHERE customer IN (SELECT key FROM customer_key WHERE customer_id = ?)", customer
    )
    transaction.run("DELETE FROM customer_key WHERE customer_id = ?", customer)
    transaction.run("DELETE FROM customer_note WHERE customer_id = ?", customer)
    transaction.run(
        "UPDATE customer SET name = '', email = '', phone = '', digits = '', "
        "erase_asked_at = COALESCE(erase_asked_at, ?), erased_at = ? WHERE id = ?",
        at,
        at if found.is_whole else None,
        customer,
    )
    if not transaction.postgres:
        transaction.run("PRAGMA secure_delete = OFF")
    return found


def tidy(var: Path, done: Plan) -> None:
    """Delete the files of somebody who was forgotten: pictures, and mails that were written instead of sent."""
    evidence.discard(var, list(done.pictures))
    for path in sorted((var / "mail").glob("*.eml")) if done.marks else ():
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        said = f"{message['to']} {message['subject']} {body.get_content() if body else ''}".casefold()
        if any(mark in said for mark in done.marks):
            path.unlink(missing_ok=True)


def scrub(database: Database) -> None:
    """Empty SQLite's log of what was written, in which the old rows still stand; PostgreSQL cleans up by itself."""
    if isinstance(database, SqliteStore):
        connection = connect(database.path)
        try:
            connection.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def finish_due(database: Database, law: Law, var: Path, now: datetime) -> int:
    """Forget what had to wait and need not any more, once a day; return how many customers were looked at."""
    if not _may_look(database, now):
        return 0
    waiting = database.read(
        lambda look: look.all(
            "SELECT id FROM customer WHERE erase_asked_at IS NOT NULL AND erased_at IS NULL ORDER BY id LIMIT 500"
        )
    )
    for (customer,) in waiting:
        done = database.write(lambda transaction, customer=customer: carry_out(transaction, customer, law, (), now))  # type: ignore[misc]
        tidy(var, done)
    if waiting:
        scrub(database)
    return len(waiting)


def _may_look(database: Database, now: datetime) -> bool:
    at = int(now.timestamp())
    held = database.read(lambda look: look.find("SELECT until FROM lease WHERE name = 'erasing'"))
    if held and at < held[0] <= at + 2 * _DAY:
        return False

    def unit(transaction: Transaction) -> bool:
        transaction.run("INSERT INTO lease (name, owner, until) VALUES ('erasing', '', 0) ON CONFLICT DO NOTHING")
        before = int(held[0]) if held else 0
        step = "UPDATE lease SET until = ? WHERE name = 'erasing' AND until = ?"
        return bool(transaction.run(step, at + _DAY, before))

    return database.write(unit)


def _orders(transaction: Transaction, customer: int, law: Law, now: datetime) -> list[_Order]:
    years = KEEP_INVOICES.get(law.country, _KEEP_ELSEWHERE)
    found = []
    for identity, number, state, placed, invoice, busy, address, contact in transaction.all(_ORDERS, customer):
        end = date(datetime.fromtimestamp(placed, UTC).year + years, 12, 31)
        keep = bool(invoice) and state != "cancelled" and now.date() <= end
        is_open = state not in _OVER or bool(busy)
        found.append(_Order(identity, number, is_open, end if keep else None, address, contact))
    return found


def _forget_order(transaction: Transaction, order: _Order) -> None:
    address = msgspec.json.decode(order.address, type=Address)
    contact = msgspec.json.decode(order.contact, type=Contact)
    where = Destination(country=address.destination.country, region=address.destination.region)
    kept = order.keep_until is not None
    transaction.run(
        "UPDATE orders SET email = '', phone = '', remarks = '', fingerprint = '', contact = ?, address = ? "
        "WHERE id = ?",
        _json(Contact(name=contact.name) if kept else Contact()),
        _json(msgspec.structs.replace(address, phone="") if kept else Address(destination=where)),
        order.id,
    )
    for statement in _FORGET_ORDER if kept else (*_FORGET_ORDER, "UPDATE orders SET invoice = NULL WHERE id = ?"):
        transaction.run(statement, order.id)


def _forget_chat(transaction: Transaction, customer: int, law: Law, veiled: Sequence[str], now: datetime) -> None:
    """Empty what was said in live rooms; what has to be kept is hidden, and found again by the customer's number."""
    moment = int(now.timestamp() * 1000)
    for room, seq, at_ms in _messages(transaction, customer, veiled):
        if _kept_until(at_ms, law, now) is None:
            transaction.run(
                "UPDATE live_message SET state = 'removed', viewer = '', contact = '', address = '', name = '', "
                "body = '', moderated_ms = ? WHERE room = ? AND seq = ?",
                *(moment, room, seq),
            )
        else:
            transaction.run(
                "UPDATE live_message SET state = 'removed', contact = ?, moderated_ms = ? WHERE room = ? AND seq = ?",
                *(_mark(customer), moment, room, seq),
            )


def _messages(transaction: Transaction, customer: int, veiled: Sequence[str]) -> list[tuple[str, int, int]]:
    found = {}
    for each in (*veiled, _mark(customer)):
        for row in transaction.all(
            "SELECT room, seq, at_ms FROM live_message WHERE contact = ? OR contact LIKE ? OR contact LIKE ?",
            *(each, f"{each} %", f"% {each}"),
        ):
            found[row[0], row[1]] = int(row[2])
    return [(room, seq, at) for (room, seq), at in sorted(found.items())]


def _mark(customer: int) -> str:
    return f"customer:{customer}"


def _chat_until(messages: Sequence[tuple[str, int, int]], law: Law, now: datetime) -> date | None:
    return max((day for _, _, at in messages if (day := _kept_until(at, law, now)) is not None), default=None)


def _kept_until(at_ms: int, law: Law, now: datetime) -> date | None:
    """Return until when a message has to be kept, None where it need not."""
    if law.legal != "CN":
        return None
    said = datetime.fromtimestamp(at_ms // 1000, UTC).date()
    with contextlib.suppress(ValueError):
        end = said.replace(year=said.year + _KEEP_CHAT_YEARS)
        return end if end >= now.date() else None
    return date(said.year + _KEEP_CHAT_YEARS, 3, 1) if said.year + _KEEP_CHAT_YEARS >= now.year else None


def _pictures(transaction: Transaction, orders: Sequence[int]) -> tuple[str, ...]:
    return tuple(
        row[0]
        for order in orders
        for row in transaction.all(
            "SELECT p.name FROM aftersale_picture p JOIN aftersale a ON a.id = p.aftersale_id WHERE a.order_id = ? "
            "ORDER BY p.id",
            order,
        )
    )


def _emails(transaction: Transaction, customer: int) -> list[str]:
    """Return the e-mail addresses of a customer's orders and their own."""
    rows: list[Row] = transaction.all(
        "SELECT DISTINCT o.email FROM orders o JOIN customer_order w ON w.order_id = o.id WHERE w.customer_id = ? "
        "AND o.email <> '' ORDER BY o.email",
        customer,
    )
    return [address for (address,) in rows]


def _count(transaction: Transaction, table: str, orders: Sequence[int]) -> int:
    return sum(_one(transaction, f"SELECT COUNT(*) FROM {table} WHERE order_id = ?", order) for order in orders)  # noqa: S608


def _one(transaction: Transaction, query: str, value: str | int) -> int:
    row = transaction.find(query, value)
    return int(row[0]) if row else 0


def _json(value: Contact | Address) -> str:
    return msgspec.json.encode(value).decode()
