"""The list of pages, and the kinds of pages that sections make up."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods.listing import unpublished
from runtime.web.areas.pages import standing
from runtime.web.areas.pages.standing import HOME, Standing
from runtime.web.areas.telling import Teller
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_pages", __name__)
LOOK = "/console/look"
_KINDS = (("home", "home"), ("product", "tag"), ("shelf", "shelves"), ("page", "page"), ("live", "camera"))
_LONGEST = 100


@blueprint.get(HOME)
@shell.guarded
def listing() -> Response:
    """List the pages."""
    person = get_person(Permission.PAGES_SEE)
    text, teller = shop_text.read(shopfront().settings.folder), Teller(here=visit(), locale=shell.locale())
    everything, wanted = standing.all_pages(text), request.args.get("q", "").strip()[:_LONGEST]
    found = [each for each in everything if wanted.casefold() in f"{each.title}\n{each.address}".casefold()]
    context: dict[str, Any] = {
        "title": shell.say("pages.title"), "rows": [_row(each, teller) for each in found], "any": bool(everything),
        "wanted": wanted, "may_edit": person.may(Permission.PAGES_EDIT), "several": len(text.base.locales) > 1,
        "kinds": _kinds(), "search": shell.Search(action=HOME, label=shell.say("pages.search"), q=wanted),
    }  # fmt: skip
    return shell.screen("pages/list.html", context | unpublished(text), area="pages")


@blueprint.post(f"{HOME}/~publish")
@shell.guarded
def publish() -> Answer:
    """Publish the shop as its text stands."""
    person = get_writer(Permission.PAGES_EDIT)
    kept = filing.publish(shop_text.read(shopfront().settings.folder), person)
    return shell.done(HOME, kept.word or "pages.done.held")


def _row(page: Standing, teller: Teller) -> dict[str, Any]:
    return {
        "page": page, "state": shell.say(f"pages.state.{page.state}"), "tone": standing.TONES[page.state],
        "changed": teller.moment(page.changed),
    }  # fmt: skip


def _kinds() -> list[tuple[str, str, str]]:
    """Return the kinds of pages that the page editor has: its address, a picture and a name."""
    if not shell.opens(LOOK):
        return []
    apart = shell.opens(f"{LOOK}/<kind>")
    return [(f"{LOOK}/{kind}" if apart else LOOK, picture, shell.say(f"pages.look.{kind}")) for kind, picture in _KINDS]
