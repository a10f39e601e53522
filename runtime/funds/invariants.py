"""What must hold of the ledger at every moment; a sentence for each thing that does not."""

from generator import money
from runtime.database import Transaction
from runtime.funds.accounts import BANK, DELIVERY, RECEIVABLE, REFUNDS_DUE, SALES, TAX
from runtime.funds.ledger import balances, sums

_OWED = {REFUNDS_DUE, SALES, DELIVERY, TAX}
"""Accounts that count down: what we owe or earned."""
_SIDES = {"pending": ("fee", "dispute-opened"), "available": ("fee", "dispute-opened", "refunded", "unsettled")}
"""What the provider takes without asking, even below zero; an order whose fees are more than its money is unsettled."""


def differences(transaction: Transaction) -> list[str]:
    """Return what is wrong with the balances: the table against the transfers, their sum, and their floors."""
    held, summed = balances(transaction), sums(transaction)
    found = [
        f"{account} holds {_say(held.get((account, currency), 0), currency)}, "
        f"but its transfers add up to {_say(summed.get((account, currency), 0), currency)}"
        for account, currency in sorted(held.keys() | summed.keys())
        if held.get((account, currency), 0) != summed.get((account, currency), 0)
    ]
    for currency in sorted({currency for _, currency in held}):
        total = sum(amount for (_, each), amount in held.items() if each == currency)
        if total:
            found.append(f"all balances in {currency} add up to {_say(total, currency)} instead of nothing")
    return found + _wrong_sides(transaction, held)


def _wrong_sides(transaction: Transaction, held: dict[tuple[str, str], int]) -> list[str]:
    """Return the balances on the wrong side of nothing."""
    found = []
    for (account, currency), amount in held.items():
        if account in _OWED and amount > 0:
            found.append(f"{account} is {_say(amount, currency)}: it must not be above zero")
        if (account in {BANK, RECEIVABLE} or account.startswith("gateway.")) and amount < 0:
            taken = _SIDES.get(account.rpartition(".")[2], ())
            if amount + _taken(transaction, account, currency, taken) < 0:
                found.append(f"{account} is {_say(amount, currency)}: it must not be below zero")
    return found


def below_zero(transaction: Transaction) -> list[str]:
    """Return the accounts at gateways that their fees, disputes and refunds have taken below zero: shown, not wrong."""
    return [
        f"{account} is {_say(amount, currency)}: nothing can be withdrawn until it is above zero again"
        for (account, currency), amount in balances(transaction).items()
        if account.startswith("gateway.") and amount < 0
    ]


def _taken(transaction: Transaction, account: str, currency: str, events: tuple[str, ...]) -> int:
    """Return what events took from an account."""
    if not events:
        return 0
    row = transaction.find(
        f"SELECT COALESCE(SUM(amount), 0) FROM transfer WHERE event IN ({', '.join('?' * len(events))}) "  # noqa: S608
        "AND credit = ? AND currency = ?",
        *events,
        account,
        currency,
    )
    return int(row[0]) if row else 0


def _say(amount: int, currency: str) -> str:
    return f"{money.plain(amount, currency)} {currency}"
