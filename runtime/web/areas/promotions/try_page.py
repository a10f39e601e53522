"""A page where all promotions are tried as they stand in the text, together or one alone; it writes nothing."""

from typing import Any

from flask import Response, request

from runtime.access.roles import Permission
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person
from runtime.web.areas.promotions import tabs, trying
from runtime.web.areas.promotions.blueprint import AREA, blueprint
from runtime.web.areas.telling import Teller
from runtime.web.visit import shopfront, visit


@blueprint.get(tabs.TRY)
@shell.guarded
def try_out() -> Response:
    """Try what the address asks for."""
    get_person(Permission.PROMOTIONS_SEE)
    teller = Teller(here=visit(), locale=shell.locale())
    shop = trying.shop_of(shop_text.draft(shop_text.read(shopfront().settings.folder)))
    wanted = trying.asked(request.args)
    context: dict[str, Any] = {
        "title": shell.say("promotions.try.title"),
        "areas": tabs.areas(tabs.TRY),
        "asked": wanted,
        "tried": trying.panel(shop, wanted, teller) if trying.TRY in request.args else None,
        "tries": trying.choices(shop, teller),
        "focus_id": "",
        "zone": shop.timezone,
    }
    return shell.screen("promotions/try.html", context, area=AREA)
