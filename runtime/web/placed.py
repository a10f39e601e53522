"""The order behind a secret address, in the language it was placed in."""

from flask import abort

from runtime import orders
from runtime.orders import Order
from runtime.web.failures import limit
from runtime.web.visit import Visit, visit

_SHORTEST_TOKEN = 22
"""128 bits in the alphabet of tokens; nothing shorter was ever given out."""


def get(token: str) -> tuple[Visit, Order]:
    """Return the order of an address; any other address is unknown, whatever it looks like (404)."""
    limit("order")
    here = visit()
    found = orders.find_by_token(here.shopfront.database, token) if len(token) >= _SHORTEST_TOKEN else None
    if found is None:
        abort(404)
    return here.in_locale(found.locale), found
