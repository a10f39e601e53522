"""How a gateway reaches its provider: bounded requests over HTTP, or a WSGI application of this process.

No answer is None.
"""

import http.client
import io
import sys
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

import msgspec

from runtime import endpoints

MAXIMUM_ANSWER = 1024 * 1024
_PIECE = 64 * 1024


class Request(msgspec.Struct, frozen=True):
    """What is sent; the path is relative to the provider's address."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Answer(msgspec.Struct, frozen=True):
    """What came back; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


Wire = Callable[[Request], Answer | None]


def over_http(address: str, timeout: float = 10.0, maximum: int = MAXIMUM_ANSWER) -> Wire:
    """Return a wire to a provider's address; an answer that is too long or dribbles in counts as none."""
    base = urlsplit(address)

    def send(request: Request) -> Answer | None:
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        connection = kind(base.hostname or "", base.port, timeout=timeout)
        try:
            connection.request(request.method, base.path.rstrip("/") + request.path, request.body, request.headers)
            response = connection.getresponse()
            body = _read(response, maximum, time.monotonic() + timeout)
            if body is None:
                return None
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    return send


def to_provider(address: str, timeout: float = 10.0, maximum: int = MAXIMUM_ANSWER) -> Wire:
    """Return a wire to an address that the shop's text names; where nobody may be asked there is no answer.

    It is looked at with every request: a simulator may come later, and go.
    """
    send = over_http(address, timeout, maximum)
    return lambda request: send(request) if endpoints.may_ask(address) else None


def _read(response: http.client.HTTPResponse, maximum: int, deadline: float) -> bytes | None:
    """Read a body, or None when it is longer or later than it may be; a body that was cut off raises."""
    pieces: list[bytes] = []
    length = 0
    while piece := response.read1(_PIECE):
        length += len(piece)
        if length > maximum or time.monotonic() > deadline:
            return None
        pieces.append(piece)
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def inside(application: WSGIApplication) -> Wire:
    """Return a wire to an application of this process."""

    def send(request: Request) -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            begun[:] = [(status, headers)]
            return bytes

        pieces = application(_environ(request), start_response)
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        status, headers = begun[0]
        return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, body)

    return send


def _environ(request: Request) -> WSGIEnvironment:
    path, _, query = request.path.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
