"""THE ENGINE OF PROMOTIONS: promotions + items + circumstances → what is taken off, given along, and why.

Pure: no database, no clock. ``apply`` is all of it; docs/guides/promotion-algorithm.md tells its rules.
"""

from runtime.promotions.circumstances import NOTHING, Circumstances, Customer, Used
from runtime.promotions.engine import apply
from runtime.promotions.values import Applied, Discount, Gift, Item, Step

__all__ = ["NOTHING", "Applied", "Circumstances", "Customer", "Discount", "Gift", "Item", "Step", "Used", "apply"]
