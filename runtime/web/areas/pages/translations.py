"""What is not translated yet, language by language, each text with the way to its box."""

from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from generator import fields
from generator.display.frame import native_name
from runtime.access.roles import Permission
from runtime.web.areas import filing, lacking, merging, shell, shop_text, whereabouts
from runtime.web.areas.entry import get_person
from runtime.web.areas.lacking import Lack, Language
from runtime.web.areas.pages.standing import HOME as PAGES
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.whereabouts import Spot
from runtime.web.visit import shopfront

blueprint = Blueprint("console_translations", __name__)
HOME = "/console/translations"
_SIZE = 20
"""Files on a page."""
_MOST = 40
"""Texts of a file."""
_ORDER = ("shop", "page", "shelf", "product", "live")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file with its texts; ``more`` counts those that are not shown."""

    title: str
    texts: tuple[tuple[Spot, str], ...]
    more: int


@blueprint.get(HOME)
@shell.guarded
def show() -> Response:
    """Show what lacks in a language."""
    get_person(Permission.PAGES_SEE)
    text = shop_text.read(shopfront().settings.folder)
    known = lacking.languages(text)
    asked = request.args.get("locale", "")
    first = next((each.locale for each in known if each.total), known[0].locale if known else "")
    locale = asked if any(each.locale == asked for each in known) else first
    chosen = next((each for each in known if each.locale == locale), None)
    kind, kinds = request.args.get("kind", ""), _kinds(chosen)
    found = [each for each in chosen.files if not kind or each.kind == kind] if chosen else []
    found.sort(key=lambda each: (_ORDER.index(each.kind), each.file))
    pages = max(1, -(-len(found) // _SIZE))
    number = request.args.get("page", "1")
    page = max(1, min(int(number) if number.isascii() and number.isdecimal() else 1, pages))
    base = f"{HOME}?locale={locale}" + (f"&kind={kind}" if kind in dict(kinds) else "")
    context: dict[str, Any] = {
        "title": shell.say("pages.translations.title"), "chosen": chosen, "locale_": locale, "kind": kind,
        "languages_": [(each, native_name(each.locale)) for each in known], "kinds": kinds, "language": "",
        "parts": list(_parts(found[(page - 1) * _SIZE : page * _SIZE], locale, text)),
        "newer": f"{base}&page={page - 1}" if page > 1 else "", "home": HOME,
        "older": f"{base}&page={page + 1}" if page < pages else "",
    }  # fmt: skip
    context["language"] = native_name(locale) if locale else ""
    return shell.screen("pages/translations.html", context, area="pages")


def _kinds(language: Language | None) -> list[tuple[str, int]]:
    """Return the kinds of files in which something lacks, with how many texts."""
    counts: dict[str, int] = {}
    for each in language.files if language else ():
        counts[each.kind] = counts.get(each.kind, 0) + each.count
    return [(kind, counts[kind]) for kind in _ORDER if kind in counts]


def _parts(lacks: list[Lack], locale: str, text: ShopText) -> Iterator[Part]:
    """Give the files of a page of this list, each once, with what it lacks."""
    for file in dict.fromkeys(each.file for each in lacks):
        own = [each for each in lacks if each.file == file]
        found = [one for each in own for one in _texts(each, locale, text)]
        spot = whereabouts.spot(file, (), text)
        title = shell.say("pages.translations.shop") if own[0].kind == "shop" else f"{spot.area} · {spot.words}"
        yield Part(title=title, texts=tuple(found[:_MOST]) or ((spot, ""),), more=max(0, len(found) - _MOST))


def _texts(lack: Lack, locale: str, text: ShopText) -> Iterator[tuple[Spot, str]]:
    for each in lacking.texts(lack, locale, text):
        if lack.body:
            name = lack.file.removeprefix("pages/").removesuffix(".md")
            words = shell.say("pages.translations.body")
            yield Spot(area="", words=words, url=f"{PAGES}/{name}.{locale}#field-body"), each.said
            continue
        spot = whereabouts.spot(lack.file, each.path, text)
        if lack.kind != "shop":
            below = merging.label(fields.of(lack.kind, filing.lang()), each.path[:-1])
            spot = msgspec.structs.replace(spot, area="", words=below)
        yield spot, each.said
