"""Which transfers an event makes: one table of rules, and how an order's money is made up."""

from collections.abc import Mapping

import msgspec

from runtime.funds.accounts import BANK, CHARGEBACKS, DELIVERY, DISCOUNTS, FEES, SALES, TAX
from runtime.funds.ledger import Entry
from runtime.pricing import Quote

_PENDING = "gateway.{gateway}.pending"
_AVAILABLE = "gateway.{gateway}.available"
_WITHDRAWING = "gateway.{gateway}.withdrawing"
_DISPUTED = "gateway.{gateway}.disputed"
RULES: dict[str, tuple[tuple[str, str, str], ...]] = {
    # event: (debit, credit, which amount); {source} is where the order's money lies
    "sale": (
        ("{source}", SALES, "net"),
        (DISCOUNTS, SALES, "discount"),
        ("{source}", DELIVERY, "delivery"),
        ("{source}", TAX, "tax"),
    ),
    "fee": ((FEES, "{source}", "amount"),),
    "fee-returned": (("{source}", FEES, "amount"),),
    "settled": ((_AVAILABLE, _PENDING, "amount"),),
    "unsettled": ((_PENDING, _AVAILABLE, "amount"),),
    "withdrawal": ((_WITHDRAWING, _AVAILABLE, "amount"),),
    "withdrawal-paid": ((BANK, _WITHDRAWING, "net"), (FEES, _WITHDRAWING, "fee")),
    "withdrawal-failed": ((_AVAILABLE, _WITHDRAWING, "amount"),),
    "withdrawal-bounced": ((_AVAILABLE, BANK, "net"),),
    "dispute-opened": ((_DISPUTED, "{source}", "amount"),),
    "dispute-won": (("{source}", _DISPUTED, "amount"),),
    "dispute-lost": ((CHARGEBACKS, _DISPUTED, "amount"),),
}


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
    amounts = {
        "net": parts.goods - parts.discount,
        "discount": parts.discount,
        "delivery": parts.delivery,
        "tax": parts.tax,
    }
    return entries("sale", amounts, source=source)


def entries(event: str, amounts: int | Mapping[str, int], **places: str) -> list[Entry]:
    """Return the transfers of an event; ``places`` name its gateway, and the source where the rule asks for one."""
    given = {"amount": amounts} if isinstance(amounts, int) else amounts
    return [
        Entry(debit=debit.format_map(places), credit=credit.format_map(places), amount=given[what])
        for debit, credit, what in RULES[event]
    ]
