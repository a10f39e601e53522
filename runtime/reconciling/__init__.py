"""RECONCILING: a provider's books of a day held against the shop's, row by row, once.

``reconcile(till, gateway, day, now)`` fetches the bill; ``take(database, bill, now)`` judges one that is there;
``reconcile_due`` reads yesterday's by itself; ``bank.take`` reads a bank's statement. Each row is kept with what it
came to; running it again changes nothing. A payment whose notice was lost is found here at the latest, so this belongs
to being right and not to reporting.
"""

from runtime.reconciling.books import reconcile, take
from runtime.reconciling.nightly import reconcile_due
from runtime.reconciling.values import Difference, Outcome, Problem, Reconciliation, Total

__all__ = ["Difference", "Outcome", "Problem", "Reconciliation", "Total", "reconcile", "reconcile_due", "take"]
