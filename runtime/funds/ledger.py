"""THE MONEY LEDGER: append-only transfers from one account to another, and beside it what each account holds.

A transfer takes from one account what it gives to another, so all balances add up to nothing. Each posting names its
event and reference: posting it again changes nothing. The balances are changed in the transaction of their transfers,
last of all and in the order of their names, so that nobody waits for another in a circle.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from runtime.database import Transaction
from runtime.refusals import Code, Refusal


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer: ``amount`` goes to ``debit`` and comes from ``credit``; an amount of 0 is not written."""

    debit: str
    credit: str
    amount: int


class Where(msgspec.Struct, frozen=True):
    """The currency and the moment of a posting."""

    currency: str
    now: datetime


class Changes:
    """What a unit of work moves: added to the balances at its end, in the order of their names."""

    def __init__(self) -> None:
        self.amounts: dict[tuple[str, str], int] = {}
        self.floors: dict[tuple[str, str], int] = {}

    def add(self, account: str, currency: str, amount: int) -> None:
        """Add to an account."""
        self.amounts[account, currency] = self.amounts.get((account, currency), 0) + amount

    def __call__(self, transaction: Transaction) -> None:
        """Write the balances; raise Refusal (funds-too-low) where one would fall below its floor."""
        keys = sorted(self.amounts)
        if not keys:
            return
        if not self.floors:
            _add(transaction, [(*key, self.amounts[key]) for key in keys])
            return
        for key in keys:
            change = self.amounts[key]
            if key not in self.floors:
                _add(transaction, [(*key, change)])
            elif not transaction.run(_GUARDED, change, *key, change, self.floors[key]):
                raise Refusal(Code.FUNDS_TOO_LOW, account=key[0], left=0, currency=key[1])


_GUARDED = "UPDATE balance SET amount = amount + ? WHERE account = ? AND currency = ? AND amount + ? >= ?"


def _add(transaction: Transaction, rows: list[tuple[str, str, int]]) -> None:
    transaction.run(
        f"INSERT INTO balance (account, currency, amount) VALUES {', '.join(['(?, ?, ?)'] * len(rows))} "  # noqa: S608
        "ON CONFLICT (account, currency) DO UPDATE SET amount = balance.amount + excluded.amount",
        *[value for row in rows for value in row],
    )


def post(
    transaction: Transaction, event: str, reference: str, entries: Iterable[Entry], order: int | None, where: Where
) -> None:
    """Write the transfers of an event; those that stand there already are left alone."""
    at, values = int(where.now.timestamp()), []
    for entry in entries:
        if entry.amount:
            values += [event, reference, entry.debit, entry.credit, entry.amount, where.currency, order, at]
    if not values:
        return
    marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * (len(values) // 8))
    written = transaction.all(
        "INSERT INTO transfer (event, reference, debit, credit, amount, currency, order_id, at) "  # noqa: S608
        f"VALUES {marks} ON CONFLICT DO NOTHING RETURNING debit, credit, amount",
        *values,
    )
    changes = transaction.ending(Changes)
    for debit, credit, amount in written:
        changes.add(debit, where.currency, amount)
        changes.add(credit, where.currency, -amount)


def is_posted(transaction: Transaction, event: str, reference: str) -> bool:
    """Tell whether an event stands in the ledger."""
    return transaction.find("SELECT 1 FROM transfer WHERE event = ? AND reference = ?", event, reference) is not None


def balance(transaction: Transaction, account: str, currency: str) -> int:
    """Return what an account holds, with what this unit of work has moved; debits count up."""
    row = transaction.find("SELECT amount FROM balance WHERE account = ? AND currency = ?", account, currency)
    moved = transaction.ending(Changes).amounts.get((account, currency), 0)
    return (int(row[0]) if row else 0) + moved


def balances(transaction: Transaction) -> dict[tuple[str, str], int]:
    """Return the balance of each (account, currency); debits count up."""
    rows = transaction.all("SELECT account, currency, amount FROM balance ORDER BY account, currency")
    return {(account, currency): int(amount) for account, currency, amount in rows}


def guarded(transaction: Transaction, account: str, currency: str, floor: int) -> None:
    """Let this unit of work fail rather than take an account below ``floor``."""
    transaction.ending(Changes).floors[account, currency] = floor


def locked(transaction: Transaction, accounts: Iterable[str], currency: str) -> dict[str, int]:
    """Return what some accounts hold, and let nobody else change them until this unit is done."""
    names = sorted(accounts)
    for name in names:
        transaction.run(
            "INSERT INTO balance (account, currency, amount) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", name, currency
        )
    rows = transaction.all(
        f"SELECT account, amount FROM balance WHERE currency = ? AND account IN ({', '.join('?' * len(names))}) "  # noqa: S608
        f"ORDER BY account{' FOR UPDATE' if transaction.postgres else ''}",
        currency,
        *names,
    )
    moved = transaction.ending(Changes).amounts
    return {account: int(amount) + moved.get((account, currency), 0) for account, amount in rows}


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


def sums(transaction: Transaction) -> Mapping[tuple[str, str], int]:
    """Return what the transfers of each (account, currency) add up to."""
    rows = transaction.all(
        "SELECT account, currency, SUM(amount) FROM ("
        "SELECT debit AS account, currency, SUM(amount) AS amount FROM transfer GROUP BY debit, currency "
        "UNION ALL SELECT credit, currency, -SUM(amount) FROM transfer GROUP BY credit, currency) AS side "
        "GROUP BY account, currency ORDER BY account, currency"
    )
    return {(account, currency): int(total) for account, currency, total in rows}
