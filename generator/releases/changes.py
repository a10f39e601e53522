"""What a publish would change: the addresses that come, change and go."""

import msgspec

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
