"""Short links: ``/s/<code>`` sends people on to a place of this shop and counts that they came; and a buyer's poster.

Nothing is left in the browser: by which link somebody came stands in the address that they are sent to, signed, and is
kept only when they put something into the cart. A coupon that a link offers is taken as if it were typed.
"""

import contextlib
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.exceptions import Gone, NotFound
from werkzeug.wrappers import Response as Answer

from generator.promotion import PromotionKind
from runtime.faults import DatabaseFault
from runtime.sharing import links, touches
from runtime.sharing.links import Kind, Link
from runtime.sharing.posters.poster import Poster
from runtime.visits.robots import is_robot
from runtime.web import headers, placed, posters, sharing, wishes
from runtime.web.failures import limit
from runtime.web.visit import Visit, shopfront, visit

blueprint = Blueprint("short_links", __name__)
_NETWORKS = {"moments": "wechat"}
"""Channels that visits count below another name."""
_EARLY = frozenset({"prefetch", "prerender", "preview", "prefetch;prerender"})
_PAGES = {Kind.PRODUCT: "product", Kind.SHELF: "shelf", Kind.PAGE: "page", Kind.ROOM: "live"}


@blueprint.get("/s/<code>")
def follow(code: str) -> Answer:
    """Send somebody on to where a link leads."""
    here = visit()
    found = here.database.read(lambda look: links.find(look, code))
    if found is None:
        limit("short-link")
        raise NotFound
    if found.off_at is not None:
        raise Gone
    here = here.in_locale(found.locale)
    _count(here, found)
    word = touches.sign(here.shopfront.settings.secret, found.code, here.now)
    told = {touches.PARAMETER: word, "utm_source": _NETWORKS.get(found.channel, found.channel)}
    answer = redirect(f"{_place(here, found)}?{urlencode(told)}", 302)
    answer.headers["Cache-Control"] = headers.PRIVATE
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/orders/<token>/poster.jpg")
def for_friends(token: str) -> Response:
    """Draw a buyer's poster for friends, with the code that they hand on."""
    limit("poster")
    here, order = placed.get(token)
    here = here.in_locale(order.locale)
    referral = sharing.find_referral(here, order)
    if referral is None:
        raise NotFound
    content = posters.for_friends(here, referral.text, referral.link)
    answer = make_response(posters.kept(here).get(Poster(content=content, style=posters.style(here))))
    answer.headers.update(headers.file("image/jpeg", immutable=False))
    answer.headers["Content-Type"] = "image/jpeg"
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


def _place(here: Visit, link: Link) -> str:
    """Return the path that a link leads to: of a page of this shop, and never of anything else."""
    if link.kind in _PAGES:
        return here.address(_PAGES[link.kind], link.target)
    return _offered(here, link) if link.kind is Kind.PROMOTION else _home(here)


def _offered(here: Visit, link: Link) -> str:
    """Return where a promotion can be had: at its product or room if it has just one, else on the first page."""
    rule = posters.find_promotion(here, link.target)
    if rule is None:
        return _home(here)
    if rule.coupon and rule.coupon.code and rule.kind is not PromotionKind.REFERRAL and _is_person():
        wishes.add_code(here, rule.coupon.code)
    if len(rule.when.products) == 1:
        return here.address("product", rule.when.products[0])
    return here.address("live", rule.when.rooms[0]) if len(rule.when.rooms) == 1 else _home(here)


def _home(here: Visit) -> str:
    return here.renderer.stages[here.locale].frame.home


def _count(here: Visit, link: Link) -> None:
    """Count a click: of a person, and not of the same few people all day long; the way on never waits for it."""
    front = shopfront()
    if not _is_person() or front.buckets.take("share-click", request.remote_addr or ""):
        return
    day = here.now.astimezone(ZoneInfo(here.terms.timezone)).date().isoformat()
    with contextlib.suppress(DatabaseFault):
        here.database.write(lambda transaction: links.count_click(transaction, link.id, day))


def _is_person() -> bool:
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and not is_robot(agent) and not _is_early()


def _is_early() -> bool:
    """Tell whether a browser fetches ahead of what its person may never open."""
    told = [request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")]
    return any(each.strip().lower() in _EARLY for each in told)
