"""The front of the shop, which every request meets first: static answers leave from here, the rest goes on to views."""

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus

import msgspec

from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings
from runtime.web import headers, live_files, static
from runtime.web.gate import LOOPBACK, Gate, Turned, host_of
from runtime.web.live_files import BEFORE, LiveFiles
from runtime.web.live_origin import Daemon
from runtime.web.metrics import Metrics
from runtime.web.static import Static
from runtime.web.wsgi import Application, Environ, StartResponse

log = logging.getLogger(__name__)
_EMPTY = Turned("503 Service Unavailable", "Nothing has been published yet. 商店正在准备中。")
_BROKEN = Turned("503 Service Unavailable", "This page cannot be read just now. 页面暂时无法读取。")
_BROKEN_OFF = Turned("400 Bad Request", "The body broke off.")
_MISTAKE = Turned("500 Internal Server Error", "Something went wrong and has been noted. 出错了，已记录。")
_NOWHERE = Turned("404 Not Found", "There is nothing here. 这里没有页面。")
_SLOW = Turned("503 Service Unavailable", "Too much is being sent at once. 现在访问太多，请稍后再试。")
_READER_WITHIN = 0.05
CONSOLE = re.compile(r"/console(?:/|$)")


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How much a shop may take of a process: bodies read at once, however slowly they are sent; bytes of ready answers.

    Where one process serves many shops, each gets less.
    """

    readers: int = 8
    answers: int = static.KEEPS
    texts: int = live_files.KEEPS


class Front:
    """Health, gate and static layer before the views of one shop."""

    def __init__(
        self, settings: Settings, live: Live, metrics: Metrics, views: Application, *, room: Room | None = None
    ) -> None:
        room = room or Room()
        self._live = live
        self._metrics = metrics
        self._views = views
        self._room = room
        self._readers = threading.BoundedSemaphore(room.readers)
        self._office = settings.console.host
        self._hosts = _hosts(settings, live)
        self._gate = Gate(self._hosts, settings.proxies)
        self._daemon = Daemon(settings)
        self._rooms = LiveFiles(settings.rooms, metrics.static, keeps=room.texts)
        self._static: Static | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if environ["PATH_INFO"] == "/healthz":
            return self._health(start_response)
        if "HTTP_X_FORWARDED_FOR" in environ or "HTTP_X_FORWARDED_PROTO" in environ:
            self._gate.believe(environ)
        found = self._elsewhere(environ, start_response) if self._office else None
        if found is not None:
            return found
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and self._gate.knows(environ.get("HTTP_HOST", "")):
            found = self._answer(environ, start_response)
        return self._ask_views(environ, start_response) if found is None else found

    def _elsewhere(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        """Answer what the console's own host name leaves to it alone; None for everything else.

        Its cookies are then of a name under which no shopper's page runs.
        """
        path, office = environ["PATH_INFO"], host_of(environ.get("HTTP_HOST", "")) == self._office
        if office and path == "/":
            start_response(
                "302 Found", [("Location", "/console/"), ("Content-Length", "0"), *headers.page(private=True)]
            )
            return [b""]
        if not office and CONSOLE.match(path):
            return self._turn(environ, start_response, _NOWHERE)
        return None

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        """Answer from the release, or return None for what only views know."""
        try:
            release = self._live.current()
            if environ["PATH_INFO"].startswith(BEFORE):
                found = self._rooms.answer(environ, start_response, release)
                if found is not None:
                    return found
            static, origins = self._static, self._daemon.origins(self._hosts())
            if static is None or static.release is not release or static.live != origins:
                static = self._static = Static(release, self._metrics.static, origins, keeps=self._room.answers)
            return static.answer(environ, start_response)
        except NoReleaseError:
            return self._turn(environ, start_response, _EMPTY)
        except OSError:
            log.exception("a file of the live release cannot be read")
            self._metrics.static(5)
            return self._turn(environ, start_response, _BROKEN)

    def _ask_views(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        turned = self._gate.turn_away(environ)
        if turned is None and (environ.get("CONTENT_LENGTH") or "0") != "0":
            turned = self._read_body(environ)
        if turned is None:
            try:
                return self._views(environ, start_response)
            except Exception:
                log.exception("the views cannot answer")
                turned = _MISTAKE
        self._metrics.event("turned_away")
        return self._turn(environ, start_response, turned)

    def _read_body(self, environ: Environ) -> Turned | None:
        """Read the whole body before a view runs, or return why not: it broke off, or too many others are being sent.

        A client may send its body as slowly as it likes, and each holds a thread: the others stay for everybody else.
        """
        if not self._readers.acquire(timeout=_READER_WITHIN):
            return _SLOW
        length = int(environ["CONTENT_LENGTH"])
        try:
            body = environ["wsgi.input"].read(length)
        except OSError:
            return _BROKEN_OFF
        finally:
            self._readers.release()
        environ["wsgi.input"] = io.BytesIO(body)
        return None if len(body) == length else _BROKEN_OFF

    def _health(self, start_response: StartResponse) -> Iterable[bytes]:
        try:
            self._live.current()
        except NoReleaseError:
            status, body = "503 Service Unavailable", b"not ready\n"
        else:
            status, body = "200 OK", b"ok\n"
        start_response(
            status,
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", headers.PRIVATE),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [body]

    def _turn(self, environ: Environ, start_response: StartResponse, turned: Turned) -> Iterable[bytes]:
        """Answer without a theme: the host is not ours, or there is no release to take one from."""
        if environ["PATH_INFO"].startswith("/api/") or "application/json" in environ.get("HTTP_ACCEPT", ""):
            media_type, body = "application/json", json.dumps({"error": turned.reason}, ensure_ascii=False).encode()
        else:
            media_type, body = "text/html; charset=utf-8", plain_page(turned.status, turned.reason)
        found = [("Content-Type", media_type), ("Content-Length", str(len(body))), *headers.page(private=True)]
        if turned.status.startswith("503"):
            found.append(("Retry-After", "5"))
        if turned.status.startswith("405"):
            found.append(("Allow", "GET, HEAD, POST"))
        start_response(turned.status, found)
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _hosts(settings: Settings, live: Live) -> Callable[[], frozenset[str]]:
    given = frozenset({*settings.hosts, settings.console.host} - {""}) if settings.hosts else frozenset()
    known: dict[str, frozenset[str]] = {}

    office = {settings.console.host} - {""}

    def hosts() -> frozenset[str]:
        if given:
            return given
        try:
            release = live.current()
        except NoReleaseError:
            return LOOPBACK.union(settings.machine, office)
        if release.id not in known:
            known.clear()
            known[release.id] = LOOPBACK | {_name(release.terms.url), *settings.machine, *office}
        return known[release.id]

    return hosts


def _name(address: str) -> str:
    return address.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()


def plain_page(status: str, reason: str) -> bytes:
    """Write a page without a theme, for when there is none to take."""
    title = escape(status if " " in status else f"{status} {HTTPStatus(int(status)).phrase}")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><h1>{title}</h1><p>{escape(reason)}</p></html>\n"
    ).encode()
