"""Which products a shelf holds: the ones it names, or the ones its rule finds."""

from collections.abc import Iterable

from generator.loading.content import Rule, ShelfFile
from generator.shop import Product, ProductStatus


class Stall:
    """The products that may stand on shelves; drafts and hidden ones do not."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._shown = {each.handle: each for each in products if each.status is ProductStatus.ACTIVE}
        self._prices = {handle: lowest(each) for handle, each in self._shown.items()}
        self._order = {handle: place for place, handle in enumerate(self._shown)}
        self._tagged: dict[str, set[str]] = {}
        for handle, each in self._shown.items():
            for tag in each.tags:
                self._tagged.setdefault(tag, set()).add(handle)

    def pick(self, shelf: ShelfFile) -> tuple[str, ...]:
        """Return the handles of a shelf in order."""
        rule = shelf.rule
        if rule is None:
            return tuple(dict.fromkeys(handle for handle in shelf.products if handle in self._shown))
        found = [handle for handle in self._with_tags(rule) if self._fits(handle, rule)]
        return tuple(self._sorted(found, rule.sort)[: rule.limit])

    def _with_tags(self, rule: Rule) -> list[str]:
        chosen: Iterable[str] = self._shown.keys()
        if rule.any_tags:
            chosen = set().union(*(self._tagged.get(tag, set()) for tag in rule.any_tags))
        for tag in rule.all_tags:
            chosen = self._tagged.get(tag, set()).intersection(chosen)
        return sorted(chosen, key=self._order.__getitem__)

    def _fits(self, handle: str, rule: Rule) -> bool:
        price = self._prices[handle]
        return (
            (rule.price_under is None or price < rule.price_under)
            and (rule.price_over is None or price > rule.price_over)
            and (not rule.in_stock or any(each.stock != 0 for each in self._shown[handle].variants))
        )

    def _sorted(self, handles: list[str], order: str) -> list[str]:
        if order == "newest":
            return sorted(handles, key=lambda handle: self._shown[handle].publish_at or "", reverse=True)
        if order in {"price", "-price"}:
            return sorted(handles, key=self._prices.__getitem__, reverse=order == "-price")
        return handles


def lowest(product: Product) -> int:
    """Return the lowest price of a product in minor units."""
    return min(each.price for each in product.variants)
