"""Stock that is corrected: came in, went away, or was counted; each with its reason, in the ledger and the log."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from runtime import stock
from runtime.access.roles import Permission
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web.areas import shell, shop_text, telling
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import standing
from runtime.web.areas.goods.standing import HOME, Good
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, given, note
from runtime.web.visit import shopfront, visit
from runtime.worklist.today import LOW

blueprint = Blueprint("console_goods_counting", __name__)
WAYS = ("add", "take", "set")
REASONS = ("received", "counted", "damaged", "lost", "returned", "own", "other")
_MOST = 10_000_000
_LONGEST_NOTE = 200
_MOVES = 12


@blueprint.get(f"{HOME}/<handle>/stock")
@shell.guarded
def show(handle: str) -> Response:
    """Show what is left of each variant and what happened to it, with a form to correct it."""
    person = get_person(Permission.PRODUCTS_SEE)
    return _screen(_get(handle), person, {}, {})


@blueprint.post(f"{HOME}/<handle>/stock")
@shell.guarded
def adjust(handle: str) -> Response | Answer:
    """Correct the stock of one variant."""
    person = get_writer(Permission.STOCK_ADJUST)
    good = _get(handle)
    asked = given("sku", "way", "count", "reason", "note", "seen")
    known = {each.sku for each in good.variants}
    if asked["sku"] not in known or asked["way"] not in WAYS or asked["reason"] not in REASONS:
        abort(400)
    count = unicodedata.normalize("NFKC", asked["count"]).strip()
    good_count = count.isascii() and count.isdecimal() and int(count) <= _MOST
    if not good_count or (asked["way"] != "set" and not int(count)):
        return _screen(good, person, asked, {"count": shell.say("goods.count.odd")})
    # Who counted did so on what they saw: pieces that were sold meanwhile are not given back by it.
    seen = int(asked["seen"]) if asked["seen"].isascii() and asked["seen"].isdecimal() else 0
    change = {"add": int(count), "take": -int(count), "set": int(count) - min(seen, _MOST)}[asked["way"]]
    why = " · ".join(each for each in (shell.say(f"goods.reason.{asked['reason']}"), asked["note"].strip()) if each)
    try:
        left = stock.adjust(
            visit().database, asked["sku"], change, actor=person.actor, note=why[:_LONGEST_NOTE], now=visit().now
        )
    except Refusal as refusal:
        told = Teller(here=visit(), locale=shell.locale()).refusal(refusal)
        return _screen(good, person, asked, {"count": told})
    note(person, "stock.adjusted", asked["sku"], before=str(left - change), after=f"{left} ({why})"[:400])
    return shell.done(f"{HOME}/{handle}/stock", "goods.done.counted")


def _get(handle: str) -> Good:
    good = standing.find(standing.read(shop_text.read(shopfront().settings.folder)), handle)
    if good is None or good.product is None:
        abort(404)
    return good


def _screen(good: Good, person: Person, asked: dict[str, str], problems: dict[str, str]) -> Response:
    here = visit()
    teller = Teller(here=here, locale=shell.locale())
    skus = [each.sku for each in good.variants]

    def look(transaction: Transaction) -> tuple[dict[str, int], list[stock.Move], dict[str, str]]:
        found = [move for sku in skus[:_MOVES] for move in stock.moves(transaction, sku, _MOVES)]
        return stock.levels(transaction, skus), found, telling.people(transaction)

    levels, moves, people = here.database.read(look)
    live = here.catalogue.variants(skus)
    chosen = asked.get("sku") or request.args.get("sku", "")
    context: dict[str, Any] = {
        "title": shell.say("goods.count.title"),
        "name": standing.title(good.product.title, good.handle) if good.product else good.handle,
        "url": f"{HOME}/{good.handle}",
        "low": LOW,
        "lines": [
            {
                "sku": each.sku, "label": " / ".join(each.options) or each.sku, "left": levels.get(each.sku),
                "opening": each.stock, "open": each.sku in live or each.sku in levels,
            }
            for each in good.variants
        ],
        "moves": [
            {
                "at": teller.moment(datetime.fromtimestamp(move.at, UTC)),
                "sku": move.sku if len(skus) > 1 else "", "quantity": move.quantity,
                "what": shell.say(f"goods.move.{move.reason}"), "note": move.note, "order": move.order,
                "who": teller.actor(move.actor, people) if move.actor not in {"", "publish"} else "",
            }
            for move in sorted(moves, key=lambda each: each.at, reverse=True)[:_MOVES]
            if move.quantity
        ],
        "asked": asked, "problems": problems, "chosen": chosen if chosen in skus else skus[0],
        "ways": WAYS, "reasons": REASONS, "may_count": person.may(Permission.STOCK_ADJUST),
    }  # fmt: skip
    return shell.screen("goods/stock.html", context, area="products", status=422 if problems else 200)
