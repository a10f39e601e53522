"""What goes wrong between a provider and its merchant: requests that fail before or after their work was done.

Faults on an operation: error (500, nothing done), error-after (500, all done), refuse (a status, nothing done), hang
(seconds, all done), cut (all done, no answer), half (all done, half an answer), garbage, huge (bytes), bomb (gzip).
"""

import gzip
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from runtime.simulators.records import Asked, Fault
from runtime.simulators.stage import Provider, Stage

BEFORE = frozenset({"error", "refuse"})
AFTER = frozenset({"error-after", "hang", "cut", "half", "garbage", "huge", "bomb"})
_PIECE = 64 * 1024


class CutError(ConnectionError):
    """The connection is cut on purpose."""


class Weather:
    """The provider's application with whatever was planned for its requests, and a note of each."""

    def __init__(self, stage: Stage, provider: Provider, inner: WSGIApplication) -> None:
        self._stage = stage
        self._provider = provider
        self._inner = inner
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let hanging answers go."""
        self._stopped.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or fail as planned."""
        method, path = str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"])
        if path.startswith("/_control/"):
            return self._inner(environ, start_response)
        query = environ.get("QUERY_STRING")
        asked = f"{path}?{query}" if query else path
        operation = self._provider.operation(method, asked)
        fault = self._stage.books.take_fault((operation,), BEFORE | AFTER)
        if fault is not None and fault.name in BEFORE:
            status = int(fault.values.get("status", 500))
            answer: Answer = (f"{status} PLANNED", [("Content-Type", "application/json")], b'{"code":"SYSTEM_ERROR"}')
        else:
            answer = _run(self._inner, environ)
        self._stage.books.asked(
            Asked(
                id=0, at=self._stage.clock.now(), operation=operation, method=method, path=asked,
                status=int(answer[0].split()[0]),
            )
        )  # fmt: skip
        return self._spoil(answer, fault if fault is not None and fault.name in AFTER else None, start_response)

    def _spoil(self, answer: "Answer", fault: Fault | None, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, body = answer
        name = fault.name if fault is not None else ""
        values = fault.values if fault is not None else {}
        if name == "error-after":
            status, headers, body = "500 PLANNED", [("Content-Type", "application/json")], b'{"code":"SYSTEM_ERROR"}'
        if name == "garbage":
            body = secrets.token_bytes(len(body) or 64)
        if name == "hang":
            self._stopped.wait(float(values.get("seconds", 60)))
        if name == "cut":
            raise CutError
        kept = [(key, value) for key, value in headers if key.lower() != "content-length"]
        if name == "huge":
            size = int(values.get("bytes", 100 * 1024 * 1024))
            start_response(status, [*kept, ("Content-Length", str(size))])
            return (b" " * _PIECE for _ in range(size // _PIECE))
        if name == "bomb":
            body = gzip.compress(b" " * int(values.get("bytes", 100 * 1024 * 1024)), 9)
            kept.append(("Content-Encoding", "gzip"))
        start_response(status, [*kept, ("Content-Length", str(len(body)))])
        return _half(body) if name == "half" else [body]


Answer = tuple[str, list[tuple[str, str]], bytes]


def _run(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def begin(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return bytes

    pieces = application(environ, begin)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return *begun[0], body


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise CutError
