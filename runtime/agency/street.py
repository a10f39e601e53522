"""The server of a folder of shops: the Host header says which shop is meant, and no shop sees another's requests."""

import gc
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from runtime import logs
from runtime.agency.board import Following
from runtime.agency.pool import Lease, Pool
from runtime.agency.premises import Premises
from runtime.web import headers
from runtime.web.front import plain_page
from runtime.web.gate import host_of
from runtime.web.wsgi import Application, Environ, StartResponse

log = logging.getLogger(__name__)
OPEN = 48
"""Shops that a server keeps open at once, unless it is told otherwise."""
_WRITES_EVERY = 2.0
_SWEEPS_EVERY, _WORTH_SWEEPING = 60.0, 24
"""An application is a net of objects that only the collector takes apart: once a minute at most, and for many."""
_GO_ON = re.compile(
    r"(?:/[A-Za-z0-9-]{2,16})?/"
    r"(?:orders|withdraw|pay|console|assets|media|live/hooks|rehearsal-bank|healthz|metrics)(?:/.*)?",
    re.DOTALL,
)
"""What a stopped shop still answers: orders that are there, the right to withdraw, their money, and its own people."""
_CLOSED = "This shop is closed for a moment. 店铺暂停营业，请稍后再来。"
_BROKEN = "This shop cannot be opened just now. 店铺暂时无法打开，请稍后再来。"


class Street:
    """Every shop of a folder under its own host names, and the agency's office under those that are left."""

    def __init__(self, root: Path, make_office: Callable[["Street"], Application], *, limit: int, readers: int) -> None:
        self.following = Following(root)
        environ = dict(os.environ)
        self.pool = Pool(limit, lambda shop: Premises(shop, environ, readers))
        self._office = make_office(self)
        self._stop = threading.Event()
        threading.Thread(target=self._look_after, name="street", daemon=True).start()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as the shop does that it names."""
        shop = self.following.find(host_of(environ.get("HTTP_HOST", "")) or "")
        logs.shop.set(shop.name if shop else "")
        if shop is None:
            return self._office(environ, start_response)
        if shop.fault is not None or (shop.stopped and not _GO_ON.fullmatch(environ["PATH_INFO"])):
            return _closed(environ, start_response, _CLOSED if shop.stopped else _BROKEN)
        try:
            lease = self.pool.take(shop)
        except Exception:
            log.exception("the shop cannot be opened")
            return _closed(environ, start_response, _BROKEN)
        try:
            body = lease.found(environ, start_response)
        except Exception:
            lease.close()
            log.exception("the shop cannot answer")
            return _closed(environ, start_response, _BROKEN)
        if isinstance(body, list):
            lease.close()
            return body
        return _Body(body, lease)

    def close(self) -> None:
        """Close every shop that is open here."""
        self._stop.set()
        self.pool.close()

    def _look_after(self) -> None:
        """Write what visitors looked at, and give back now and then what closed shops left behind."""
        closed, swept_at = 0, time.monotonic()
        while not self._stop.wait(_WRITES_EVERY):
            for premises in self.pool.open_ones():
                premises.write_visits()
            if self.pool.closed - closed >= _WORTH_SWEEPING and time.monotonic() - swept_at >= _SWEEPS_EVERY:
                gc.collect()
                closed, swept_at = self.pool.closed, time.monotonic()


class _Body:
    """An answer that is still being sent: its shop stays open until it is over or given up."""

    def __init__(self, body: Iterable[bytes], lease: Lease[Premises]) -> None:
        self._body = body
        self._lease = lease

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        finally:
            self._lease.close()

    def close(self) -> None:
        """End the answer."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._lease.close()


def _closed(environ: Environ, start_response: StartResponse, reason: str) -> Iterable[bytes]:
    body = plain_page("503 Service Unavailable", reason)
    found = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("503 Service Unavailable", [*found, ("Retry-After", "60"), *headers.page(private=True)])
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]
