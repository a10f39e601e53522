"""Which transfers an event makes: how an order's money is made up, and where each part of it goes."""

import msgspec

from runtime.funds.accounts import DELIVERY, DISCOUNTS, SALES, TAX
from runtime.funds.ledger import Entry
from runtime.pricing import Quote


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """How an order's money is made up: list prices without tax, discount, delivery without tax, and the tax."""

    goods: int
    discount: int
    delivery: int
    tax: int


def parts(quote: Quote) -> Sale:
    """Return how the money of a price is made up, without the taxes that prices include."""
    inside = quote.tax if quote.tax_included else 0
    on_delivery = quote.delivery_tax if quote.tax_included else 0
    return Sale(
        goods=quote.goods - (inside - on_delivery),
        discount=quote.discount,
        delivery=quote.delivery - on_delivery,
        tax=quote.tax,
    )


def sale(source: str, parts: Sale) -> list[Entry]:
    """Return the transfers of an order whose money is now in ``source``."""
    return [
        Entry(debit=source, credit=SALES, amount=parts.goods - parts.discount),
        Entry(debit=DISCOUNTS, credit=SALES, amount=parts.discount),
        Entry(debit=source, credit=DELIVERY, amount=parts.delivery),
        Entry(debit=source, credit=TAX, amount=parts.tax),
    ]
