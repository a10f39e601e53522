"""The list of links with clicks, orders and takings; a page at a time, and as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from generator import money
from runtime.access.roles import Permission
from runtime.database import Transaction
from runtime.sharing import figures, links, touches
from runtime.sharing.figures import Figures
from runtime.sharing.links import Kind, Link
from runtime.web.areas import entry, shell
from runtime.web.areas.share import tables, telling
from runtime.web.areas.share.telling import HOME
from runtime.web.areas.telling import Teller
from runtime.web.visit import Visit

blueprint = Blueprint("console_share", __name__)
_PAGE = 50
_HIGHEST = (1 << 53) - 1
_COLUMNS = ("address", "kind", "title", "channel", "label", "language", "made", "state", "clicks", "orders", "takings")


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the links that are on, or those that are off, the newest first."""
    person = entry.get_person(Permission.PROMOTIONS_SEE)
    say, off = telling.teller(), request.args.get("view") == "off"
    before = max(0, min(request.args.get("before", 0, int), _HIGHEST))
    found = say.here.database.read(lambda look: _look(look, say.currency, off=off, before=before, limit=_PAGE + 1))
    shown = found[:_PAGE]
    last = shown[-1][0].id if len(found) > _PAGE else 0
    context = {
        "title": shell.say("share.title"),
        "rows": [telling.row(say, link, figure) for link, figure in shown],
        "off": off,
        "tabs_": tabs("off" if off else "on"),
        "older": f"{HOME}?{'view=off&' if off else ''}before={last}" if last else "",
        "newer": f"{HOME}{'?view=off' if off else ''}" if before else "",
        "days": touches.DAYS,
        "starts": _starts(say.here),
        "local": telling.is_local(say.here),
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
    }
    return shell.screen("share/list.html", context, area="share")


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send all links with their figures as a file for spreadsheets."""
    person = entry.get_person(Permission.PROMOTIONS_SEE)
    say = telling.teller()
    entry.note(person, "share.exported")
    return tables.send(say, "links", _COLUMNS, _pages(say))


def tabs(current: str) -> list[dict[str, Any]]:
    """Return the parts of Share."""
    parts = (("on", HOME), ("off", f"{HOME}?view=off"), ("referrals", f"{HOME}/referrals"))
    return [{"url": url, "label": shell.say(f"share.tab.{name}"), "current": name == current} for name, url in parts]


def _look(look: Transaction, currency: str, *, off: bool, before: int, limit: int) -> list[tuple[Link, Figures]]:
    found = links.listing(look, off=off, limit=limit, before=before)
    counted = figures.of_links(look, (each.id for each in found), currency)
    return [(each, counted[each.id]) for each in found]


def _starts(here: Visit) -> list[dict[str, str]]:
    """Return what can be shared, as ways to begin."""
    kinds = [Kind.SHOP, Kind.PRODUCT, Kind.ROOM, Kind.PROMOTION, Kind.SHELF, Kind.PAGE]
    empty = {Kind.ROOM: not here.release.has_rooms, Kind.PROMOTION: not here.release.terms.promotions}
    return [
        {"url": f"{HOME}/~new?kind={kind}", "icon": telling.ICONS[kind], "name": kind.value}
        for kind in kinds
        if not empty.get(kind)
    ]


def _pages(say: Teller) -> Iterator[list[Iterator[str]]]:
    """Yield the rows of the file, those that are on first."""
    for off in (False, True):
        before = 0
        while True:
            found = say.here.database.read(
                lambda look, off=off, before=before: _look(  # type: ignore[misc]
                    look, say.currency, off=off, before=before, limit=tables.AT_ONCE
                )
            )
            yield [_cells(say, link, figure) for link, figure in found]
            if len(found) < tables.AT_ONCE:
                break
            before = found[-1][0].id


def _cells(say: Teller, link: Link, figure: Figures) -> Iterator[str]:
    yield telling.address(say.here, link)
    yield shell.say(f"share.kind.{link.kind}")
    yield telling.title(say.here, link)[0]
    yield shell.say(f"share.channel.{link.channel}")
    yield link.label
    yield link.locale
    yield tables.day(say, link.made_at)
    yield shell.say("share.state.off" if link.off_at else "share.state.on")
    yield str(figure.clicks)
    yield str(figure.orders)
    yield money.plain(figure.takings, say.currency)
