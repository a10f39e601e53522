"""How a gateway reaches its provider: bounded requests over HTTP, or a WSGI application of this process.

No answer is None.
"""

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from werkzeug.test import Client

MAXIMUM_ANSWER = 1024 * 1024


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


def over_http(address: str, timeout: float = 10.0) -> Wire:
    """Return a wire to a provider's address."""
    base = urlsplit(address)

    def send(request: Request) -> Answer | None:
        kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
        connection = kind(base.hostname or "", base.port, timeout=timeout)
        try:
            connection.request(request.method, base.path.rstrip("/") + request.path, request.body, request.headers)
            response = connection.getresponse()
            body = response.read(MAXIMUM_ANSWER)
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    return send


def inside(client: Client) -> Wire:
    """Return a wire to an application of this process."""

    def send(request: Request) -> Answer:
        response = client.open(request.path, method=request.method, data=request.body, headers=request.headers)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, response.get_data())

    return send
