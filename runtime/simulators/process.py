"""One simulated provider as a process: its interface, its control port and its courier, on 127.0.0.1 only."""

import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

import msgspec
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from runtime import endpoints
from runtime.simulators import control
from runtime.simulators.courier import Courier
from runtime.simulators.stage import Provider, Stage
from runtime.simulators.weather import Weather

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request, and cuts a connection without a word where that was planned."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Close the connection: it was cut on purpose, or the other side went away."""
        del error, environ
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401  werkzeug's own signature
        """Say only what is wrong."""
        logging.getLogger(__name__).warning("%s: %s", type, message % args if args else message)


class Simulation:
    """A provider at work; ``address`` is where it listens."""

    def __init__(self, make: Callable[[Stage], Provider], stage: Stage, port: int) -> None:
        self.stage = stage
        self.token = secrets.token_urlsafe(24)
        self._server: BaseWSGIServer = make_server(HOST, port, _refuse, threaded=True, request_handler=_Quiet)
        self.address = stage.address = f"http://{HOST}:{self._server.server_port}"
        self.provider = make(stage)
        application = self.provider.application()
        application.register_blueprint(control.blueprint(stage, self.provider, self.token))
        self._weather = Weather(stage, self.provider, application.wsgi_app)
        self._server.app = self._weather
        self._courier = Courier(stage, self.provider)
        endpoints.announce(self._server.server_port)
        card = stage.folder / "control.json"
        card.touch(0o600)
        card.write_bytes(msgspec.json.encode({"address": self.address, "token": self.token}))

    def run(self) -> None:
        """Serve until ``stop`` is called from another thread."""
        self._courier.start()
        try:
            self._server.serve_forever(0.1)
        finally:
            self._weather.stop()
            self._courier.stop()
            self._server.server_close()
            endpoints.withdraw(self._server.server_port)
            self.stage.books.close()

    def stop(self) -> None:
        """End; harmless in a handler of signals."""
        threading.Thread(target=self._server.shutdown, daemon=True).start()


def _refuse(environ: object, start_response: Callable[..., object]) -> list[bytes]:
    """Answer before the provider is there: nobody can ask yet."""
    del environ
    start_response("503 STARTING", [])
    return []
