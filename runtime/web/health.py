"""/metrics, for this machine or for who knows the token."""

import hmac

from flask import Blueprint, Response, abort, request

from runtime.faults import Fault
from runtime.web.gate import is_local
from runtime.web.visit import shopfront

blueprint = Blueprint("health", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the counts of all workers in Prometheus' text form."""
    if not may_read():
        abort(404)
    text = shopfront().metrics.text()
    text += "# HELP shopwright_database_up Whether the database answers.\n# TYPE shopwright_database_up gauge\n"
    text += f"shopwright_database_up {_database()}\n"
    return Response(
        text, content_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


def may_read() -> bool:
    """Tell whether a request comes from this machine, or brings the token."""
    token = shopfront().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return is_local(request.environ) or bool(token and hmac.compare_digest(token.encode(), given.encode()))


def _database() -> int:
    try:
        shopfront().database.read(lambda look: look.find("SELECT 1"))
    except Fault:
        return 0
    return 1
