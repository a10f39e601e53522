"""What a buyer reads about goods and money: lines with pictures, and the rows that lead to the total."""

from collections.abc import Iterable

import msgspec

from generator import money
from generator.display import options
from generator.views import Image
from runtime.orders import Order
from runtime.pricing import Item, Quote
from runtime.web.visit import Visit


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of goods, in words; ``note`` is what the law wants said about it."""

    sku: str
    title: str
    label: str
    image: Image | None
    url: str
    quantity: int
    unit_price: str
    total: str
    note: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a sum; ``strong`` marks the total, ``small`` a remark."""

    label: str
    amount: str = ""
    strong: bool = False
    small: bool = False


def lines(visit: Visit, items: Iterable[Item], quote: Quote | None) -> tuple[LineView, ...]:
    """Return the lines of a cart in its own order, at list prices while there is no quote."""
    priced = {line.sku: line.amount for line in quote.lines} if quote else {}
    cart = list(items)
    pictures = _pictures(visit, [item.product.handle for item in cart])
    return tuple(
        LineView(
            sku=item.variant.sku,
            title=item.product.title[visit.locale],
            label=options.label(item.product, item.variant, visit.locale),
            image=pictures.get(item.product.handle),
            url=visit.address("product", item.product.handle),
            quantity=item.quantity,
            unit_price=amount(visit, item.variant.price),
            total=amount(visit, priced.get(item.variant.sku, item.amount)),
        )
        for item in cart
    )


def order_lines(visit: Visit, order: Order) -> tuple[LineView, ...]:
    """Return the lines of an order as they were when it was placed; pictures are those of today, if there are any."""
    pictures = _pictures(visit, [line.product for line in order.lines])
    return tuple(
        LineView(
            sku=line.sku,
            title=line.title,
            label=line.label,
            image=pictures.get(line.product),
            url=visit.address("product", line.product) if line.product in pictures else "",
            quantity=line.quantity,
            unit_price=money.text(line.unit_price, order.currency, visit.locale),
            total=money.text(line.amount, order.currency, visit.locale),
        )
        for line in order.lines
    )


def goods(visit: Visit, items: Iterable[Item]) -> tuple[Row, ...]:
    """Return the sum of the goods alone, while nothing is known about delivery."""
    total = amount(visit, sum(item.amount for item in items))
    later = Row(label=visit.say("summary.delivery"), amount=visit.say("checkout.fee_later"))
    return Row(label=visit.say("summary.goods"), amount=total), later


def rows(visit: Visit, quote: Quote) -> tuple[Row, ...]:
    """Return the sum of a quote, row by row, down to the total."""

    def text(value: int) -> str:
        return money.text(value, quote.currency, visit.locale)

    found = [Row(label=visit.say("summary.goods"), amount=text(quote.goods))]
    if quote.discount:
        found.append(Row(label=visit.say("summary.discount"), amount=text(-quote.discount)))
    if quote.method:
        found.append(
            Row(
                label=visit.say("summary.delivery"),
                amount=text(quote.delivery) if quote.delivery else visit.say("summary.free"),
            )
        )
    if quote.tax and not quote.tax_included:
        found.append(Row(label=visit.say("summary.tax_added"), amount=text(quote.tax)))
    found.append(Row(label=visit.say("summary.total"), amount=text(quote.total), strong=True))
    if quote.tax and quote.tax_included:
        found.append(Row(label=visit.say("summary.tax_included_plain"), amount=text(quote.tax), small=True))
    return tuple(found)


def amount(visit: Visit, value: int) -> str:
    """Write an amount of the shop's currency in the visit's language."""
    return money.text(value, visit.terms.currency, visit.locale)


def _pictures(visit: Visit, handles: list[str]) -> dict[str, Image | None]:
    cards = visit.catalogue.cards(visit.locale, dict.fromkeys(handles))
    return {card.handle: card.image for card in cards}
