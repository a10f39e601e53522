"""Where networks and media servers report streams: signed notices of clouds, questions of nginx-rtmp, SRS, MediaMTX.

A cloud's notice is believed for its signature. Who asks must come from this machine or bear the shared secret, and
proves with the key of the stream that it speaks of it. Everybody is answered in the very form that they understand.
"""

import hmac
import logging
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, request

from generator.live import LiveCdn
from runtime.live import broadcasts, callbacks, networks, reports
from runtime.live.callbacks import Callback, ForgedError, Kind
from runtime.live.reports import REFUSED, SIGNED, House, Outcome
from runtime.settings import SettingError
from runtime.web import failures
from runtime.web.gate import is_local
from runtime.web.visit import Visit, visit

blueprint = Blueprint("live_hooks", __name__)
log = logging.getLogger(__name__)
PROVIDERS = ("nginx-rtmp", "srs", "mediamtx", "tencent", "aliyun")
_LIMIT = 16 * 1024


@blueprint.route("/live/hooks/<provider>", methods=["GET", "POST"])
def receive(provider: str) -> Response:
    """Apply a notice, or answer whether somebody may publish."""
    here = visit()
    cdn = here.terms.live.cdn
    if provider not in PROVIDERS or cdn is None:
        abort(HTTPStatus.NOT_FOUND)
    if request.method != ("GET" if provider == "aliyun" else "POST"):
        abort(HTTPStatus.METHOD_NOT_ALLOWED)
    if (request.content_length or 0) > _LIMIT:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    failures.limit("live-hook")
    try:
        callback = _read(provider, here, cdn)
    except ForgedError as error:
        log.warning("a notice of %s is not believed: %s", provider, error.why)
        return _refuse(provider, Outcome.UNKNOWN)
    except SettingError as error:
        log.error("notices of %s cannot be read: %s", provider, error)  # noqa: TRY400  the sentence says it all
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    if callback.kind is Kind.READ:
        return _watch(here, cdn, callback)
    if callback.kind is Kind.OTHER:
        return _refuse(provider, Outcome.UNKNOWN) if provider == "mediamtx" else _accept(provider, "")
    found = reports.find(here.database, callback, cdn)
    outcome = Outcome.UNKNOWN
    if found is not None:
        live = here.terms.live
        house = House(grace=live.grace_seconds, takeover=live.takeover, asks=provider not in SIGNED)
        outcome = reports.apply(here.database, found, callback, house, here.now)
    room = found.room if found else "-"
    log.info("%s reports %s of room %s: %s", provider, callback.kind, room, outcome)
    if callback.kind is Kind.BEGIN and outcome in REFUSED and provider not in SIGNED:
        return _refuse(provider, outcome)
    return _accept(provider, networks.name(cdn, found) if found and callback.kind is Kind.BEGIN else "")


def _read(provider: str, here: Visit, cdn: LiveCdn) -> Callback:
    """Read and verify the request; raise ForgedError, or SettingError where the shop's key is not set."""
    settings, now = here.shopfront.settings, int(here.now.timestamp())
    if provider == "tencent":
        return callbacks.read_tencent(request.get_data(), networks.keys(settings, cdn.callback_key), now)
    if provider == "aliyun":
        headers = {name.lower(): value for name, value in request.headers.items()}
        domains = (cdn.push, request.host.partition(":")[0])
        keys = networks.keys(settings, cdn.callback_key)
        return callbacks.read_aliyun(request.args.to_dict(), headers, keys, domains, now)
    if not is_local(request.environ) and not _is_known(here, cdn):
        raise ForgedError(callbacks.Why.SIGNATURE)
    if provider == "nginx-rtmp":
        return callbacks.read_nginx_rtmp(request.form.to_dict())
    reader = callbacks.read_srs if provider == "srs" else callbacks.read_mediamtx
    return reader(request.get_data())


def _is_known(here: Visit, cdn: LiveCdn) -> bool:
    """Tell whether a server of elsewhere bears the shared secret, as ?secret=… of the address that it calls."""
    if not cdn.callback_key:
        return False
    given = request.args.get("secret", "").encode()
    keys = networks.keys(here.shopfront.settings, cdn.callback_key)
    fitting = [hmac.compare_digest(given, each.encode()) for each in keys]
    return any(fitting)


def _watch(here: Visit, cdn: LiveCdn, callback: Callback) -> Response:
    """Let viewers watch what is open; the name of a practice is known to its host alone."""
    found = networks.find(cdn, broadcasts.all_open(here.database), callback.name)
    return _accept(callback.provider, "") if found else _refuse(callback.provider, Outcome.UNKNOWN)


def _accept(provider: str, name: str) -> Response:
    if provider == "nginx-rtmp" and name:
        # nginx-rtmp publishes under the name that it is sent to: the key is seen by nobody.
        return make_response("", HTTPStatus.FOUND, {"Location": name})
    if provider in {"srs", "tencent"}:
        return _json(b'{"code":0}', HTTPStatus.OK)
    return make_response("", HTTPStatus.OK)


def _refuse(provider: str, outcome: Outcome) -> Response:
    if provider == "mediamtx":
        return make_response("", HTTPStatus.UNAUTHORIZED)
    status = HTTPStatus.CONFLICT if outcome is Outcome.BUSY else HTTPStatus.FORBIDDEN
    return _json(b'{"code":1}', status) if provider in {"srs", "tencent"} else make_response("", status)


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, mimetype="application/json")
