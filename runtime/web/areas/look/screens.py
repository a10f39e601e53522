"""The editor's screens: the list of sections with the page beside it, the form of one of them, and the picker."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from flask import Response, abort, request

from generator.problems import Problem, Severity
from generator.shop import Shop
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.console.forms.placing import Mistake
from runtime.web import console
from runtime.web.areas import filing, hour, shell, shop_text
from runtime.web.areas.filing import Filed
from runtime.web.areas.look import desk, drawing, ground, places
from runtime.web.areas.look.blueprint import HOME
from runtime.web.areas.look.desk import Look
from runtime.web.areas.look.places import PAGES, PARTS, THEME, Piece, Place
from runtime.web.persons import Person
from runtime.web.visit import visit

_MOST_PAGES = 200


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the preview shows: a kind of page, which one of them, in which language."""

    kind: str
    handle: str = ""
    locale: str = ""

    @property
    def query(self) -> str:
        """Return it as it stands behind an address."""
        asked = {"on": self.kind, "with": self.handle, "in": self.locale}
        return urlencode({name: value for name, value in asked.items() if value})


def shown(shop: Shop, kind: str) -> Shown:
    """Return what the preview shows, as the address or the form asks for it."""
    page = page_kind(kind)
    known = drawing.handles(shop, page)
    handle = request.values.get("with", "")
    locale = request.values.get("in", "")
    return Shown(
        kind=page, handle=handle if handle in known else next(iter(known), ""),
        locale=locale if locale in shop.locales[1:] else "",
    )  # fmt: skip


def page_kind(kind: str) -> str:
    """Return which page is worked on: beside the theme's settings the one that was there before."""
    on = request.values.get("on", "")
    return kind if kind in PAGES else (on if on in PAGES else "home")


def get_place(kind: str, text: str) -> Place | None:
    """Read the place of an address; None is the theme. Other addresses do not exist."""
    if kind == THEME and text in PARTS:
        return None
    found = places.find_place(text)
    if kind not in PAGES or found is None:
        abort(404)
    return found


def editor(look: Look, person: Person, kind: str, more: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    """Show the editor: the list, and the form beside it where ``more`` has one."""
    lang = filing.lang()
    read = ground.read(look.text.folder, look.opened.text, desk.now_text())
    wanted = shown(read.shop, kind)
    locales = (shell.locale(), *look.text.base.locales)
    listed = places.pieces(look.board, lang, locales)
    wrong = errors(look)
    back, again = desk.steps(look)
    may_edit = person.may(Permission.PAGES_EDIT) and look.opened.writable
    context: dict[str, Any] = {
        "title": shell.say("look.title"), "kind": kind, "look": look, "pieces": listed, "shown": wanted,
        "kinds": [each for each in PAGES if each == "home" or drawing.handles(read.shop, each)],
        "with_pages": _with_pages(read.shop, wanted.kind), "locales": read.shop.locales,
        "wrong": counted(wrong, look.kind, listed), "errors": len(wrong), "place": "", "part": "", "form": None,
        "can_undo": back is not None, "can_redo": again is not None, "may_edit": may_edit, "mistakes": [],
        "frame": f"{HOME}/~frame?{wanted.query}", "digest": look.opened.digest, "url": f"{HOME}/{look.kind}",
        "where": wanted.query, "fault": "", "planned": hour.find(), "published": look.published, "broken": broken(look),
        "removable": {each.place for each in listed if removable(look, each)}, "home": HOME, "most": places.MOST,
        "live_path": live_path(wanted),
    }  # fmt: skip
    return framed("look/editor.html", context | dict(more or {}), status)


def framed(template: str, context: dict[str, Any], status: int = 200) -> Response:
    """Show a screen that may hold the preview: the one page of the console with a frame in it, of our own."""
    answer = shell.screen(template, context, area="look", status=status)
    answer.headers["Content-Security-Policy"] = f"{console.policy()}; frame-src 'self'"
    return answer


def form(
    look: Look, filed: Filed, person: Person, at: tuple[str, str], *, status: int = 200, fault: str = ""
) -> Response:  # fmt: skip
    """Show the editor with the form of a section, a block, or a part of the theme."""
    kind, where = at
    place = get_place(kind, where)
    found = [*filing.mistakes(filed), *_refused(filed)]
    node = desk.shown(filed, found, kind, place)
    if node is None:
        abort(404)
    more: dict[str, Any] = desk.context(filed, node, found) | {"fault": fault}
    if place is None:
        more |= {"part": where, "schemes": schemes(look)}
        return editor(look, person, kind, more, status)
    piece = find_piece(places.pieces(look.board, filing.lang(), (shell.locale(), *look.text.base.locales)), place)
    if piece is None:
        abort(404)
    parent = "" if place.block is None else str(place.section)
    return editor(look, person, kind, more | {"place": where, "piece": piece, "parent": parent}, status)


def picker(look: Look, kind: str) -> Response:
    """Show what can be added: sections of a kind of page, or blocks of the section that ``at`` names."""
    lang = filing.lang()
    at = places.find_place(request.args.get("at", ""))
    inside = at is not None and at.block is not None
    if inside and at is not None:
        section = places.item(look.board, Place(at.section))
        offered = list(places.offered_blocks(look.board, str(section.get("section")) if section else "", lang))
    else:
        offered = list(places.offered(look.board, lang))
    if not offered:
        abort(404)
    context = {
        "title": shell.say("look.add_block" if inside else "look.add_section"), "offered": offered, "inside": inside,
        "at": "" if at is None else str(at), "url": f"{HOME}/{kind}", "digest": look.opened.digest,
        "kind": kind, "asked": {name: request.args.get(name, "")[:200] for name in ("on", "with", "in")},
    }  # fmt: skip
    return shell.screen("look/picker.html", context, area="look")


def errors(look: Look) -> list[Problem]:
    """Return the errors that keep the shop from being published."""
    if look.published:
        return []
    return [each for each in shop_text.examine(look.text.folder).problems if each.severity is Severity.ERROR]


def counted(found: list[Problem], kind: str, listed: tuple[Piece, ...]) -> dict[str, int]:
    """Return how many errors each section and block has, and each part of the rest."""
    wrong: dict[str, int] = {}
    base = places.path(kind) if kind in PAGES else ("theme",)
    for each in found:
        rest = tuple(each.path[len(base) :])
        if each.file != SHOP or tuple(each.path[: len(base)]) != base or not rest or not isinstance(rest[0], int):
            continue
        names = [str(rest[0])]
        if len(rest) > 2 and rest[1] == "blocks" and isinstance(rest[2], int):  # noqa: PLR2004  a list, its key, a row
            names.append(f"{rest[0]}.{rest[2]}")
        for name in names:
            wrong[name] = wrong.get(name, 0) + 1
    return wrong if listed else {}


def broken(look: Look) -> list[str]:
    """Return why the file cannot be edited here, if it cannot."""
    if look.opened.writable:
        return []
    filed = desk.open_form(look, None)
    return [each.text for each in filed.sheet.place(look.opened.problems, filing.lang())]


def find_piece(listed: tuple[Piece, ...], place: Place) -> Piece | None:
    """Return the section or block at a place of the list."""
    if place.section >= len(listed):
        return None
    section = listed[place.section]
    if place.block is None:
        return section
    return section.blocks[place.block] if place.block < len(section.blocks) else None


def removable(look: Look, piece: Piece) -> bool:
    """Tell whether a section can go: what a page is about stays on it."""
    sidecar = look.board.offer.sections.get(piece.type)
    return not (sidecar is not None and sidecar.pages and piece.type.endswith("-main"))


def schemes(look: Look) -> list[tuple[str, str, dict[str, str]]]:
    """Return the theme's colour schemes: name, what it is called, its colours."""
    lang = filing.lang()
    found = []
    for name, each in look.board.offer.schemes.items():
        found.append((name, scheme_label(look, name, lang), each.get("light", {})))
    return found


def scheme_label(look: Look, name: str, lang: str) -> str:
    """Return what a colour scheme is called in the theme."""
    for folder in look.board.offer.folders:
        label = ground.scheme_labels(folder).get(name)
        if label:
            return label.get(lang) or label.get("en") or name
    return name


def live_path(wanted: Shown) -> str:
    """Return where the page is in the shop."""
    here = visit()
    prefix = f"/{wanted.locale}" if wanted.locale else ""
    folder = {"product": "products", "shelf": "shelves", "page": "pages", "live": "live"}.get(wanted.kind)
    path = f"{prefix}/{folder}/{quote(wanted.handle)}/" if folder else f"{prefix}/"
    return path if here.release.has(path) else "/"


def _with_pages(shop: Shop, kind: str) -> list[tuple[str, str]]:
    known: dict[str, Mapping[str, Any]] = {
        "product": shop.products, "shelf": shop.shelves, "page": shop.pages, "live": shop.rooms
    }  # fmt: skip
    listed = list(known.get(kind, {}).items())[:_MOST_PAGES]
    return [(handle, each.title.get(shell.locale()) or each.title[shop.locale]) for handle, each in listed]


def _refused(filed: Filed) -> list[Mistake]:
    problem = Problem(code="picture-format", file=SHOP)
    return [Mistake(name=name, text=words, problem=problem) for name, words in filed.refused.items()]
