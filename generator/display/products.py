"""A product as its own page shows it."""

from generator.display import bargains, cards, options, prices
from generator.display.edition import Edition
from generator.display.phrases import days, phrase, shipping
from generator.shop import DeliveryKind, DeliveryMethod, Picture, Product, Variant
from generator.views import (
    Card,
    DeliveryView,
    Fact,
    Image,
    Link,
    OptionValueView,
    OptionView,
    ProductView,
    VariantView,
)

MOST_RELATED = 8


def view(edition: Edition, product: Product) -> ProductView:
    """Return the view of a product."""
    gallery = _gallery(product)
    return ProductView(
        handle=product.handle,
        url=edition.url("product", product.handle),
        title=edition.text(product.title),
        subtitle=edition.text(product.subtitle),
        description=edition.html(edition.text(product.description)) if product.description else "",
        images=tuple(edition.image(each) for each in gallery),
        video=edition.link(product.video).url if product.video and ":" in product.video else _media(edition, product),
        options=_options(edition, product, gallery),
        variants=tuple(_variant(edition, product, each, gallery) for each in product.variants),
        price=prices.of_product(edition, product),
        badges=cards.badges(edition, product),
        tags=tuple(_tag(edition, each) for each in product.tags),
        attributes=tuple(Fact(name=edition.text(a.name), value=edition.text(a.value)) for a in product.attributes),
        delivery=delivery(edition, product),
        preorder=options.preorder(product, edition.locale),
        limit=product.limit.per_order,
        returns=returns(edition) if product.returns.allowed else "",
        returns_excluded="" if product.returns.allowed else _excluded(edition, product),
        safety=_safety(edition, product),
        tax_note=prices.tax_note(edition),
        bargains=bargains.views(edition, product),
    )


def related(edition: Edition, product: Product, neighbours: tuple[str, ...]) -> tuple[Card, ...]:
    """Return the cards to show below a product: those the merchant names, else neighbours on its shelf."""
    return cards.cards(edition, (product.related or neighbours)[:MOST_RELATED])


def _gallery(product: Product) -> tuple[Picture, ...]:
    known = {each.file for each in product.pictures}
    extra = dict.fromkeys(v.picture for v in product.variants if v.picture and v.picture not in known)
    return (*product.pictures, *(Picture(file=file, alt=product.title) for file in extra))


def _index(gallery: tuple[Picture, ...], file: str | None) -> int | None:
    return next((number for number, each in enumerate(gallery) if each.file == file), None) if file else None


def _media(edition: Edition, product: Product) -> str:
    return edition.pictures.file(product.video) if product.video else ""


def _tag(edition: Edition, tag: str) -> Link:
    label = edition.shop.tags.get(tag)
    return Link(label=edition.text(label) if label else tag, url=f"{edition.url('search')}?tag={tag}")


def _options(edition: Edition, product: Product, gallery: tuple[Picture, ...]) -> tuple[OptionView, ...]:
    made = []
    for place, option in enumerate(product.options):
        values = []
        for value in option.values:
            shown = {v.picture for v in product.variants if v.options[place] == value.value}
            picture = next(iter(shown)) if len(shown) == 1 else None
            index = _index(gallery, picture)
            values.append(OptionValueView(value=value.value, label=edition.text(value.label), image=index))
        made.append(OptionView(name=option.name, label=edition.text(option.label), values=tuple(values)))
    return tuple(made)


def _variant(edition: Edition, product: Product, variant: Variant, gallery: tuple[Picture, ...]) -> VariantView:
    return VariantView(
        sku=variant.sku,
        options=variant.options,
        label=options.label(product, variant, edition.locale),
        price=prices.of_variant(edition, product, variant),
        available=variant.stock != 0 or product.preorder_seconds is not None,
        image=_index(gallery, variant.picture),
    )


def delivery(edition: Edition, product: Product) -> tuple[DeliveryView, ...]:
    """Return the delivery methods that serve a product; what is still to come is promised by its own day alone."""
    preorder = product.preorder_seconds is not None
    key = (product.delivery, product.digital, preorder)
    found = edition.offered.get(key)
    if found is None:
        methods = (method for method in edition.shop.delivery if _serves(method, product))
        found = edition.offered[key] = tuple(
            _delivery(edition, method, None if preorder else method.ships_within) for method in methods
        )
    return found


def _serves(method: DeliveryMethod, product: Product) -> bool:
    if product.delivery:
        return method.id in product.delivery
    return (method.kind is DeliveryKind.DIGITAL) == product.digital


def _delivery(edition: Edition, method: DeliveryMethod, within: int | None) -> DeliveryView:
    pickup = method.kind is DeliveryKind.PICKUP
    return DeliveryView(
        name=edition.text(method.name),
        kind=str(method.kind),
        promise=shipping(within, edition.locale, collected=pickup) if within else "",
        fee=_fee(edition, method),
    )


def _fee(edition: Edition, method: DeliveryMethod) -> str:
    free = phrase("free_pickup" if method.kind is DeliveryKind.PICKUP else "free", edition.locale)
    if not method.rates or not method.rates.zones:
        return free
    fees = [zone.first_fee for zone in method.rates.zones]
    if max(fees) == 0:
        return free
    lowest = edition.price(min(fees))
    return lowest if len(set(fees)) == 1 else phrase("from", edition.locale, price=lowest)


def returns(edition: Edition) -> str:
    """Say how long a product may be sent back."""
    window, legal = edition.shop.returns.window, edition.shop.legal
    if not window:
        return ""
    key = {"CN": "returns_cn", "DE": "returns_eu", "EU": "returns_eu"}.get(legal, "returns")
    return phrase(key, edition.locale, n=days(window))


def _excluded(edition: Edition, product: Product) -> str:
    return edition.text(product.returns.why) or phrase("no_returns", edition.locale)


def _safety(edition: Edition, product: Product) -> tuple[Fact, ...]:
    safety = product.safety
    if safety is None:
        return ()
    values = {
        "manufacturer": safety.manufacturer,
        "responsible_person": safety.responsible_person,
        "warnings": edition.text(safety.warnings),
    }
    return tuple(Fact(name=phrase(key, edition.locale), value=value) for key, value in values.items() if value)


def lead_image(edition: Edition, product: Product) -> Image | None:
    """Return the picture that stands for a product in link previews."""
    return edition.image(product.pictures[0]) if product.pictures else None
