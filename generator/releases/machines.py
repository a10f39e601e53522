"""Files of a release that machines fetch: sitemap, robots, product feeds, manifests and the drawn favicon.

Long ones are written again only if something that they name changed; what they were is kept beside the page digests.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from generator import files
from generator.display.edition import Edition, prefix
from generator.images import Blob, Icon, Images
from generator.pages import PagePlan
from generator.pictures.renditions import PictureSet
from generator.releases import feeds
from generator.releases.feeds import Address
from generator.releases.parts import Part
from generator.releases.site import Site

_XML, _TEXT, _DRAWING = "application/xml", "text/plain; charset=utf-8", "image/svg+xml"
_MANIFEST = "application/manifest+json"
_WIDEST = 1.6
"""A logo wider than this is no favicon (the drawn icons hold the same opinion)."""
Make = Callable[[], dict[str, bytes]]
_FEEDS: dict[str, Callable[[Edition], bytes]] = {"google": feeds.products, "rss": feeds.news}


class Sheet(msgspec.Struct, frozen=True, array_like=True):
    """One file that was written: its address, and what its content was."""

    url: str
    size: int
    digest: str


class Machines:
    """Makes the files; ``memory`` is where the digests of the long ones are kept between builds."""

    def __init__(self, site: Site, images: Images, memory: Path) -> None:
        self._site = site
        self._images = images
        self._memory = memory
        self._known = self._read()
        self._kept: dict[str, tuple[str, list[Sheet]]] = {}

    def _read(self) -> dict[str, tuple[str, list[Sheet]]]:
        try:
            return msgspec.msgpack.decode(self._memory.read_bytes(), type=dict[str, tuple[str, list[Sheet]]])
        except (OSError, msgspec.DecodeError):
            return {}

    def parts(self, plans: Sequence[PagePlan], icon: Icon, icons: dict[str, Blob]) -> list[Part]:
        """Return all files for machines."""
        made = list(self._small(icon, icons))
        if self._site.shop.url:
            made += self._long("sitemap", _XML, self._addresses_key(plans), lambda: self._sitemaps(plans))
            made += [part for edition in self._site.editions.values() for part in self._feeds(edition)]
        if self._kept != self._known:
            files.replace(self._memory, msgspec.msgpack.encode(self._kept), durable=False)
        return made

    def _small(self, icon: Icon, icons: dict[str, Blob]) -> Iterator[Part]:
        yield _part("/robots.txt", _TEXT, feeds.robots(self._site.shop))
        yield _part("/favicon.svg", _DRAWING, self._favicon(icon, icons))
        for locale, edition in self._site.editions.items():
            scheme = self._site.stages[locale].frame.scheme
            yield _part(f"{edition.prefix}/site.webmanifest", _MANIFEST, feeds.manifest(edition, sorted(icons), scheme))

    def _favicon(self, icon: Icon, icons: dict[str, Blob]) -> bytes:
        logo = self._images.find(icon.logo) if icon.logo else None
        if logo is None or not _is_square(logo):
            return feeds.favicon(icon.monogram, icon.ink, icon.paper)
        if logo.renditions[0].kind == "svg":
            blob = next(each for each in self._images.blobs() if each.digest == logo.renditions[0].digest)
            return self._images.read(blob)
        return feeds.favicon("", icon.ink, icon.paper, self._images.read(icons["icon-192.png"]))

    def _addresses_key(self, plans: Sequence[PagePlan]) -> bytes:
        return "\n".join(plan.url for plan in plans if plan.listed).encode()

    def _sitemaps(self, plans: Sequence[PagePlan]) -> dict[str, bytes]:
        shop = self._site.shop
        base = shop.url.rstrip("/")
        starts = {locale: base + prefix(shop, locale) for locale in shop.locales}
        several = len(starts) > 1

        def pages() -> Iterator[Address]:
            for plan in plans:
                if not plan.listed:
                    continue
                path = plan.url.removeprefix(self._site.editions[plan.locale].prefix)
                others = tuple((locale, start + path) for locale, start in starts.items()) if several else ()
                yield Address(base + plan.url, others)

        return feeds.sitemaps(base, pages())

    def _feeds(self, edition: Edition) -> Iterator[Part]:
        products = self._site.shop.products.values()
        for name in self._site.shop.feeds:
            key = b"".join(self._site.digest(product) for product in products)
            url = f"{edition.prefix}/feeds/{name}.xml"
            yield from self._long(url, _XML, key, partial(_feed, edition, name, url))

    def _long(self, name: str, kind: str, content: bytes, make: Make) -> Iterator[Part]:
        ground = b"".join(self._site.ground.values())
        key = hashlib.blake2b(ground + content, digest_size=16).hexdigest()
        known = self._known.get(name)
        sheets = known[1] if known and known[0] == key else None
        written: dict[str, bytes] = {}
        if sheets is None:
            written = make()
            sheets = [Sheet(url, len(data), hashlib.sha256(data).hexdigest()) for url, data in written.items()]
        self._kept[name] = (key, sheets)
        text = _Text(written, make)
        for each in sheets:
            yield Part(each.url, kind, each.size, each.digest, partial(text.read, each.url), immutable=False)


class _Text:
    """What was written just now, or can be written again."""

    def __init__(self, written: dict[str, bytes], make: Make) -> None:
        self._written = written
        self._make = make

    def read(self, url: str) -> bytes:
        if not self._written:
            self._written = self._make()
        return self._written[url]


def _feed(edition: Edition, name: str, url: str) -> dict[str, bytes]:
    return {url: _FEEDS[name](edition)}


def _part(url: str, kind: str, data: bytes) -> Part:
    return Part(url, kind, len(data), hashlib.sha256(data).hexdigest(), lambda: data, immutable=False)


def _is_square(logo: PictureSet) -> bool:
    return max(logo.width / logo.height, logo.height / logo.width) <= _WIDEST
