"""What the page of a live room asks the shop for: a viewer's pass, the time, a calendar file, a plain playlist.

Everything that many ask for often is a file or the daemon's; this is asked for once by a visitor, if at all.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from flask import Blueprint, Response, abort, after_this_request, jsonify, make_response, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as Answer

from generator.shop import LiveRoom
from runtime import words
from runtime.live import tickets, viewers
from runtime.web import calendar_file, headers, known_buyer
from runtime.web.failures import limit
from runtime.web.visit import Visit, visit

blueprint = Blueprint("live_room", __name__, url_prefix="/live")
_VIEWER_FOR = 30 * 24 * 60 * 60


class _Media(msgspec.Struct, frozen=True):
    port: int = 0
    base: str = ""


class _Stream(msgspec.Struct, frozen=True):
    hls: str = ""


class _State(msgspec.Struct, frozen=True):
    """What a plain player needs of a room's state."""

    media: _Media = _Media()
    stream: _Stream | None = None
    replay: _Stream | None = None


@blueprint.get("/time")
def time() -> Response:
    """Answer the server's clock in milliseconds; it is read last, so that half the way is the answer's only error."""
    return _uncached(jsonify(now=round(datetime.now(UTC).timestamp() * 1000)))


@blueprint.post("/<handle>/pass")
def give_pass(handle: str) -> Response:
    """Give a viewer the pass by which the daemon knows them, and tell whether they may write."""
    limit("pass")
    here = visit()
    here = here.in_locale(request.form.get("locale", here.locale))
    room = _room(here, handle)
    secret, token = here.shopfront.settings.secret, known_buyer.find(here)
    known = here.database.read(lambda look: viewers.buyer(look, secret, token)) if token else None
    found = viewers.guest(room.handle, here.locale, here.now, known, _viewer(here))
    refused = viewers.why_not(room, found)
    return _uncached(
        jsonify(
            {
                "pass": tickets.sign_pass(secret, found),
                "name": found.name,
                "may_write": refused is None,
                "why": words.say(f"chat.{refused}", here.locale) if refused else "",
                "now": round(here.now.timestamp() * 1000),
            }
        )
    )


@blueprint.get("/<handle>.ics")
def calendar(handle: str) -> Response:
    """Answer a calendar file for the room's beginning."""
    here = visit()
    here = here.in_locale(request.args.get("locale", here.locale))
    room = _room(here, handle)
    url = here.base + here.address("live", room.handle)
    notice = room.notice.get(here.locale, "") if room.notice else ""
    name = here.renderer.stages[here.locale].frame.name
    event = calendar_file.Event(
        identity=f"{room.handle}@{request.host.partition(':')[0]}",
        title=room.title.get(here.locale, room.handle),
        text="\n".join(filter(None, (notice, url))),
        url=url,
        starts_at=room.starts_at,
        ends_at=room.ends_at or "",
        maker=name,
    )
    answer = make_response(calendar_file.write(event, here.now))
    answer.headers["Content-Type"] = calendar_file.TYPE
    answer.headers["Content-Disposition"] = 'attachment; filename="live.ics"'
    answer.headers["Cache-Control"] = headers.ASK_AGAIN
    return answer


@blueprint.get("/<handle>.m3u8")
def playlist(handle: str) -> Answer:
    """Send a player of the visitor's own to the plain playlist of what is sent now, or of the replay."""
    here = visit()
    room = _room(here, handle)
    state = _read(here.shopfront.settings.rooms / room.handle / "room.json")
    if state.stream and state.stream.hls:
        base = state.media.base
        if state.media.port:
            base = f"{request.scheme}://{_hostname(request.host)}:{state.media.port}"
        return _onward(state.stream.hls if "://" in state.stream.hls else base + state.stream.hls)
    if state.replay is None or not state.replay.hls:
        abort(404)
    return _onward(state.replay.hls)


def _onward(address: str) -> Answer:
    answer = redirect(address, 302)
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _hostname(host: str) -> str:
    """Return a host without its port; an IPv6 address keeps its brackets."""
    return host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host


def _read(file: Path) -> _State:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_State)
    except (OSError, msgspec.DecodeError):
        return _State()


def _room(here: Visit, handle: str) -> LiveRoom:
    found = here.catalogue.find_room(handle)
    if found is None:
        abort(404)
    return found


def _viewer(here: Visit) -> str:
    """Return the id by which this browser is known in live rooms: who was muted is not somebody new after a reload."""
    serializer = URLSafeTimedSerializer(here.shopfront.settings.secret, salt="viewer")
    name, secure = "__Secure-viewer" if request.is_secure else "viewer", request.is_secure
    try:
        return str(serializer.loads(request.cookies.get(name, ""), max_age=_VIEWER_FOR))
    except BadData:
        viewer = tickets.new_viewer()

    @after_this_request
    def _send(answer: Response) -> Response:
        value = str(serializer.dumps(viewer))
        answer.set_cookie(name, value, max_age=_VIEWER_FOR, path="/live", secure=secure, httponly=True, samesite="Lax")
        return answer

    return viewer


def _uncached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer
