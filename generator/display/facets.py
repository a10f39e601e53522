"""Ways to narrow a shelf, as plain links to the runtime's search: tags, price bands, options."""

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from generator import money
from generator.display.edition import Edition
from generator.display.phrases import phrase
from generator.shop import Product, ProductStatus, Shelf
from generator.views import ChoiceView, FacetView

_FEWEST = 2
_MOST_CHOICES = 12


Order = Mapping[str, tuple[str, ...]]
"""The shop's options and the values of each, as they stand wherever they are offered."""


def order(products: Iterable[Product]) -> Order:
    """Return all options with their values in the order in which the shop's products name them."""
    found: dict[str, dict[str, None]] = {}
    for product in products:
        for option in product.options:
            known = found.setdefault(option.name, {})
            for each in option.values:
                known[each.value] = None
    return {name: tuple(values) for name, values in found.items()}


def views(edition: Edition, shelf: Shelf, every: Order) -> tuple[FacetView, ...]:
    """Return the facets of a shelf: tags, prices, options as in ``every``; one that would not divide it is left out."""
    products = shown(edition.shop.products, shelf.products)
    if len(products) < _FEWEST:
        return ()
    options = _options(edition, shelf, products, every)
    made = [_tags(edition, shelf, products), _prices(edition, shelf, products), *options]
    return tuple(each for each in made if len(each.choices) >= _FEWEST)


def shown(every: dict[str, Product], handles: Iterable[str]) -> list[Product]:
    """Return those products of a list that shoppers may see."""
    found = (every.get(handle) for handle in handles)
    return [each for each in found if each and each.status is ProductStatus.ACTIVE]


def _choice(edition: Edition, shelf: Shelf, label: str, count: int, **query: str) -> ChoiceView:
    address = f"{edition.url('search')}?{urlencode({'shelf': shelf.handle, **query})}"
    return ChoiceView(label=label, url=address, count=count)


def _tags(edition: Edition, shelf: Shelf, products: list[Product]) -> FacetView:
    counts = Counter(tag for product in products for tag in product.tags)
    labels = edition.shop.tags
    choices = [
        _choice(edition, shelf, edition.text(labels[tag]) if tag in labels else tag, count, tag=tag)
        for tag, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        if count < len(products)
    ]
    return FacetView(name="tag", label=phrase("facet_tag", edition.locale), choices=tuple(choices[:_MOST_CHOICES]))


def bands(prices: list[int], currency: str) -> list[tuple[int | None, int | None]]:
    """Divide prices into up to four bands at round amounts, each from its lower bound up to below its upper one."""
    ordered = sorted(prices)
    steps = {_round(ordered[len(ordered) * part // 4], currency) for part in (1, 2, 3)}
    edges = [step for step in sorted(steps) if ordered[0] < step <= ordered[-1]]
    return list(zip([None, *edges], [*edges, None], strict=True)) if edges else []


def _round(amount: int, currency: str) -> int:
    unit = int(10 ** money.exponent(currency))
    step = unit
    while step * 10 <= amount:
        step *= 10
    step = max(unit, step // 2)
    return max(step, round(amount / step) * step)


def _prices(edition: Edition, shelf: Shelf, products: list[Product]) -> FacetView:
    lowest = [min(variant.price for variant in product.variants) for product in products]
    currency = edition.shop.currency
    choices = []
    for low, high in bands(lowest, currency):
        count = sum(1 for price in lowest if (low is None or price >= low) and (high is None or price < high))
        query = {} if low is None else {"price_over": money.plain(low, currency)}
        query |= {} if high is None else {"price_under": money.plain(high, currency)}
        choices.append(_choice(edition, shelf, _band(edition, low, high), count, **query))
    return FacetView(name="price", label=phrase("facet_price", edition.locale), choices=tuple(choices))


def _band(edition: Edition, low: int | None, high: int | None) -> str:
    if low is None:
        return phrase("under", edition.locale, price=edition.price(high or 0))
    if high is None:
        return phrase("over", edition.locale, price=edition.price(low))
    return f"{edition.price(low)} – {edition.price(high)}"


def _options(edition: Edition, shelf: Shelf, products: list[Product], every: Order) -> list[FacetView]:
    counts: dict[str, Counter[str]] = {}
    labels: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    for product in products:
        for option in product.options:
            names[option.name] = edition.text(option.label)
            for each in option.values:
                counts.setdefault(option.name, Counter())[each.value] += 1
                labels[option.name, each.value] = edition.text(each.label)
    return [
        FacetView(
            name=f"option:{name}",
            label=names[name],
            choices=tuple(
                _choice(edition, shelf, labels[name, value], counts[name][value], **{f"option.{name}": value})
                for value in [each for each in values if each in counts[name]][:_MOST_CHOICES]
            ),
        )
        for name, values in every.items()
        if name in counts
    ]
