"""What a release takes over from the one before: addresses that moved or are gone, and assets of old pages."""

from collections.abc import Iterable, Mapping

from generator.display.edition import prefix
from generator.releases.manifest import HTML, Entry, Manifest
from generator.shop import Shop
from generator.theming.templates import KINDS, address

_MOST_GONE = 10_000


def moved(shop: Shop, earlier: Manifest | None, entries: Mapping[str, Entry], skus: Mapping[str, str]) -> Manifest:
    """Return a manifest of the entries with redirects and gone addresses.

    ``skus`` leads from the handle of a lost product to the one that has its goods now: a renamed product redirects.
    """
    redirects = {old: _address(new) for old, new in shop.redirects.items() if old not in entries}
    gone: list[str] = []
    for url in _lost(earlier, entries):
        target = _renamed(shop, url, skus) or (earlier.redirects.get(url, "") if earlier else "")
        if url in redirects:
            continue
        if target in entries:
            redirects[url] = target
        else:
            gone.append(url)
    return Manifest(
        entries=dict(entries), redirects=dict(sorted(redirects.items())), gone=tuple(sorted(gone)[:_MOST_GONE])
    )


def _address(target: str) -> str:
    kind, colon, handle = target.partition(":")
    return address("", kind, handle) if colon and kind in KINDS else target


def _lost(earlier: Manifest | None, entries: Mapping[str, Entry]) -> Iterable[str]:
    if earlier is None:
        return []
    pages = [url for url, entry in earlier.entries.items() if entry.type == HTML]
    return sorted({*pages, *earlier.gone, *earlier.redirects} - entries.keys())


def lost_products(shop: Shop, earlier: Manifest | None, entries: Mapping[str, Entry]) -> list[str]:
    """Return the handles of products that had a page and have none now."""
    return [handle for url in _lost(earlier, entries) for handle in [_handle(shop, url)] if handle]


def _handle(shop: Shop, url: str) -> str:
    for locale in shop.locales:
        start = f"{prefix(shop, locale)}/products/"
        if url.startswith(start) and url.endswith("/") and "/" not in url[len(start) : -1]:
            return url[len(start) : -1]
    return ""


def _renamed(shop: Shop, url: str, skus: Mapping[str, str]) -> str:
    handle = _handle(shop, url)
    return url.replace(f"/products/{handle}/", f"/products/{skus[handle]}/") if handle in skus else ""


def inherited(earlier: Iterable[Mapping[str, Entry]], entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the immutable entries of earlier releases that the new one does not have itself."""
    return {url: entry for each in earlier for url, entry in sorted(each.items()) if url not in entries}
