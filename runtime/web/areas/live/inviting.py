"""The ways into a room: the address for viewers and the studio as link and QR code, and invitations to the studio."""

from datetime import UTC, datetime
from typing import Any

import segno
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.live import access
from runtime.live.access import Access, Role
from runtime.web.areas import moments, shell
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.live import standing
from runtime.web.areas.live.standing import HOME
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, note
from runtime.web.studio_entry import get_guest
from runtime.web.visit import visit

blueprint = Blueprint("console_rooms_inviting", __name__)
_DAY = 24 * 60 * 60
_DAYS = (1, 7, 30)
_LONGEST_NAME = 60
_SHOWN = 20


@blueprint.get(f"{HOME}/<handle>/invite")
@shell.guarded
def show(handle: str) -> Response:
    """Show the ways into a room."""
    return _show(handle, get_person(Permission.LIVE_HOST))


@blueprint.post(f"{HOME}/<handle>/invite")
@shell.guarded
def invite(handle: str) -> Response:
    """Invite somebody to the studio of a room; their link is shown this once."""
    person, here = get_writer(Permission.LIVE_HOST), visit()
    room = get_guest(host=True).room(handle)
    given = {name: request.form.get(name, "").strip() for name in ("name", "role", "days")}
    name = " ".join(given["name"].replace("\0", "").split())[:_LONGEST_NAME]
    problems = {} if name else {"name": shell.say("rooms.invite.no_name")}
    role = Role(given["role"]) if given["role"] in set(Role) else Role.ASSISTANT
    days = int(given["days"]) if given["days"] in {str(each) for each in _DAYS} else _DAYS[1]
    if problems:
        return _show(handle, person, given=given, problems=problems)
    made, key = access.invite(here.database, name, role, room.handle, seconds=days * _DAY, now=here.now)
    note(person, "room.invited", handle, after=f"{name} ({role})")
    link = f"{here.office}{access.ENTRANCE}#{key}"
    return _show(handle, person, made={"name": made.name, "link": link, "code": code(link)})


@blueprint.post(f"{HOME}/<handle>/invite/<int:number>/revoke")
@shell.guarded
def revoke(handle: str, number: int) -> Answer | Response:
    """Take an invitation back: whoever uses it is out with the next click."""
    person, here = get_writer(Permission.LIVE_HOST), visit()
    get_guest(host=True).room(handle)
    found = access.revoke(here.database, number, here.now)
    note(person, "room.revoked", handle, before=found.name)
    return shell.done(f"{HOME}/{handle}/invite", "rooms.done.revoked")


def code(link: str) -> str:
    """Return the QR code of a link as an address that needs no other request."""
    return str(segno.make(link, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def _show(
    handle: str,
    person: Person,
    *,
    given: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    made: dict[str, str] | None = None,
) -> Response:
    here = visit()
    room = get_guest(host=True).room(handle)
    teller = Teller(here=here, locale=shell.locale())
    links = {"room": f"{here.base}/live/{handle}/", "studio": f"{here.office}{HOME}/{handle}"}
    found = [each for each in access.listing(here.database) if each.room in {"", handle}]
    open_ones = [each for each in found if each.holds(here.now)]
    context: dict[str, Any] = {
        "title": shell.say("rooms.invite.title"),
        "handle": handle, "url": f"{HOME}/{handle}", "person": person,
        "state": standing.of_rooms([room], teller)[0],
        "links": [(name, link, code(link)) for name, link in links.items()],
        "people": [_told(each, here.now) for each in open_ones[:_SHOWN]],
        "given": given or {}, "problems": problems or {}, "made": made,
        "days": [(str(each), shell.say("rooms.invite.days", count=each)) for each in _DAYS],
    }  # fmt: skip
    return shell.screen("live/invite.html", context, area="live", status=422 if problems else 200)


def _told(found: Access, now: datetime) -> dict[str, Any]:
    until = datetime.fromtimestamp(found.expires_at, UTC)
    return {
        "id": found.id,
        "name": found.name,
        "role": found.role.value,
        "every": not found.room,
        "until": moments.moment(found.expires_at),
        "soon": (until - now).days < 1,
        "seen": moments.ago(found.seen_at) if found.seen_at else "",
    }
