"""Cards: products as they stand on a shelf."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from generator.display import bargains, prices
from generator.display.edition import Edition
from generator.shop import Product, ProductStatus, Shop
from generator.views import Card

NEW_FOR = timedelta(days=30)
"""How long after its hour of publishing a product is called new."""


def fresh(shop: Shop, now: str) -> frozenset[str]:
    """Return the handles of products that were published within the last 30 days; ``now`` is ISO 8601 in UTC."""
    since = _moved(now, -NEW_FOR)
    return frozenset(h for h, each in shop.products.items() if each.publish_at and since < each.publish_at <= now)


def hours(shop: Shop) -> Iterator[str]:
    """Return the instants at which pages change by themselves: a product appears, or is called new no more."""
    for product in shop.products.values():
        if product.publish_at:
            yield product.publish_at
            yield _moved(product.publish_at, NEW_FOR)


def _moved(instant: str, by: timedelta) -> str:
    try:
        return (datetime.fromisoformat(instant) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return instant


def badges(edition: Edition, product: Product) -> tuple[str, ...]:
    """Return the keys of a product's badges that its text and hour decide; stock is the runtime's to tell."""
    found = []
    loud = bargains.loud(edition, product)
    if loud:
        found.append(loud)
    elif any(prices.current(edition, product, each).crossed_out is not None for each in product.variants):
        found.append("sale")
    if product.handle in edition.fresh:
        found.append("new")
    if product.preorder_seconds is not None:
        found.append("preorder")
    elif all(v.stock == 0 for v in product.variants):
        found.append("sold_out")
    return tuple(found)


def card(edition: Edition, product: Product) -> Card:
    """Return the card of a product, made once per locale."""
    found = edition.cards.get(product.handle)
    if found is None:
        pictures = product.pictures
        found = edition.cards[product.handle] = Card(
            handle=product.handle,
            url=edition.url("product", product.handle),
            title=edition.text(product.title),
            subtitle=edition.text(product.subtitle),
            image=edition.image(pictures[0]) if pictures else None,
            second=edition.image(pictures[1]) if len(pictures) > 1 else None,
            price=prices.of_product(edition, product),
            badges=badges(edition, product),
            sku=product.variants[0].sku if len(product.variants) == 1 else "",
            bargains=bargains.tags(edition, product),
        )
    return found


def cards(edition: Edition, handles: Iterable[str]) -> tuple[Card, ...]:
    """Return the cards of those products that shoppers may see, in the given order."""
    products = (edition.shop.products.get(handle) for handle in handles)
    return tuple(card(edition, each) for each in products if each and each.status is ProductStatus.ACTIVE)
