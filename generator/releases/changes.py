"""What a publish would change: the addresses that come, change and go."""

import msgspec

from generator.releases import goods
from generator.releases.goods import GoodsChanges
from generator.releases.manifest import HTML, Manifest


class Changes(msgspec.Struct, frozen=True):
    """Addresses of pages that come, change and go, and how many other files do."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    files: int
    catalogue: bool

    def __bool__(self) -> bool:
        """Tell whether anything changes at all."""
        return bool(self.added or self.changed or self.removed or self.files or self.catalogue)


def between(before: Manifest | None, after: Manifest) -> Changes:
    """Compare two releases; without a first one everything is new."""
    old = before.entries if before else {}
    new = after.entries
    pages = {url for entries in (old, new) for url, entry in entries.items() if entry.type == HTML}
    differing = [url for url in {*old, *new} if old.get(url) != new.get(url)]
    return Changes(
        added=tuple(sorted(url for url in differing if url in pages and url not in old)),
        changed=tuple(sorted(url for url in differing if url in pages and url in old and url in new)),
        removed=tuple(sorted(url for url in differing if url in pages and url not in new)),
        files=sum(1 for url in differing if url not in pages),
        catalogue=before is None or before.catalogue != after.catalogue,
    )


_HEADS = {"en": ("products", "pages"), "zh": ("商品", "页面")}


def text(found: Changes, sold: GoodsChanges, lang: str) -> list[str]:
    """Return lines for people: the products that change, then the addresses."""
    chinese = lang == "zh"
    products, pages = _HEADS[lang]
    lines = [f"{products}:", *goods.text(sold, lang)] if sold.products else []
    marked = [
        (mark, url) for mark, urls in (("+", found.added), ("~", found.changed), ("-", found.removed)) for url in urls
    ]
    if marked:
        lines += [f"{pages}:", *(f"{mark} {url}" for mark, url in marked)]
    if found.files:
        lines.append(f"另有 {found.files} 个文件" if chinese else f"and {found.files} other files")
    return lines if found else ["没有变化" if chinese else "nothing would change"]


def as_json(release: str, found: Changes, sold: GoodsChanges) -> str:
    """Return everything for programs; amounts are minor units of the currencies before and after."""
    listed = {
        "release": release, "changes": bool(found), "pages": {
            "added": found.added, "changed": found.changed, "removed": found.removed,
        },
        "files": found.files, "currencies": sold.currencies, "products": sold.products,
    }  # fmt: skip
    return msgspec.json.encode(listed).decode()
