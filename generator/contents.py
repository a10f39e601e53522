"""Everything in a release that is no page: the theme's assets, media, icons, feeds."""

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import msgspec

from generator import assets
from generator.assets import Asset
from generator.pages import PagePlan
from generator.shop import Picture
from generator.site import Site
from generator.views import Image


STILL_TO_COME = {"/favicon.ico", "/favicon.svg", "/apple-touch-icon.png", "/site.webmanifest", "/en/site.webmanifest"}


class Part(msgspec.Struct, frozen=True):
    """One file of a release; ``immutable``: its address changes with its content."""

    asset: Asset
    immutable: bool


class PlainMedia:
    """Finds files below media/; every one that is asked for becomes part of the release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "media"
        self.used: dict[str, Asset] = {}

    def _asset(self, name: str) -> Asset:
        found = self.used.get(name)
        if found is None:
            data = (self.folder / name).read_bytes()
            path = PurePosixPath(name)
            mark = hashlib.sha256(data).hexdigest()[:16]
            url = f"/media/{path.with_name(f'{path.stem}.{mark}{path.suffix}')}"
            found = self.used[name] = Asset(url, data, assets.media_type(name))
        return found

    def file(self, name: str) -> str:
        """Return the address of a file that is served as it is."""
        return self._asset(name).url

    def digest(self, name: str) -> str:
        """Return a digest of a file's content."""
        return self._asset(name).url

    def image(self, picture: Picture, locale: str) -> Image:
        """Return a picture as it is."""
        return Image(src=self.file(picture.file), srcset="", sources=(), width=1, height=1, alt=picture.alt[locale])


def pictures(folder: Path) -> PlainMedia:
    """Return what makes the pictures of a shop."""
    return PlainMedia(folder)


def gather(site: Site, plans: Sequence[PagePlan]) -> list[Part]:
    """Return all parts of a release."""
    del plans
    parts = [Part(asset, immutable=True) for asset in site.assets.values()]
    media = site.pictures
    if isinstance(media, PlainMedia):
        for product in site.shop.products.values():
            for picture in product.pictures:
                media.file(picture.file)
        parts += [Part(asset, immutable=True) for _, asset in sorted(media.used.items())]
    return parts
