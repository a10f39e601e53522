"""A look into the cart: what each line costs now, and what stands in the way of buying it."""

from collections.abc import Mapping

import msgspec

from generator.display import options
from generator.shop import Product, ProductStatus, Text, Variant
from generator.views import Image
from runtime import stock
from runtime.faults import DatabaseFault
from runtime.placing import MAXIMUM_QUANTITY
from runtime.pricing import Item
from runtime.promotions import Applied
from runtime.refusals import Code, Refusal
from runtime.web import bill, wishes
from runtime.web.bill import Row, amount
from runtime.web.visit import Visit


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the cart. ``problem`` says what has to be seen to; ``most`` is what may be chosen at most.

    ``note`` says when it leaves if it is pre-ordered.
    ``before`` is what the line would cost without promotions, where that is more.
    """

    sku: str
    title: str
    label: str = ""
    note: str = ""
    url: str = ""
    image: Image | None = None
    quantity: int
    most: int = MAXIMUM_QUANTITY
    unit_price: str = ""
    total: str = ""
    before: str = ""
    amount: int = 0
    problem: str = ""


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """The cart as its page shows it; ``gone`` are skus that are no longer offered."""

    lines: tuple[Line, ...]
    gone: tuple[str, ...]
    count: int
    rows: tuple[Row, ...]
    hints: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Tell whether nothing stands in the way of checking out."""
        return bool(self.lines) and not any(line.problem for line in self.lines)


class Allowed(msgspec.Struct, frozen=True):
    """How many pieces may be in the cart, and why not more."""

    quantity: int
    refusal: Refusal
    title: Text


class _Bounds:
    """What may be bought of each sku: limits of the products, and the stock where the database answers."""

    def __init__(self, here: Visit, chosen: Mapping[str, int], found: Mapping[str, tuple[Product, Variant]]) -> None:
        self._chosen = chosen
        self._found = found
        self._levels = _levels(here, list(found))

    def allowed(self, sku: str, wanted: int) -> Allowed:
        """Return how many of the wanted pieces may be bought."""
        product, variant = self._found[sku]
        title = options.title(product, variant)
        best = wanted
        refusal = Refusal(Code.QUANTITY_INVALID, text=str(wanted), maximum=MAXIMUM_QUANTITY)
        best = min(best, MAXIMUM_QUANTITY)
        limit = product.limit.per_order
        if limit is not None:
            others = sum(
                number
                for other, number in self._chosen.items()
                if other != sku and other in self._found and self._found[other][0].handle == product.handle
            )
            if limit - others < best:
                best = max(limit - others, 0)
                refusal = Refusal(Code.LIMIT_PER_ORDER, sku=sku, title=product.title, limit=limit)
        left = self._levels.get(sku)
        if left is not None and left < best:
            best, refusal = max(left, 0), Refusal(Code.SOLD_OUT, sku=sku, title=title, left=max(left, 0))
        return Allowed(best, refusal, title)


def allowed(here: Visit, chosen: Mapping[str, int], sku: str, wanted: int) -> Allowed:
    """Return how many of the wanted pieces of a sku may be put into a cart; raise Refusal (product-gone)."""
    found = _offered(here, [*chosen, sku])
    if sku not in found:
        raise Refusal(Code.PRODUCT_GONE, sku=sku[:80], title={})
    return _Bounds(here, chosen, found).allowed(sku, wanted)


def look(here: Visit, chosen: Mapping[str, int]) -> Cart:
    """Return the cart in words: prices of the live release, and what has to be seen to before checking out."""
    found = _offered(here, chosen)
    bounds = _Bounds(here, chosen, found)
    handles = [product.handle for product, _ in found.values()]
    pictures = {card.handle: card.image for card in here.catalogue.cards(here.locale, handles)}
    shown = tuple(
        _line(here, sku, number, found[sku], bounds.allowed(sku, number), pictures.get(found[sku][0].handle))
        for sku, number in chosen.items()
        if sku in found
    )
    items = [
        Item(product=found[line.sku][0], variant=found[line.sku][1], quantity=line.quantity)
        for line in shown
        if line.quantity
    ]
    applied = wishes.apply(here, items)
    return Cart(
        lines=_reduced(here, shown, items, applied),
        gone=tuple(sku for sku in chosen if sku not in found),
        count=sum(line.quantity for line in shown),
        rows=_rows(here, sum(line.amount for line in shown), applied),
        hints=wishes.hints(here, applied.trace),
    )


def _reduced(here: Visit, lines: tuple[Line, ...], items: list[Item], applied: Applied) -> tuple[Line, ...]:
    """Return the lines at what they cost under promotions."""
    now = bill.reduced(items, applied)
    return tuple(
        msgspec.structs.replace(line, total=amount(here, now[line.sku]), before=line.total)
        if now.get(line.sku, line.amount) < line.amount
        else line
        for line in lines
    )


def _rows(here: Visit, goods: int, applied: Applied) -> tuple[Row, ...]:
    """Return the sum of the cart: one row where nothing is taken off, else what leads to it."""
    taken = sum(each.amount for each in applied.discounts)
    subtotal = Row(label=here.say("cart.subtotal"), amount=amount(here, goods - taken), strong=True)
    if not applied.discounts:
        return (subtotal,)
    first = (Row(label=here.say("summary.goods"), amount=amount(here, goods)),) if taken else ()
    return (*first, *bill.discounts(here, applied.discounts), *bill.extras(here, applied.trace), subtotal)


def _line(
    here: Visit, sku: str, number: int, goods: tuple[Product, Variant], bound: Allowed, picture: Image | None
) -> Line:
    product, variant = goods
    short = bound.quantity < number
    return Line(
        sku=sku,
        title=product.title[here.locale],
        label=options.label(product, variant, here.locale),
        note=options.preorder(product, here.locale),
        url=here.address("product", product.handle),
        image=picture,
        quantity=number,
        most=bound.quantity if short else MAXIMUM_QUANTITY,
        unit_price=amount(here, variant.price),
        total=amount(here, variant.price * number),
        amount=variant.price * number,
        problem=here.refusal(bound.refusal) if short else "",
    )


def _offered(here: Visit, skus: Mapping[str, int] | list[str]) -> dict[str, tuple[Product, Variant]]:
    """Return those of the skus that are on offer now."""
    moment = here.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        sku: (product, variant)
        for sku, (product, variant) in here.catalogue.variants(skus).items()
        if product.status is not ProductStatus.DRAFT and (product.publish_at or "") <= moment
    }


def _levels(here: Visit, skus: list[str]) -> dict[str, int]:
    """Return the stock; nothing is known while the database is away, and the order decides later."""
    try:
        return here.database.read(lambda look: stock.levels(look, skus))
    except DatabaseFault:
        return {}
