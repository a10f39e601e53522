"""Funds in the console: what there is, how it came, withdrawals, bills held against the shop, and the books.

Every figure is read from the ledger; what moves money asks the functions that the commands ask.
"""

from runtime.web.areas.funds import books, coming, flow, overview, reconciling, waiting, withdrawals

BLUEPRINTS = (
    overview.blueprint,
    flow.blueprint,
    coming.blueprint,
    withdrawals.blueprint,
    reconciling.blueprint,
    waiting.blueprint,
    books.blueprint,
)
