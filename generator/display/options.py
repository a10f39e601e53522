"""Options in words: what a buyer chose of a product, and when it leaves where it is still to come."""

from generator.display.phrases import days, phrase
from generator.shop import Product, Text, Variant


def label(product: Product, variant: Variant, locale: str) -> str:
    """Return the chosen option values of a variant: ``500 g · tin``; nothing for a product without options."""
    words = []
    for option, chosen in zip(product.options, variant.options, strict=False):
        found = next((value.label[locale] for value in option.values if value.value == chosen), chosen)
        words.append(found)
    return " · ".join(words)


def title(product: Product, variant: Variant) -> Text:
    """Return a product's name in all its languages, with the chosen options where there is a choice."""
    if not variant.options:
        return product.title
    return {locale: f"{text} ({label(product, variant, locale)})" for locale, text in product.title.items()}


def preorder(product: Product, locale: str) -> str:
    """Say within which time a pre-ordered product leaves; nothing for one that is there."""
    seconds = product.preorder_seconds
    return "" if seconds is None else phrase("preorder", locale, n=days(seconds))
