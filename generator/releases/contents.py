"""Everything in a release that is no page: the theme's assets, pictures and clips, icons, feeds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from generator.display import links
from generator.display.frame import payment_pictures
from generator.images import Blob, Icon, Images
from generator.pages import PagePlan
from generator.releases.machines import Machines
from generator.releases.parts import Part
from generator.releases.site import Site
from generator.shop import Section, Seo, Shop, Text
from generator.theming.assets import Asset
from generator.theming.sections import Offer, Setting


def picture_names(shop: Shop, offer: Offer) -> set[str]:
    """Return all pictures that a shop names anywhere, so that they can be drawn together."""
    found = {each.file for product in shop.products.values() for each in product.pictures}
    found |= {each.video for each in shop.products.values() if each.video and ":" not in each.video}
    found |= set(_in_texts(shop))
    found |= {each.picture for product in shop.products.values() for each in product.variants if each.picture}
    found |= {each.picture.file for each in shop.shelves.values() if each.picture}
    found |= {each.cover.file for each in shop.rooms.values() if each.cover}
    found |= {name for name in (shop.logo and shop.logo.file, shop.seller.licence_picture) if name}
    found |= {file for file, _ in payment_pictures(shop)}
    found |= set(_in_settings(offer.settings, shop.theme.settings))
    for layout in (shop.home, *shop.layouts.values()):
        for section in layout:
            found |= set(_in_section(section, offer))
    return found


def _in_texts(shop: Shop) -> Iterator[str]:
    texts: list[Text | None] = [each.description for each in shop.products.values()]
    texts += [each.description for each in shop.shelves.values()]
    texts += [each.body for each in shop.pages.values()]
    for text in texts:
        for words in (text or {}).values():
            if "![" in words:
                yield from _in_markdown(words)
    told: list[Seo] = [shop.seo, *(each.seo for each in shop.products.values())]
    told += [each.seo for each in shop.shelves.values()] + [each.seo for each in shop.pages.values()]
    yield from (each.picture for each in told if each.picture)


def _in_markdown(text: str) -> Iterator[str]:
    return (unquote(each.link) for each in links.in_text(text, ()) if each.picture)


def _in_section(section: Section, offer: Offer) -> Iterator[str]:
    sidecar = offer.sections.get(section.section)
    yield from _in_settings(sidecar.settings if sidecar else (), section.settings)
    for block in section.blocks:
        other = offer.blocks.get(block.block)
        yield from _in_settings(other.settings if other else (), block.settings)


def _in_settings(settings: Iterable[Setting], given: Mapping[str, Any]) -> Iterator[str]:
    for each in settings:
        value = given.get(each.id)
        if each.type == "picture" and value:
            yield str(value["file"] if isinstance(value, Mapping) else value)
        elif each.type == "video" and value and "://" not in str(value):
            yield str(value)
        elif each.type == "markdown":
            for words in value.values() if isinstance(value, Mapping) else (value or "",):
                yield from _in_markdown(str(words))


def gather(site: Site, images: Images, plans: Sequence[PagePlan], memory: Path) -> list[Part]:
    """Return all parts of a release, in the order of their addresses; ``memory`` is Machines' own."""
    icon = _icon(site)
    icons = images.icons(icon)
    parts = [_fixed(asset, immutable=True) for asset in site.assets.values()]
    parts += [_drawn(images, blob, immutable=True) for blob in images.blobs()]
    parts += [_drawn(images, blob, immutable=False) for blob in icons.values()]
    parts += Machines(site, images, memory).parts(plans, icon, icons)
    return sorted(parts, key=lambda each: each.url)


def _fixed(asset: Asset, *, immutable: bool) -> Part:
    return Part(asset.url, asset.type, len(asset.data), asset.digest, lambda: asset.data, immutable)


def _drawn(images: Images, blob: Blob, *, immutable: bool) -> Part:
    return Part(blob.address, blob.type, blob.size, blob.digest, partial(images.read, blob), immutable)


def _icon(site: Site) -> Icon:
    shop = site.shop
    colours = site.stages[shop.locale].frame.scheme
    return Icon(
        logo=shop.logo.file if shop.logo else "",
        monogram=shop.name[shop.locale][:1],
        ink=colours.get("on_accent", "#ffffff"),
        paper=colours.get("accent", "#333333"),
    )
