"""The overview: what came in and who came, beside the days before; the funnel; what sold best and by which way."""

from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask import Response

from generator.theming import wording
from runtime.access.roles import Permission
from runtime.console import plots
from runtime.console.plots import Plot, Point
from runtime.database import Transaction
from runtime.figures import counted, reports, sold
from runtime.figures.counted import Visits
from runtime.figures.reports import Funnel, Overview, rate
from runtime.web.areas import entry, shell
from runtime.web.areas.data import asking
from runtime.web.areas.data.asking import Asked
from runtime.web.areas.data.blueprint import HOME, blueprint
from runtime.web.areas.data.figures import Figures, Tile
from runtime.web.areas.data.tables import channel_rows, product_rows
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit

_MOST_BARS = 45
_BEST = 5
_THINNEST = 0.6
_HOURS = 24


@blueprint.get(HOME)
@shell.guarded
def show() -> Response:
    """Show the figures of a span of days."""
    person = entry.get_person(Permission.DATA_SEE)
    teller = Teller(here=visit(), locale=shell.locale())
    asked, figures, currency = asking.read(teller), Figures(teller), teller.currency

    def look(transaction: Transaction) -> tuple[Overview, Overview, dict[int, Visits], dict[str, Any], bool]:
        now = reports.overview(transaction, currency, asked.span)
        before = reports.overview(transaction, currency, asked.span.before)
        hours = counted.by_hour(transaction, asked.span) if asked.span.days == 1 else {}
        best = {
            "products": [row for row in reports.products(transaction, currency, asked.span) if row.good.pieces][:_BEST],
            "channels": reports.channels(transaction, currency, asked.span)[:_BEST],
        }
        return now, before, hours, best, bool(now.begun or sold.has_any(transaction))

    now, before, hours, best, ever = teller.here.database.read(look)
    context = asking.context(teller, asked, "", person, now.begun) | {
        "ever": ever,
        "tiles": _tiles(figures, now, before),
        "compared": shell.say(f"data.compared.{_length(asked)}", days=asking.days_of(teller, before.span)),
        "sales_plot": _sales(figures, now),
        "visits_plot": _hours(figures, hours) if hours else _visits(figures, now),
        "funnel": _funnel(figures, now.funnel),
        "since": asking.days_of(teller, now.funnel.span) if now.funnel and not now.is_counted else "",
        "products": product_rows(figures, best["products"]),
        "channels": channel_rows(figures, best["channels"]),
        "more": {name: _to(asked, name) for name in ("products", "channels")},
    }
    return shell.screen("data/overview.html", context, area="data")


def _length(asked: Asked) -> str:
    """Return what the days before are called: today is not over yet, the day before is."""
    return "today" if asked.name == "today" else "days"


def _to(asked: Asked, name: str) -> str:
    return asked.address(f"{HOME}/{name}")


def _tiles(figures: Figures, now: Overview, before: Overview) -> list[Tile]:
    """Return the figures of the span; those of visits only where they were counted on both sides."""
    money, number = figures.teller.money, figures.number
    comparable = before.is_counted
    visitors = now.visits.visitors if now.funnel else None
    views = now.visits.views if now.funnel else None
    return [
        figures.tile("sales", now.sales, before.sales, money),
        figures.tile("sold", now.sold, before.sold, number),
        figures.tile("average", _average(now), _average(before), money),
        figures.tile("visitors", visitors, before.visits.visitors if comparable else None, number),
        figures.tile("conversion", _conversion(now), _conversion(before) if comparable else None, figures.share),
        figures.tile("views", views, before.visits.views if comparable else None, number),
        figures.tile("refunds", now.refunds, before.refunds, money, falls=True),
    ]


def _average(found: Overview) -> int | None:
    return found.sales // found.sold if found.sold else None


def _conversion(found: Overview) -> float | None:
    return rate(found.funnel.orders.paid, found.funnel.visits.visitors) if found.funnel else None


def _sales(figures: Figures, found: Overview) -> Plot | None:
    if not found.sales or found.span.days == 1:
        return None
    teller = figures.teller
    points = [_point(figures, each.day, each.sales) for each in found.days]
    label = shell.say("data.sales.label", days=asking.days_of(teller, found.span), total=teller.money(found.sales))
    draw = plots.bars if len(points) <= _MOST_BARS else plots.line
    return draw(label, points, teller.money, teller.short)


def _visits(figures: Figures, found: Overview) -> Plot | None:
    if not found.visits.visitors:
        return None
    points = [_point(figures, each.day, each.visits.visitors) for each in found.days]
    total, days = figures.number(found.visits.visitors), asking.days_of(figures.teller, found.span)
    label = shell.say("data.visitors.label", days=days, total=total)
    draw = plots.bars if len(points) <= _MOST_BARS else plots.line
    return draw(label, points, figures.number, figures.short)


def _hours(figures: Figures, hours: dict[int, Visits]) -> Plot | None:
    """Return the visitors of a day by the hour in which they first came."""
    total = sum(each.visitors for each in hours.values())
    if not total:
        return None
    points = [
        Point(name=f"{hour:02}:00", short=f"{hour:02}", value=hours[hour].visitors if hour in hours else 0)
        for hour in range(_HOURS)
    ]
    return plots.bars(
        shell.say("data.visitors.hours", total=figures.number(total)), points, figures.number, figures.short
    )


def _point(figures: Figures, day: date, value: int) -> Point:
    culture = wording.culture(figures.teller.locale)
    name, short = (str(format_skeleton(each, day, locale=culture)) for each in ("MMMEd", "Md"))
    return Point(name=name, short=short, value=value)


def _funnel(figures: Figures, funnel: Funnel | None) -> list[dict[str, Any]]:
    """Return the steps of the funnel, each as wide as its share of the visitors, down to the width of the next."""
    if funnel is None or not funnel.visits.visitors:
        return []
    steps = funnel.steps
    first = steps[0][1]
    wide = [max(_THINNEST, min(1.0, count / first) * 100) if count else 0.0 for _, count in steps]
    rows = []
    for place, (name, count) in enumerate(steps):
        top, below = wide[place], wide[place + 1] if place + 1 < len(steps) else wide[place]
        before = steps[place - 1][1] if place else 0
        rows.append(
            {
                "name": name,
                "count": figures.number(count),
                "of_all": figures.share(rate(count, first)) if place else "",
                "of_before": figures.share(rate(count, before)) if place and rate(count, before) is not None else "",
                "path": f"M{50 - top / 2:.2f} 0H{50 + top / 2:.2f}L{50 + below / 2:.2f} 40H{50 - below / 2:.2f}Z",
                "drawn": bool(count),
            }
        )
    return rows
