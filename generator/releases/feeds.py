"""What machines fetch: sitemap, robots.txt, the product feed, the web manifest and the drawn favicon."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

import msgspec

from generator import money
from generator.display import prices
from generator.display.edition import Edition, prefix
from generator.display.heads import summary
from generator.releases.structured import availability
from generator.shop import Product, ProductStatus, Shop, Variant

MOST_ADDRESSES = 50_000
MOST_BYTES = 50_000_000
"""The limits of one sitemap file (sitemaps.org)."""
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CLOSED = ("cart", "checkout", "search", "orders/", "lookup", "pay/", "api/", "console", "setup")
_MOST_NEWS = 50
_LONGEST_TITLE, _LONGEST_DESCRIPTION, _MOST_PICTURES = 150, 5000, 10
_AVAILABILITY = {"InStock": "in_stock", "OutOfStock": "out_of_stock", "PreOrder": "preorder"}
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


class Address(msgspec.Struct, frozen=True):
    """One page of the sitemap: its full address, and (locale, address) pairs of the same page in every locale."""

    url: str
    alternates: tuple[tuple[str, str], ...] = ()


def sitemaps(base: str, pages: Iterable[Address]) -> dict[str, bytes]:
    """Return the sitemap by path; many pages are split into files with an index at /sitemap.xml."""
    parts = [b"".join(part) for part in _parts(pages)]
    if len(parts) == 1:
        return {"/sitemap.xml": _urlset(parts[0])}
    names = [f"/sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    lines = "".join(f"<sitemap><loc>{escape(base + name)}</loc></sitemap>\n" for name in names)
    index = f'{_XML}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</sitemapindex>\n'
    return {"/sitemap.xml": index.encode(), **dict(zip(names, map(_urlset, parts), strict=True))}


def _parts(pages: Iterable[Address]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for page in pages:
        line = _line(page)
        if len(part) == MOST_ADDRESSES or size + len(line) > MOST_BYTES - 1000:
            yield part
            part, size = [], 0
        part.append(line)
        size += len(line)
    yield part


def _line(page: Address) -> bytes:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(locale)} href={quoteattr(url)}/>'
        for locale, url in page.alternates
    )
    return f"<url><loc>{escape(page.url)}</loc>{links}</url>\n".encode()


def _urlset(lines: bytes) -> bytes:
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return f"{_XML}<urlset {spaces}>\n".encode() + lines + b"</urlset>\n"


def robots(shop: Shop) -> bytes:
    """Return robots.txt: everything that is the same for all shoppers may be read."""
    starts = [f"{prefix(shop, locale)}/" for locale in shop.locales]
    lines = ["User-agent: *", *(f"Disallow: {start}{place}" for start in starts for place in _CLOSED)]
    if shop.url:
        lines += ["", f"Sitemap: {shop.url.rstrip('/')}/sitemap.xml"]
    return ("\n".join(lines) + "\n").encode()


def products(edition: Edition) -> bytes:
    """Return the product feed of a locale as RSS 2.0 with Google's product fields: one item a variant."""
    shop = edition.shop
    head = (
        f'{_XML}<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
        f"{_field('title', edition.text(shop.name))}{_field('link', edition.absolute(edition.url('home')))}"
        f"{_field('description', edition.text(shop.tagline) or edition.text(shop.name))}"
    )
    items = (
        item
        for product in shop.products.values()
        if product.status is ProductStatus.ACTIVE and product.pictures
        for item in _items(edition, product)
    )
    return (head + "".join(items) + "</channel>\n</rss>\n").encode()


def news(edition: Edition) -> bytes:
    """Return the products of a locale as plain RSS 2.0 for feed readers, the latest first."""
    shop = edition.shop
    shown = [each for each in shop.products.values() if each.status is ProductStatus.ACTIVE]
    latest = sorted(shown, key=lambda each: each.publish_at or "", reverse=True)[:_MOST_NEWS]
    own = edition.absolute(f"{edition.prefix}/feeds/rss.xml")
    head = (
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"{_field('title', edition.text(shop.name))}{_field('link', edition.absolute(edition.url('home')))}"
        f"{_field('description', edition.text(shop.tagline) or edition.text(shop.name))}"
        f"{_field('language', edition.locale)}"
        f'<atom:link href={quoteattr(own)} rel="self" type="application/rss+xml"/>\n'
    )
    return (head + "".join(_entry(edition, each) for each in latest) + "</channel>\n</rss>\n").encode()


def _entry(edition: Edition, product: Product) -> str:
    url = edition.absolute(edition.url("product", product.handle))
    price = edition.price(min(variant.price for variant in product.variants))
    published = ""
    if product.publish_at:
        published = _field("pubDate", format_datetime(datetime.fromisoformat(product.publish_at), usegmt=True))
    return (
        f"<item>{_field('title', edition.text(product.title))}{_field('link', url)}"
        f'<guid isPermaLink="true">{escape(url)}</guid>'
        f"{_field('description', f'{price} · {_description(edition, product)}')}{published}</item>\n"
    )


def _items(edition: Edition, product: Product) -> Iterator[str]:
    title = edition.text(product.title)
    common = [
        _field("g:description", _description(edition, product)[:_LONGEST_DESCRIPTION]),
        _field("g:link", edition.absolute(edition.url("product", product.handle))),
        _field("g:brand", edition.text(edition.shop.name)),
        _field("g:condition", "new"),
    ]
    if len(product.variants) > 1:
        common.append(_field("g:item_group_id", product.handle))
    for variant in product.variants:
        name = " – ".join([title, *variant.options])
        yield (
            "<item>"
            + "".join(
                [
                    _field("g:id", variant.sku),
                    _field("g:title", name[:_LONGEST_TITLE]),
                    *common,
                    *_pictures(edition, product, variant),
                    *_offer(edition, product, variant),
                ]
            )
            + "</item>\n"
        )


def _description(edition: Edition, product: Product) -> str:
    text = edition.text(product.description)
    return summary(text, longest=_LONGEST_DESCRIPTION) if text else edition.text(product.subtitle or product.title)


def _pictures(edition: Edition, product: Product, variant: Variant) -> Iterator[str]:
    files = [each.file for each in product.pictures]
    if variant.picture:
        files = [variant.picture, *(file for file in files if file != variant.picture)]
    for place, file in enumerate(files[: _MOST_PICTURES + 1]):
        yield _field(
            "g:additional_image_link" if place else "g:image_link", edition.absolute(edition.pictures.file(file))
        )


def _offer(edition: Edition, product: Product, variant: Variant) -> Iterator[str]:
    currency = edition.shop.currency
    found = prices.current(edition, product, variant)
    full = found.price if found.crossed_out is None else found.crossed_out
    yield _field("g:price", f"{money.plain(full, currency)} {currency}")
    if found.crossed_out is not None:
        yield _field("g:sale_price", f"{money.plain(found.price, currency)} {currency}")
    starts = next((each.when.starts_at for each in edition.shop.promotions if each.id == found.promotion), None)
    if starts and found.ends_at:
        yield _field("g:sale_price_effective_date", f"{starts}/{found.ends_at}")
    yield _field("g:availability", _AVAILABILITY[availability(product, variant)])
    if variant.barcode:
        yield _field("g:gtin", variant.barcode)
    else:
        yield _field("g:identifier_exists", "no")
    if variant.weight:
        yield _field("g:shipping_weight", f"{variant.weight} g")
    if variant.unit_price:
        yield _field("g:unit_pricing_measure", f"{variant.unit_price.amount} {variant.unit_price.unit}")


def _field(name: str, value: str) -> str:
    return f"<{name}>{escape(value.translate(_CONTROLS))}</{name}>"


def manifest(edition: Edition, icons: Sequence[str], scheme: dict[str, str]) -> bytes:
    """Return the web manifest of a locale; ``icons`` are the names of drawn icons."""
    name = edition.text(edition.shop.name)
    document = {
        "name": name,
        "short_name": name[:12].strip(),
        "id": edition.url("home"),
        "start_url": edition.url("home"),
        "scope": "/",
        "display": "browser",
        "lang": edition.locale,
        "background_color": scheme.get("background", "#ffffff"),
        "theme_color": scheme.get("background", "#ffffff"),
        "icons": [_icon(each) for each in icons if each.startswith("icon-")],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _icon(name: str) -> dict[str, str]:
    side = name.rpartition("-")[2].removesuffix(".png")
    purpose = "maskable" if "maskable" in name else "any"
    return {"src": f"/{name}", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


def favicon(monogram: str, ink: str, paper: str, drawn: bytes | None = None) -> bytes:
    """Return the favicon as a drawing: the shop's first letter in the browser's own fonts, or the drawn logo."""
    if drawn is not None:
        data = base64.b64encode(drawn).decode()
        inside = f'<image width="64" height="64" href="data:image/png;base64,{data}"/>'
    else:
        letter = escape(monogram[:1].upper().translate(_CONTROLS))
        inside = (
            f'<rect width="64" height="64" rx="14" fill={quoteattr(paper)}/><text x="32" y="33" fill={quoteattr(ink)} '
            'font-family="system-ui, sans-serif" font-size="40" font-weight="600" text-anchor="middle" '
            f'dominant-baseline="central">{letter}</text>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">{inside}</svg>\n'.encode()
