"""The frame of every screen of the merchant's console: navigation, title, what was done, and the answer.

A view stands below ``@shell.guarded`` and ends with ``shell.screen("orders/list.html", context, area="orders")``;
its template lies below runtime/console/templates and begins with ``{% extends 'office/layout.html' %}``, its content
stands in block ``main`` (block ``width`` may say ``narrow``). After a change:
``return shell.done("/console/orders/1", "orders.done.shipped")``; the next screen tells that sentence once. Pages
without areas (signing in) extend ``office/sheet.html``.

Macros, each with its arguments told in its file:

- ``office/parts/page.html``: ``head``, ``mark`` (a badge), ``notice``, ``empty``, ``tabs``, ``facts``, ``sums``,
  ``thumb``, ``pager``, ``fold``, ``menu``, ``dialog``, ``plot``
- ``office/parts/form.html``: ``csrf``, ``summary`` (of problems), ``text``, ``area``, ``choice``, ``choices``,
  ``check``, ``pieces`` (a stepper), ``savebar``
- ``parts/icons.html``: ``icon(name)``

Classes worth knowing (office.css): ``card``, ``grid``, ``split``, ``stack``, ``row``, ``fields`` with ``half``,
``third``; ``list`` on a table whose rows become cards on a phone (``wide``, ``away`` on cells, ``over`` on the link
that covers the row); ``links``, ``rows``, ``timeline``, ``chip``, ``segments``, ``filters``. office.js reads
``data-opens`` and ``data-closes`` (dialogs), ``data-dirty`` on a form with a save bar, ``data-auto`` on a form of
filters, ``data-all``, ``data-copy``.

A link to another area stands below ``{% if opens('/console/funds') %}``: not every program has every area.

A context may bring ``problems`` ({field: text}; the title then begins with "Error:"), ``search`` (where the bar on top
searches) and ``title``.
"""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import msgspec
from flask import Response, current_app, g, make_response, redirect, request
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission, Role
from runtime.console import pages, words
from runtime.faults import Fault
from runtime.web import console, failures, headers
from runtime.web.persons import Person, find_person
from runtime.web.visit import visit

HOME = "/console/"
SPOKEN = ("zh-CN", "en")
"""Languages in which all areas are complete; readers of others get English."""
_LONGEST_WORD = 60

P = ParamSpec("P")
R = TypeVar("R")


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the navigation; ``key`` follows ``g`` on a keyboard, ``permission`` is what it takes to see it."""

    name: str
    path: str
    icon: str
    permission: Permission
    key: str = ""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What the bar on top searches: an address, what is asked for, and what else the address keeps."""

    action: str
    label: str
    q: str = ""
    kept: Mapping[str, str] = {}


AREAS: tuple[tuple[Area, ...], ...] = (
    (
        Area(name="today", path="/console/", icon="home", permission=Permission.ENTER, key="t"),
        Area(name="orders", path="/console/orders", icon="orders", permission=Permission.ORDERS_SEE, key="o"),
        Area(name="products", path="/console/products", icon="tag", permission=Permission.PRODUCTS_SEE, key="p"),
        Area(name="shelves", path="/console/shelves", icon="shelves", permission=Permission.PRODUCTS_SEE, key="h"),
        Area(name="customers", path="/console/customers", icon="people", permission=Permission.CUSTOMERS_SEE, key="c"),
    ),
    (
        Area(name="live", path="/console/live", icon="camera", permission=Permission.LIVE_ASSIST, key="l"),
        Area(name="promotions", path="/console/promotions", icon="percent", permission=Permission.PROMOTIONS_SEE),
        Area(name="share", path="/console/share", icon="share", permission=Permission.PROMOTIONS_SEE),
        Area(name="funds", path="/console/funds", icon="wallet", permission=Permission.FUNDS_SEE, key="f"),
        Area(name="data", path="/console/data", icon="chart", permission=Permission.DATA_SEE, key="d"),
    ),
    (
        Area(name="look", path="/console/look", icon="palette", permission=Permission.PAGES_SEE, key="e"),
        Area(name="pages", path="/console/pages", icon="page", permission=Permission.PAGES_SEE),
        Area(name="settings", path="/console/settings", icon="gear", permission=Permission.SETTINGS_SEE, key="s"),
        Area(name="team", path="/console/team", icon="shield", permission=Permission.TEAM_EDIT),
        Area(name="log", path="/console/log", icon="log", permission=Permission.LOG_SEE),
    ),
)
"""The areas in groups, as they stand at the side."""
_AT_THE_THUMB = ("shops", "today", "orders", "products", "live", "customers", "funds")
"""What stands in the bar of a phone: the first four that somebody may see."""
_THUMBS = 4


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Whose console this is: its areas, what its roles may be and mean, and what it has beside them.

    ``words`` begins the sentences about roles; ``front`` is the shop's own page, ``mails`` whether anybody sends mail.
    """

    areas: tuple[tuple[Area, ...], ...] = AREAS
    roles: tuple[Role, ...] = tuple(Role)
    words: str = "team"
    front: str = "/"
    mails: bool = True


SHOP = House()
HOUSE = "house"
"""Where an application that is no shop's keeps its own."""


def house() -> House:
    """Return whose console this is: a shop's, unless the application says otherwise."""
    found: House = current_app.extensions.get(HOUSE, SHOP)
    return found


def locale() -> str:
    """Return the language in which this visitor reads the areas."""
    chosen = console.locale()
    return chosen if chosen in SPOKEN else "en"


def say(key: str, **values: Any) -> str:  # noqa: ANN401  whatever the sentence shows
    """Return a sentence in the visitor's language."""
    return words.say(key, locale(), **values)


def screen(template: str, context: Mapping[str, Any], *, area: str = "", status: int = 200) -> Response:
    """Render a screen for somebody who is signed in, or a page without areas for anybody else."""
    here, person = visit(), _who()
    names, spoken = here.release.terms.name, here.release.terms.locale
    shared: dict[str, Any] = {
        "shop": names.get(locale()) or names[spoken],
        "here": request.path,
        "person": person,
        "current": area,
        "navigation": _navigation(person) if person else (),
        "thumbs": _thumbs(person) if person else (),
        "counts": {},
        "spoken": SPOKEN,
        "done": _done(),
        "problems": {},
        "search": _search(person),
        "opens": opens,
        "house": house(),
    }
    g.console = True
    answer = make_response(pages.render(template, locale(), shared | dict(context)), status)
    answer.headers.update(headers.page(private=True))
    answer.headers["Content-Security-Policy"] = console.policy()
    console.remember_language(answer)
    return answer


def done(path: str, word: str) -> Answer:
    """Send the browser on after a change; the next screen tells the sentence ``word``."""
    return redirect(f"{path}{'&' if '?' in path else '?'}done={word}", 303)


def guarded(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let a view of an area fail in the look of the areas, and in the reader's language."""
    return console.guard(view, refused, HOME, locale)


def refused(status: int, message: str, back: str = "") -> Response:
    """Return the page that says no, with the areas beside it, or the document for a script."""
    if failures.wants_json():
        return console.refused(status, message, back)
    title = say("console.missing.title" if status in {404, 405} else "console.refused.title")
    return screen("office/refused.html", {"title": title, "message": message, "back": back}, status=status)


def _who() -> Person | None:
    """Return who reads, nobody while the database is away: a page that says so needs no areas."""
    try:
        return find_person()
    except Fault:
        return None


def _done() -> str:
    """Return what was just done; an address can only choose among the sentences that tell so."""
    word = request.args.get("done", "")[:_LONGEST_WORD]
    known = words.wording(locale()).words
    return known[word] if ".done." in word and word in known else ""


def opens(path: str) -> bool:
    """Tell whether an area is there: nothing leads to one that this program does not have."""
    return any(rule.rule == path for rule in current_app.url_map.iter_rules())


def _open_to(person: Person) -> tuple[tuple[Area, ...], ...]:
    groups = house().areas
    return tuple(tuple(area for area in group if person.may(area.permission) and opens(area.path)) for group in groups)


def _navigation(person: Person) -> tuple[tuple[Area, ...], ...]:
    return tuple(group for group in _open_to(person) if group)


def _thumbs(person: Person) -> tuple[Area, ...]:
    known = {area.name: area for group in _open_to(person) for area in group}
    return tuple(known[name] for name in _AT_THE_THUMB if name in known)[:_THUMBS]


def _search(person: Person | None) -> Search | None:
    if person is None or not person.may(Permission.ORDERS_SEE) or not opens("/console/orders"):
        return None
    return Search(action="/console/orders", label=say("office.search"))
