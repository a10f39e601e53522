"""Redirects: old addresses that lead to new ones, one by one or as a table; circles and detours are refused."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from generator import report
from generator.editing.change import Change, Remove, Set
from generator.editor import Opened, StaleError
from generator.problems import Problem, Severity
from generator.rules import redirecting
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.console.forms.showing import Shown
from runtime.web import headers
from runtime.web.areas import filing, hour, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.pages import tables
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_redirects", __name__)
HOME = "/console/redirects"
_KEY = "redirects"
_SIZE = 50
_LONGEST = 2000
_ABOUT = frozenset({"redirect-chain", "redirect-loop", "redirect-hidden"})
_ABOUT_OLD = frozenset({"redirect-form", "redirect-hidden"})


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One redirect as the list shows it, with what ``check`` says of it."""

    old: str
    new: str
    words: str
    problem: str = ""
    error: bool = False


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the redirects."""
    get_person(Permission.PAGES_SEE)
    return _list(shop_text.read(shopfront().settings.folder))


@blueprint.get(f"{HOME}.csv")
@shell.guarded
def export() -> Response:
    """Send all redirects as a table that can be read again."""
    person = get_person(Permission.PAGES_SEE)
    known = _known(shop_text.read(shopfront().settings.folder).data)
    note(person, "redirects.exported", after=str(len(known)))
    answer = Response(tables.lines(known), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="redirects.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


@blueprint.post(HOME)
@shell.guarded
def add() -> Response | Answer:
    """Add a redirect, or let an old address lead somewhere else."""
    person = get_writer(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    old, new = path_of(request.form.get("old", ""), text), request.form.get("new~pick") or request.form.get("new", "")
    new = new.strip()[:_LONGEST]
    if request.form.get("~do"):
        return _list(text)
    problems = {} if old else {"old": shell.say("pages.redirects.no_old")}
    problems |= {} if new else {"new": shell.say("pages.redirects.no_new")}
    if not problems:
        for each in refusals(text, {old: new}).values():
            problems["old" if each.code in _ABOUT_OLD else "new"] = _told(each)
    if problems:
        return _list(text, problems)
    return _write(text, [Set((_KEY, old), new)], person, "pages.redirects.done.added")


@blueprint.post(f"{HOME}/remove")
@shell.guarded
def remove() -> Response | Answer:
    """Take the chosen redirects away."""
    person = get_writer(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    known = _known(text.data)
    chosen = [each for each in dict.fromkeys(request.form.getlist("old")) if each in known]
    if not chosen:
        return redirect(HOME, 303)
    whole = len(chosen) == len(text.data.get(_KEY) or {})
    changes: list[Change] = [Remove((_KEY,))] if whole else [Remove((_KEY, each)) for each in chosen]
    return _write(text, changes, person, "pages.redirects.done.removed")


@blueprint.post(f"{HOME}/import")
@shell.guarded
def take() -> Response | Answer:
    """Take redirects from a table: what is good is shown first, then written."""
    person = get_writer(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    sent = request.files.get("file")
    raw = sent.stream.read(tables.MAXIMUM_BYTES + 1) if sent is not None and sent.filename else b""
    written = tables.decoded(raw) if raw else request.form.get("table", "")
    rows = None if written is None else tables.read(written)
    if not rows:
        return _list(text, {"file": shell.say("pages.redirects.import.unreadable", most=tables.MOST_ROWS)})
    known = _known(text.data)
    wanted = {path_of(old, text): new.strip()[:_LONGEST] for old, new in rows}
    fresh = {old: new for old, new in wanted.items() if known.get(old) != new}
    refused = refusals(text, fresh)
    good = {old: new for old, new in fresh.items() if old not in refused}
    if "go" in request.form and good:
        whole = {**(text.data.get(_KEY) or {}), **good}
        return _write(text, [Set((_KEY,), whole)], person, "pages.redirects.done.imported")
    context: dict[str, Any] = {
        "title": shell.say("pages.redirects.import.title"), "good": _rows(good, text, {}), "back": HOME,
        "refused": [(old, fresh[old], _told(each)) for old, each in refused.items()], "same": len(wanted) - len(fresh),
        "changed": {old for old in good if old in known}, "table": "".join(tables.lines(good)),
    }  # fmt: skip
    return shell.screen("pages/import.html", context, area="pages")


def path_of(written: str, text: ShopText) -> str:
    """Return an old address as redirects have it: its path, decoded, even if somebody pastes the whole address."""
    written = written.strip()[:_LONGEST]
    try:
        parts = urlsplit(written)
        host = urlsplit(text.base.url).netloc
    except ValueError:
        return written
    whole = parts.scheme in {"http", "https"} and parts.netloc in {host, request.host}
    return unquote(parts.path or "/") if whole else unquote(written)


def refusals(text: ShopText, wanted: Mapping[str, str]) -> dict[str, Problem]:
    """Return why redirects would be refused: what ``check`` would say of a shop that had them, by old address."""
    draft = shop_text.draft(text)
    both = {**_known(text.data), **wanted}
    shop = msgspec.structs.replace(draft.shop, redirects=both)
    tried = msgspec.structs.replace(draft, tree={**draft.tree, _KEY: both}, shop=shop)
    before = {(each.code, each.path) for each in redirecting.redirects(draft)}
    found: dict[str, Problem] = {}
    for each in redirecting.redirects(tried):
        if (each.code, each.path) in before and each.path[1] not in wanted:
            continue
        if each.severity is Severity.ERROR or each.code in _ABOUT:
            for old in _guilty(each, wanted):
                found.setdefault(old, each)
    return found


def _guilty(problem: Problem, wanted: Mapping[str, str]) -> Iterable[str]:
    """Return which of the wished redirects a problem is about: its own, or the ones that make an old one go on."""
    old = str(problem.path[1])
    if old in wanted:
        return [old]
    return [each for each in wanted if each in str(problem.values.get("way", problem.values.get("new", "")))] or wanted


def _known(data: Mapping[str, Any]) -> dict[str, str]:
    said = data.get(_KEY)
    listed = said if isinstance(said, dict) else {}
    return {old: str(new) for old, new in listed.items() if not old.startswith("x-")}


def _write(text: ShopText, changes: list[Change], person: Person, word: str) -> Response | Answer:
    opened: Opened = text.desk.open(SHOP)
    waits = hour.keeps(text.folder)
    try:
        saved = text.desk.save(SHOP, opened.digest, changes, who=person.name, now=visit().now)
    except StaleError:
        return shell.done(HOME, "leave.done.late")
    except filing.HINDRANCES as error:
        return _list(text, {"old": shell.say(f"forms.fault.{filing.hindrance(SHOP, error)}")})
    told = "; ".join(saved.version.what[:12]) if saved.version else ""
    note(person, "text.saved", f"{SHOP} {_KEY}", after=told[:400])
    shop_text.forget()
    if waits:
        return shell.done(HOME, hour.KEPT)
    kept = filing.publish(text, person)
    return shell.done(HOME, word if kept.word else "pages.done.held")


def _list(text: ShopText, problems: dict[str, str] | None = None) -> Response:
    person, wrong = get_person(Permission.PAGES_SEE), problems or {}
    told = {
        str(each.path[1]): each for each in redirecting.redirects(shop_text.draft(text)) if len(each.path) > 1
    }  # fmt: skip
    wanted = request.args.get("q", "").strip()[:200]
    every = list(_rows(_known(text.data), text, told))
    found = [each for each in every if wanted.casefold() in f"{each.old}\n{each.new}\n{each.words}".casefold()]
    pages = max(1, -(-len(found) // _SIZE))
    asked = request.args.get("page", "1")
    page = max(1, min(int(asked) if asked.isascii() and asked.isdecimal() else 1, pages))
    link = Shown(
        kind="link", name="new", label=shell.say("pages.redirects.new"), value=request.form.get("new", ""),
        attributes={"list": "list-link"}, problems=(wrong["new"],) if "new" in wrong else (),
    )  # fmt: skip
    context: dict[str, Any] = {
        "title": shell.say("pages.redirects.title"), "rows": found[(page - 1) * _SIZE : page * _SIZE],
        "total": len(found), "any": bool(every), "problems": wrong, "link": link, "focus": "new",
        "old": request.form.get("old", ""), "wanted": wanted, "suggested": {"link"},
        "sources": text.sources({"link"}, shell.locale()), "may_edit": person.may(Permission.PAGES_EDIT),
        "newer": _page(page - 1, wanted) if page > 1 else "", "older": _page(page + 1, wanted) if page < pages else "",
        "search": shell.Search(action=HOME, label=shell.say("pages.redirects.search"), q=wanted),
    }  # fmt: skip
    return shell.screen("pages/redirects.html", context, area="pages", status=422 if wrong else 200)


def _page(number: int, wanted: str) -> str:
    return f"{HOME}?page={number}" + (f"&q={wanted}" if wanted else "")


def _rows(known: Mapping[str, str], text: ShopText, told: Mapping[str, Problem]) -> Iterator[Row]:
    words = dict(text.sources({"link"}, shell.locale()).get("link", ()))
    for old, new in known.items():
        each = told.get(old)
        yield Row(
            old=old, new=new, words=words.get(new, ""), problem=_told(each) if each else "",
            error=each is not None and each.severity is Severity.ERROR,
        )  # fmt: skip


def _told(problem: Problem) -> str:
    return report.tell(problem, filing.lang()).message
