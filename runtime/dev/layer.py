"""A layer around the shop that puts a small script into every page, and answers what that script asks for."""

from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import parse_qs

import msgspec

from runtime.dev.board import Board
from runtime.web import headers
from runtime.web.wsgi import Application, Environ, StartResponse

PREFIX = "/__dev__/"
_PATIENCE = 20.0
"""Seconds that a browser's question stays open."""
_FILES = {"reload.js": "text/javascript; charset=utf-8", "overlay.css": "text/css; charset=utf-8"}
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_ACCEPT_ENCODING")


class Layer:
    """The shop with the script; ``knows`` tells which Host headers are ours."""

    def __init__(self, shop: Application, board: Board, knows: Callable[[str], bool]) -> None:
        self._shop = shop
        self._board = board
        self._knows = knows

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX):
            return self._own(path.removeprefix(PREFIX), environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self._shop(environ, start_response)
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            for name in _CONDITIONS:
                environ.pop(name, None)
        return self._with_script(environ, start_response)

    def _with_script(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, found: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            told.append((status, found))
            return lambda _: None

        body = self._shop(environ, begin)
        status, found = told[0]
        kinds = {name.lower(): value for name, value in found}
        if not kinds.get("content-type", "").startswith("text/html") or "content-encoding" in kinds:
            start_response(status, found)
            return body
        data = _injected(b"".join(body), self._board.news.number)
        close = getattr(body, "close", None)
        if close is not None:
            close()
        kept = [item for item in found if item[0].lower() not in {"content-length", "etag", "cache-control"}]
        start_response(status, [*kept, ("Content-Length", str(len(data))), ("Cache-Control", headers.PRIVATE)])
        return [data]

    def _own(self, name: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not self._knows(environ.get("HTTP_HOST", "")):
            return _answer(start_response, "400 Bad Request", "text/plain", b"")
        if name == "news":
            seen = parse_qs(environ.get("QUERY_STRING", "")).get("seen", ["0"])[0]
            number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 9 else 0  # noqa: PLR2004
            news = msgspec.json.encode(self._board.wait(number, _PATIENCE))
            return _answer(start_response, "200 OK", "application/json", news)
        if name in _FILES:
            return _answer(start_response, "200 OK", _FILES[name], Path(__file__).with_name(name).read_bytes())
        return _answer(start_response, "404 Not Found", "text/plain", b"")


def _injected(page: bytes, number: int) -> bytes:
    script = f'<script src="{PREFIX}reload.js" data-number="{number}" defer></script>'.encode()
    place = page.find(b"</head>")
    return page + script if place < 0 else page[:place] + script + page[place:]


def _answer(start_response: StartResponse, status: str, kind: str, data: bytes) -> Iterable[bytes]:
    found = [
        ("Content-Type", kind),
        ("Content-Length", str(len(data))),
        ("Cache-Control", headers.PRIVATE),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, found)
    return [data]
