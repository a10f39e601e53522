"""What a cart costs: terms + items + destination + delivery method + circumstances → Quote, with a trace of why.

Pure: no database, no clock.

``quote(terms, items, destination, method, circumstances)`` is the only price that is ever charged; ``offers`` lists
the delivery methods that serve a cart, ``needs_delivery`` says whether one is needed. Every amount is integer minor
units of the shop's currency. Tax is rounded per line, then summed. Lines are priced in the order of their skus, so
the order in the cart changes nothing.
"""

from collections.abc import Sequence

import msgspec

from generator import delivery, money
from generator.delivery import Fee, Load, NotServedError, Place
from generator.shop import DeliveryKind, DeliveryMethod, Tax, Terms, Value
from runtime import promotions
from runtime import tax as taxes
from runtime.promotions import NOTHING, Applied, Circumstances, Gift
from runtime.promotions import Discount as Discount  # noqa: PLC0414  shown to others from here
from runtime.promotions import Item as Item  # noqa: PLC0414  shown to others from here
from runtime.promotions import Step as Step  # noqa: PLC0414  shown to others from here
from runtime.refusals import Code, Refusal

MAXIMUM_TOTAL = 10**15


class Destination(Value, frozen=True, kw_only=True):
    """Where goods go and which taxes hold: ISO country, then names as the buyer chose them (省, 市, 区, or state)."""

    country: str
    region: str = ""
    city: str = ""
    district: str = ""
    postcode: str = ""

    @property
    def place(self) -> Place:
        """Return what zones and taxes look at."""
        return Place(country=self.country, region=self.region, city=self.city, district=self.district)


class QuoteLine(Value, frozen=True, kw_only=True):
    """One line: ``amount`` = unit_price * quantity - discount; ``tax`` is in it or on top.

    ``total`` is what is paid for it. ``gift`` is the promotion that gives the line along, for nothing.
    """

    sku: str
    product: str
    quantity: int
    unit_price: int
    discount: int
    amount: int
    tax_rate: str
    tax: int
    total: int
    gift: str = ""


class Quote(Value, frozen=True, kw_only=True):
    """The whole price: ``total`` = goods - discount + delivery, + tax where prices don't include it.

    ``goods`` are list prices; ``tax`` counts all tax, included or added; ``delivery_tax`` is the part that delivery
    carries.
    """

    currency: str
    lines: tuple[QuoteLine, ...]
    discounts: tuple[Discount, ...] = ()
    method: str
    goods: int
    discount: int
    delivery: int
    delivery_tax: int
    tax: int
    tax_included: bool
    total: int
    trace: tuple[Step, ...] = ()


class Offer(Value, frozen=True, kw_only=True):
    """A delivery method that serves a cart at a destination, and its fee before added tax."""

    method: DeliveryMethod
    fee: int


def quote(
    terms: Terms,
    items: Sequence[Item],
    destination: Destination,
    method: str,
    circumstances: Circumstances = NOTHING,
) -> Quote:
    """Price a cart for a destination by a delivery method's id ('' when nothing needs delivery).

    Raises Refusal: cart-empty, delivery-unknown, delivery-not-for-product, address-not-served, total-too-large.
    """
    if not items:
        raise Refusal(Code.CART_EMPTY)
    ordered = sorted(items, key=lambda item: item.variant.sku)
    applied = _applied(terms, ordered, circumstances)
    lines = _lines(terms.tax, ordered, applied.discounts, destination.place)
    fee = _freed(_fee(terms, ordered, lines, destination, method), method, applied)
    on_delivery = delivery_tax(terms.tax, lines, fee.amount)
    goods = sum(item.amount for item in ordered)
    discount = sum(line.discount for line in lines)
    tax = sum(line.tax for line in lines) + on_delivery
    inclusive = terms.tax.prices_include_tax
    total = goods - discount + fee.amount + (0 if inclusive else tax)
    if total > MAXIMUM_TOTAL:
        raise Refusal(Code.TOTAL_TOO_LARGE)
    quoted = Quote(
        currency=terms.currency,
        lines=lines + tuple(_gift(terms.tax, gift, circumstances, destination.place) for gift in applied.gifts),
        discounts=applied.discounts,
        method=method,
        goods=goods,
        discount=discount,
        delivery=fee.amount,
        delivery_tax=on_delivery,
        tax=tax,
        tax_included=inclusive,
        total=total,
    )
    return _traced(quoted, fee, applied.trace)


def offers(
    terms: Terms, items: Sequence[Item], destination: Destination, circumstances: Circumstances = NOTHING
) -> tuple[Offer, ...]:
    """Return the delivery methods that serve these items there, in the shop's order, with their fees."""
    if not needs_delivery(items):
        return tuple(Offer(method=each, fee=0) for each in terms.delivery if each.kind is DeliveryKind.DIGITAL)
    ordered = sorted(items, key=lambda item: item.variant.sku)
    applied = _applied(terms, ordered, circumstances)
    load = _load(ordered, _lines(terms.tax, ordered, applied.discounts, destination.place))
    found = []
    for method in terms.delivery:
        if method.kind is DeliveryKind.DIGITAL or any(not _carries(method, item) for item in items):
            continue
        try:
            fee = _freed(delivery.fee(method, destination.place, load), method.id, applied)
        except NotServedError:
            continue
        found.append(Offer(method=method, fee=fee.amount))
    return tuple(found)


def needs_delivery(items: Sequence[Item]) -> bool:
    """Return whether any item is a thing that has to reach the buyer."""
    return any(not item.product.digital for item in items)


def _carries(method: DeliveryMethod, item: Item) -> bool:
    return item.product.digital or not item.product.delivery or method.id in item.product.delivery


def _load(items: Sequence[Item], lines: Sequence[QuoteLine]) -> Load:
    """Return what has to be carried; what is not a thing weighs and counts nothing."""
    things = [(item, line) for item, line in zip(items, lines, strict=True) if not item.product.digital]
    return Load(
        quantity=sum(item.quantity for item, _ in things),
        weight=sum(item.quantity * item.variant.weight for item, _ in things),
        amount=sum(line.amount for _, line in things),
    )


def _applied(terms: Terms, items: Sequence[Item], circumstances: Circumstances) -> Applied:
    """Return what promotions do; a shop without any asks nothing of them."""
    return promotions.apply(terms.promotions, items, circumstances) if terms.promotions else _NONE


_NONE = Applied()


def _freed(fee: Fee, method: str, applied: Applied) -> Fee:
    """Return the fee, or none where a promotion pays it."""
    if not fee.amount or not {method, "*"} & set(applied.delivery):
        return fee
    return Fee(amount=0, reason="promotion", zone=fee.zone)


def _gift(tax: Tax, gift: Gift, circumstances: Circumstances, place: Place) -> QuoteLine:
    item = circumstances.gifts[gift.sku]
    return QuoteLine(
        sku=gift.sku,
        product=item.product.handle,
        quantity=gift.quantity,
        unit_price=0,
        discount=0,
        amount=0,
        tax_rate=taxes.rate(tax, item.product.tax_class, place),
        tax=0,
        total=0,
        gift=gift.promotion,
    )


def _lines(tax: Tax, items: Sequence[Item], discounts: Sequence[Discount], place: Place) -> tuple[QuoteLine, ...]:
    lines = []
    for index, item in enumerate(items):
        discount = sum(each.shares[index] for each in discounts)
        amount = item.amount - discount
        rate = taxes.rate(tax, item.product.tax_class, place)
        duty = taxes.included(amount, rate) if tax.prices_include_tax else taxes.added(amount, rate)
        lines.append(
            QuoteLine(
                sku=item.variant.sku,
                product=item.product.handle,
                quantity=item.quantity,
                unit_price=item.variant.price,
                discount=discount,
                amount=amount,
                tax_rate=rate,
                tax=duty,
                total=amount if tax.prices_include_tax else amount + duty,
            )
        )
    return tuple(lines)


def _fee(terms: Terms, items: Sequence[Item], lines: Sequence[QuoteLine], destination: Destination, method: str) -> Fee:
    if not needs_delivery(items):
        if method and all(each.id != method for each in terms.delivery):
            raise Refusal(Code.DELIVERY_UNKNOWN, method=method)
        return Fee(amount=0, reason="none")
    chosen = next((each for each in terms.delivery if each.id == method), None)
    if chosen is None or chosen.kind is DeliveryKind.DIGITAL:
        raise Refusal(Code.DELIVERY_UNKNOWN, method=method)
    for item in items:
        if not _carries(chosen, item):
            raise Refusal(Code.DELIVERY_NOT_FOR_PRODUCT, method=chosen.name, title=item.product.title)
    try:
        return delivery.fee(chosen, destination.place, _load(items, lines))
    except NotServedError as error:
        region = destination.region or destination.country
        raise Refusal(Code.ADDRESS_NOT_SERVED, method=chosen.name, region=region) from error


def delivery_tax(tax: Tax, lines: Sequence[QuoteLine], fee: int) -> int:
    """Return the tax on delivery: it follows the goods, shared over their rates by amount (§ 10 UStG as practised)."""
    weights: dict[str, int] = {}
    for line in lines:
        weights[line.tax_rate] = weights.get(line.tax_rate, 0) + line.amount
    rates = sorted(weights)
    shares = money.split(fee, [weights[rate] for rate in rates]) if any(weights.values()) else [fee] + [0] * len(rates)
    part = taxes.included if tax.prices_include_tax else taxes.added
    return sum(part(share, rate) for share, rate in zip(shares, rates, strict=False))


def _traced(quoted: Quote, fee: Fee, reasons: Sequence[Step]) -> Quote:
    steps = [
        Step(
            code="line",
            values={
                "sku": line.sku,
                "quantity": line.quantity,
                "unit": line.unit_price,
                "amount": line.unit_price * line.quantity,
            },
        )
        for line in quoted.lines
        if not line.gift
    ]
    steps += reasons
    steps.append(
        Step(
            code=f"delivery-{fee.reason.replace('_', '-')}",
            values={"fee": fee.amount, "by": fee.by, "units": fee.units, "steps": fee.steps, "zone": fee.zone},
        )
    )
    if quoted.tax:
        code = "tax-included" if quoted.tax_included else "tax-added"
        rates = sorted({line.tax_rate for line in quoted.lines})
        steps.append(Step(code=code, values={"tax": quoted.tax, "rates": rates}))
    steps.append(Step(code="total", values={"amount": quoted.total}))
    return msgspec.structs.replace(quoted, trace=tuple(steps))
