"""Placing an order: the server prices everything, and one transaction writes order, lines, history, stock and outbox."""

from datetime import datetime

import msgspec

from runtime.orders import Order, Placement
from runtime.pricing import Quote
from runtime.refusals import Code, Refusal
from runtime.till import Till

MAXIMUM_QUANTITY = 999
MAXIMUM_LINES = 200


class PriceChangedRefusal(Refusal):
    """The total is another one than the buyer agreed to; ``quote`` is the new one to show."""

    def __init__(self, expected: int, quote: Quote) -> None:
        super().__init__(Code.PRICE_CHANGED, expected=expected, total=quote.total, currency=quote.currency)
        self.quote = quote


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The order of a form; ``created`` is False when the same form was sent again."""

    order: Order
    created: bool


def quantity(text: str) -> int:
    """Read a quantity as a form sends it: a whole number from 1 to 999; raise Refusal (quantity-invalid)."""
    raise NotImplementedError


def quote(till: Till, placement: Placement, now: datetime) -> Quote:
    """Price a placement as ``place`` would, without placing it; raises the same refusals except price-changed."""
    raise NotImplementedError


def place(till: Till, placement: Placement, now: datetime) -> Placed:
    """Place the order, whole or not at all."""
    raise NotImplementedError
