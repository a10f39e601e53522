"""The tables: products, channels, live rooms, and what was searched for in vain."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response

from runtime.access.roles import Permission
from runtime.database import Transaction
from runtime.figures import counted, reports
from runtime.figures.reports import ChannelRow, ProductRow, RoomRow
from runtime.web.areas import entry, shell
from runtime.web.areas.data import asking
from runtime.web.areas.data.blueprint import HOME, blueprint
from runtime.web.areas.data.figures import Figures
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person
from runtime.web.visit import visit

MOST = 100
"""Rows of a table on a page; the file has them all."""
_SORTS: dict[str, Callable[[ProductRow], float]] = {
    "amount": lambda row: row.good.amount,
    "pieces": lambda row: row.good.pieces,
    "visitors": lambda row: row.interest.visitors,
    "conversion": lambda row: row.conversion or 0.0,
    "refunded": lambda row: row.good.refunded,
}


@blueprint.get(f"{HOME}/products")
@shell.guarded
def products() -> Response:
    """Show what sold best, and what visitors did with each product."""
    person, figures = _begin()
    teller = figures.teller
    asked = asking.read(teller, tuple(_SORTS))
    rows, begun = _read(figures, lambda look: reports.products(look, teller.currency, asked.span))
    by = asked.by or next(iter(_SORTS))
    rows = sorted(rows, key=_SORTS[by], reverse=True)
    context = asking.context(teller, asked, "/products", person, begun) | {
        "rows": product_rows(figures, rows[:MOST], linked=person.may(Permission.PRODUCTS_SEE)),
        "left": max(0, len(rows) - MOST),
        "sorts": [
            {"url": asked.address(f"{HOME}/products", by=name), "name": name, "current": name == by} for name in _SORTS
        ],
    }
    return shell.screen("data/products.html", context, area="data")


@blueprint.get(f"{HOME}/channels")
@shell.guarded
def channels() -> Response:
    """Show by which ways visitors and orders came."""
    person, figures = _begin()
    teller = figures.teller
    asked = asking.read(teller)
    rows, begun = _read(figures, lambda look: reports.channels(look, teller.currency, asked.span))
    context = asking.context(teller, asked, "/channels", person, begun) | {
        "rows": channel_rows(figures, rows[:MOST]),
        "left": max(0, len(rows) - MOST),
        "example": f"{teller.here.release.terms.url or teller.here.base}/?ref=flyer",
    }
    return shell.screen("data/channels.html", context, area="data")


@blueprint.get(f"{HOME}/rooms")
@shell.guarded
def rooms() -> Response:
    """Show what each live room brought."""
    person, figures = _begin()
    teller = figures.teller
    asked = asking.read(teller)
    found, begun = _read(figures, lambda look: reports.rooms(look, teller.currency, asked.span))
    context = asking.context(teller, asked, "/rooms", person, begun) | {
        "rows": [_room(figures, each, linked=person.may(Permission.LIVE_HOST)) for each in found[:MOST]],
        "left": max(0, len(found) - MOST),
        "any_room": bool(teller.here.catalogue.rooms()),
    }
    return shell.screen("data/rooms.html", context, area="data")


@blueprint.get(f"{HOME}/searches")
@shell.guarded
def searches() -> Response:
    """Show what was searched for and not found."""
    person, figures = _begin()
    teller = figures.teller
    asked = asking.read(teller)
    found, begun = _read(figures, lambda look: counted.searches(look, asked.span))
    context = asking.context(teller, asked, "/searches", person, begun) | {
        "rows": [
            {"words": each.words, "times": figures.number(each.times), "last": asking.day_text(teller, each.last)}
            for each in found[:MOST]
        ],
        "left": max(0, len(found) - MOST),
    }
    return shell.screen("data/searches.html", context, area="data")


def product_rows(figures: Figures, rows: Sequence[ProductRow], *, linked: bool = True) -> list[dict[str, Any]]:
    """Return products as tables show them."""
    teller = figures.teller
    pictures = teller.pictures(row.product for row in rows)
    known = {row.product for row in rows if teller.here.catalogue.find_product(row.product)}
    return [
        {
            "title": figures.product(row.product, row.good.title),
            "url": f"/console/products/{row.product}" if linked and row.product in known else "",
            "picture": pictures.get(row.product, ""),
            "gone": row.product not in known,
            "pieces": figures.number(row.good.pieces),
            "amount": teller.money(row.good.amount),
            "refunded": teller.money(row.good.refunded) if row.good.refunded else "",
            "visitors": figures.number(row.interest.visitors),
            "conversion": figures.share(row.conversion),
        }
        for row in rows
    ]


def channel_rows(figures: Figures, rows: Sequence[ChannelRow]) -> list[dict[str, Any]]:
    """Return channels as tables show them; ``wide`` is the length of a bar, in percent of the longest."""
    most = max((row.visits.visitors for row in rows), default=0)
    return [
        {
            "name": figures.channel(row.channel),
            "known": bool(row.channel),
            "wide": round(row.visits.visitors / most * 100, 1) if most else 0,
            "told": shell.say("data.people", count=row.visits.visitors, number=figures.number(row.visits.visitors))
            if row.channel
            else shell.say("data.paid", count=row.orders.paid, number=figures.number(row.orders.paid)),
            "visitors": figures.number(row.visits.visitors),
            "lookers": figures.number(row.visits.lookers),
            "carts": figures.number(row.visits.carts),
            "paid": figures.number(row.orders.paid),
            "kept": figures.teller.money(row.orders.kept),
            "conversion": figures.share(row.conversion),
        }
        for row in rows
    ]


def _room(figures: Figures, row: RoomRow, *, linked: bool) -> dict[str, Any]:
    known = figures.teller.here.catalogue.find_room(row.room) is not None
    return {
        "title": figures.room(row.room),
        "url": f"/console/live/{row.room}/numbers" if linked and known else "",
        "broadcasts": figures.number(row.broadcasts),
        "peak": figures.number(row.peak),
        "watched": figures.minutes(row.watched),
        "told": shell.say("data.rooms.page", count=row.interest.visitors, number=figures.number(row.interest.visitors)),
        "carts": figures.number(row.carts),
        "paid": figures.number(row.orders.paid),
        "kept": figures.teller.money(row.orders.kept),
    }


def _begin() -> tuple[Person, Figures]:
    person = entry.get_person(Permission.DATA_SEE)
    return person, Figures(Teller(here=visit(), locale=shell.locale()))


def _read(figures: Figures, report: Callable[[Transaction], Any]) -> tuple[Any, Any]:
    """Return a report and since when visits are counted, of one moment."""
    return figures.teller.here.database.read(lambda look: (report(look), counted.begun(look)))
