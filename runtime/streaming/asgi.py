"""Requests and answers of the daemon over plain ASGI: what a handler needs of them, and nothing of a framework."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import msgspec

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
SECOND = (b"cache-control", b"public, max-age=1")
NEVER = (b"cache-control", b"no-store")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")
_MOST_PARAMETERS = 20


class Answer(msgspec.Struct, frozen=True):
    """A whole answer; its length and the protecting headers are added when it is sent."""

    status: int
    body: bytes = b""
    type: bytes = b"application/json"
    headers: tuple[Header, ...] = (NEVER,)


class TurnedAwayError(Exception):
    """A request that is answered before its handler comes to an end."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def document(value: object, status: int = 200, *headers: Header) -> Answer:
    """Return an answer in JSON that nobody keeps."""
    return Answer(status, msgspec.json.encode(value), headers=(NEVER, *headers))


def error(status: int, code: str, words: str = "", *headers: Header, **more: object) -> Answer:
    """Return a refusal: a code for programs and words for people."""
    return document({"error": code, "words": words, **more}, status, *headers)


class Request:
    """One request over HTTP."""

    def __init__(self, scope: Scope, receive: Receive, proxies: "Proxies") -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._query: bytes = scope["query_string"]
        self._headers: list[Header] = scope["headers"]
        self._receive = receive
        self._peer: str = (scope.get("client") or ("", 0))[0]
        self._proxies = proxies

    def header(self, name: bytes) -> str:
        """Return a header by its name in small letters, empty where there is none."""
        return next((value.decode("latin-1") for each, value in self._headers if each == name), "")

    def query(self) -> dict[str, str]:
        """Return the parameters of the address; of one that is given twice the last."""
        if not self._query:
            return {}
        try:
            return dict(parse_qsl(self._query.decode("latin-1"), max_num_fields=_MOST_PARAMETERS))
        except ValueError as problem:
            raise TurnedAwayError(error(400, "query", "The address has too many parameters.")) from problem

    @property
    def address(self) -> str:
        """Return the client's internet address, as a named proxy tells it or as it is."""
        return self._proxies.client(self._peer, self.header(b"x-forwarded-for"))

    @property
    def local(self) -> bool:
        """Tell whether the request comes from this very machine and through no proxy."""
        forwarded = any(self.header(name) for name in (b"x-forwarded-for", b"forwarded", b"x-real-ip"))
        return not forwarded and bool(self._peer) and ipaddress.ip_address(self._peer).is_loopback

    async def body(self, most: int, within: float) -> bytes:
        """Return the whole body; raise TurnedAwayError where it is too long, too slow, or breaks off."""
        length = self.header(b"content-length")
        if length and (not length.isdigit() or int(length) > most):
            raise TurnedAwayError(_TOO_LARGE)
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    message = await self._receive()
                    if message["type"] != "http.request":
                        raise TurnedAwayError(_BROKEN_OFF)
                    pieces.append(message.get("body", b""))
                    size += len(pieces[-1])
                    if size > most:
                        raise TurnedAwayError(_TOO_LARGE)
                    if not message.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError as slow:
            raise TurnedAwayError(_SLOW) from slow

    async def gone(self) -> None:
        """Return when the client has left; only for a request whose body was read or is none."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


_TOO_LARGE = error(413, "too_large", "The body is too large.")
_BROKEN_OFF = error(400, "broken_off", "The body broke off.")
_SLOW = error(408, "slow", "The body came too slowly.", (b"connection", b"close"))


class Proxies:
    """The proxies that are believed when they say whom they speak for."""

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = tuple(ipaddress.ip_network(each) for each in networks)

    def client(self, peer: str, forwarded: str) -> str:
        """Return the last address of the list that is no proxy of ours."""
        if not self._networks or not forwarded or not self._is_one(peer):
            return peer
        outside = [each for each in (part.strip() for part in forwarded.split(",")) if not self._is_one(each, no=True)]
        return outside[-1] if outside else peer

    def _is_one(self, address: str, *, no: bool = False) -> bool:
        """Tell whether an address is a proxy's; ``no`` is what to say of one that is no address."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return no
        return any(found in each for each in self._networks)


async def answer(send: Send, found: Answer, more: tuple[Header, ...] = (), *, head: bool = False) -> None:
    """Send a whole answer."""
    length = (b"content-length", str(len(found.body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": found.status,
            "headers": [(b"content-type", found.type), length, *found.headers, _NO_SNIFFING, *more],
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else found.body})
