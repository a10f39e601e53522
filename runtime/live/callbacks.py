"""What networks and media servers report about streams: read and verified, nothing is changed. Pure.

Two clouds sign their notices; nginx-rtmp, SRS and MediaMTX ask whether somebody may publish, and prove with the key of
the stream that they speak of it. Every reader raises ForgedError for what it does not believe.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

import msgspec

from generator.shop import Value

FRESH = 600
"""Seconds for which a signed notice is good."""
_AHEAD = 300
"""Seconds that a cloud's clock may be ahead of ours."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,120}")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,120}")
_LONGEST = 200


class Kind(StrEnum):
    """What is reported."""

    BEGIN = "begin"
    END = "end"
    READ = "read"
    """Somebody wants to watch: only MediaMTX asks."""
    OTHER = "other"
    """Something that changes nothing here."""


class Why(StrEnum):
    """Why a notice is not believed."""

    FORM = "form"
    SIGNATURE = "signature"
    EXPIRED = "expired"


class ForgedError(Exception):
    """A notice that is not believed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Callback(Value, frozen=True, kw_only=True):
    """One notice. ``name`` is what the network calls the stream, ``key`` the stream's key where it proves the notice.

    ``session`` is one connection of a publisher; ``once`` names the notice itself, the same when it is sent again.
    Both are empty where a provider does not say; a ``vague`` session is where a publisher is, and may be several in
    turn. ``at`` is the provider's own time in seconds, 0 where it has none.
    """

    provider: str
    kind: Kind
    name: str = ""
    key: str = ""
    session: str = ""
    vague: bool = False
    once: str = ""
    at: int = 0
    peer: str = ""
    width: int = 0
    height: int = 0


class _Tencent(msgspec.Struct, frozen=True):
    event_type: int
    stream_id: str
    t: int | str
    sign: str
    sequence: str = ""
    event_time: int = 0
    user_ip: str = ""
    width: int = 0
    height: int = 0


class _Srs(msgspec.Struct, frozen=True):
    action: str
    stream: str = ""
    param: str = ""
    client_id: int | str = ""
    ip: str = ""


class _MediaMtx(msgspec.Struct, frozen=True):
    action: str
    path: str = ""
    query: str = ""
    password: str = ""
    token: str = ""
    id: str | None = ""
    ip: str = ""


def read_tencent(body: bytes, keys: Sequence[str], now: int) -> Callback:
    """Read a notice of Tencent Cloud CSS: sign = MD5(key + t), and t, until when it is good, is not past."""
    found = _decoded(body, _Tencent)
    until = _number(found.t)
    _prove(found.sign, (f"{key}{found.t}" for key in keys))
    if not now <= until <= now + FRESH + _AHEAD:
        raise ForgedError(Why.EXPIRED)
    kind = {1: Kind.BEGIN, 0: Kind.END}.get(found.event_type, Kind.OTHER)
    return Callback(
        provider="tencent",
        kind=kind,
        name=_plain(found.stream_id),
        session=found.sequence[:_LONGEST],
        once=f"{found.sequence}:{kind}"[:_LONGEST] if found.sequence else "",
        at=found.event_time,
        peer=found.user_ip[:64],
        width=max(0, found.width),
        height=max(0, found.height),
    )


def read_aliyun(
    query: Mapping[str, str], headers: Mapping[str, str], keys: Sequence[str], domains: Iterable[str], now: int
) -> Callback:
    """Read a notice of Alibaba Cloud Live: its header is MD5(push domain|time|key), and the time is not old."""
    time = headers.get("ali-live-timestamp", "")
    given = headers.get("ali-live-signature", "")
    _prove(given, (f"{domain}|{time}|{key}" for domain in domains for key in keys))
    if abs(now - _number(time)) > FRESH:
        raise ForgedError(Why.EXPIRED)
    kind = {"publish": Kind.BEGIN, "publish_done": Kind.END}.get(query.get("action", ""), Kind.OTHER)
    at, name = _number(query.get("time", "0")), _plain(query.get("id", ""))
    peer, node = query.get("ip", "")[:64], query.get("node", "")[:80]
    return Callback(
        provider="aliyun",
        kind=kind,
        name=name,
        session=f"{peer}/{node}",
        vague=True,
        once=f"{name}:{kind}:{at}:{node}"[:_LONGEST],
        at=at,
        peer=peer,
        width=_number(query.get("width") or "0"),
        height=_number(query.get("height") or "0"),
    )


def read_nginx_rtmp(form: Mapping[str, str]) -> Callback:
    """Read what nginx-rtmp asks: the name that somebody publishes under is the key."""
    kind = {"publish": Kind.BEGIN, "publish_done": Kind.END}.get(form.get("call", ""), Kind.OTHER)
    peer = form.get("addr", "")[:64]
    return Callback(
        provider="nginx-rtmp",
        kind=kind,
        key=_key(form.get("name", "")),
        session=f"{peer}#{form.get('clientid', '')}"[:_LONGEST],
        vague=True,
        peer=peer,
    )


def read_srs(body: bytes) -> Callback:
    """Read what SRS asks: the key stands in the address that somebody publishes to, as ?key=…."""
    found = _decoded(body, _Srs)
    kind = {"on_publish": Kind.BEGIN, "on_unpublish": Kind.END}.get(found.action, Kind.OTHER)
    session = str(found.client_id)[:_LONGEST]
    return Callback(
        provider="srs",
        kind=kind,
        name=_plain(found.stream) if kind is not Kind.OTHER else "",
        key=_key(_parameter(found.param)) if kind is not Kind.OTHER else "",
        session=session,
        once=f"{session}:{kind}" if session else "",
        peer=found.ip[:64],
    )


def read_mediamtx(body: bytes) -> Callback:
    """Read what MediaMTX asks, or what its runOnNotReady tells: the key is the password, or stands as ?key=…."""
    found = _decoded(body, _MediaMtx)
    kinds = {"publish": Kind.BEGIN, "unpublish": Kind.END, "read": Kind.READ, "playback": Kind.READ}
    kind = kinds.get(found.action, Kind.OTHER)
    session = (found.id or "")[:_LONGEST]
    given = _parameter(found.query) or found.password or found.token
    return Callback(
        provider="mediamtx",
        kind=kind,
        name=_plain(found.path.rpartition("/")[2]) if kind is not Kind.OTHER else "",
        key=_key(given) if kind in {Kind.BEGIN, Kind.END} else "",
        session=session,
        once=f"{session}:{kind}" if session and kind is not Kind.READ else "",
        peer=found.ip[:64],
    )


def _decoded(body: bytes, form: type[Any]) -> Any:  # noqa: ANN401  a value of the form
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ForgedError(Why.FORM) from error


def _prove(given: str, texts: Iterable[str]) -> None:
    """Compare with every key in constant time; raise ForgedError unless one fits."""
    signed = [hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts]
    fitting = [hmac.compare_digest(given.lower().encode(), each.encode()) for each in signed]
    if not any(fitting):
        raise ForgedError(Why.SIGNATURE)


def _number(text: int | str) -> int:
    digits = str(text)
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        raise ForgedError(Why.FORM)
    return int(digits)


def _plain(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ForgedError(Why.FORM)
    return name


def _key(text: str) -> str:
    """Return a stream key; what cannot be one is told from a wrong one by nobody."""
    return text if _KEY.fullmatch(text) else ""


def _parameter(query: str) -> str:
    """Return the stream key of the query of an address."""
    try:
        return parse_qs(query.lstrip("?")[:2048], max_num_fields=20).get("key", [""])[0]
    except ValueError:
        return ""
