"""The host's studio: a room's desk, and the picture of a practice for who has its link."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from generator.shop import LiveRoom
from runtime.console import words
from runtime.live import broadcasts, retention, tickets
from runtime.live.tickets import Pass
from runtime.live.values import ASSISTANT, State
from runtime.web import console, headers, studio_desk
from runtime.web.console import guarded, page, say
from runtime.web.live_origin import Daemon, Listening
from runtime.web.studio_entry import Guest, get_guest
from runtime.web.visit import Visit, visit

blueprint = Blueprint("studio", __name__)
_RTMP = 1935
_PASS_SECONDS = 300
_PRACTICE = re.compile(r"p[0-9a-f]{32}", re.ASCII)
_HIGHEST = (1 << 53) - 1


@blueprint.get("/console/live/<handle>")
@guarded
def studio(handle: str) -> Response:
    """Show the desk of a room."""
    guest = get_guest()
    room, here = guest.room(handle), guest.here
    found = Daemon(here.shopfront.settings).find()
    embed = room.source.kind != "broadcast"
    running = broadcasts.open_in(here.database, room.handle)
    context = {
        "title": studio_desk.title(here, room),
        "room_url": f"/live/{room.handle}/",
        "keeps": room.replay,
        "later": _moment(here, starts)["text"] if (starts := _starts(room)) > here.now.timestamp() else "",
        "name": guest.access.name,
        "role": guest.access.role,
        "csrf": guest.token,
        "host": guest.host,
        "edits": f"/console/live/{room.handle}/edit" if guest.person is not None and guest.host else "",
        "own": not embed and room.source.through == "own",
        "cdn": not embed and room.source.through == "cdn",
        "elsewhere": "embed" if embed else "cdn",
        "embed": embed,
        "state": running.state if running and running.state is not State.ARMED else "embed" if embed else "before",
        "chat": room.chat,
        "products": len(room.products),
        "currency": here.release.terms.currency,
        "obs": _obs(found),
    }
    return page(
        "live/studio.html",
        context | {"studio": _told(guest, room, context, found)},
        connect=_origins(here, found),
        camera=guest.host,
    )


@blueprint.get("/console/live/<handle>/desk.json")
@guarded
def desk(handle: str) -> Response:
    """Tell a studio what has changed."""
    guest = get_guest()
    room, here = guest.room(handle), guest.here
    after, since = (min(request.args.get(name, 0, int), _HIGHEST) for name in ("after", "since"))
    told = studio_desk.desk(here, room, host=guest.host, after=max(0, after), since=max(0, since))
    if told["broadcast"] is None:
        told["ended"] = studio_desk.ended(here, room, host=guest.host)
    answer = jsonify(told | {"pass": _pass(guest, room)})
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


@blueprint.get("/console/live/preview/<handle>/<stream>")
@guarded
def preview(handle: str, stream: str) -> Response:
    """Play a practice to whoever has its link: its name cannot be guessed, and it dies with the practice."""
    here = visit()
    room = here.catalogue.find_room(handle)
    practice = broadcasts.open_in(here.shopfront.database, handle, practice=True) if room else None
    if room is None or practice is None or not _PRACTICE.fullmatch(stream) or practice.stream != stream:
        abort(404)
    found = Daemon(here.shopfront.settings).find()
    told = {
        "media": _media(here, found),
        "path": f"/live/{handle}/{stream}/ll.m3u8",
        "player": _player(here),
        "over": say("live.preview.over"),
    }
    context = {"title": studio_desk.title(here, room), "preview": told}
    return page("live/preview.html", context, connect=_origins(here, found))


def _starts(room: LiveRoom) -> float:
    return datetime.fromisoformat(room.starts_at).timestamp()


def crowded(guest: Guest) -> str:
    """Return what a host has to know of the room for recordings, '' while there is enough."""
    if not guest.host:
        return ""
    here = guest.here
    found = retention.plan(here.database.read(retention.look), here.release.terms.live, here.now)
    return say("live.crowded", percent=found.percent) if found.percent >= retention.WARN_AT else ""


def _moment(here: Visit, at: float) -> dict[str, str]:
    return {"iso": datetime.fromtimestamp(at, here.now.tzinfo).isoformat(), "text": studio_desk.day(here, at)}


def _told(guest: Guest, room: LiveRoom, context: dict[str, Any], found: Listening | None) -> dict[str, Any]:
    here, live = guest.here, guest.here.release.terms.live
    return {
        "handle": room.handle,
        "locale": console.locale(),
        "timezone": here.release.terms.timezone,
        "csrf": guest.token,
        "host": guest.host,
        "own": context["own"],
        "embed": context["embed"],
        "bag": studio_desk.bag(here, room),
        "bans": studio_desk.bans(here, room),
        "low": here.release.terms.stock_low,
        "media": _media(here, found),
        "ceiling": live.most_kbps * 1000,
        "obs": context["obs"]["server"],
        "pass": _pass(guest, room),
        "crowded": crowded(guest),
        "words": words.scripts(console.locale(), "live"),
    }


def _media(here: Visit, found: Listening | None) -> dict[str, Any]:
    """Return where the live server is, as pages of rooms are told it."""
    address = here.shopfront.settings.streaming.address
    return {"base": address} if address is not None else {"port": found.http_port if found else 0}


def _origins(here: Visit, found: Listening | None) -> tuple[str, ...]:
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return tuple(Daemon(here.shopfront.settings).origins((name,))) if found or _media(here, None).get("base") else ()


def _obs(found: Listening | None) -> dict[str, Any]:
    """Return where OBS sends to; the address of the shop is that of its page."""
    if found is None or not found.rtmp_port:
        return {"server": "", "plain": False}
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    port = "" if found.rtmp_port == _RTMP else f":{found.rtmp_port}"
    scheme = "rtmps" if found.rtmp_secure else "rtmp"
    local = name in {"localhost", "127.0.0.1", "[::1]"}
    return {"server": f"{scheme}://{name}{port}/live", "plain": not found.rtmp_secure and not local}


def _pass(guest: Guest, room: LiveRoom) -> str:
    """Return what lets somebody write with the badge of the house: short, so that it ends soon after an invitation."""
    here = guest.here
    made = Pass(
        room=room.handle,
        viewer=f"{'studio-' if guest.host else ASSISTANT}{guest.access.id}",
        name=guest.access.name,
        locale=console.locale(),
        host=True,
        until=int(here.now.timestamp()) + _PASS_SECONDS,
    )
    return tickets.sign_pass(here.shopfront.settings.secret, made)


def _player(here: Visit) -> str:
    """Return where the release has its player of live pictures, empty where it has none."""
    stage = here.renderer.stages[here.release.terms.locale]
    return stage.assets.get("hls.js", "")
