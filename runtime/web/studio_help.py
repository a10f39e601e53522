"""What everybody in the studio may do: the product that is shown, the chat, its notice, and who may not write."""

from flask import Blueprint, Response, abort, jsonify

from generator.shop import LiveRoom
from runtime.live import broadcasts, chat, pins
from runtime.live.values import Broadcast
from runtime.refusals import Code, Refusal
from runtime.web import studio_desk
from runtime.web.console import guarded
from runtime.web.studio_entry import Guest, body, writer

blueprint = Blueprint("studio_help", __name__)
_MUTE_SECONDS = 600
_LONGEST_NOTICE = 120
_LONGEST_NAME = 40


@blueprint.post("/console/live/<handle>/pin")
@guarded
def pin(handle: str) -> Response:
    """Show a product of the bag as the one that is explained now; number 0 shows none."""
    guest, room = writer(handle)
    number = body().get("number")
    if not isinstance(number, int) or isinstance(number, bool):
        abort(400)
    running, here = open_broadcast(guest, room), guest.here
    if number:
        pins.pin(here.database, running.id, room, number, by=guest.actor, now=here.now)
    else:
        pins.unpin(here.database, running.id, here.now)
    return done()


@blueprint.post("/console/live/<handle>/notice")
@guarded
def notice(handle: str) -> Response:
    """Put a message above the chat, or take it away."""
    guest, room = writer(handle)
    text = _text("text", _LONGEST_NOTICE)
    chat.pin_notice(guest.here.database, room.handle, text, by=guest.actor, now=guest.here.now)
    return done()


@blueprint.post("/console/live/<handle>/message")
@guarded
def message(handle: str) -> Response:
    """Take a message away, or let one through that was held."""
    guest, room = writer(handle)
    given, here = body(), guest.here
    judge = {"remove": chat.remove, "approve": chat.let_through}.get(str(given.get("act")))
    if judge is None:
        abort(400)
    judge(here.database, room.handle, _seq(), by=guest.actor, now=here.now)
    return done()


@blueprint.post("/console/live/<handle>/ban")
@guarded
def ban(handle: str) -> Response:
    """Mute the author of a message for ten minutes, or ban them for good."""
    guest, room = writer(handle)
    here, mute = guest.here, body().get("mute") is True
    terms = (_text("name", _LONGEST_NAME), mute, _MUTE_SECONDS if mute else None)
    removed = chat.ban(here.database, room.handle, _seq(), terms, by=guest.actor, now=here.now)
    return jsonify(removed=removed, bans=studio_desk.bans(here, room))


@blueprint.post("/console/live/<handle>/lift")
@guarded
def lift(handle: str) -> Response:
    """Let somebody write again; a ban of another room is not there."""
    guest, room = writer(handle)
    here, identity = guest.here, body().get("id")
    known = {each.id for each in chat.listed(here.database, room.handle, here.now) if each.room == room.handle}
    if identity not in known or not chat.lift(here.database, int(identity), here.now):
        abort(404)
    return jsonify(bans=studio_desk.bans(here, room))


def open_broadcast(guest: Guest, room: LiveRoom) -> Broadcast:
    """Return the broadcast that runs in a room, or the practice; raise Refusal (live-not-open)."""
    database = guest.here.database
    found = broadcasts.open_in(database, room.handle) or broadcasts.open_in(database, room.handle, practice=True)
    if found is None:
        raise Refusal(Code.LIVE_NOT_OPEN, room=room.handle)
    return found


def done() -> Response:
    """Return that it is done."""
    return jsonify(done=True)


def _seq() -> int:
    found = body().get("seq")
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        abort(400)
    return found


def _text(name: str, longest: int) -> str:
    found = body().get(name, "")
    if not isinstance(found, str):
        abort(400)
    return " ".join(found.replace("\0", "").split())[:longest]
