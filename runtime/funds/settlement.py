"""Settlement: the money of an order that nobody can give back any more becomes available, once.

``due`` lists the orders, ``settle`` moves one, ``settle_rest`` moves what came to an order afterwards (a fee, say).
Money that came by transfer or at the door is in the bank from the beginning, so there is nothing to move.
"""

from collections.abc import Callable
from datetime import datetime

from runtime.database import Database, Transaction
from runtime.funds.accounts import REFUNDS_DUE, SUSPENSE, available, pending
from runtime.funds.ledger import Where, balance, of_order, post
from runtime.funds.postings import entries

PAGE = 100
ADVANCED = "advanced"
RETURNED = "advance-returned"


def settle_due(database: Database, now: datetime, is_open: Callable[[Transaction, int], bool]) -> int:
    """Settle every order that is over; ``is_open`` says of which an after-sale is not. Return how many were settled."""
    done, after = 0, 0
    while True:
        found = database.read(lambda transaction, after=after: due(transaction, after))  # type: ignore[misc]
        for order in found:
            done += database.write(lambda transaction, order=order: _settle_closed(transaction, order, is_open, now))  # type: ignore[misc]
            after = order
        if len(found) < PAGE:
            return done


def due(transaction: Transaction, after: int = 0) -> list[int]:
    """Return orders that are over and not settled, in the order of their ids."""
    rows = transaction.all(
        "SELECT id FROM orders WHERE settled_at IS NULL AND state IN ('completed', 'returned', 'refunded') AND id > ? "
        "ORDER BY id LIMIT ?",
        after,
        PAGE,
    )
    return [int(row[0]) for row in rows]


def _settle_closed(
    transaction: Transaction, order: int, is_open: Callable[[Transaction, int], bool], now: datetime
) -> bool:
    return not is_open(transaction, order) and settle(transaction, order, now)


def settle(transaction: Transaction, order: int, now: datetime) -> bool:
    """Make an order's money available; False if that was done already."""
    if not transaction.run(
        "UPDATE orders SET settled_at = ? WHERE id = ? AND settled_at IS NULL", int(now.timestamp()), order
    ):
        return False
    _move(transaction, order, now)
    return True


def settle_rest(transaction: Transaction, order: int, now: datetime) -> None:
    """Make available what is left with an order that is settled or cancelled, once nothing is owed of it."""
    if transaction.postgres:
        transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", order)
    row = transaction.find(
        "SELECT currency FROM orders WHERE id = ? AND (settled_at IS NOT NULL OR state = 'cancelled')", order
    )
    if row is None or any(of_order(transaction, order, account, row[0]) for account in (REFUNDS_DUE, SUSPENSE)):
        return
    transaction.run("UPDATE orders SET settled_at = COALESCE(settled_at, ?) WHERE id = ?", int(now.timestamp()), order)
    _move(transaction, order, now)


def _move(transaction: Transaction, order: int, now: datetime) -> None:
    """Move what an order has pending at each gateway; more fees than money go the other way."""
    for gateway, currency, net in _held(transaction, order):
        count = transaction.find(
            "SELECT COUNT(*) FROM transfer WHERE event IN ('settled', 'unsettled') AND order_id = ?", order
        )
        reference = f"{order}:{gateway}:{(int(count[0]) if count else 0) + 1}"
        event = "settled" if net > 0 else "unsettled"
        where = Where(currency, now)
        post(transaction, event, reference, entries(event, abs(net), gateway=gateway), order, where)
        back = min(net, lent(transaction, gateway, currency))
        if back > 0:
            post(transaction, RETURNED, reference, entries("unsettled", back, gateway=gateway), None, where)


def _held(transaction: Transaction, order: int) -> list[tuple[str, str, int]]:
    """Return the gateway, the currency and the amount of what an order has pending."""
    rows = transaction.all(
        "SELECT account, currency, SUM(amount) FROM (SELECT debit AS account, currency, amount FROM transfer "
        "WHERE order_id = ? UNION ALL SELECT credit, currency, -amount FROM transfer WHERE order_id = ?) AS side "
        "WHERE account LIKE 'gateway.%.pending' GROUP BY account, currency HAVING SUM(amount) <> 0 "
        "ORDER BY account, currency",
        order,
        order,
    )
    return [(account.split(".")[1], currency, int(net)) for account, currency, net in rows]


def lent(transaction: Transaction, gateway: str, currency: str) -> int:
    """Return what a gateway has paid out of money that was still pending here, and that settlement will give back."""
    row = transaction.find(
        "SELECT COALESCE(SUM(CASE WHEN event = ? THEN amount ELSE -amount END), 0) FROM transfer "
        "WHERE event IN (?, ?) AND currency = ? AND ? IN (debit, credit)",
        ADVANCED,
        ADVANCED,
        RETURNED,
        currency,
        available(gateway),
    )
    return int(row[0]) if row else 0


def lend(transaction: Transaction, gateway: str, amount: int, reference: str, where: Where) -> None:
    """Make so much of the pending money available that a payout the gateway made by itself is covered."""
    missing = amount - balance(transaction, available(gateway), where.currency)
    pool = balance(transaction, pending(gateway), where.currency)
    if min(missing, pool) > 0:
        moved = entries("settled", min(missing, pool), gateway=gateway)
        post(transaction, ADVANCED, reference, moved, None, where)
