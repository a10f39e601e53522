"""Who may ask at all: hosts we answer for, proxies we believe, and limits on what a request may look like.

These checks read nothing but the request's own lines, and stand before every view.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

from runtime.web.wsgi import Environ

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
BODY_LIMIT = 256 * 1024
UPLOAD_LIMIT = 24 * 1024 * 1024
UPLOADS = re.compile(
    r"/orders/[A-Za-z0-9_-]{22,64}/aftersale/new/[a-z]{1,20}|/console/funds/reconciling"
    r"|/console/(?:media|(?:settings|products|shelves|pages|redirects|menus|live|promotions|look|account)"
    r"(?:/[^/]{1,255}){0,3})"
)
"""Where pictures may be sent: buyers behind the address of an order, merchants with the forms of the console."""
LONG_FORMS = re.compile(r"/console/.*|/setup(?:/.*)?")
"""Forms of merchants: a price list of zones has many fields."""
_HEADER_LIMIT = 32 * 1024
_ADDRESS_LIMIT = 8 * 1024
_PARAMETER_LIMIT = 100
_LONGEST_HOST = 260
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FROM_SERVERS = re.compile(r"/pay/[a-z0-9_-]+/notify|/live/hooks/[a-z-]+|/rehearsal-bank/v1/.*")
"""What servers call, those of providers and ours: they are no browsers, and prove what they say."""


class Turned(msgspec.Struct, frozen=True):
    """Why a request is turned away: a status line and a sentence for whoever reads the answer."""

    status: str
    reason: str


class Gate:
    """The checks of one running shop."""

    def __init__(
        self,
        hosts: Callable[[], frozenset[str]],
        proxies: tuple[str, ...] = (),
        *,
        large: Callable[[str], object] = UPLOADS.fullmatch,
    ) -> None:
        self._hosts = hosts
        self._large = large
        self._proxies = tuple(ipaddress.ip_network(each) for each in proxies)

    def knows(self, header: str) -> bool:
        """Tell whether a Host header names this shop; any port will do."""
        name = host_of(header)
        return name is not None and name in self._hosts()

    def believe(self, environ: Environ) -> None:
        """Take address and scheme of the client from the headers of a named proxy, and from nobody else."""
        if not self._proxies or not self._is_proxy(environ.get("REMOTE_ADDR", "")):
            return
        addresses = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        outside = [each for each in addresses if _is_address(each) and not self._is_proxy(each)]
        if outside:
            environ["REMOTE_ADDR"] = outside[-1]
        if environ.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
            environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]

    def turn_away(self, environ: Environ) -> Turned | None:
        """Return why a request is not let in, or None for one that is."""
        if environ["REQUEST_METHOD"] not in _METHODS:
            return Turned("405 Method Not Allowed", "This method is not used here.")
        if not self.knows(environ.get("HTTP_HOST", "")):
            return Turned(
                "400 Bad Request", "This host name is not served here. SHOPWRIGHT_HOSTS lists the names that are."
            )
        return _too_large(environ, self._large) or _unreadable(environ) or _foreign(environ)

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in each for each in self._proxies)


def is_local(environ: Environ) -> bool:
    """Tell whether a request comes from this very machine and through no proxy."""
    forwarded = any(name in environ for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    return (
        not forwarded
        and host_of(environ.get("HTTP_HOST", "")) in LOOPBACK
        and is_loopback(environ.get("REMOTE_ADDR", ""))
    )


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    return _is_address(address) and ipaddress.ip_address(address).is_loopback


@lru_cache(maxsize=1024)
def host_of(header: str) -> str | None:
    """Return the name in a Host header, without its port; None for what is none."""
    found = _HOST.fullmatch(header.lower()) if len(header) < _LONGEST_HOST else None
    return found[1].rstrip(".") if found else None


@lru_cache(maxsize=1024)
def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _too_large(environ: Environ, large: Callable[[str], object]) -> Turned | None:
    if len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", "")) > _ADDRESS_LIMIT:
        return Turned("414 URI Too Long", "The address is too long.")
    if sum(len(value) for name, value in environ.items() if name.startswith("HTTP_")) > _HEADER_LIMIT:
        return Turned("431 Request Header Fields Too Large", "The headers are too large.")
    if "HTTP_TRANSFER_ENCODING" in environ:
        return Turned("411 Length Required", "Send the body with its length.")
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        return Turned("400 Bad Request", "The body's length is no number.")
    if int(length) > (UPLOAD_LIMIT if large(environ.get("PATH_INFO", "")) else BODY_LIMIT):
        return Turned("413 Content Too Large", "The body is too large.")
    return None


def _unreadable(environ: Environ) -> Turned | None:
    query = environ.get("QUERY_STRING", "")
    if query.count("&") >= _PARAMETER_LIMIT:
        return Turned("400 Bad Request", "There are too many parameters.")
    try:
        text = unquote_to_bytes(query.encode("latin-1", "replace")).decode() if query else ""
    except UnicodeDecodeError:
        return Turned("400 Bad Request", "The query is not UTF-8.")
    return Turned("400 Bad Request", "The query holds a NUL.") if "\0" in text else None


def _foreign(environ: Environ) -> Turned | None:
    """Refuse what changes something unless our own page sent it: Sec-Fetch-Site says so, else Origin, else Referer."""
    if environ["REQUEST_METHOD"] in _READING or _FROM_SERVERS.fullmatch(environ.get("PATH_INFO", "")):
        return None
    site = environ.get("HTTP_SEC_FETCH_SITE")
    source = environ.get("HTTP_ORIGIN") or environ.get("HTTP_REFERER") or ""
    ours = site == "same-origin" if site is not None else _origin(source) == environ.get("HTTP_HOST", "").lower()
    return None if ours else Turned("403 Forbidden", "This was sent from another site, so nothing was changed.")


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc.lower() if parts.scheme in {"http", "https"} else ""
