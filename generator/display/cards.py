"""Cards: products as they stand on a shelf."""

from collections.abc import Iterable

from generator.display import prices
from generator.display.edition import Edition
from generator.shop import Product, ProductStatus
from generator.views import Card


def badges(product: Product) -> tuple[str, ...]:
    """Return the keys of a product's badges that its text alone decides; stock is the runtime's to tell."""
    found = []
    if any(v.compare_at is not None and v.compare_at > v.price for v in product.variants):
        found.append("sale")
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
            badges=badges(product),
            sku=product.variants[0].sku if len(product.variants) == 1 else "",
        )
    return found


def cards(edition: Edition, handles: Iterable[str]) -> tuple[Card, ...]:
    """Return the cards of those products that shoppers may see, in the given order."""
    products = (edition.shop.products.get(handle) for handle in handles)
    return tuple(card(edition, each) for each in products if each and each.status is ProductStatus.ACTIVE)
