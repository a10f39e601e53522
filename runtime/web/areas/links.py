"""The dialog that links are chosen in: what the shop has, found by its name or address."""

from typing import Any

from flask import Blueprint, Response, request

from runtime.access.roles import Permission
from runtime.web.areas import shell, shop_text, targets
from runtime.web.areas.entry import get_person
from runtime.web.visit import shopfront

blueprint = Blueprint("console_links", __name__)
HOME = "/console/links"
_LONGEST = 100
_SHOWN = 40


@blueprint.get(HOME)
@shell.guarded
def choose() -> Response:
    """Show what can be linked to, for the dialog of a box."""
    get_person(Permission.PAGES_SEE)
    wanted, kind = request.args.get("q", "").strip()[:_LONGEST], request.args.get("kind", "")
    draft = shop_text.draft(shop_text.read(shopfront().settings.folder))
    found = [each for each in targets.targets(draft, shell.locale()) if targets.matches(each, wanted)]
    found = [each for each in found if kind not in targets.KINDS or each.kind == kind]
    context: dict[str, Any] = {
        "title": shell.say("forms.link.title"), "found": found[:_SHOWN], "wanted": wanted, "kind": kind,
        "kinds": targets.KINDS, "more": len(found) > _SHOWN,
    }  # fmt: skip
    return shell.screen("office/links.html", context)
