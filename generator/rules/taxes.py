"""Tax rates: one for every class that products have, and no two for the same."""

from collections.abc import Iterator

from generator import regions
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.source import nearest


def table(draft: Draft) -> Iterator[Problem]:
    """No two rates hold for the same place and class, and their countries exist."""
    seen: set[tuple[str, str | None, str]] = set()
    for index, rate in enumerate(draft.shop.tax.rates):
        if rate.country not in regions.countries():
            suggestion = nearest.find(rate.country, regions.countries())
            yield in_shop(
                "unknown-country", ("tax", "rates", index, "country"), suggestion=suggestion, name=rate.country
            )
        key = (rate.country, rate.region, rate.tax_class)
        if key in seen:
            place = f"{rate.country}-{rate.region}" if rate.region else rate.country
            yield in_shop("tax-rate-twice", ("tax", "rates", index), place=place, tax_class=rate.tax_class)
        seen.add(key)


def classes(draft: Draft) -> Iterator[Problem]:
    """Every tax class of a product has a rate where the shop sells from, if the shop has rates there at all."""
    home = {rate.tax_class for rate in draft.shop.tax.rates if rate.country == draft.ground.country}
    if not home:
        return
    for handle, product in draft.products.items():
        if product.tax_class not in home:
            yield draft.at(
                "product",
                handle,
                "tax-rate-missing",
                ("tax_class",),
                suggestion=nearest.find(product.tax_class, home),
                tax_class=product.tax_class,
                country=draft.ground.country,
            )
