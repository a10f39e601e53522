"""What a buyer reads about goods and money: lines with pictures, and the rows that lead to the total."""

from collections.abc import Iterable, Iterator

import msgspec

from generator import money
from generator.display import options
from generator.views import Image
from runtime import words
from runtime.orders import Order
from runtime.pricing import Discount, Item, Quote, Step
from runtime.promotions import Applied
from runtime.web.visit import Visit


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of goods, in words; ``note`` says when it leaves if it is pre-ordered.

    ``before`` is what it would cost without promotions, where that is more.
    """

    sku: str
    title: str
    label: str
    image: Image | None
    url: str
    quantity: int
    unit_price: str
    total: str
    before: str = ""
    note: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a sum; ``strong`` marks the total, ``small`` a remark."""

    label: str
    amount: str = ""
    strong: bool = False
    small: bool = False


def lines(
    visit: Visit, items: Iterable[Item], quote: Quote | None, applied: Applied | None = None
) -> tuple[LineView, ...]:
    """Return the lines of a cart in its own order; while there is no quote, at what promotions alone make of them."""
    cart = list(items)
    priced = {line.sku: line.amount for line in quote.lines if not line.gift} if quote else reduced(cart, applied)
    given = list(_gifts(visit, quote)) if quote else []
    pictures = _pictures(visit, [item.product.handle for item in (*cart, *given)])
    bought = tuple(
        LineView(
            sku=item.variant.sku,
            title=item.product.title[visit.locale],
            label=options.label(item.product, item.variant, visit.locale),
            note=options.preorder(item.product, visit.locale),
            image=pictures.get(item.product.handle),
            url=visit.address("product", item.product.handle),
            quantity=item.quantity,
            unit_price=amount(visit, item.variant.price),
            total=amount(visit, priced.get(item.variant.sku, item.amount)),
            before=amount(visit, item.amount) if priced.get(item.variant.sku, item.amount) < item.amount else "",
        )
        for item in cart
    )
    gifts = tuple(
        LineView(
            sku=item.variant.sku,
            title=item.product.title[visit.locale],
            label=options.label(item.product, item.variant, visit.locale),
            note=options.preorder(item.product, visit.locale),
            image=pictures.get(item.product.handle),
            url=visit.address("product", item.product.handle),
            quantity=item.quantity,
            unit_price=amount(visit, 0),
            total=visit.say("summary.gift"),
        )
        for item in given
    )
    return bought + gifts


def _gifts(visit: Visit, quote: Quote) -> Iterator[Item]:
    """Give what comes along for nothing."""
    given = [line for line in quote.lines if line.gift]
    known = visit.catalogue.variants([line.sku for line in given]) if given else {}
    for line in given:
        if line.sku in known:
            product, variant = known[line.sku]
            yield Item(product=product, variant=variant, quantity=line.quantity)


def order_lines(visit: Visit, order: Order) -> tuple[LineView, ...]:
    """Return the lines of an order as they were when it was placed; pictures are those of today, if there are any."""
    pictures = _pictures(visit, [line.product for line in order.lines])
    bought = sum(not line.gift for line in order.quote.lines)
    gifts = range(bought, len(order.lines))
    return tuple(
        LineView(
            sku=line.sku,
            title=line.title,
            label=line.label,
            image=pictures.get(line.product),
            url=visit.address("product", line.product) if line.product in pictures else "",
            quantity=line.quantity,
            unit_price=money.text(line.unit_price, order.currency, visit.locale),
            total=visit.say("summary.gift")
            if position in gifts
            else money.text(line.amount, order.currency, visit.locale),
            before=money.text(line.unit_price * line.quantity, order.currency, visit.locale) if line.discount else "",
        )
        for position, line in enumerate(order.lines)
    )


def reduced(items: Iterable[Item], applied: Applied | None) -> dict[str, int]:
    """Return what the lines of a cart cost under promotions, by sku."""
    ordered = sorted(items, key=lambda item: item.variant.sku)
    given = applied.discounts if applied else ()
    return {
        item.variant.sku: item.amount - sum(each.shares[place] for each in given) for place, item in enumerate(ordered)
    }


def goods(visit: Visit, items: Iterable[Item], applied: Applied) -> tuple[Row, ...]:
    """Return the sum of the goods under promotions, while nothing is known about delivery."""
    total, taken = sum(item.amount for item in items), sum(each.amount for each in applied.discounts)
    found = [Row(label=visit.say("summary.goods"), amount=amount(visit, total))]
    found += discounts(visit, applied.discounts)
    found += extras(visit, applied.trace)
    if taken:
        found.append(Row(label=visit.say("cart.subtotal"), amount=amount(visit, total - taken), strong=True))
    return (*found, Row(label=visit.say("summary.delivery"), amount=visit.say("checkout.fee_later")))


def rows(visit: Visit, quote: Quote) -> tuple[Row, ...]:
    """Return the sum of a quote, row by row, down to the total."""

    def text(value: int) -> str:
        return money.text(value, quote.currency, visit.locale)

    found = [Row(label=visit.say("summary.goods"), amount=text(quote.goods))]
    found += discounts(visit, quote.discounts)
    found += extras(visit, quote.trace)
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


def discounts(visit: Visit, given: Iterable[Discount]) -> list[Row]:
    """Return what promotions take off, each by its name; what the merchant took off by hand has none."""
    return [
        Row(
            label=each.name.get(visit.locale) or visit.say("summary.discount"),
            amount=money.text(-each.amount, visit.terms.currency, visit.locale),
        )
        for each in given
        if each.amount
    ]


def extras(visit: Visit, trace: Iterable[Step]) -> list[Row]:
    """Return what else promotions give: gifts and free delivery."""
    return [
        Row(label=words.step(step, visit.terms.currency, visit.locale, visit.terms.timezone), small=True)
        for step in trace
        if step.code in {"promotion-gift", "promotion-delivery"}
    ]


def reasons(visit: Visit, quote: Quote) -> tuple[str, ...]:
    """Return why a price is what it is, sentence by sentence; the lines themselves stand beside it, by their names."""
    zone = visit.terms.timezone
    return tuple(words.step(step, quote.currency, visit.locale, zone) for step in quote.trace if step.code != "line")


def amount(visit: Visit, value: int) -> str:
    """Write an amount of the shop's currency in the visit's language."""
    return money.text(value, visit.terms.currency, visit.locale)


def _pictures(visit: Visit, handles: list[str]) -> dict[str, Image | None]:
    cards = visit.catalogue.cards(visit.locale, dict.fromkeys(handles))
    return {card.handle: card.image for card in cards}
