"""Live rooms: what the defaults may be, a network with all that it needs, and rooms that do not get into each other."""

import re
from collections.abc import Iterator
from string import Formatter
from urllib.parse import urlsplit

from generator.live import GRACE, HEIGHTS, LiveCdn
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.shop import LiveRoom

_RANGES = {
    "slow": ("slow_seconds", (1, 600)),
    "grace": ("grace_seconds", GRACE),
    "longest": ("longest_seconds", (60, 86400)),
    "poll": ("poll_seconds", (1, 30)),
}
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+(:\d{2,5})?")
_APP = re.compile(r"[A-Za-z0-9_-]{1,64}")
_START = re.compile(r"[A-Za-z0-9-]{0,40}")
_KEYS = ("push_key", "play_key", "callback_key")
_NEEDED = {
    "tencent": ("push", "play", "push_key", "callback_key"),
    "aliyun": ("push", "play", "push_key", "callback_key"),
}
_SCHEMES = {"push": ("rtmp", "rtmps", "srt", "https"), "play": ("https",)}
_OF_ADDRESSES = frozenset({"app", "stream", "stream_key", "expires", "expires_hex", "md5", "hmac"})
_OF_SIGNING = frozenset({"key", "app", "stream", "expires", "expires_hex"})
_HERE = {"localhost", "127.0.0.1", "::1"}


def defaults(draft: Draft) -> Iterator[Problem]:
    """Times stand within their bounds, renditions have heights that are made, no blocked word is empty."""
    live = draft.tree.get("live") or {}
    for key, (name, (least, most)) in _RANGES.items():
        seconds = getattr(draft.shop.live, name)
        if key in live and not least <= seconds <= most:
            nearest = min(max(seconds, least), most)
            yield in_shop("live-time-range", ("live", key), suggestion=f"{nearest}s", key=key, least=least, most=most)
    for index, each in enumerate(live.get("renditions") or ()):
        if int(each) not in HEIGHTS:
            distance = {abs(height - int(each)): str(height) for height in HEIGHTS}
            known = ", ".join(str(height) for height in HEIGHTS)
            path = ("live", "renditions", index)
            yield in_shop("live-rendition-unknown", path, suggestion=distance[min(distance)], height=each, known=known)
    for index, each in enumerate(live.get("blocked_words") or ()):
        if not str(each).strip():
            yield in_shop("live-word-empty", ("live", "blocked_words", index))


def network(draft: Draft) -> Iterator[Problem]:
    """A network has all that it needs, addresses that can be made, and keys by name only."""
    cdn = draft.shop.live.cdn
    if cdn is None:
        return
    path = ("live", "cdn")
    written = draft.tree["live"]["cdn"]
    needed = _NEEDED.get(cdn.provider, _needed(cdn))
    missing = [key for key in needed if not written.get(key) and not draft.lacks("live", "cdn", key)]
    if missing:
        yield in_shop("live-cdn-incomplete", path, provider=cdn.provider, missing=", ".join(missing))
    for key in _KEYS:
        if getattr(cdn, key) and not _NAME.fullmatch(getattr(cdn, key)):
            yield in_shop("live-key-as-value", (*path, key), key=key, example=f"LIVE_{key.upper()}")
    for key, form in (("app", _APP), ("stream", _START)):
        if not form.fullmatch(getattr(cdn, key)):
            yield in_shop("live-cdn-name", (*path, key), key=key, value=getattr(cdn, key))
    for key in ("push", "play"):
        if written.get(key):
            yield from _address(cdn, key)
    unknown = _words(cdn.sign) - _OF_SIGNING
    if unknown:
        known = _known(_OF_SIGNING)
        yield in_shop("live-cdn-word", (*path, "sign"), word=min(unknown), known=known)


def _needed(cdn: LiveCdn) -> tuple[str, ...]:
    signed = {"md5", "hmac"}
    keys = [f"{key}_key" for key in ("push", "play") if _words(getattr(cdn, key)) & signed]
    return ("push", "play", *keys)


def _words(template: str) -> set[str]:
    """Return the words in braces of a template; a brace that does not close stands for itself."""
    try:
        return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    except ValueError:
        return {"{"}


def _known(words: frozenset[str]) -> str:
    return ", ".join(f"{{{word}}}" for word in sorted(words))


def _address(cdn: LiveCdn, key: str) -> Iterator[Problem]:
    """A provider that we know takes a domain; any other a whole address with the stream's name in it."""
    path, value = ("live", "cdn", key), getattr(cdn, key)
    if cdn.provider != "custom":
        if not _HOST.fullmatch(value):
            bare = urlsplit(value).netloc
            likely = bare if _HOST.fullmatch(bare) else None
            yield in_shop("live-cdn-domain", path, suggestion=likely, key=key, value=value)
        return
    words = _words(value)
    unknown = words - _OF_ADDRESSES
    if unknown:
        yield in_shop("live-cdn-word", path, word=min(unknown), known=_known(_OF_ADDRESSES))
        return
    scheme, _, rest = value.partition("://")
    allowed = (*_SCHEMES[key], "http") if re.split(r"[:/]", rest)[0] in _HERE else _SCHEMES[key]
    named = {"stream", "stream_key"} if key == "push" else {"stream"}
    if scheme not in allowed or not rest or not words & named or (key == "play" and "stream_key" in words):
        yield in_shop("live-cdn-address", path, key=key, value=value, schemes=", ".join(_SCHEMES[key]))


def sources(draft: Draft) -> Iterator[Problem]:
    """A room that goes through the network has one, and a room has the keys of its own kind of source only."""
    for handle, room in draft.rooms.items():
        document = draft.find_document(draft.file("live", handle))
        written = (document.data.get("source") if document else None) or {}
        others = ("url", "provider") if room.source.kind == "broadcast" else ("through",)
        for key in others:
            if isinstance(written, dict) and written.get(key) is not None:
                yield draft.at("live", handle, "live-source-mixed", ("source", key), key=key, kind=room.source.kind)
        if room.source.through == "cdn" and draft.shop.live.cdn is None and not draft.lacks("live"):
            yield draft.at("live", handle, "live-without-cdn", ("source", "through"))


def overlaps(draft: Draft) -> Iterator[Problem]:
    """Two broadcasts at once need two people, two devices and twice the bandwidth; a room may not have meant that."""
    rooms = sorted(
        (room for room in draft.rooms.values() if room.source.kind == "broadcast" and room.starts_at),
        key=lambda room: (room.starts_at, room.handle),
    )
    last: LiveRoom | None = None
    for room in rooms:
        if last is not None and (room.starts_at < _end(last) or room.starts_at == last.starts_at):
            other = draft.file("live", last.handle)
            related = (other, draft.mark(other, ("starts_at",)))
            yield draft.at(
                "live", room.handle, "live-rooms-overlap", ("starts_at",), related=related, other=last.handle
            )
        if last is None or _end(room) > _end(last):
            last = room


def _end(room: LiveRoom) -> str:
    """Return when a room is over; one without an end is only known to start."""
    return room.ends_at or room.starts_at
