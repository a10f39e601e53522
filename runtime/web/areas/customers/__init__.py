"""Customers in the console: the list, a page for each, what is written about them, and what the law owes them.

Whoever may only see customers sees their contacts masked; what it takes to ship an order stands at the order.
"""

from runtime.web.areas.customers import changes, forgetting, listing, page

BLUEPRINTS = (listing.blueprint, page.blueprint, changes.blueprint, forgetting.blueprint)
