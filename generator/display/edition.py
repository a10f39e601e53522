"""An edition is the shop in one locale: it turns texts, links and pictures of the shop into the locale's own."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Protocol

from generator import money
from generator.display.markdown import Prose
from generator.promoting import Current
from generator.promotion import Promotion
from generator.shop import MenuItem, Picture, Product, Shop, Text
from generator.theming import templates
from generator.views import Card, DeliveryView, Image, Link

_REFERENCES = {"product": "products", "shelf": "shelves", "page": "pages", "live": "rooms"}


class Pictures(Protocol):
    """Makes responsive pictures, and addresses of other media files."""

    def image(self, picture: Picture, locale: str) -> Image:
        """Return the view of a picture."""

    def file(self, name: str) -> str:
        """Return the address of a media file that is served as it is."""

    def digest(self, name: str) -> str:
        """Return a digest of a media file's content, found without reading it where that is possible."""


class Edition:
    """One locale of a shop; ``cards`` are made once and shared by all pages.

    ``fresh`` are handles of new products. Promotions are those of ``now`` (ISO 8601, UTC); none without it.
    """

    def __init__(self, shop: Shop, locale: str, pictures: Pictures, fresh: Collection[str] = (), now: str = "") -> None:
        self.shop = shop
        self.fresh = fresh
        self.now = now
        self.locale = locale
        self.pictures = pictures
        self.prefix = prefix(shop, locale)
        self.cards: dict[str, Card] = {}
        self.current: dict[str, Current] = {}
        """Prices of now by sku: a page, a card and their digests ask for the same ones."""
        self.told: dict[str, list[Promotion]] = {}
        """Promotions that pages speak of, by product."""
        self._images: dict[tuple[str, str], Image] = {}
        self.offered: dict[tuple[tuple[str, ...], bool, bool], tuple[DeliveryView, ...]] = {}
        """Ways of delivery by what a product says about them: most products say the same."""
        self._prose = Prose(self._resolve, self._picture)

    @cached_property
    def by_sku(self) -> dict[str, Product]:
        """Return the product of every sku."""
        return {each.sku: product for product in self.shop.products.values() for each in product.variants}

    def text(self, text: Text | None) -> str:
        """Return a text in this locale; empty for None."""
        return "" if text is None else text[self.locale]

    def written(self, value: object) -> str:
        """Return a text of a setting as it was written: a plain string or a mapping of locales."""
        if isinstance(value, Mapping):
            for locale in (self.locale, self.shop.locale, *self.shop.locales, *value):
                if locale in value:
                    return str(value[locale])
            return ""
        return "" if value is None else str(value)

    def html(self, text: str) -> str:
        """Return a Markdown text as clean HTML, its links and pictures resolved."""
        return self._prose.html(text) if text else ""

    def _resolve(self, target: str) -> Link | None:
        kind, colon, handle = target.partition(":")
        if colon and kind in _REFERENCES and handle not in getattr(self.shop, _REFERENCES[kind]):
            return None
        return self.link(target)

    def _picture(self, file: str, words: str) -> Image | None:
        return self.image(Picture(file=file, alt={self.locale: words}))

    def price(self, amount: int) -> str:
        """Write an amount of the shop's money."""
        return money.text(amount, self.shop.currency, self.locale)

    def url(self, kind: str, handle: str = "") -> str:
        """Return the path of a page in this locale."""
        return templates.address(self.prefix, kind, handle)

    def absolute(self, path: str) -> str:
        """Return the full address of a path."""
        return self.shop.url.rstrip("/") + path

    def image(self, picture: Picture) -> Image:
        """Return the view of a picture, made once."""
        alt = self.text(picture.alt)
        found = self._images.get((picture.file, alt))
        if found is None:
            found = self._images[picture.file, alt] = self.pictures.image(picture, self.locale)
        return found

    def link(self, target: str, label: str = "") -> Link:
        """Turn a written link (``product:longjing``, a path, a full address) into a ready one."""
        kind, colon, handle = target.partition(":")
        if colon and kind in _REFERENCES:
            return Link(label=label, url=self.url(kind, handle))
        if target.startswith("/") and not target.startswith("//"):
            return Link(label=label, url=self._local(target))
        return Link(label=label, url=target, external=target.startswith(("http://", "https://", "//")))

    def _local(self, path: str) -> str:
        first = path.split("/", 2)[1]
        known = first in self.shop.locales or first in {"media", "assets", "api"}
        return path if known else self.prefix + path

    def menu(self, items: tuple[MenuItem, ...]) -> tuple[Link, ...]:
        """Turn a menu into ready links."""
        made = []
        for item in items:
            ready = self.link(item.link, self.text(item.label))
            made.append(Link(label=ready.label, url=ready.url, external=ready.external, items=self.menu(item.items)))
        return tuple(made)


def prefix(shop: Shop, locale: str) -> str:
    """Return what stands before all addresses of a locale: nothing for the shop's own."""
    return "" if locale == shop.locale else f"/{locale}"
