"""Where payment providers report: the raw body is verified, typed and applied once; nothing else happens here."""

from flask import Blueprint, Response, abort, make_response, request

from runtime import payments
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("notify", __name__)
_BODY_LIMIT = 64 * 1024


@blueprint.post("/pay/<gateway>/notify")
def receive(gateway: str) -> Response:
    """Apply a provider's notice; money that fits no order is kept and answered as received, so it stops being sent."""
    here = visit()
    found = here.till.gateways.get(gateway)
    if found is None:
        abort(404)
    if (request.content_length or 0) > _BODY_LIMIT:
        abort(413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    notice = found.read_notice(headers, request.get_data(), here.now)
    if not payments.take(here.till, notice, here.now):
        shopfront().metrics.event("money_to_look_at")
    if not found.thanks:
        return make_response("", 204)
    return Response(found.thanks, 200, mimetype="text/plain")
