"""Today: what waits for the merchant, what is about to happen, and what came in lately."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as Answer

from generator.shop import LiveRoom
from generator.theming import wording
from runtime import orders
from runtime.access.roles import Permission
from runtime.aftersale import Case
from runtime.console import plots
from runtime.console.plots import Plot, Point
from runtime.gateways import Kind
from runtime.live import broadcasts
from runtime.transaction import Transaction
from runtime.web import console, studio_entry
from runtime.web.areas import checklist, entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.orders import tones
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit
from runtime.worklist import takings, today
from runtime.worklist.today import Today, Waiting

blueprint = Blueprint("console_today", __name__)
_DAYS = 30
_SOON = timedelta(days=7)
_MOST_ROOMS = 4
_FUNDS = "/console/funds"
_MOST_LOW = 6


@blueprint.get("/console/")
@shell.guarded
def show() -> Answer | Response:
    """Show what waits today; who only has an invitation to rooms goes on to them."""
    if entry.find_person() is None and studio_entry.is_invited():
        return redirect(console.HOME, 303)
    person, here = entry.get_person(Permission.ENTER), visit()
    teller = Teller(here=here, locale=shell.locale())
    now = here.now.astimezone(teller.zone)
    culture = wording.culture(teller.locale)
    context: dict[str, Any] = {
        "title": shell.say("office.area.today"),
        "day": format_skeleton("MMMMEd", now, tzinfo=teller.zone, locale=culture),
        "hello": shell.say(f"today.hello.{_part_of(now)}", name=person.name),
        "checklist": checklist.shown(person, here),
        "rooms": _rooms(teller) if person.may(Permission.LIVE_ASSIST) else [],
        "to_do": [],
        "cases": [],
        "low": [],
        "plot": None,
        "may_orders": person.may(Permission.ORDERS_SEE),
    }
    if person.may(Permission.ORDERS_SEE):
        context |= _waiting(teller, person)
    if person.may(Permission.DATA_SEE):
        context |= _takings(teller)
    return shell.screen("today/today.html", context, area="today")


def _part_of(now: datetime) -> str:
    """Return which part of the day it is by the shop's clock."""
    return next(name for end, name in ((5, "night"), (12, "morning"), (18, "day"), (24, "evening")) if now.hour < end)


def _waiting(teller: Teller, person: Person) -> dict[str, Any]:
    here = teller.here
    by_hand = [each for each, gateway in here.till.gateways.items() if gateway.kind is Kind.TRANSFER]

    def look(transaction: Transaction) -> tuple[Today, list[dict[str, Any]]]:
        found = today.look(transaction, by_hand, here.release.terms.stock_low)
        return found, [_case(transaction, teller, case) for case in found.cases]

    found, cases = here.database.read(look)
    money = found.money.count if person.may(Permission.FUNDS_SEE) else 0
    to_do = [
        _to_do(teller, "to_ship", found.to_ship, "/console/orders?view=to_ship", "truck"),
        _to_do(teller, "to_confirm", found.to_confirm, "/console/orders?view=unpaid", "check"),
        _to_do(teller, "at_the_door", found.at_the_door, "/console/orders?view=sent", "wallet"),
        _to_do(teller, "cases", Waiting(count=found.case_count), "/console/orders?view=aftersale", "refund"),
        _to_do(teller, "money", Waiting(count=money), _FUNDS if shell.opens(_FUNDS) else "", "warning"),
    ]
    return {
        "to_do": [each for each in to_do if each["count"]],
        "cases": cases,
        "low": _low(teller, found) if person.may(Permission.PRODUCTS_SEE) else [],
    }


def _to_do(teller: Teller, name: str, waiting: Waiting, url: str, icon: str) -> dict[str, Any]:
    since = shell.say("today.since", when=teller.distance(waiting.since)) if waiting.since else ""
    return {"name": name, "count": waiting.count, "since": since, "url": url, "icon": icon}


def _case(look: Transaction, teller: Teller, case: Case) -> dict[str, Any]:
    order = orders.get_by_id(look, case.order)
    late = case.due_at is not None and case.due_at - teller.here.now < timedelta(days=1)
    return {
        "url": f"/console/cases/{case.number}",
        "kind": shell.say(f"orders.kind.{case.kind}"),
        "state": shell.say(f"orders.case.{case.state}"),
        "tone": tones.case_tone(case.state),
        "name": order.address.name or order.contact.name or order.number,
        "number": order.number,
        "due": teller.distance(case.due_at) if case.due_at else "",
        "late": late,
    }


def _low(teller: Teller, found: Today) -> list[dict[str, Any]]:
    """Return goods that run out, with their names; skus that are no longer sold are left out."""
    levels = dict(found.low)
    known = teller.here.catalogue.variants(levels)
    shown = [sku for sku in levels if sku in known][:_MOST_LOW]
    pictures = teller.pictures(known[sku][0].handle for sku in shown)
    locale = console.shop_locale(teller.here)
    return [
        {
            "title": known[sku][0].title.get(locale) or next(iter(known[sku][0].title.values())),
            "sku": sku,
            "left": levels[sku],
            "picture": pictures.get(known[sku][0].handle, ""),
            "url": f"/console/products/{known[sku][0].handle}",
        }
        for sku in shown
    ]


def _rooms(teller: Teller) -> list[dict[str, Any]]:
    """Return the rooms that are on air, and those that begin within a week."""
    here = teller.here
    on_air = {each.room for each in broadcasts.all_open(here.database) if not each.practice}
    zone, locale = teller.zone, console.shop_locale(here)
    found = []
    for room in here.catalogue.rooms():
        starts = _starts(room, zone)
        if room.handle in on_air or here.now <= starts <= here.now + _SOON:
            found.append((room.handle not in on_air, starts, room))
    return [
        {
            "url": f"/console/live/{room.handle}",
            "title": room.title.get(locale) or next(iter(room.title.values())),
            "on_air": not waiting,
            "starts": teller.moment(starts),
            "distance": teller.distance(starts),
        }
        for waiting, starts, room in sorted(found, key=lambda each: each[:2])[:_MOST_ROOMS]
    ]


def _starts(room: LiveRoom, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(room.starts_at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _takings(teller: Teller) -> dict[str, Any]:
    here, zone = teller.here, teller.zone
    days = here.database.read(lambda look: takings.by_day(look, teller.currency, zone, _DAYS, here.now))
    culture = wording.culture(teller.locale)
    points = [
        Point(
            name=str(format_skeleton("MMMEd", each.day, locale=culture)),
            short=str(format_skeleton("Md", each.day, locale=culture)),
            value=each.amount,
        )
        for each in days
    ]
    total, count = sum(each.amount for each in days), sum(each.orders for each in days)
    plot: Plot = plots.bars(
        shell.say("today.takings.label", total=teller.money(total)), points, teller.money, teller.short
    )
    return {
        "plot": plot if total else None,
        "takings": {
            "total": teller.money(total),
            "today": teller.money(days[-1].amount),
            "yesterday": teller.money(days[-2].amount),
            "orders": count,
            "average": teller.money(total // count) if count else "",
        },
    }
