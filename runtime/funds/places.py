"""Where an order's money lies, and how much of it may still go back."""

from runtime.database import Transaction
from runtime.funds.accounts import BANK, available, pending


def source(transaction: Transaction, order: int | None, gateway: str, currency: str) -> str:
    """Return the account that money of an order goes back from.

    At its gateway it is pending, and available once the order is settled; what came by transfer or at the door lies
    in the bank.
    """
    held = pending(gateway)
    if order is None:
        return held
    came = transaction.find(
        "SELECT 1 FROM transfer WHERE order_id = ? AND debit = ? AND currency = ? LIMIT 1", order, held, currency
    )
    if came is None:
        return BANK
    return available(gateway) if is_settled(transaction, order) else held


def is_settled(transaction: Transaction, order: int) -> bool:
    """Tell whether an order's money has become available."""
    row = transaction.find("SELECT settled_at FROM orders WHERE id = ?", order)
    return row is not None and row[0] is not None


def refundable(transaction: Transaction, order: int) -> int:
    """Return how much of an order's money may still be sent back.

    That is what was paid, less what was refunded or asked to be, less what buyers took back through their bank: money
    that is disputed or lost is never refunded a second time.
    """
    row = transaction.find("SELECT paid - refunded - disputed FROM orders WHERE id = ?", order)
    return max(0, int(row[0])) if row else 0
