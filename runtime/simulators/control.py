"""The control port: what a judge reads in the books, and what he lets go wrong. Guarded by a token.

``GET /_control/books`` · ``POST /_control/faults`` {on, name, values, times} · ``DELETE /_control/faults`` ·
``POST /_control/clock`` {ahead} · ``POST /_control/do/ACTION`` {…}: the provider's own actions, such as pay.
Every request bears ``Authorization: Bearer TOKEN``; address and token stand in control.json of the folder.
"""

import hmac
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from runtime.simulators.records import Asked, Charge, Fault, Movement, Notice, Refund
from runtime.simulators.stage import Provider, Stage


class ActionError(Exception):
    """An action that cannot be done; the text says why."""


class PlannedFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault to plan."""

    on: str
    name: str
    values: dict[str, Any] = {}
    times: int = 1


class ClockChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many seconds the provider's clock is ahead."""

    ahead: float


def blueprint(stage: Stage, provider: Provider, token: str) -> Blueprint:
    """Return the control port of a provider."""
    made = Blueprint("control", __name__, url_prefix="/_control")
    desk = _Desk(stage, provider)

    @made.before_request
    def guard() -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            abort(HTTPStatus.UNAUTHORIZED)

    made.errorhandler(msgspec.MsgspecError)(_unreadable)
    made.errorhandler(ActionError)(_unreadable)
    made.get("/books")(desk.books)
    made.post("/faults")(desk.plan)
    made.delete("/faults")(desk.clear)
    made.post("/clock")(desk.clock)
    made.post("/do/<action>")(desk.act)
    return made


class _Desk:
    """The views of one control port."""

    def __init__(self, stage: Stage, provider: Provider) -> None:
        self._stage = stage
        self._provider = provider

    def books(self) -> Response:
        """Show all that stands in the books."""
        books = self._stage.books
        with books.change():
            return _json(
                {
                    "charges": books.all(Charge),
                    "movements": books.all(Movement),
                    "refunds": books.all(Refund),
                    "notices": books.all(Notice),
                    "faults": books.all(Fault),
                    "asked": books.all(Asked),
                }
            )

    def plan(self) -> Response:
        """Plan a fault."""
        wish = msgspec.json.decode(request.get_data(), type=PlannedFault)
        self._stage.books.plan(wish.on, wish.name, wish.values, wish.times)
        return _json({})

    def clear(self) -> Response:
        """Forget all faults."""
        self._stage.books.clear_faults()
        return _json({})

    def clock(self) -> Response:
        """Set the provider's clock ahead, or back."""
        self._stage.clock.ahead = msgspec.json.decode(request.get_data(), type=ClockChange).ahead
        self._stage.bell.set()
        return _json({"now": self._stage.clock.now()})

    def act(self, action: str) -> Response:
        """Let the provider do something."""
        found = self._provider.actions.get(action)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        values = msgspec.json.decode(request.get_data() or b"{}", type=dict[str, Any])
        return _json(found(values))


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def _unreadable(error: Exception) -> Response:
    return _json({"error": str(error)}, HTTPStatus.BAD_REQUEST)
