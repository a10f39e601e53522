"""The daemon's HTTP side: a plain ASGI callable that knows its few addresses."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from runtime.faults import Fault
from runtime.live.values import milliseconds
from runtime.streaming import asgi
from runtime.streaming.asgi import Answer, Header, Proxies, Receive, Request, Scope, Send, TurnedAwayError
from runtime.streaming.figures import Figures
from runtime.streaming.intake import Intake
from runtime.streaming.stage import Place
from runtime.streaming.talking import Talking
from runtime.streaming.watching import Watching

log = logging.getLogger(__name__)
_EVERYBODY: tuple[Header, ...] = ((b"access-control-allow-origin", b"*"),)
_METHODS = b"GET, HEAD, POST, PUT"
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"
_NOT_FOUND = asgi.error(404, "not_found", "There is nothing here.")
_FOREIGN = asgi.error(403, "foreign", "This was sent from another site.")
_OTHER_METHOD = asgi.error(405, "method", "This method is not used here.", (b"allow", _METHODS))
_MISTAKE = asgi.error(500, "mistake", "Something went wrong and has been noted.")
_UNAVAILABLE = asgi.error(503, "unavailable", "The shop is not available: try again.", (b"retry-after", b"2"))
_ROOM, _BROADCAST, _RENDITION = 2, 3, 4


class Application:
    """Answers HTTP for the live rooms of one shop; ``hosts`` are the names that its pages come from."""

    def __init__(
        self,
        place: Place,
        watching: Watching,
        intake: Intake,
        talking: Talking,
        figures: Figures,
        hosts: Callable[[], frozenset[str]],
    ) -> None:
        self._place = place
        self._watching = watching
        self._intake = intake
        self._talking = talking
        self._figures = figures
        self._hosts = hosts
        self._proxies = Proxies(place.settings.proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive, self._proxies)
        cors = _EVERYBODY if request.method in {"GET", "HEAD"} else self._cors(request)
        try:
            found = await self._answer(request, send, cors)
        except TurnedAwayError as turned:
            found = turned.answer
        except Fault as fault:
            log.warning("a request waits for the database: %s", fault)
            found = _UNAVAILABLE
        except Exception:
            log.exception("a request cannot be answered")
            found = _MISTAKE
        if found is not None:
            self._figures.answered(found.status, len(found.body))
            await asgi.answer(send, found, cors, head=request.method == "HEAD")

    async def _answer(self, request: Request, send: Send, cors: tuple[Header, ...]) -> Answer | None:
        parts = request.path.split("/")[1:]
        if request.method in {"GET", "HEAD"}:
            return await self._get(parts, request, send, cors)
        if request.method not in {"POST", "PUT", "OPTIONS"}:
            return _OTHER_METHOD
        if request.header(b"origin") and not cors:
            return _FOREIGN
        if request.method == "OPTIONS":
            return Answer(204, headers=(asgi.NEVER,))
        if request.method == "PUT" and len(parts) == 1 + _BROADCAST and parts[0] == "ingest":
            return await self._intake.put(parts[1], parts[2], parts[3], request)
        return await self._post(parts, request)

    async def _get(self, parts: list[str], request: Request, send: Send, cors: tuple[Header, ...]) -> Answer | None:
        if parts[0] == "live" and len(parts) == 1 + _BROADCAST:
            return await self._watching.file(parts[1], parts[2], parts[3], request)
        if parts[0] == "live" and len(parts) == 1 + _RENDITION:
            return await self._watching.rendition((parts[1], parts[2], parts[3]), parts[4], request)
        if parts[0] == "live" and len(parts) == 1 + _ROOM:
            if parts[2] == "room.json":
                return await self._watching.state(parts[1])
            if parts[2] == "events" and request.method == "GET":
                await self._talking.events(parts[1], request, send, cors)
                return None
        return self._small(parts, request)

    def _small(self, parts: list[str], request: Request) -> Answer:
        if parts == ["live", "time"]:
            return asgi.document({"now": milliseconds(self._place.clock())})
        if parts == ["healthz"]:
            return Answer(200, b"ok\n", b"text/plain; charset=utf-8")
        if parts == ["metrics"] and self._may_measure(request):
            return Answer(200, self._figures.text().encode(), _TEXT)
        return _NOT_FOUND

    async def _post(self, parts: list[str], request: Request) -> Answer:
        if request.method != "POST" or parts[0] != "live" or len(parts) != 1 + _ROOM:
            return _NOT_FOUND
        if parts[2] == "chat":
            return await self._talking.say(parts[1], request)
        if parts[2] == "like":
            return await self._talking.like(parts[1], request)
        return await self._talking.beat(parts[1], request) if parts[2] == "beat" else _NOT_FOUND

    def _cors(self, request: Request) -> tuple[Header, ...]:
        """Return what lets the shop's own pages send something here, and nobody else's."""
        origin = request.header(b"origin")
        host = _name(f"//{request.header(b'host')}")
        if not origin or _name(origin) not in self._hosts() | {host}:
            return ()
        return (
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", b"authorization, content-type"),
            (b"access-control-max-age", b"86400"),
            (b"vary", b"origin"),
        )

    def _may_measure(self, request: Request) -> bool:
        token = self._place.settings.metrics_token
        return request.local or (bool(token) and request.header(b"authorization") == f"Bearer {token}")


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
