"""Orders in the console: the list, an order's page, and everything that can be done with it.

Each step asks the functions that the commands ask, under the name of who does it; what the domain refuses is told in
words where it was tried.
"""

from runtime.web.areas.orders import cases, changes, listing, page, paying, refunding, shipping

BLUEPRINTS = (
    listing.blueprint,
    page.blueprint,
    shipping.blueprint,
    paying.blueprint,
    refunding.blueprint,
    changes.blueprint,
    cases.blueprint,
)
