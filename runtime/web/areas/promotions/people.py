"""Group-buys with their clocks and the orders in them."""

from datetime import datetime
from typing import Any

from flask import Response, request

from runtime.access.roles import Permission
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person
from runtime.web.areas.goods import standing as goods_standing
from runtime.web.areas.promotions import effects, standing, tables, tabs
from runtime.web.areas.promotions.blueprint import AREA, blueprint
from runtime.web.areas.telling import Teller
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit
from runtime.worklist import invited
from runtime.worklist.invited import Group
from runtime.worklist.promoted import PAGE

_HIGHEST = (1 << 53) - 1
_MOST = 100_000
_TONES = {"open": "info", "complete": "good", "failed": ""}
_PLACES = {"paid": "good", "held": "warn", "left": ""}


@blueprint.get(tabs.GROUPS)
@shell.guarded
def groups() -> Response:
    """List the group-buys of a state; open ones by the time that is left."""
    person = get_person(Permission.PROMOTIONS_SEE)
    teller, state, before = _teller(), _state(), _before()
    found, counts = visit().database.read(
        lambda look: (invited.groups(look, state, before, PAGE + 1), invited.group_counts(look))
    )
    page = found[:PAGE]
    names, titles = _names(), _titles()
    views = [("open", "open"), ("complete", "complete"), ("failed", "failed"), ("all", "")]
    context: dict[str, Any] = {
        "title": shell.say("promotions.groups.title"),
        "areas": tabs.areas(tabs.GROUPS),
        "tabs_": [
            {
                "url": f"{tabs.GROUPS}?view={name}",
                "label": shell.say(f"promotions.groups.view.{name}"),
                "current": value == state,
                "count": (counts.get(value) if value else sum(counts.values())) or None,
            }
            for name, value in views
        ],
        "rows": [_group(each, names, titles, teller) for each in page],
        "view": state or "all",
        "any": bool(counts),
        "rules": any(each.promotion.kind == "group_buy" for each in standing.entries(_draft())),
        "older": _older(f"{tabs.GROUPS}?view={state or 'all'}", found, page, more=state != "open"),
        "may_orders": person.may(Permission.ORDERS_SEE),
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
    }
    return shell.screen("promotions/groups.html", context, area=AREA)


@blueprint.get(f"{tabs.GROUPS}.csv")
@shell.guarded
def export_groups() -> Response:
    """Send all group-buys as a file, a row a place."""
    person = get_person(Permission.PROMOTIONS_SEE)
    teller, names, titles = _teller(), _names(), _titles()
    found = visit().database.read(lambda look: invited.groups(look, "", 0, _MOST))
    note(person, "groups.exported", after=str(len(found)))
    rows: list[list[object]] = [
        [
            each.id, names.get(each.promotion, each.promotion), titles.get(each.product, each.product), each.size,
            shell.say(f"promotions.groups.state.{each.state}"), _clock(each.opened_at, teller),
            _clock(each.ends_at, teller), place.order, shell.say(f"promotions.groups.place.{place.state}"), place.name,
        ]
        for each in found
        for place in each.places
    ]  # fmt: skip
    head = tables.head(
        teller, "group", "promotion", "product", "size", "state", "opened", "ends", "order", "place", "buyer"
    )  # fmt: skip
    return tables.send("groups", [head, *rows], teller)


def _teller() -> Teller:
    return Teller(here=visit(), locale=shell.locale())


def _draft() -> Any:  # noqa: ANN401  the shop's files as they are
    return shop_text.draft(shop_text.read(shopfront().settings.folder))


def _names() -> dict[str, str]:
    return {each.id: effects.name(each.promotion) for each in standing.entries(_draft())}


def _titles() -> dict[str, str]:
    return {handle: goods_standing.title(each.title, handle) for handle, each in _draft().products.items()}


def _state() -> str:
    view = request.args.get("view", "open")
    return view if view in invited.STATES else ("" if view == "all" else "open")


def _before() -> int:
    return max(0, min(request.args.get("before", 0, int), _HIGHEST))


def _older(path: str, found: list[Any], page: list[Any], *, more: bool) -> str:
    """Return the address of the next page; nothing where there is none."""
    if not more or len(found) <= len(page):
        return ""
    return f"{path}{'' if path.endswith(('?', '&')) else '&'}before={page[-1].id}"


def _clock(moment: datetime, teller: Teller) -> str:
    return moment.astimezone(teller.zone).strftime("%Y-%m-%d %H:%M")


def _group(group: Group, names: dict[str, str], titles: dict[str, str], teller: Teller) -> dict[str, Any]:
    runs = group.state == "open" and group.ends_at > teller.here.now
    return {
        "id": group.id,
        "promotion": group.promotion,
        "name": names.get(group.promotion, group.promotion),
        "known": group.promotion in names,
        "product": titles.get(group.product, group.product),
        "state": shell.say(f"promotions.groups.state.{group.state}"),
        "tone": _TONES.get(group.state, ""),
        "paid": group.paid,
        "size": group.size,
        "missing": max(0, group.size - group.paid),
        "share": 100 * group.paid // group.size,
        "ends": teller.moment(group.ends_at),
        "left": teller.distance(group.ends_at),
        "runs": runs,
        "link": f"{teller.here.base}/g/{group.token}" if runs and group.taken < group.size else "",
        "places": [
            {
                "order": each.order,
                "name": each.name,
                "state": shell.say(f"promotions.groups.place.{each.state}"),
                "tone": _PLACES.get(each.state, ""),
            }
            for each in group.places
        ],
    }
