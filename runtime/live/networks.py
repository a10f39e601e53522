"""Broadcasts that go through a network: what it calls them, where they are sent and played, and which one it means."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from generator.live import LiveCdn
from generator.shop import Terms
from runtime.live import signing
from runtime.live.signing import Play, Push
from runtime.live.values import Broadcast, Through
from runtime.refusals import Code, Refusal
from runtime.settings import SettingError, Settings


def secret(settings: Settings, name: str) -> str:
    """Return the key that shop.yaml names, empty for no name; of two values with a comma between, the first.

    Raises SettingError when nobody gave it.
    """
    return keys(settings, name)[0] if name else ""


def keys(settings: Settings, name: str) -> tuple[str, ...]:
    """Return all values of a key that is being replaced, the newest first; raise SettingError when nobody gave one."""
    found = tuple(each.strip() for each in (settings.find_secret(name) or "").split(",") if each.strip())
    if not found:
        raise SettingError(name, "unset", place="shop.yaml: live.cdn")
    return found


def name(cdn: LiveCdn, broadcast: Broadcast) -> str:
    """Return what the network calls a broadcast."""
    return signing.stream_name(cdn, broadcast.room, broadcast.stream, broadcast.key_generation)


def push(terms: Terms, settings: Settings, broadcast: Broadcast, now: datetime, stream_key: str = "") -> Push | None:
    """Return where a broadcast is sent to, None for one that needs no network; whoever has it can send.

    ``stream_key`` is the key that was shown when the broadcast was armed: a server of one's own asks for it. Raises
    Refusal (live-network-key) when nobody gave the shop the network's key.
    """
    cdn = terms.live.cdn
    if cdn is None or broadcast.through is not Through.CDN:
        return None
    until = int(now.timestamp()) + cdn.expires
    try:
        signed = secret(settings, cdn.push_key)
    except SettingError as error:
        raise Refusal(Code.LIVE_NETWORK_KEY, name=error.name) from error
    return signing.push(cdn, name(cdn, broadcast), signed, until, stream_key)


def play(terms: Terms, settings: Settings, broadcast: Broadcast, now: datetime) -> Play:
    """Return where viewers play a broadcast; nothing for one that needs no network."""
    cdn = terms.live.cdn
    if cdn is None or broadcast.through is not Through.CDN:
        return Play()
    until = signing.steady(int(now.timestamp()), cdn.expires)
    return signing.play(cdn, name(cdn, broadcast), secret(settings, cdn.play_key), until)


def origin(cdn: LiveCdn | None) -> str:
    """Return the origin that pages have to allow for the picture, empty without a network."""
    if cdn is None:
        return ""
    parts = urlsplit(cdn.play if cdn.provider == "custom" else f"https://{cdn.play}")
    return f"{parts.scheme}://{parts.netloc}"


def find(cdn: LiveCdn | None, running: Iterable[Broadcast], wanted: str) -> Broadcast | None:
    """Return the one of some broadcasts that the network calls so."""
    if cdn is None or not wanted:
        return None
    return next((each for each in running if each.through is Through.CDN and name(cdn, each) == wanted), None)
