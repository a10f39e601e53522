"""Gives every order to a customer; an order that has one keeps it. Running it again changes nothing."""

import msgspec

from runtime import customers, numbers
from runtime.database import Database, Transaction
from runtime.orders import Address, Contact
from runtime.transaction import Row

_AT_ONCE = 1000
_LOCK = "SELECT pg_advisory_xact_lock(7428)"
_NEW = (
    "SELECT o.id, o.email, o.phone, o.contact, o.address, o.placed_at FROM orders o WHERE (o.email <> '' OR "
    "o.phone <> '') AND o.id > (SELECT COALESCE(MAX(m.order_id), 0) - 1000 FROM customer_order m) "
    "AND NOT EXISTS (SELECT 1 FROM customer_order c WHERE c.order_id = o.id) ORDER BY o.id LIMIT ?"
)
"""Orders are taken in by their ids; on PostgreSQL a lower id may be committed a little later than a higher one."""
_UPDATE = (
    "UPDATE customer SET last_at = ?, name = COALESCE(NULLIF(?, ''), name), email = COALESCE(NULLIF(?, ''), email), "
    "phone = COALESCE(NULLIF(?, ''), phone), digits = COALESCE(NULLIF(?, ''), digits) WHERE id = ? AND last_at <= ?"
)


def catch_up(database: Database) -> int:
    """Take in the orders that have no customer yet; return how many there were."""
    done = 0
    while database.read(lambda look: look.find(_NEW, 1)) is not None:
        done += database.write(_take_some)
    return done


def keys_of(transaction: Transaction, customer: int) -> tuple[str, ...]:
    """Return the hashes by which a customer is known."""
    rows = transaction.all("SELECT key FROM customer_key WHERE customer_id = ? ORDER BY key", customer)
    return tuple(key for (key,) in rows)


def of_order(transaction: Transaction, order: int) -> int | None:
    """Return whose order it is, None for one that has no customer."""
    row = transaction.find("SELECT customer_id FROM customer_order WHERE order_id = ?", order)
    return int(row[0]) if row else None


def _take_some(transaction: Transaction) -> int:
    if transaction.postgres:
        transaction.run(_LOCK)
    rows = transaction.all(_NEW, _AT_ONCE)
    for row in rows:
        _take(transaction, row)
    return len(rows)


def _take(transaction: Transaction, row: Row) -> None:
    order, email, phone, contact, address, placed_at = row
    by_email, by_phone = customers.keys(email, ""), customers.keys("", phone)
    said = msgspec.json.decode(contact, type=Contact)
    name = said.name or msgspec.json.decode(address, type=Address).name
    customer = next((found for key in (*by_email, *by_phone) if (found := _find(transaction, key)) is not None), None)
    if customer is None:
        made = transaction.find(
            "INSERT INTO customer (name, email, phone, digits, since, last_at) VALUES ('', '', '', '', ?, ?) "
            "RETURNING id",
            placed_at,
            placed_at,
        )
        customer = int(made[0]) if made else 0
    values = (placed_at, name, said.email, said.phone, numbers.digits(said.phone), customer, placed_at)
    transaction.run(_UPDATE, *values)
    for key in (*by_email, *by_phone):
        transaction.run(
            "INSERT INTO customer_key (key, customer_id) VALUES (?, ?) ON CONFLICT DO NOTHING", key, customer
        )
    transaction.run("INSERT INTO customer_order (order_id, customer_id) VALUES (?, ?)", order, customer)


def _find(transaction: Transaction, key: str) -> int | None:
    row = transaction.find("SELECT customer_id FROM customer_key WHERE key = ?", key)
    return int(row[0]) if row else None
