"""The agency's pages: all shops with their state and takings, and each with its problems and what can be done about it.

Nothing here opens a shop's database: the board says everything, and what is wished for is left for the steward.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime.access.roles import Permission
from runtime.agency.board import Following, Line, Shop, Wishes
from runtime.web.areas import moments, shell
from runtime.web.areas.shell import Search, say, screen
from runtime.web.persons import Person, get_person, get_writer, given, note

blueprint = Blueprint("agency", __name__)
NAME = "agency"
_HOME = "/console/"
_SHOP = "/console/shops/<name>"
_VIEWS = ("all", "problems", "closed")
_TONES = {"serving": "good", "building": "info", "stopped": "", "problems": "bad", "broken": "bad"}
_DEEDS = ("publish", "stop", "open")
_LONGEST = 100


def _now() -> datetime:
    return datetime.now(UTC)


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages read and write: the board, and the wishes; ``folder`` is how commands name the folder of shops."""

    following: Following
    wishes: Wishes
    folder: str
    clock: Callable[[], datetime] = _now


def desk() -> Desk:
    """Return the desk of this office."""
    found: Desk = current_app.extensions[NAME]
    return found


@blueprint.get("/")
def begin() -> Answer:
    """Lead to the list."""
    return redirect(_HOME, 303)


@blueprint.get(_HOME)
@shell.guarded
def listing() -> Response:
    """List all shops."""
    person = get_person(Permission.ENTER)
    view, words = request.args.get("view", "all"), request.args.get("q", "").strip()[:_LONGEST]
    view = view if view in _VIEWS else "all"
    board = desk().following.board
    shops = [_now_stopped(shop) for shop in board.shops]
    views = {"all": shops, "problems": [s for s in shops if s.has_problems], "closed": [s for s in shops if _shut(s)]}
    found = [shop for shop in views[view] if _matches(shop, words)]
    sees_money = person.may(Permission.DATA_SEE)
    kept = {"view": view} if view != "all" else {}
    context = {
        "title": say("agency.title"),
        "search": Search(action=_HOME, label=say("agency.search"), q=words, kept=kept),
        "tabs_": [_tab(name, view, words, len(views[name])) for name in _VIEWS],
        "view": view,
        "q": words,
        "any": bool(shops),
        "rows": [_row(shop, sees_money=sees_money) for shop in sorted(found, key=_order)],
        "sums": _sums(shops) if sees_money else [],
        "sees_money": sees_money,
        "idle": not board.is_kept,
        "folder": desk().folder,
    }
    return screen("agency/list.html", context, area="shops")


@blueprint.get(_SHOP)
@shell.guarded
def show(name: str) -> Response:
    """Show one shop."""
    person = get_person(Permission.ENTER)
    return _show(person, _get(name))


@blueprint.post(f"{_SHOP}/<deed>")
@shell.guarded
def wish(name: str, deed: str) -> Answer | Response:
    """Note that a shop is to be published, stopped or opened again."""
    person = get_writer(Permission.SETTINGS_EDIT)
    given()
    shop = _get(name)
    if deed not in _DEEDS:
        abort(404)
    wishes = desk().wishes
    {"publish": wishes.publish, "stop": wishes.stop, "open": wishes.open}[deed](shop.name)
    note(person, f"shop.{deed}", shop.name, before=shop.state)
    return shell.done(f"/console/shops/{shop.name}", f"agency.done.{deed}")


def _get(name: str) -> Shop:
    found = next((shop for shop in desk().following.board.shops if shop.name == name), None)
    if found is None:
        abort(404)
    return _now_stopped(found)


def _now_stopped(shop: Shop) -> Shop:
    """Return a shop as it was wished a moment ago: the board says so a second later."""
    stopped = desk().wishes.is_stopped(shop.name)
    return shop if stopped == shop.stopped else msgspec.structs.replace(shop, stopped=stopped)


def _shut(shop: Shop) -> bool:
    return shop.state in {"stopped", "broken", "problems"} or not shop.release


def _order(shop: Shop) -> tuple[int, bool, str]:
    """Put first what nobody can visit, then what somebody should look at, then names as people sort them."""
    rank = 0 if shop.state in {"broken", "problems"} else 1 if shop.has_problems else 2
    return rank, shop.stopped, _title(shop).casefold()


def _title(shop: Shop) -> str:
    return shop.title.get(shell.locale()) or next(iter(shop.title.values()), shop.name)


def _matches(shop: Shop, words: str) -> bool:
    text = " ".join([shop.name, *shop.title.values(), *shop.hosts]).casefold()
    return all(word in text for word in words.casefold().split())


def _tab(name: str, view: str, words: str, count: int) -> dict[str, Any]:
    asked = "&".join(part for part in (f"view={name}" if name != "all" else "",) if part)
    url = f"{_HOME}?{asked}" if asked else _HOME
    return {"url": url, "label": say(f"agency.view.{name}"), "current": name == view and not words, "count": count}


def _row(shop: Shop, *, sees_money: bool) -> dict[str, Any]:
    takings = shop.takings if sees_money else None
    return {
        "name": shop.name,
        "url": f"/console/shops/{shop.name}",
        "title": _title(shop),
        "host": _host(shop),
        "state": say(f"agency.state.{shop.state}"),
        "tone": _TONES[shop.state],
        "marks": _marks(shop),
        "where": _where(shop),
        "today": money.text(takings.today, takings.currency, shell.locale()) if takings else "",
        "week": money.text(takings.week, takings.currency, shell.locale()) if takings else "",
        "orders": _counted("orders", takings.orders) if takings and takings.orders else "",
    }


def _where(shop: Shop) -> str:
    if shop.fault is not None:
        return shop.fault.place
    return shop.problems[0].place if shop.errors and shop.problems else ""


def _host(shop: Shop) -> str:
    return shop.address.partition("://")[2].rstrip("/") or (shop.hosts[0] if shop.hosts else "")


def _marks(shop: Shop) -> list[tuple[str, str]]:
    found = []
    if shop.errors:
        found.append((_counted("errors", shop.errors), "bad"))
    if shop.warnings:
        found.append((_counted("warnings", shop.warnings), "warn"))
    if shop.changed:
        found.append((say("agency.changed"), "info"))
    return found


def _counted(word: str, count: int) -> str:
    return say(f"agency.{word}.one") if count == 1 else say(f"agency.{word}", count=count)


def _sums(shops: list[Shop]) -> list[dict[str, Any]]:
    """Add the takings of all shops up, each currency apart: money of two currencies has no sum."""
    found: dict[str, list[int]] = {}
    for shop in shops:
        if shop.takings is not None:
            sums = found.setdefault(shop.takings.currency, [0, 0, 0])
            for place, amount in enumerate((shop.takings.today, shop.takings.week, shop.takings.orders)):
                sums[place] += amount
    ordered = sorted(found.items(), key=lambda each: (-each[1][2], each[0]))
    return [
        {
            "currency": currency,
            "today": money.text(today, currency, shell.locale()),
            "week": money.text(week, currency, shell.locale()),
            "orders": _counted("orders", orders),
        }
        for currency, (today, week, orders) in ordered
        if week or today
    ]


def _show(person: Person, shop: Shop) -> Response:
    context = {
        "title": _title(shop),
        "shop_": shop,
        "row": _row(shop, sees_money=person.may(Permission.DATA_SEE)),
        "fault": _line(shop.fault) if shop.fault else None,
        "lines": [_line(each) for each in shop.problems],
        "more": max(shop.errors + shop.warnings - len(shop.problems), 0),
        "published": moments.moment(shop.published_at) if shop.published_at else say("agency.never"),
        "addresses": [shop.address, *(host for host in shop.hosts if host != _host(shop).partition(":")[0])],
        "may_edit": person.may(Permission.SETTINGS_EDIT),
        "command": f"shopwright console add-user {desk().folder}/{shop.name} you@example.com",
    }
    return screen("agency/shop.html", context, area="shops")


def _line(line: Line) -> dict[str, Any]:
    text = line.zh if shell.locale().startswith("zh") else line.en
    return {"error": line.error, "place": line.place, "text": text}
