"""The list of promotions: where they stand, of which kind, by words; with what became of them, and as a file."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response, request
from werkzeug.wrappers import Response as Answer

from generator import money
from generator.promotion import PromotionKind
from runtime.access.roles import Permission
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods.listing import unpublished
from runtime.web.areas.promotions import effects, kinds, standing, tables, tabs
from runtime.web.areas.promotions.blueprint import AREA, HOME, blueprint
from runtime.web.areas.promotions.standing import Entry
from runtime.web.areas.telling import Teller
from runtime.web.persons import note
from runtime.web.visit import shopfront, visit
from runtime.worklist import promoted

_SIZE = 30
_LONGEST = 100
_MOST_PAGES = 10_000
_COUPON = "coupon"
_COLUMNS = (
    "id", "name", "kind", "code", "state", "starts", "ends", "orders", "pieces", "takings", "given", "currency",
)  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    view: str = ""
    kind: str = ""
    q: str = ""
    page: int = 1

    def address(self, path: str = HOME, **changed: str | int) -> str:
        """Return an address that asks the same, with some of it changed; what is empty is left out."""
        asked = {"view": self.view, "kind": self.kind, "q": self.q, **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{found}" if found else path


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the promotions of a view."""
    person = get_person(Permission.PROMOTIONS_SEE)
    text, teller, asked = shop_text.read(shopfront().settings.folder), _teller(), _asked()
    everything = _everything(teller)
    found = _chosen(everything, asked, teller)
    pages = max(1, -(-len(found) // _SIZE))
    page = max(1, min(asked.page, pages))
    there = {str(each.promotion.kind) for each in everything}
    context: dict[str, Any] = {
        "title": shell.say("promotions.title"),
        "rows": [
            standing.row(each, teller) | {"icon": kinds.icon(str(each.promotion.kind), coupon=each.is_coupon)}
            for each in found[(page - 1) * _SIZE : page * _SIZE]
        ],
        "any": bool(everything),
        "unread": standing.unread(text, everything),
        "broken": standing.broken(text),
        "asked": asked,
        "areas": tabs.areas(HOME),
        "tabs_": _tabs(everything, asked, teller),
        "kinds": [(each, shell.say(f"promotions.kind.{each}")) for each in (*PromotionKind, _COUPON)
                  if str(each) in there or (each == _COUPON and any(one.is_coupon for one in everything))],
        "narrowed": bool(asked.q or asked.view or asked.kind),
        "newer": asked.address(page=page - 1) if page > 1 else "",
        "older": asked.address(page=page + 1) if page < pages else "",
        "export": asked.address(f"{HOME}.csv"),
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
        "teach": [kinds.find_choice(each) for each in ("percent_off", "coupon", "tiers", "flash_sale")],
        "search": _search(asked),
    }  # fmt: skip
    return shell.screen("promotions/list.html", context | unpublished(text), area=AREA)


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send the promotions of a view as a file."""
    person = get_person(Permission.PROMOTIONS_SEE)
    teller, asked = _teller(), _asked()
    found = _chosen(_everything(teller), asked, teller)
    note(person, "promotions.exported", after=asked.address("")[1:])
    return tables.send(
        "promotions", [tables.head(teller, *_COLUMNS), *(_cells(each, teller) for each in found)], teller
    )


@blueprint.post(f"{HOME}/~publish")
@shell.guarded
def publish() -> Answer:
    """Publish the shop as its text stands."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    kept = filing.publish(shop_text.read(shopfront().settings.folder), person)
    return shell.done(HOME, kept.word or "promotions.done.held")


def _teller() -> Teller:
    return Teller(here=visit(), locale=shell.locale())


def _everything(teller: Teller) -> list[Entry]:
    draft = shop_text.draft(shop_text.read(shopfront().settings.folder))
    figures = visit().database.read(lambda look: promoted.figures(look, teller.currency))
    return standing.entries(draft, figures)


def _asked() -> Asked:
    given = request.args
    view, kind, page = given.get("view", ""), given.get("kind", ""), given.get("page", "1")
    return Asked(
        view=view if view in effects.STATES else "",
        kind=kind if kind == _COUPON or kind in set(PromotionKind) else "",
        q=given.get("q", "").strip()[:_LONGEST],
        page=min(int(page), _MOST_PAGES) if page.isascii() and page.isdecimal() and len(page) < _SIZE else 1,
    )


def _chosen(everything: list[Entry], asked: Asked, teller: Teller) -> list[Entry]:
    """Return what is asked for: what runs first, then what is planned, paused, over."""
    found = [each for each in everything if _matches(each, asked)]
    order = {state: place for place, state in enumerate(effects.STATES)}
    placed = [(order[effects.state(each.promotion, teller.here.now)], each) for each in found]
    if asked.view:
        placed = [each for each in placed if effects.STATES[each[0]] == asked.view]
    return [each for _, each in sorted(placed, key=lambda pair: (pair[0], pair[1].index))]


def _matches(entry: Entry, asked: Asked) -> bool:
    if asked.kind and not (entry.is_coupon if asked.kind == _COUPON else entry.promotion.kind == asked.kind):
        return False
    words = "\n".join([entry.id, entry.code, *entry.promotion.name.values()]).casefold()
    return all(each in words for each in asked.q.casefold().split())


def _tabs(everything: list[Entry], asked: Asked, teller: Teller) -> list[dict[str, Any]]:
    states = [effects.state(each.promotion, teller.here.now) for each in everything]
    return [
        {
            "url": asked.address(view=view),
            "label": shell.say(f"promotions.view.{view or 'all'}"),
            "current": view == asked.view,
            "count": (states.count(view) if view else len(states)) or None,
        }
        for view in ("", *effects.STATES)
    ]


def _search(asked: Asked) -> shell.Search:
    kept = {name: value for name, value in (("view", asked.view), ("kind", asked.kind)) if value}
    return shell.Search(action=HOME, label=shell.say("promotions.search"), q=asked.q, kept=kept)


def _cells(entry: Entry, teller: Teller) -> list[object]:
    promotion, figure = entry.promotion, entry.figure
    ends = [
        effects.at(each).astimezone(teller.zone).strftime("%Y-%m-%d %H:%M") if each else ""
        for each in (promotion.when.starts_at, promotion.when.ends_at)
    ]
    amounts = [money.plain(each, teller.currency) for each in (figure.takings, figure.given)]
    state = shell.say(f"promotions.state.{effects.state(promotion, teller.here.now)}")
    kind = shell.say(f"promotions.kind.{promotion.kind}")
    return [
        entry.id, effects.name(promotion), kind, entry.code, state, *ends, figure.orders, figure.pieces, *amounts,
        teller.currency,
    ]  # fmt: skip
