"""Live pictures from elsewhere: an address as a platform shares it becomes its player's address, from a closed table.

A host that is not in the table is never framed; servers of one's own are named by ``provider``: owncast, hls or mp4.
"""

import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlsplit

import msgspec

from generator.source import nearest


class Embed(msgspec.Struct, frozen=True, kw_only=True):
    """A player: the address to frame (or to play), the origin that a page has to allow, and the page to watch it at."""

    provider: str
    src: str
    frame: str
    watch: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why an address is not embedded: a code of a problem with its values; ``about`` is the key that is wrong."""

    code: str
    about: str = "url"
    values: dict[str, str] = {}


_YOUTUBE = re.compile(r"[A-Za-z0-9_-]{11}")
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_ROOM = re.compile(r"/(?:blanc/|h5/)?(\d{1,15})/?")
_BVID = re.compile(r"/(?:video/)?(BV[A-Za-z0-9]{10})/?")
_TWITCH = re.compile(r"/([A-Za-z0-9_]{2,25})/?")
_TWITCH_VIDEO = re.compile(r"/videos/(\d{1,15})/?")
_VIMEO = re.compile(r"/(?:video/|channels/[a-z0-9]+/)?(\d{1,12})(?:/([0-9a-f]{6,16}))?/?")
_VIMEO_EVENT = re.compile(r"/event/(\d{1,12})(?:/[a-z0-9/]*)?")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _embed(provider: str, src: str, watch: str) -> Embed:
    return Embed(provider=provider, src=src, frame=_origin(src), watch=watch)


def _youtube(parts: SplitResult, _shop: str) -> Embed | None:
    channel = re.fullmatch(r"/channel/([^/]+)(?:/live)?/?", parts.path)
    if channel and _CHANNEL.fullmatch(channel[1]):
        src = f"https://www.youtube.com/embed/live_stream?channel={channel[1]}"
        return _embed("youtube", src, f"https://www.youtube.com/channel/{channel[1]}/live")
    if parts.hostname == "youtu.be":
        video = parts.path.strip("/")
    elif parts.path == "/watch":
        video = parse_qs(parts.query).get("v", [""])[0]
    else:
        found = re.fullmatch(r"/(?:live|embed|shorts|v)/([^/]+)/?", parts.path)
        video = found[1] if found else ""
    if not _YOUTUBE.fullmatch(video):
        return None
    src = f"https://www.youtube-nocookie.com/embed/{video}?playsinline=1"
    return _embed("youtube", src, f"https://www.youtube.com/watch?v={video}")


def _bilibili(parts: SplitResult, _shop: str) -> Embed | None:
    if parts.hostname == "live.bilibili.com":
        room = _ROOM.fullmatch(parts.path)
        if not room:
            return None
        player = "https://www.bilibili.com/blackboard/live/live-activity-player.html"
        return _embed(
            "bilibili", f"{player}?cid={room[1]}&quality=0&mute=0&logo=0", f"https://live.bilibili.com/{room[1]}"
        )
    video = _BVID.fullmatch(parts.path)
    if not video:
        return None
    src = f"https://player.bilibili.com/player.html?bvid={video[1]}&p=1&autoplay=0"
    return _embed("bilibili", src, f"https://www.bilibili.com/video/{video[1]}/")


def _twitch(parts: SplitResult, shop: str) -> Embed | None:
    parent = urlsplit(shop).hostname or "localhost"
    video = _TWITCH_VIDEO.fullmatch(parts.path)
    if video:
        src = f"https://player.twitch.tv/?video={video[1]}&parent={parent}&autoplay=false"
        return _embed("twitch", src, f"https://www.twitch.tv/videos/{video[1]}")
    channel = _TWITCH.fullmatch(parts.path)
    if not channel:
        return None
    return _embed(
        "twitch",
        f"https://player.twitch.tv/?channel={channel[1]}&parent={parent}",
        f"https://www.twitch.tv/{channel[1]}",
    )


def _vimeo(parts: SplitResult, _shop: str) -> Embed | None:
    event = _VIMEO_EVENT.fullmatch(parts.path)
    if event:
        return _embed("vimeo", f"https://vimeo.com/event/{event[1]}/embed", f"https://vimeo.com/event/{event[1]}")
    video = _VIMEO.fullmatch(parts.path)
    if not video:
        return None
    private = f"&h={video[2]}" if video[2] else ""
    watch = f"https://vimeo.com/{video[1]}" + (f"/{video[2]}" if video[2] else "")
    return _embed("vimeo", f"https://player.vimeo.com/video/{video[1]}?dnt=1{private}", watch)


_TABLE: dict[str, tuple[str, Callable[[SplitResult, str], Embed | None]]] = {
    "www.youtube.com": ("youtube", _youtube),
    "youtube.com": ("youtube", _youtube),
    "m.youtube.com": ("youtube", _youtube),
    "youtu.be": ("youtube", _youtube),
    "www.youtube-nocookie.com": ("youtube", _youtube),
    "live.bilibili.com": ("bilibili", _bilibili),
    "www.bilibili.com": ("bilibili", _bilibili),
    "m.bilibili.com": ("bilibili", _bilibili),
    "bilibili.com": ("bilibili", _bilibili),
    "www.twitch.tv": ("twitch", _twitch),
    "twitch.tv": ("twitch", _twitch),
    "m.twitch.tv": ("twitch", _twitch),
    "vimeo.com": ("vimeo", _vimeo),
    "www.vimeo.com": ("vimeo", _vimeo),
    "player.vimeo.com": ("vimeo", _vimeo),
}
_OWN = ("owncast", "hls", "mp4")
PROVIDERS = ("youtube", "bilibili", "twitch", "vimeo", *_OWN)
PLAYED_HERE = ("hls", "mp4")
"""Clips and streams that play in the page itself, not in a frame of somebody else's."""


def find(url: str, provider: str | None, shop: str) -> Embed | Refusal:
    """Return the player for a shared address, or why there is none; ``shop`` is the shop's public address."""
    parts = _split(url)
    if parts is None:
        return Refusal(code="live-url-form")
    if parts.hostname == urlsplit(shop).hostname:
        return Refusal(code="live-url-own-host", values={"host": str(parts.hostname)})
    if provider in _OWN:
        return _own(url, parts, str(provider))
    known = _TABLE.get(str(parts.hostname))
    if known is None:
        likely = nearest.find(str(parts.hostname), _TABLE)
        return Refusal(code="live-url-unknown-host", values={"host": str(parts.hostname), "nearest": likely or ""})
    if provider is not None and provider != known[0]:
        return Refusal(code="live-provider-differs", about="provider", values={"provider": provider, "found": known[0]})
    return known[1](parts, shop) or Refusal(code="live-url-no-room", values={"provider": known[0]})


def _split(url: str) -> SplitResult | None:
    """Split an https address of plain characters without user, odd port or fragment tricks."""
    if not re.fullmatch(
        r"https://[A-Za-z0-9.-]+(?::\d{2,5})?(?:[/?][\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?", url
    ):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _own(url: str, parts: SplitResult, provider: str) -> Embed | Refusal:
    if provider == "owncast":
        origin = f"https://{parts.netloc}"
        return Embed(provider=provider, src=f"{origin}/embed/video", frame=origin, watch=f"{origin}/")
    ending = {"hls": ".m3u8", "mp4": ".mp4"}[provider]
    if not parts.path.lower().endswith(ending):
        return Refusal(code="live-url-no-room", values={"provider": provider})
    return Embed(provider=provider, src=url, frame=f"https://{parts.netloc}", watch=url)
