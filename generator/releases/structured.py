"""Structured data for search engines: schema.org documents as JSON text that is inert inside a page."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from generator import money
from generator.display import prices
from generator.display.edition import Edition
from generator.shop import LiveRoom, Option, Product, ReturnRules, SellerType, Variant
from generator.views import ChapterView, Image, Link, ProductView, RoomView

Document = dict[str, Any]
_DAY = 86_400
_UNSAFE = {
    bad.encode(): good.encode()
    for bad, good in (
        ("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"),
    )
}  # fmt: skip
_VARY_BY = {
    "color": ("color", "colour", "颜色", "色", "farbe"),
    "size": ("size", "尺寸", "尺码", "大小", "größe"),
    "material": ("material", "材质", "材料"),
    "pattern": ("pattern", "图案", "花色", "muster"),
}
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_GTIN_LENGTHS = (8, 12, 13, 14)
REQUIRED: dict[str, tuple[str, ...]] = {
    "Product": ("name", "image", "offers"),
    "ProductGroup": ("name", "productGroupID", "hasVariant"),
    "Offer": ("price", "priceCurrency", "availability"),
    "BreadcrumbList": ("itemListElement",),
    "ListItem": ("position", "name"),
    "OnlineStore": ("name",),
    "WebSite": ("name", "url"),
    "VideoObject": ("name", "thumbnailUrl", "uploadDate"),
    "Clip": ("name", "startOffset", "url"),
    "BroadcastEvent": ("isLiveBroadcast", "startDate"),
    "MerchantReturnPolicy": ("applicableCountry", "returnPolicyCategory"),
    "PostalAddress": ("streetAddress",),
    "PropertyValue": ("name", "value"),
    "EntryPoint": ("urlTemplate",),
    "SearchAction": ("target", "query-input"),
    "Brand": ("name",),
}
"""What Google's documentation of rich results asks for, and a little that makes no sense without; by type."""


class Sound(str):
    """The text of a document that lacks nothing: nobody needs to read it again to know that."""

    __slots__ = ()


def text(document: Document) -> str:
    """Write a document as JSON that cannot end the script element it stands in, nor break a line of JavaScript."""
    written = msgspec.json.encode(document)
    for bad, good in _UNSAFE.items():
        written = written.replace(bad, good)
    return Sound(written.decode()) if _complete(document) else written.decode()


def missing(document: object, path: str = "") -> Iterator[str]:
    """Name every required field that a document, or a part of it, lacks; and every type that is not known."""
    if _complete(document):
        return
    if isinstance(document, Mapping):
        kind = document.get("@type")
        where = path or str(kind)
        if kind is not None and kind not in REQUIRED:
            yield f"{where}: @type {kind}"
        for field in REQUIRED.get(str(kind), ()):
            if document.get(field) in _NOTHING:
                yield f"{where}.{field}"
        for key, value in document.items():
            yield from missing(value, f"{where}.{key}")
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from missing(value, f"{path}[{number}]")


def _complete(document: Any) -> bool:  # noqa: ANN401  a mapping or a list of JSON
    """Tell whether nothing is missing, as on nearly every page, without keeping track of where."""
    values = document
    if isinstance(document, dict):
        values = document.values()
        kind = document.get("@type")
        if kind is not None:
            required = REQUIRED.get(str(kind))
            if required is None or not all(document.get(field) or document.get(field) == 0 for field in required):
                return False
    return all(_complete(value) for value in values if value.__class__ is dict or value.__class__ is list)


def _document(kind: str, **fields: Any) -> Document:  # noqa: ANN401  fields of schema.org
    return {"@context": "https://schema.org", **_node(kind, **fields)}


def _node(kind: str, **fields: Any) -> Document:  # noqa: ANN401
    return {"@type": kind, **{key: value for key, value in fields.items() if value or value == 0}}


def _picture(edition: Edition, image: Image) -> str:
    """Return the full address of a picture's largest common form."""
    largest = image.srcset.rpartition(", ")[2].split(" ")[0] or image.src
    return edition.absolute(largest)


def product(edition: Edition, product: Product, view: ProductView, description: str) -> Document | None:
    """Return the data of a product's page; None for a product without pictures, which no rich result shows."""
    if not view.images:
        return None
    common = {
        "name": view.title,
        "description": description,
        "brand": {"@type": "Brand", "name": edition.text(edition.shop.name)},
    }
    pictures = [_picture(edition, each) for each in view.images]
    url = edition.absolute(view.url)
    if len(product.variants) == 1:
        only = product.variants[0]
        return _document(
            "Product",
            **common,
            image=pictures,
            url=url,
            sku=only.sku,
            **_gtin(only),
            offers=_offer(edition, product, only, url),
        )
    variants = [
        _node(
            "Product",
            name=f"{view.title} – {shown.label}",
            image=pictures[shown.image or 0],
            sku=variant.sku,
            **_gtin(variant),
            **_traits(product.options, variant),
            offers=_offer(edition, product, variant, url),
        )
        for variant, shown in zip(product.variants, view.variants, strict=True)
    ]
    varies = [f"https://schema.org/{kind}" for option in product.options if (kind := _vary_by(option))]
    return _document(
        "ProductGroup",
        **common,
        url=url,
        image=pictures,
        productGroupID=product.handle,
        variesBy=varies,
        hasVariant=variants,
    )


def _vary_by(option: Option) -> str:
    return _kind((option.name, *option.label.values()))


@lru_cache(maxsize=1024)
def _kind(names: tuple[str, ...]) -> str:
    lower = {each.lower() for each in names}
    return next((kind for kind, words in _VARY_BY.items() if lower & {*words}), "")


def _traits(options: Sequence[Option], variant: Variant) -> Document:
    traits: Document = {}
    others = []
    for option, value in zip(options, variant.options, strict=True):
        kind = _vary_by(option)
        if kind:
            traits[kind] = value
        else:
            others.append(_node("PropertyValue", name=option.name, value=value))
    return {**traits, "additionalProperty": others} if others else traits


def _gtin(variant: Variant) -> Document:
    good = variant.barcode.isdigit() and len(variant.barcode) in _GTIN_LENGTHS
    return {"gtin": variant.barcode} if good else {}


def availability(product: Product, variant: Variant) -> str:
    """Return the schema.org name of a variant's state at the time of the build."""
    if product.preorder_seconds is not None:
        return "PreOrder"
    return "OutOfStock" if variant.stock == 0 else "InStock"


def _offer(edition: Edition, product: Product, variant: Variant, url: str) -> Document:
    currency = edition.shop.currency
    found = prices.current(edition, product, variant)
    return _node(
        "Offer",
        price=money.plain(found.price, currency),
        priceCurrency=currency,
        priceValidUntil=found.ends_at,
        availability=f"https://schema.org/{availability(product, variant)}",
        itemCondition="https://schema.org/NewCondition",
        url=url,
    )


def breadcrumbs(edition: Edition, links: Sequence[Link]) -> Document | None:
    """Return the way to a page; None where there is no way to speak of."""
    if len(links) < 2:  # noqa: PLR2004  the home page alone is no way
        return None
    items = [
        _node("ListItem", position=place, name=link.label, item=edition.absolute(link.url) if link.url else None)
        for place, link in enumerate(links, 1)
    ]
    return _document("BreadcrumbList", itemListElement=items)


def website(edition: Edition) -> Document:
    """Return the data of the site, with its search."""
    search = edition.absolute(edition.url("search"))
    action = {
        "@type": "EntryPoint",
        "urlTemplate": search + "?q={search_term_string}",
    }
    return {
        **_document(
            "WebSite",
            name=edition.text(edition.shop.name),
            url=edition.absolute(edition.url("home")),
            inLanguage=edition.locale,
        ),
        "potentialAction": {
            "@type": "SearchAction",
            "target": action,
            "query-input": "required name=search_term_string",
        },
    }


def store(edition: Edition) -> Document:
    """Return the data of the shop itself: who sells, and how goods go back."""
    shop = edition.shop
    seller = shop.seller
    company = seller.type is SellerType.COMPANY
    return _document(
        "OnlineStore",
        name=edition.text(shop.name),
        legalName=seller.legal_name,
        url=edition.absolute(edition.url("home")),
        logo=_picture(edition, edition.image(shop.logo)) if shop.logo else None,
        description=edition.text(shop.tagline),
        email=seller.email if company else None,
        telephone=seller.phone if company else None,
        vatID=seller.vat_number,
        address=_node("PostalAddress", streetAddress=seller.address, addressCountry=shop.country)
        if company and seller.address
        else None,
        hasMerchantReturnPolicy=_returns(shop.returns, shop.country),
    )


def _returns(rules: ReturnRules, country: str) -> Document | None:
    if rules.window is None:
        return None
    days = rules.window // _DAY
    if not days:
        category = "https://schema.org/MerchantReturnNotPermitted"
        return _node("MerchantReturnPolicy", applicableCountry=country, returnPolicyCategory=category)
    fees = "FreeReturn" if rules.pays == "seller" else "ReturnFeesCustomerResponsibility"
    return _node(
        "MerchantReturnPolicy",
        applicableCountry=country,
        returnPolicyCategory="https://schema.org/MerchantReturnFiniteReturnWindow",
        merchantReturnDays=days,
        returnMethod="https://schema.org/ReturnByMail",
        returnFees=f"https://schema.org/{fees}",
    )


def room(edition: Edition, room: LiveRoom, view: RoomView) -> Document | None:
    """Return the data of a live room, as a video once it was recorded; None without a cover, which results need."""
    if view.cover is None:
        return None
    recorded = view.recording
    return _document(
        "VideoObject",
        name=view.title,
        description=view.notice or view.title,
        thumbnailUrl=[_picture(edition, view.cover)],
        uploadDate=recorded.began if recorded else room.starts_at,
        duration=f"PT{recorded.duration}S" if recorded else None,
        contentUrl=edition.absolute(recorded.movie or recorded.hls) if recorded else None,
        hasPart=[_clip(edition, each) for each in recorded.chapters] if recorded else None,
        embedUrl=room.source.src or edition.absolute(view.url),
        url=edition.absolute(view.url),
        publication=_node(
            "BroadcastEvent",
            name=view.title,
            isLiveBroadcast=True,
            startDate=recorded.began if recorded else room.starts_at,
            endDate=recorded.ended if recorded else room.ends_at,
        ),
    )


def _clip(edition: Edition, chapter: ChapterView) -> Document:
    return _node(
        "Clip",
        name=chapter.title,
        startOffset=chapter.start,
        endOffset=chapter.end,
        url=edition.absolute(chapter.url),
    )
