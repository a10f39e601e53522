"""Everything that a release is made from: shop, theme, pictures, and the shop's editions with their digests."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import msgspec

from generator import replays
from generator.display import bargains, cards, facets, prices, sections
from generator.display.edition import Edition, Pictures
from generator.display.frame import frame
from generator.releases import engine, player
from generator.replays import Replay
from generator.shop import Picture, Product, ProductStatus, Shelf, Shop
from generator.theme import Theme
from generator.theming import assets, coloring
from generator.theming.sections import Offer
from generator.theming.templates import Stage
from generator.theming.wording import merged
from generator.views import Image, plain

RELATED = 4


class Site:
    """A shop with its theme, ready to be planned and rendered.

    ``ground`` is what every page of a locale depends on; ``whole`` is the shop with products of a later hour;
    ``replays`` are those of its live rooms that can be watched again, by their handles.
    """

    def __init__(
        self,
        shop: Shop,
        theme: Theme,
        offer: Offer,
        pictures: Pictures,
        now: str,
        found: Mapping[str, Replay] | None = None,
    ) -> None:
        self.whole = shop
        self.shop = shop = visible(shop, now)
        self.replays = replays.shown(shop.rooms.values(), found or {})
        self.theme = theme
        self.offer = offer
        self.pictures = pictures
        sheet = coloring.sheet(offer, shop.theme).encode()
        self.assets = assets.fingerprinted({**theme.assets(), "scheme.css": sheet, **player.assets(shop)})
        self.fresh = cards.fresh(shop, now)
        self.editions = {locale: Edition(shop, locale, pictures, self.fresh, now) for locale in shop.locales}
        self.stages = {locale: self._stage(edition) for locale, edition in self.editions.items()}
        self.ground = {locale: self._ground(stage) for locale, stage in self.stages.items()}
        self._shelves: dict[str, tuple[Shelf, int]] = {}
        self._listed: dict[str, list[str]] = {}
        self._digests: dict[str, bytes] = {}
        self._cards: dict[str, bytes] = {}
        self._marks: dict[str, str] = {}
        for shelf in shop.shelves.values():
            for place, handle in enumerate(self.listed(shelf)):
                self._shelves.setdefault(handle, (shelf, place))

    def _stage(self, edition: Edition) -> Stage:
        light, dark = coloring.chosen(self.offer, self.shop.theme)
        scheme = {**light, **{f"dark_{role}": colour for role, colour in dark.items()}}
        settings = sections.resolve(edition, self.offer.settings, self.shop.theme.settings)
        return Stage(
            frame=frame(edition, scheme, settings),
            words=merged(edition.locale, self.theme.words),
            assets={name: asset.url for name, asset in self.assets.items()},
            kinds={each.id: each.type for each in self.offer.settings if each.type in {"markdown", "link", "picture"}},
            timezone=self.shop.timezone,
            trusted=self.theme.trusted,
        )

    def _ground(self, stage: Stage) -> bytes:
        shop = self.shop
        common = (
            shop.url, shop.locales, shop.delivery, shop.tax, shop.returns, shop.tags, shop.checkout, shop.name,
            shop.tagline, shop.seo, shop.seller, shop.home, shop.layouts,
        )  # fmt: skip
        digest = hashlib.blake2b(engine.digest().encode() + self.theme.digest.encode(), digest_size=16)
        digest.update(msgspec.msgpack.encode(stage, enc_hook=plain))
        digest.update(msgspec.msgpack.encode(common, enc_hook=plain))
        return digest.digest()

    def listed(self, shelf: Shelf) -> list[str]:
        """Return the handles on a shelf that shoppers may see."""
        found = self._listed.get(shelf.handle)
        if found is None:
            found = [each.handle for each in facets.shown(self.shop.products, shelf.products)]
            self._listed[shelf.handle] = found
        return found

    @cached_property
    def options(self) -> facets.Order:
        """Return the shop's options and their values in the order in which they are offered everywhere."""
        return facets.order(each for each in self.whole.products.values() if each.status is not ProductStatus.DRAFT)

    def first_shelf(self, product: Product) -> Shelf | None:
        """Return the first shelf that a product stands on: the way to it."""
        found = self._shelves.get(product.handle)
        return found[0] if found else None

    def neighbours(self, product: Product) -> tuple[str, ...]:
        """Return the products that follow on the first shelf, around its end to its beginning."""
        found = self._shelves.get(product.handle)
        if not found:
            return ()
        handles = self.listed(found[0])
        count = min(RELATED, len(handles) - 1)
        return tuple(handles[(found[1] + step) % len(handles)] for step in range(1, count + 1))

    def digest(self, product: Product) -> bytes:
        """Return a digest of all that a product's own page shows of it."""
        found = self._digests.get(product.handle)
        if found is None:
            shown = [each.file for each in product.pictures] + [each.picture for each in product.variants]
            content = msgspec.msgpack.encode((product, product.handle in self.fresh, self._bargains(product)))
            content += self._pictures(file for file in shown if file)
            found = self._digests[product.handle] = hashlib.blake2b(content, digest_size=16).digest()
        return found

    def card_digest(self, handle: str) -> bytes:
        """Return a digest of all that a product's card shows; nothing for a product that does not exist."""
        found = self._cards.get(handle)
        if found is None:
            product = self.shop.products.get(handle)
            found = self._cards[handle] = b"" if product is None else self._card(product)
        return found

    def _card(self, product: Product) -> bytes:
        offers = [(each.price, each.compare_at, each.stock == 0, each.unit_price) for each in product.variants]
        shown = (
            product.handle, product.status, product.title, product.subtitle, product.pictures[:2], offers,
            product.preorder_seconds, product.variants[0].sku, product.handle in self.fresh,
            self._bargains(product),
        )  # fmt: skip
        content = msgspec.msgpack.encode(shown) + self._pictures(each.file for each in product.pictures[:2])
        return hashlib.blake2b(content, digest_size=16).digest()

    def _bargains(self, product: Product) -> list[Any]:
        """Return all that pages say about a product's promotions."""
        found: list[Any] = []
        for edition in self.editions.values() if self.shop.promotions else ():
            found.append(bargains.views(edition, product))
            found += [prices.of_variant(edition, product, each) for each in product.variants]
        return found

    def _pictures(self, names: Iterable[str]) -> bytes:
        marks = self._marks
        found = []
        for name in names:
            if name not in marks:
                marks[name] = self.pictures.digest(name)
            found.append(marks[name])
        return "".join(found).encode()

    def facets_digest(self, shelf: Shelf) -> bytes:
        """Return a digest of what a shelf's facets count."""
        parts: list[Any] = []
        offered: set[tuple[str, str]] = set()
        for handle in self.listed(shelf):
            product = self.shop.products[handle]
            options = [(each.name, each.label, each.values) for each in product.options]
            offered.update((each.name, value.value) for each in product.options for value in each.values)
            parts.append((product.tags, min(each.price for each in product.variants), options))
        parts += [
            (name, value) for name, values in self.options.items() for value in values if (name, value) in offered
        ]
        return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=16).digest()

    def licence(self, edition: Edition) -> Image | None:
        """Return the picture of the seller's licence, as the law wants it shown (亮照)."""
        file = self.shop.seller.licence_picture
        if not file:
            return None
        name = self.stages[edition.locale].frame.imprint.seller
        return edition.image(Picture(file=file, alt=dict.fromkeys(self.shop.locales, name.label if name else "")))


def visible(shop: Shop, now: str) -> Shop:
    """Return the shop as shoppers see it at a time: what is published later is a draft until then."""
    later = {h: each for h, each in shop.products.items() if each.publish_at and each.publish_at > now}
    if not later:
        return shop
    hidden = {h: msgspec.structs.replace(each, status=ProductStatus.DRAFT) for h, each in later.items()}
    return msgspec.structs.replace(shop, products={**shop.products, **hidden})
