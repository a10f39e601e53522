"""One link: its address and words to post, posters, QR code, and what came of it."""

from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator.display.frame import native_name
from generator.theming import wording
from runtime.access.roles import Permission
from runtime.console import plots
from runtime.console.plots import Plot, Point
from runtime.database import Transaction
from runtime.orders import State
from runtime.sharing import figures, links, touches
from runtime.sharing.links import Link
from runtime.sharing.posters.poster import DESIGNS, SHAPES, SIZES, Content, Shape
from runtime.web.areas import entry, moments, shell
from runtime.web.areas.orders.tones import tone
from runtime.web.areas.share import telling
from runtime.web.areas.share.telling import HOME
from runtime.web.areas.telling import Teller
from runtime.web.persons import given
from runtime.web.visit import visit

blueprint = Blueprint("console_share_link", __name__)
_DAYS = 30
_SMALL = 300


@blueprint.get(f"{HOME}/<code>")
@shell.guarded
def show(code: str) -> Response:
    """Show a link."""
    person = entry.get_person(Permission.PROMOTIONS_SEE)
    link, say = telling.get_link(code), telling.teller()
    today = say.here.now.astimezone(say.zone).date()

    def look(
        transaction: Transaction,
    ) -> tuple[figures.Figures, list[tuple[date, int]], list[tuple[str, str, int, int]]]:
        return (
            figures.of_links(transaction, (link.id,), say.currency)[link.id],
            figures.by_day(transaction, link.id, today, _DAYS),
            figures.orders_of(transaction, link.id) if person.may(Permission.ORDERS_SEE) else [],
        )

    total, days, orders = say.here.database.read(look)
    content = telling.content(say.here, link)
    named, there = telling.title(say.here, link)
    shape = Shape(request.args["shape"]) if request.args.get("shape", "") in set(Shape) else Shape.PORTRAIT
    context: dict[str, Any] = {
        "title": named,
        "there": there,
        "link": link,
        "url": f"{HOME}/{link.code}",
        "address": telling.address(say.here, link),
        "caption": _caption(content) if content else "",
        "facts": _facts(say, link),
        "figures": {"clicks": total.clicks, "orders": total.orders, "takings": say.money(total.takings)},
        "plot": _plot(say, days) if any(count for _, count in days) else None,
        "orders": [_order(say, *row) for row in orders],
        "posters": _posters(link, shape) if content else [],
        "shapes": [
            {"url": f"{HOME}/{link.code}?shape={each}#posters", "name": each.value, "current": each is shape}
            for each in SHAPES
        ],
        "days": touches.DAYS,
        "local": telling.is_local(say.here),
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
    }
    return shell.screen("share/link.html", context, area="share")


@blueprint.post(f"{HOME}/<code>/off")
@shell.guarded
def switch_off(code: str) -> Answer:
    """Switch a link off: who follows it is told that it is over."""
    return _switch(code, on=False)


@blueprint.post(f"{HOME}/<code>/on")
@shell.guarded
def switch_on(code: str) -> Answer:
    """Switch a link on again."""
    return _switch(code, on=True)


def _switch(code: str, *, on: bool) -> Answer:
    person, here = entry.get_writer(Permission.PROMOTIONS_EDIT), visit()
    given()
    link = telling.get_link(code)
    if here.database.write(lambda transaction: links.switch(transaction, link.code, here.now, on=on)):
        entry.note(person, "share.on" if on else "share.off", link.code)
    return shell.done(f"{HOME}/{link.code}", "share.done.on" if on else "share.done.off")


def _caption(content: Content) -> str:
    """Return words to post with a link: what it is, what it costs, and where."""
    price = " ".join(each for each in (content.price, content.code) if each)
    lines = (content.title, content.line, *content.facts, price, content.address)
    return "\n".join(each for each in lines if each)


def _facts(say: Teller, link: Link) -> list[tuple[str, str]]:
    several = len(say.here.release.terms.locales) > 1
    return [
        (shell.say("share.leads_to"), shell.say(f"share.kind.{link.kind}")),
        (shell.say("share.put_at"), telling.channel(link)),
        (shell.say("share.language"), native_name(link.locale) if several else ""),
        (shell.say("share.made"), moments.day(link.made_at)),
    ]


def _plot(say: Teller, days: list[tuple[date, int]]) -> Plot:
    culture = wording.culture(say.locale)
    points = [
        Point(
            name=str(format_skeleton("MMMEd", day, locale=culture)),
            short=str(format_skeleton("Md", day, locale=culture)),
            value=count,
        )
        for day, count in days
    ]
    total = sum(count for _, count in days)
    return plots.bars(shell.say("share.plot", count=total, days=_DAYS), points, str, str)


def _order(say: Teller, number: str, state: str, total: int, placed: int) -> dict[str, str]:
    return {
        "url": f"/console/orders/{number}",
        "number": number,
        "state": shell.say(f"orders.state.{state}"),
        "tone": tone(State(state)),
        "total": say.money(total),
        "placed": moments.ago(placed),
    }


def _posters(link: Link, shape: Shape) -> list[dict[str, Any]]:
    width, height = SIZES[shape]
    return [
        {
            "name": design.value,
            "small": f"{HOME}/{link.code}/poster-{design}-{shape}.jpg?small=1",
            "large": f"{HOME}/{link.code}/poster-{design}-{shape}.jpg",
            "file": f"{link.code}-{design}-{shape}.jpg",
            "width": _SMALL,
            "height": round(height * _SMALL / width),
            "size": f"{width} × {height}",
        }
        for design in DESIGNS
    ]
