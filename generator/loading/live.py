"""The part of shop.yaml about live rooms: their defaults, what is kept, and the network that carries them."""

import re
from decimal import Decimal

from generator.live import DAY, LiveCdn, LiveTerms
from generator.loading.reader import Reader, Tree

FOREVER = "forever"
_KEPT = {"CN": 1095 * DAY}
"""How long a law wants recordings of selling kept (CN: three years)."""
_USUAL = 365 * DAY
_SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s?(MB|GB|TB)")
_BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_SPOKEN = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([MGT])(?:I?B?)?")


def load(tree: Tree, legal: str, reader: Reader) -> LiveTerms:
    """Return what holds for all live rooms; ``legal`` is the shop's legal pack."""
    said: Tree = tree.get("live") or {}
    usual = LiveTerms()
    seconds = {
        name: reader.find_moment(said, key, ("live",)) or getattr(usual, name)
        for name, key in (
            ("slow_seconds", "slow"),
            ("grace_seconds", "grace"),
            ("longest_seconds", "longest"),
            ("poll_seconds", "poll"),
        )
    }
    return LiveTerms(
        chat=reader.ground.chat,
        hold_first=said.get("hold_first_message") is not False,
        blocked_words=_words(said),
        keep_recordings=_kept(said, legal, reader),
        storage_bytes=_storage(said, reader) or usual.storage_bytes,
        latency=said.get("latency") or usual.latency,
        takeover=said.get("takeover") or usual.takeover,
        most_kbps=int(said.get("most_kbps") or usual.most_kbps),
        viewers_from=int(said.get("show_viewers_from", usual.viewers_from)),
        push=said.get("push") is True,
        renditions=tuple(sorted({int(each) for each in said.get("renditions") or ()}, reverse=True)),
        cdn=_cdn(said, reader),
        **seconds,
    )


def _words(said: Tree) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each).strip() for each in said.get("blocked_words") or () if str(each).strip()))


def _kept(said: Tree, legal: str, reader: Reader) -> int:
    if said.get("keep_recordings") == FOREVER:
        return 0
    return reader.find_seconds(said, "keep_recordings", ("live",)) or _KEPT.get(legal, _USUAL)


def _storage(said: Tree, reader: Reader) -> int:
    value = said.get("storage")
    if value is None:
        return 0
    found = _SIZE.fullmatch(str(value))
    size = int(Decimal(found[1]) * _BYTES[found[2]]) if found else 0
    if not size:
        meant = _SPOKEN.fullmatch(str(value).strip().upper())
        likely = f"{meant[1]}{meant[2]}B" if meant and Decimal(meant[1]) else None
        reader.report("storage-form", ("live", "storage"), suggestion=likely, value=value)
    return size


def _cdn(said: Tree, reader: Reader) -> LiveCdn | None:
    tree: Tree | None = said.get("cdn")
    if not tree or not tree.get("provider"):
        return None
    usual = LiveCdn(provider=str(tree["provider"]))
    plain = {
        key: str(tree[key]) if tree.get(key) is not None else getattr(usual, key)
        for key in ("push", "play", "app", "stream", "push_key", "play_key", "callback_key", "sign")
    }
    expires = reader.find_moment(tree, "expires", ("live", "cdn")) or usual.expires
    return LiveCdn(provider=usual.provider, expires=expires, **plain)
