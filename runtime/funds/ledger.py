"""THE MONEY LEDGER: append-only transfers from one account to another.

A balance is a sum, and all of them add up to nothing.

Each posting names its event and reference, so that posting it again changes nothing. ``balances`` and ``differences``
are for the audit.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from runtime.database import Transaction
from runtime.funds.accounts import BANK, DELIVERY, RECEIVABLE, REFUNDS_DUE, SALES, SUSPENSE, TAX


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer: ``amount`` goes to ``debit`` and comes from ``credit``; an amount of 0 is not written."""

    debit: str
    credit: str
    amount: int


class Where(msgspec.Struct, frozen=True):
    """The currency and the moment of a posting."""

    currency: str
    now: datetime


def post(
    transaction: Transaction, event: str, reference: str, entries: Iterable[Entry], order: int | None, where: Where
) -> None:
    """Write the transfers of an event; those that stand there already are left alone."""
    for entry in entries:
        if entry.amount:
            transaction.run(
                "INSERT INTO transfer (event, reference, debit, credit, amount, currency, order_id, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                event,
                reference,
                entry.debit,
                entry.credit,
                entry.amount,
                where.currency,
                order,
                int(where.now.timestamp()),
            )


def balances(transaction: Transaction) -> dict[tuple[str, str], int]:
    """Return the balance of each (account, currency); debits count up."""
    rows = transaction.all(
        "SELECT account, currency, SUM(amount) FROM ("
        "SELECT debit AS account, currency, amount FROM transfer "
        "UNION ALL SELECT credit, currency, -amount FROM transfer) AS side GROUP BY account, currency "
        "ORDER BY account, currency"
    )
    return {(account, currency): int(total) for account, currency, total in rows}


def of_order(transaction: Transaction, order: int, account: str, currency: str) -> int:
    """Return what an order has moved into an account, in one currency."""
    row = transaction.find(
        "SELECT COALESCE(SUM(CASE WHEN debit = ? THEN amount ELSE -amount END), 0) FROM transfer "
        "WHERE order_id = ? AND currency = ? AND (debit = ? OR credit = ?)",
        account,
        order,
        currency,
        account,
        account,
    )
    return int(row[0]) if row else 0


def differences(transaction: Transaction) -> list[str]:
    """Return what is wrong with the balances.

    Liabilities and income never on the wrong side, orders' income equal to their money.
    """
    found = [
        f"{account} is {total} {currency}: it must not be above zero"
        for (account, currency), total in balances(transaction).items()
        if account in {SUSPENSE, REFUNDS_DUE, SALES, DELIVERY, TAX} and total > 0
    ]
    found += [
        f"{account} is {total} {currency}: it must not be below zero"
        for (account, currency), total in balances(transaction).items()
        if (account in {BANK, RECEIVABLE} or account.startswith("gateway.")) and total < 0
    ]
    return found
