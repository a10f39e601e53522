"""One open shop in a process: its front, and its views from the moment that somebody asks for one."""

import contextlib
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from runtime.agency import surroundings
from runtime.agency.board import Shop
from runtime.faults import DatabaseFault
from runtime.releases import Live
from runtime.settings import Settings
from runtime.web import application
from runtime.web.front import Front, Room
from runtime.web.metrics import Metrics
from runtime.web.visit import NAME, Shopfront
from runtime.web.wsgi import Application, Environ, StartResponse

_MEBIBYTE = 1024 * 1024


class Premises:
    """A shop as one of a server's many; it shares nothing with the others but the code."""

    def __init__(self, shop: Shop, environ: Mapping[str, str], readers: int) -> None:
        self.settings = surroundings.of_shop(Path(shop.folder), shop.hosts, shop.address, environ)
        self._live, self._metrics = Live(self.settings.var), Metrics(self.settings.var / "run")
        self._metrics.share()
        self._guard = threading.Lock()
        self._views: Application | None = None
        self._shopfront: Shopfront | None = None
        room = Room(readers=readers, answers=8 * _MEBIBYTE, texts=2 * _MEBIBYTE)
        self._front = Front(self.settings, self._live, self._metrics, self._ask, room=room)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        return self._front(environ, start_response)

    def write_visits(self) -> None:
        """Write what visitors looked at since the last time."""
        if self._shopfront is not None:
            with contextlib.suppress(DatabaseFault):
                self._shopfront.write_visits()

    def close(self) -> None:
        """Finish what is being written, and give back files, connections and threads."""
        if self._shopfront is not None:
            self._shopfront.close()

    def _ask(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        views = self._views or self._open()
        return views(environ, start_response)

    def _open(self) -> Application:
        with self._guard:
            if self._views is None:
                app = application.views(self.settings, self._live, self._metrics)
                self._shopfront = app.extensions[NAME]
                self._shopfront.prepare()
                self._views = application.beside(self.settings, app.wsgi_app)
            return self._views


def settings_of(shop: Shop, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a shop on the board."""
    return surroundings.of_shop(Path(shop.folder), shop.hosts, shop.address, environ)
