"""What only a host may do: begin and end, tickets and stream keys, flash sales."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from generator import money
from generator.shop import LiveRoom
from runtime import numbers
from runtime.live import broadcasts, flash, networks, tickets
from runtime.live.flash import Offer
from runtime.live.tickets import Ticket
from runtime.live.values import Broadcast, State, Through, Why
from runtime.refusals import Code, Refusal
from runtime.web import studio_desk
from runtime.web.console import guarded, say
from runtime.web.studio_entry import Guest, body, writer
from runtime.web.studio_help import done, open_broadcast

blueprint = Blueprint("studio_host", __name__)
TICKET = timedelta(minutes=2)
"""How long a ticket lets a browser send before it asks for another: whoever is taken out stops within that."""
_FIELDS = {"price": "price", "quantity": "quantity", "per_buyer": "each", "minutes": "minutes"}


@blueprint.post("/console/live/<handle>/arm")
@guarded
def arm(handle: str) -> Response:
    """Make a broadcast or a practice ready, or take the one that is: with a ticket for this browser."""
    guest, room = writer(handle, host=True)
    practice = body().get("practice") is True
    found = _open(guest, room, practice=practice) or _arm(guest, room, practice=practice)[0]
    if found.through is Through.EMBED and found.state is State.ARMED:
        broadcasts.begin(guest.here.database, found.id, guest.here.now)
        return done()
    return _ticket(guest, found)


@blueprint.post("/console/live/<handle>/ticket")
@guarded
def ticket(handle: str) -> Response:
    """Give another ticket to a browser that sends; refuse (live-not-open) when it is over."""
    guest, room = writer(handle, host=True)
    found = _open(guest, room, practice=body().get("practice") is True)
    if found is None:
        raise Refusal(Code.LIVE_NOT_OPEN, room=room.handle)
    return _ticket(guest, found)


@blueprint.post("/console/live/<handle>/end")
@guarded
def end(handle: str) -> Response:
    """End a broadcast or a practice for good."""
    guest, room = writer(handle, host=True)
    practice = body().get("practice") is True
    found, here = _open(guest, room, practice=practice), guest.here
    if found is not None:
        broadcasts.end(here.database, found.id, Why.HOST, here.now)
    return jsonify(ended=None if practice else studio_desk.ended(here, room, host=True))


@blueprint.post("/console/live/<handle>/key")
@guarded
def key(handle: str) -> Response:
    """Show a stream key, this once: of a new broadcast, or a new one of the one that is ready or runs."""
    guest, room = writer(handle, host=True)
    here = guest.here
    found = _open(guest, room, practice=False)
    made = broadcasts.rotate(here.database, found.id, here.now) if found else _arm(guest, room, practice=False)
    if made is None:
        raise Refusal(Code.LIVE_NOT_OPEN, room=room.handle)
    address = networks.push(here.release.terms, here.shopfront.settings, made[0], here.now, made[1])
    return jsonify(key=address.key if address else made[1], server=address.server if address else "")


@blueprint.post("/console/live/<handle>/flash")
@guarded
def start_flash(handle: str) -> Response:
    """Start a flash sale now."""
    guest, room = writer(handle, host=True)
    here, given = guest.here, body()
    running = open_broadcast(guest, room)
    try:
        offer = Offer(
            number=_whole(given, "number"),
            sku=str(given.get("sku", "")),
            price=_price(given, here.release.terms.currency),
            quantity=_whole(given, "quantity"),
            per_buyer=_whole(given, "per_buyer"),
            minutes=_whole(given, "minutes"),
        )
        flash.start(here.till, running.id, room, offer, by=guest.actor, now=here.now)
    except Refusal as refusal:
        field = _FIELDS.get(str(refusal.values.get("field")))
        if refusal.code is not Code.FIELD_INVALID or field is None:
            raise
        raise Refusal(
            Code.FIELD_INVALID, field=say(f"live.flash.{field}", currency=here.release.terms.currency)
        ) from refusal
    return done()


@blueprint.post("/console/live/<handle>/flash/stop")
@guarded
def stop_flash(handle: str) -> Response:
    """End a flash sale of this room before its time; one of another room is not there."""
    guest, room = writer(handle, host=True)
    here, identity = guest.here, body().get("id")
    mine = here.database.read(lambda look: [each for each in flash.running(look, here.now) if each.room == room.handle])
    if identity not in {each.id for each in mine}:
        abort(404)
    flash.stop(here.till, int(identity), here.now)
    return done()


def _open(guest: Guest, room: LiveRoom, *, practice: bool) -> Broadcast | None:
    return broadcasts.open_in(guest.here.database, room.handle, practice=practice)


def _arm(guest: Guest, room: LiveRoom, *, practice: bool) -> tuple[Broadcast, str]:
    here = guest.here
    through = Through(room.source.through) if room.source.kind == "broadcast" else Through.EMBED
    if practice and through is not Through.OWN:
        abort(400)
    return broadcasts.arm(here.database, room.handle, practice=practice, through=through, by=guest.actor, now=here.now)


def _ticket(guest: Guest, found: Broadcast) -> Response:
    here = guest.here
    until = here.now + TICKET
    made = Ticket(
        broadcast=found.id, stream=found.stream, generation=found.key_generation, until=int(until.timestamp())
    )
    signed = tickets.sign_ticket(here.shopfront.settings.secret, made)
    return jsonify(
        stream=found.stream, state=found.state, ticket=signed, until=made.until * 1000, path=f"/ingest/{found.stream}"
    )


def _price(given: dict[str, Any], currency: str) -> int:
    try:
        return money.parse(numbers.narrow(str(given.get("price", "")).strip()).replace(",", "."), currency)
    except ValueError as error:
        raise Refusal(Code.FIELD_INVALID, field="price") from error


def _whole(given: dict[str, Any], name: str) -> int:
    text = numbers.narrow(str(given.get(name, "")).strip())
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004  more than anybody sells
        raise Refusal(Code.FIELD_INVALID, field=name)
    return int(text)
