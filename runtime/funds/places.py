"""Where an order's money lies, and how much of it may still go back."""

from runtime.database import Transaction
from runtime.funds.accounts import BANK, available, pending
from runtime.funds.ledger import balance, of_order


def source(transaction: Transaction, order: int | None, gateway: str, currency: str) -> str:
    """Return the account that money of an order goes back from.

    At its gateway it is pending, and available once the order is settled; what came by transfer or at the door lies
    in the bank.
    """
    held = pending(gateway)
    if order is None:
        return held if _has_held(transaction, gateway, currency) else BANK
    came = transaction.find(
        "SELECT 1 FROM transfer WHERE order_id = ? AND debit = ? AND currency = ? LIMIT 1", order, held, currency
    )
    if came is None:
        return BANK
    settled = is_settled(transaction, order) and of_order(transaction, order, held, currency) <= 0
    return available(gateway) if settled else held


def spare(transaction: Transaction, gateway: str, currency: str, amount: int) -> str:
    """Return the account at a gateway that can give an amount which belongs to no order."""
    for account in (available(gateway), pending(gateway)):
        if balance(transaction, account, currency) >= amount:
            return account
    return available(gateway)


def _has_held(transaction: Transaction, gateway: str, currency: str) -> bool:
    key = (pending(gateway), currency)
    return transaction.find("SELECT 1 FROM balance WHERE account = ? AND currency = ?", *key) is not None


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
