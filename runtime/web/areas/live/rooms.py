"""The list of live rooms: on air, planned, over; for people with accounts and for those who only have an invitation."""

from typing import Any

from flask import Blueprint, Response, request

from generator.shop import LiveRoom
from runtime.access.roles import Permission
from runtime.live import numbers
from runtime.live.numbers import Sales
from runtime.transaction import Transaction
from runtime.web.areas import shell, shop_text
from runtime.web.areas.goods import listing
from runtime.web.areas.live import making, standing
from runtime.web.areas.live.standing import HOME, LIVE, OVER, PLANNED, Standing
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person
from runtime.web.studio_entry import Guest, get_guest
from runtime.web.visit import shopfront

blueprint = Blueprint("console_rooms", __name__)
_MOST_OVER = 24


@blueprint.get(HOME)
@shell.guarded
def rooms() -> Response:
    """List the rooms that are somebody's; a shop without any begins with the form of the first."""
    guest = get_guest()
    here, person = guest.here, guest.person
    teller = Teller(here=here, locale=shell.locale())
    mine = [room for room in here.catalogue.rooms() if guest.may_see(room.handle)]
    found = standing.of_rooms(mine, teller, media=person is not None)
    may_edit = person is not None and person.may(Permission.LIVE_HOST)
    over = [each for each in found if each.group == OVER]
    shown = over if request.args.get("all") else over[:_MOST_OVER]
    context: dict[str, Any] = {
        "title": shell.say("rooms.title"),
        "guest": guest,
        "groups": [(name, [each for each in found if each.group == name]) for name in (LIVE, PLANNED)],
        "over": [(each, sold) for each, sold in zip(shown, _sold(shown, teller, guest), strict=True)],
        "more_over": len(over) - len(shown),
        "any": bool(found),
        "may_edit": may_edit,
        "storage": standing.storage(here) if guest.host else None,
        "problems": {},
    }
    if person is not None and may_edit:
        context |= _editing(person, mine, teller)
    return shell.screen("live/rooms.html", context, area="live")


def _editing(person: Person, mine: list[LiveRoom], teller: Teller) -> dict[str, Any]:
    """Return what somebody needs who may make rooms; the first room is made right here."""
    text = shop_text.read(shopfront().settings.folder)
    found: dict[str, Any] = dict(listing.unpublished(text))
    return found if mine else found | making.offered(person, teller, making.Answers())


def _sold(shown: list[Standing], teller: Teller, guest: Guest) -> list[dict[str, Any]]:
    """Return what rooms that are over brought, for those who may see it."""
    if not guest.host or not shown:
        return [{} for _ in shown]
    here = teller.here

    def look(transaction: Transaction) -> list[Sales]:
        return [numbers.sales_of_room(transaction, each.handle, teller.currency) for each in shown]

    found = here.database.read(look)
    return [{"orders": each.orders, "takings": teller.money(each.takings)} for each in found]
