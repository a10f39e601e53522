"""Addresses of a network that carries pictures, signed as it wants them. Pure: names, keys and times come in.

Tencent: txSecret = MD5(key + stream + txTime), txTime the end in hexadecimal (cloud.tencent.com/document/product/267).
Alibaba: auth_key = time-rand-uid-MD5(path-time-rand-uid-key), type A (help.aliyun.com/zh/live, URL signing).
Anything else is a template whose words in braces are filled in.
"""

import hashlib
import hmac
import re
from urllib.parse import quote

from generator.live import LiveCdn
from generator.shop import Value

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NAME = 12
"""Hexadecimal digits that stand for the name of a room that cannot be written in Latin letters."""


class Push(Value, frozen=True, kw_only=True):
    """Where a publisher sends to, in the two parts that OBS asks for; both are secret."""

    server: str
    key: str

    @property
    def address(self) -> str:
        """Return both parts as one address."""
        return f"{self.server}/{self.key}"


class Play(Value, frozen=True, kw_only=True):
    """Where viewers play from; empty where the network has no such form."""

    flv: str = ""
    hls: str = ""
    rtmp: str = ""


def stream_name(cdn: LiveCdn, room: str, stream: str, generation: int = 1) -> str:
    """Return what a broadcast is called at the network: letters, digits and hyphens only.

    A new key gives it a new name, for a network goes on taking what it was once signed: nobody watches that any more.
    """
    renewed = f"-{generation}" if generation > 1 else ""
    return f"{cdn.stream}{room if _PLAIN.fullmatch(room) else _short(room)}-{stream}{renewed}"


def push(cdn: LiveCdn, name: str, secret: str, until: int, stream_key: str = "") -> Push:
    """Return where to send the stream of a name until then; ``stream_key`` is for templates that ask for it."""
    if cdn.provider == "tencent":
        return Push(server=f"rtmp://{cdn.push}/{cdn.app}", key=f"{name}?{_tencent(name, secret, until)}")
    if cdn.provider == "aliyun":
        signed = _aliyun(f"/{cdn.app}/{name}", secret, until)
        return Push(server=f"rtmp://{cdn.push}/{cdn.app}", key=f"{name}?{signed}")
    whole = _filled(cdn, cdn.push, name, secret, until, stream_key)
    path, mark, query = whole.partition("?")
    server, _, last = path.rpartition("/")
    return Push(server=server, key=f"{last}{mark}{query}")


def play(cdn: LiveCdn, name: str, secret: str, until: int) -> Play:
    """Return where to play the stream of a name until then; without a secret nothing is signed."""
    base = f"{cdn.play}/{cdn.app}/{name}"
    if cdn.provider == "tencent":
        query = f"?{_tencent(name, secret, until)}" if secret else ""
        return Play(flv=f"https://{base}.flv{query}", hls=f"https://{base}.m3u8{query}", rtmp=f"rtmp://{base}{query}")
    if cdn.provider == "aliyun":
        path = f"/{cdn.app}/{name}"
        flv, hls, rtmp = (f"?{_aliyun(path + end, secret, until)}" if secret else "" for end in (".flv", ".m3u8", ""))
        return Play(flv=f"https://{base}.flv{flv}", hls=f"https://{base}.m3u8{hls}", rtmp=f"rtmp://{base}{rtmp}")
    whole = _filled(cdn, cdn.play, name, secret, until, "")
    return Play(flv=whole) if whole.partition("?")[0].endswith(".flv") else Play(hls=whole)


def steady(now: int, expires: int) -> int:
    """Return an end that stays the same for half of the time that addresses are good for: documents stay the same."""
    half = max(expires // 2, 1)
    return (now // half + 2) * half


def _short(room: str) -> str:
    return f"r{hashlib.sha256(room.encode()).hexdigest()[:_NAME]}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # the networks' own choice


def _tencent(name: str, secret: str, until: int) -> str:
    time = f"{until:X}"
    return f"txSecret={_md5(f'{secret}{name}{time}')}&txTime={time}"


def _aliyun(path: str, secret: str, until: int) -> str:
    return f"auth_key={until}-0-0-{_md5(f'{path}-{until}-0-0-{secret}')}"


def _filled(cdn: LiveCdn, template: str, name: str, secret: str, until: int, stream_key: str) -> str:
    words = {
        "app": cdn.app,
        "stream": quote(name, safe=""),
        "expires": str(until),
        "expires_hex": f"{until:x}",
    }
    text = cdn.sign.format_map({**words, "key": secret})
    return template.format_map(
        {
            **words,
            "stream_key": quote(stream_key, safe=""),
            "md5": _md5(text),
            "hmac": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
        }
    )
