"""What a link of the shop can lead to, in words: for the dialog that links are chosen in, and for boxes of forms."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from generator.loading.assembly import translation
from generator.loading.draft import Draft
from generator.shop import Text
from generator.theming import templates
from generator.value import Value
from runtime.access.roles import Permission
from runtime.web import console
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person
from runtime.web.areas.shop_text import ShopText
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_links", __name__)
HOME = "/console/links"
KINDS = ("page", "shelf", "product", "live", "own")
_OWN = {"/": "home", "/search": "search", "/cart": "cart", "/orders/lookup": "lookup", "/seller/": "seller"}
"""Places that every shop has."""
_LONGEST = 100
_SHOWN = 40
_OFFERED = 150
"""So many of a kind stand in a box without a search."""


class Target(Value, frozen=True, kw_only=True):
    """One place: as it is written, what it is called, and where shoppers find it."""

    kind: str
    value: str
    title: str
    address: str


@blueprint.get(HOME)
@shell.guarded
def choose() -> Response:
    """Show what can be linked to, for the dialog of a box."""
    get_person(Permission.PAGES_SEE)
    wanted, kind = request.args.get("q", "").strip()[:_LONGEST], request.args.get("kind", "")
    found = [each for each in targets(shop_text.read(shopfront().settings.folder)) if matches(each, wanted)]
    shown = [each for each in found if kind not in KINDS or each.kind == kind][:_SHOWN]
    context: dict[str, Any] = {
        "title": shell.say("forms.link.title"), "found": shown, "wanted": wanted, "kind": kind, "kinds": KINDS,
        "more": len(found) > len(shown) == _SHOWN,
    }  # fmt: skip
    return shell.screen("office/links.html", context)


def targets(text: ShopText) -> Iterator[Target]:
    """Give all places of the shop as its text stands, pages and shelves first."""
    draft = shop_text.draft(text)
    for kind, values in (
        ("page", draft.pages), ("shelf", draft.shelves), ("product", draft.products), ("live", draft.rooms)
    ):  # fmt: skip
        for handle, value in values.items():
            if kind != "page" or not is_translation(handle, draft):
                yield Target(
                    kind=kind, value=f"{kind}:{handle}", title=title(value.title, handle),
                    address=templates.address("", kind, handle),
                )  # fmt: skip
    for path, name in _OWN.items():
        yield Target(kind="own", value=path, title=shell.say(f"forms.link.own.{name}"), address=path)


def known(text: ShopText) -> list[tuple[str, str]]:
    """Return what a box offers while one writes: as it is written, and in words; the first of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    found = []
    for each in targets(text):
        counts[each.kind] += 1
        if counts[each.kind] <= _OFFERED:
            found.append((each.value, f"{shell.say(f'forms.link.kind.{each.kind}')} · {each.title}"))
    return found


def matches(target: Target, wanted: str) -> bool:
    """Tell whether every word that is looked for stands in a place's title or address."""
    words = f"{target.title}\n{target.value}\n{target.address}".casefold()
    return all(each in words for each in wanted.casefold().split())


def is_translation(handle: str, draft: Draft) -> bool:
    """Tell whether a page's file is the text of another page in a second language."""
    return translation(handle, draft) is not None


def title(text: Text, otherwise: str = "") -> str:
    """Return a text of the shop as the reader would like it, or what stands in for it."""
    return text.get(console.shop_locale(visit())) or next((each for each in text.values() if each), otherwise)
