"""Rooms that go: only when nothing hangs on them any more, with their recordings or without."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator.editor import StaleError
from generator.loading.draft import Draft
from generator.rules import depending
from generator.shop import LiveRoom
from runtime.access.roles import Permission
from runtime.live import broadcasts, retention
from runtime.transaction import Transaction
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import standing as goods
from runtime.web.areas.live import making, standing
from runtime.web.areas.live.standing import HOME
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_rooms_removing", __name__)
_WAITING = "SELECT COUNT(*) FROM live_reminder WHERE room = ? AND sent_at IS NULL AND confirmed_at IS NOT NULL"
_SOLD = "SELECT COUNT(*) FROM live_order WHERE room = ?"


@blueprint.get(f"{HOME}/<handle>/delete")
@shell.guarded
def ask(handle: str) -> Response:
    """Ask before a room goes, or say what hangs on it."""
    get_person(Permission.LIVE_HOST)
    text = shop_text.read(shopfront().settings.folder)
    draft = goods.read(text)
    return _ask(text, draft, making.get(draft, handle))


@blueprint.post(f"{HOME}/<handle>/delete")
@shell.guarded
def delete(handle: str) -> Answer | Response:
    """Take a room away, with its recordings or without, and publish the shop without it."""
    person = get_writer(Permission.LIVE_HOST)
    text, here = shop_text.read(shopfront().settings.folder), visit()
    draft = goods.read(text)
    room, digest = making.get(draft, handle), request.form.get("digest", "")
    if broadcasts.open_in(here.database, handle) is not None or _places(draft, handle):
        return _ask(text, draft, room, status=409)
    try:
        text.desk.remove(draft.file("live", handle), digest, who=person.name, now=here.now)
    except StaleError:
        return shell.done(f"{HOME}/{handle}/delete", "goods.done.late")
    note(person, "room.removed", handle, before=goods.title(room.title, handle))
    if request.form.get("recordings") == "delete":
        for each in filter(standing.kept, broadcasts.of_room(here.database, handle)):
            retention.remove(here.database, here.shopfront.settings.rooms, each)
            note(person, "recording.removed", f"{handle} {each.ordinal}")
    word = "rooms.done.removed" if making.publish(text, person) else "rooms.done.held"
    return shell.done(HOME, word)


def _ask(text: ShopText, draft: Draft, room: LiveRoom, *, status: int = 200) -> Response:
    here, handle = visit(), room.handle

    def look(transaction: Transaction) -> list[int]:
        rows = [transaction.find(statement, handle) for statement in (_WAITING, _SOLD)]
        return [int(row[0]) if row else 0 for row in rows]

    reminded, sold = here.database.read(look)
    kept = [each for each in broadcasts.of_room(here.database, handle) if standing.kept(each)]
    name = goods.title(room.title, handle)
    context = {
        "title": shell.say("rooms.delete.title", title=name), "name": name,
        "handle": handle, "url": f"{HOME}/{handle}",
        "digest": text.desk.open(draft.file("live", handle)).digest,
        "on_air": broadcasts.open_in(here.database, handle) is not None,
        "places": _places(draft, handle), "reminded": reminded, "sold": sold, "recordings": len(kept),
        "size": standing.weight(sum(each.recording_bytes for each in kept)),
    }  # fmt: skip
    return shell.screen("live/delete.html", context, area="live", status=status)


def _places(draft: Draft, handle: str) -> list[str]:
    """Return where something leads to a room, in menus, sections, conditions or texts."""
    found = depending.missed(draft, "live", handle)
    return list(dict.fromkeys(f"{each.file}:{each.mark.line}" if each.mark else each.file for each in found))
