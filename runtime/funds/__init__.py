"""THE FUNDS: an append-only ledger of transfers between accounts, and what an event moves between which of them.

``post`` writes an event's transfers once; ``sale`` makes those of an order's money; ``balances`` and ``differences``
are for the audit.
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
from runtime.funds.ledger import Entry, Where, balances, differences, of_order, post
from runtime.funds.postings import Sale, parts, sale

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
    "balances",
    "differences",
    "disputed",
    "of_order",
    "parts",
    "pending",
    "post",
    "sale",
    "withdrawing",
]
