"""Which products a shelf holds: the ones it names, or the ones its rule finds."""

from collections.abc import Callable, Iterable, Sequence

from generator.loading.content import Rule, ShelfFile
from generator.shop import Product, ProductStatus


def pick(shelf: ShelfFile, products: Sequence[Product]) -> tuple[str, ...]:
    """Return handles in order; drafts and hidden products stand on no shelf."""
    shown = {each.handle: each for each in products if each.status is ProductStatus.ACTIVE}
    if shelf.rule is None:
        return tuple(dict.fromkeys(handle for handle in shelf.products if handle in shown))
    chosen = [each for each in shown.values() if _fits(each, shelf.rule)]
    ordered = _ORDERS[shelf.rule.sort](chosen)
    return tuple(each.handle for each in ordered)[: shelf.rule.limit]


def _fits(product: Product, rule: Rule) -> bool:
    tags = set(product.tags)
    price = lowest(product)
    return (
        (not rule.any_tags or bool(tags & set(rule.any_tags)))
        and tags.issuperset(rule.all_tags)
        and (rule.price_under is None or price < rule.price_under)
        and (rule.price_over is None or price > rule.price_over)
        and (not rule.in_stock or any(each.stock is None or each.stock > 0 for each in product.variants))
    )


def lowest(product: Product) -> int:
    """Return the lowest price of a product in minor units."""
    return min(each.price for each in product.variants)


def _newest(products: Iterable[Product]) -> list[Product]:
    return sorted(products, key=lambda each: each.publish_at or "", reverse=True)


_ORDERS: dict[str, Callable[[list[Product]], list[Product]]] = {
    "manual": list, "newest": _newest, "best_selling": list,
    "price": lambda products: sorted(products, key=lowest),
    "-price": lambda products: sorted(products, key=lowest, reverse=True),
}  # fmt: skip
