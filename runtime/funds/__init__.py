"""THE FUNDS: an append-only ledger of transfers between accounts, and what an event moves between which of them.

``post`` writes an event's transfers once; ``sale`` makes those of an order's money; ``balances`` and ``differences``
are for the audit. ``source`` says where an order's money lies, ``refundable`` how much of it may go back.
"""

from runtime.funds.accounts import (
    BANK,
    CHARGEBACKS,
    DELIVERY,
    DISCOUNTS,
    FEES,
    RECEIVABLE,
    REFUNDS,
    REFUNDS_DUE,
    SALES,
    SUSPENSE,
    TAX,
    available,
    disputed,
    pending,
    withdrawing,
)
from runtime.funds.invariants import below_zero, differences
from runtime.funds.ledger import Entry, Where, balance, balances, of_order, post, sums
from runtime.funds.places import is_settled, refundable, source, spare
from runtime.funds.postings import Sale, entries, parts, sale

__all__ = [
    "BANK",
    "CHARGEBACKS",
    "DELIVERY",
    "DISCOUNTS",
    "FEES",
    "RECEIVABLE",
    "REFUNDS",
    "REFUNDS_DUE",
    "SALES",
    "SUSPENSE",
    "TAX",
    "Entry",
    "Sale",
    "Where",
    "available",
    "balance",
    "balances",
    "below_zero",
    "differences",
    "disputed",
    "entries",
    "is_settled",
    "of_order",
    "parts",
    "pending",
    "post",
    "refundable",
    "sale",
    "source",
    "spare",
    "sums",
    "withdrawing",
]
