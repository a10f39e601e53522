"""Options in words: what a buyer chose of a product."""

from generator.shop import Product, Variant


def label(product: Product, variant: Variant, locale: str) -> str:
    """Return the chosen option values of a variant: ``500 g · tin``; nothing for a product without options."""
    words = []
    for option, chosen in zip(product.options, variant.options, strict=False):
        found = next((value.label[locale] for value in option.values if value.value == chosen), chosen)
        words.append(found)
    return " · ".join(words)
