"""The audit: stock, orders, payments and money are held against each other.

What it finds is a bug or a tampered database.
"""

from datetime import UTC, datetime

import msgspec

from generator import money
from runtime import funds, groups, stock, uses
from runtime.database import Transaction
from runtime.funds import checks

_CHECKS = {
    "order {0} has no history": (
        "SELECT number FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_event e WHERE e.order_id = o.id)"
    ),
    "order {0} has no lines": (
        "SELECT number FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id)"
    ),
    "order {0} is {1}, but its history says {2}": (
        "SELECT o.number, o.state, e.after FROM orders o JOIN order_event e ON e.id = "
        "(SELECT MAX(id) FROM order_event WHERE order_id = o.id) WHERE e.after <> o.state"
    ),
    "order {0} is {1}, but stock is still held for it": (
        "SELECT DISTINCT o.number, o.state FROM orders o JOIN stock_hold h ON h.order_id = o.id "
        "WHERE h.state = 'held' AND o.state NOT IN ('pending_payment', 'closing', 'confirmed')"
    ),
    "order {0} is {1}, but its stock was given back": (
        "SELECT DISTINCT o.number, o.state FROM orders o JOIN stock_hold h ON h.order_id = o.id "
        "WHERE h.state = 'released' AND o.state <> 'cancelled' "
        "OR h.returned > 0 AND o.state IN ('pending_payment', 'closing', 'cancelled', 'confirmed')"
    ),
    "order {0} is paid with {1}, but its income is {2}": (
        "SELECT o.number, o.paid, COALESCE(t.total, 0) FROM orders o LEFT JOIN (SELECT order_id, SUM(amount) AS total "
        "FROM transfer WHERE event NOT LIKE 'refund%' AND (credit LIKE 'income.%' OR credit = 'tax_payable') "
        "AND debit <> 'contra.discount' GROUP BY order_id) t ON t.order_id = o.id "
        "WHERE o.gateway <> 'cash_on_delivery' AND o.paid <> COALESCE(t.total, 0)"
    ),
    "order {0} is {1}, but {2} of {3} is paid": (
        "SELECT number, state, paid, total FROM orders WHERE gateway <> 'cash_on_delivery' AND paid <> total "
        "AND state IN ('paid', 'shipped', 'received', 'completed')"
    ),
    "order {0} is {1}, but money was kept for it": (
        "SELECT number, state FROM orders WHERE paid > 0 AND state IN ('pending_payment', 'closing', 'cancelled')"
    ),
    "order {0}: {1} is refunded, but its refunds are {2}": (
        "SELECT o.number, o.refunded, COALESCE(r.total, 0) FROM orders o LEFT JOIN (SELECT order_id, SUM(amount) AS "
        "total FROM refund WHERE finding_id IS NULL AND state <> 'failed' GROUP BY order_id) r ON r.order_id = o.id "
        "WHERE o.refunded <> COALESCE(r.total, 0)"
    ),
    "order {0}: {1} is refunded of {2} that was paid": (
        "SELECT number, refunded, paid FROM orders WHERE refunded > paid"
    ),
    "order {0} is refunded, but {1} of {2} was kept": (
        "SELECT number, paid - refunded, paid FROM orders o WHERE state = 'refunded' AND refunded <> paid "
        "AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.order_id = o.id AND r.state = 'failed')"
    ),
    "refund {0} of {1} is made up of {2}": (
        "SELECT number, amount, goods + delivery + tax FROM refund WHERE amount <> goods + delivery + tax"
    ),
    "the history of refund {0} says {2}, but it is {1}": (
        "SELECT r.number, r.state, e.after FROM refund r JOIN refund_event e ON e.id = "
        "(SELECT MAX(id) FROM refund_event WHERE refund_id = r.id) WHERE e.after <> r.state"
    ),
    "refund {0} has no history": (
        "SELECT number FROM refund r WHERE NOT EXISTS (SELECT 1 FROM refund_event e WHERE e.refund_id = r.id)"
    ),
    "refund {0} is {1}, but {2} was posted as sent back": (
        "SELECT r.number, r.state, COALESCE(t.total, 0) FROM refund r LEFT JOIN (SELECT reference, SUM(CASE WHEN "
        "event = 'refunded' THEN amount ELSE -amount END) AS total FROM transfer WHERE event IN ('refunded', "
        "'refund-returned') GROUP BY reference) t ON t.reference = r.number "
        "WHERE COALESCE(t.total, 0) <> CASE WHEN r.state = 'succeeded' THEN r.amount ELSE 0 END"
    ),
    "more pieces of line {1} of order {0} are refunded than it has": (
        "SELECT o.number, l.position + 1 FROM refund_line l JOIN refund r ON r.id = l.refund_id JOIN orders o "
        "ON o.id = r.order_id WHERE r.state <> 'failed' GROUP BY o.number, o.id, l.position HAVING SUM(l.quantity) > "
        "(SELECT MAX(n.quantity) FROM order_line n WHERE n.order_id = o.id AND n.position = l.position)"
    ),
    "payment {0} succeeded without a receipt": (
        "SELECT reference FROM payment WHERE state = 'succeeded' AND receipt = ''"
    ),
    "payment {0} succeeded, but no money was posted": (
        "SELECT p.reference FROM payment p WHERE p.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM transfer t "
        "WHERE t.event = 'receipt' AND t.reference = p.gateway || ':' || p.receipt)"
    ),
    "the history of payment {0} says {2}, but it is {1}": (
        "SELECT p.reference, p.state, e.after FROM payment p JOIN payment_event e ON e.id = "
        "(SELECT MAX(id) FROM payment_event WHERE payment_id = p.id) WHERE e.after <> p.state"
    ),
}


PARTS = (
    "ledger",
    "orders",
    "payments",
    "refunds",
    "withdrawals",
    "disputes",
    "suspense",
    "stock",
    "promotions",
    "guards",
)
"""What is held against each other, by name."""
_ABOUT = (
    ("withdrawals", "withdraw"), ("disputes", "disput"), ("suspense", "suspense"), ("refunds", "refund"),
    ("payments", "payment"), ("stock", "stock"),
)  # fmt: skip
"""A word of a sentence, and the part it belongs to; the first that fits, else it is about orders."""
_KEY = "audit"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One of PARTS, and what is wrong with it."""

    name: str
    differences: tuple[str, ...]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit found: ``differences`` must be empty; ``waiting`` is money that waits for the merchant."""

    orders: int
    transfers: int
    differences: tuple[str, ...]
    waiting: tuple[str, ...]
    parts: tuple[Part, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The last audit that somebody ran in the console."""

    at: int
    orders: int
    transfers: int
    parts: tuple[Part, ...]

    @property
    def balances(self) -> bool:
        """Tell whether nothing was wrong."""
        return not any(part.differences for part in self.parts)

    @property
    def moment(self) -> datetime:
        """Return when it ran."""
        return datetime.fromtimestamp(self.at, UTC)


def keep(transaction: Transaction, found: Audit, now: datetime) -> None:
    """Keep what an audit found until the next one."""
    kept = Kept(at=int(now.timestamp()), orders=found.orders, transfers=found.transfers, parts=found.parts)
    transaction.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        _KEY,
        msgspec.json.encode(kept).decode(),
    )


def find_last(transaction: Transaction) -> Kept | None:
    """Return the audit that was kept last, or None."""
    row = transaction.find("SELECT value FROM meta WHERE key = ?", _KEY)
    return msgspec.json.decode(row[0], type=Kept) if row else None


def _found(transaction: Transaction) -> list[tuple[str, str]]:
    """Return every difference with the part it belongs to."""
    found = [("stock", each) for each in stock.differences(transaction)]
    found += [("ledger", each) for each in funds.differences(transaction)]
    found += [("guards", each) for each in checks.unguarded(transaction)]
    found += [("promotions", each) for each in (*uses.differences(transaction), *groups.differences(transaction))]
    for sentence, query in {**_CHECKS, **checks.CHECKS}.items():
        part = next((name for name, word in _ABOUT if word in sentence), "orders")
        found += [(part, sentence.format(*row)) for row in transaction.all(query)]
    return found


def report(transaction: Transaction) -> Audit:
    """Hold everything against everything."""
    found = _found(transaction)
    counts = transaction.find("SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM transfer)") or (0, 0)
    waiting = transaction.all(
        "SELECT f.kind, f.gateway, f.reference, f.amount, f.currency, o.number FROM finding f "
        "LEFT JOIN orders o ON o.id = f.order_id WHERE f.settled_at IS NULL ORDER BY f.id"
    )
    return Audit(
        orders=int(counts[0]),
        transfers=int(counts[1]),
        differences=tuple(sentence for _, sentence in found),
        parts=tuple(
            Part(name=name, differences=tuple(sentence for part, sentence in found if part == name)) for name in PARTS
        ),
        waiting=tuple(
            f"{kind}: {money.plain(amount, currency)} {currency} from {gateway}, reference {reference}"
            + (f", order {number}" if number else "")
            for kind, gateway, reference, amount, currency, number in waiting
        )
        + tuple(funds.below_zero(transaction)),
    )
