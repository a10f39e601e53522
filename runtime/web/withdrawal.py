"""The withdrawal function of directive (EU) 2023/2673: a statement, its confirmation, and at once an acknowledgement.

It is reached without any account: from the page of an order, or here by the order's number and the buyer's e-mail.
"""

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator.views import PageView
from runtime import aftersale, orders
from runtime.aftersale import Kind, Offers, Wish, rules
from runtime.contacts import is_email
from runtime.orders import Order
from runtime.refusals import Refusal
from runtime.web import aftersale_pages, case_page, placed
from runtime.web.failures import limit
from runtime.web.visit import Visit, visit

blueprint = Blueprint("withdrawal", __name__)
lookup = Blueprint("withdrawal_lookup", __name__)


@lookup.get("/withdraw")
def begin() -> Response:
    """Ask which contract is meant."""
    return _lookup_page(_european(visit()))


@lookup.post("/withdraw")
def find() -> Answer | Response:
    """Lead to the statement of an order; a wrong number and a wrong address are answered alike."""
    limit("lookup")
    here = _european(visit())
    number, contact = request.form.get("number", "")[:40], request.form.get("contact", "")[:200]
    found = orders.look_up(here.shopfront.database, number.replace("\0", ""), contact)
    if found is None:
        return _lookup_page(here, number, contact, status=404)
    return here.go(f"/orders/{found.token}/withdraw")


@blueprint.get("/orders/<token>/withdraw")
def state(token: str) -> Response:
    """Show the statement, filled in as far as it is known."""
    here, order = placed.get(token)
    return _page(here, order, _allowed(here, order), {}, {})


@blueprint.post("/orders/<token>/withdraw")
def confirm(token: str) -> Answer | Response:
    """Show the statement once more to be confirmed; when it is, take it."""
    limit("aftersale")
    here, order = placed.get(token)
    allowed = _allowed(here, order)
    values = {name: text.replace("\0", "").strip()[:400] for name, text in request.form.items()}
    recipient = values.get("email", "")
    if not is_email(recipient):
        return _page(here, order, allowed, values, {"email": here.say("aftersale.mistake_email")})
    wish = Wish(kind=Kind.WITHDRAWAL, lines=aftersale_pages.chosen(values, allowed), text=values.get("name", ""))
    if not wish.lines:
        return _page(here, order, allowed, values, {"pieces": here.say("aftersale.mistake_lines")})
    if values.get("step") != "confirm":
        return _page(here, order, allowed, values, {}, confirming=True)
    try:
        case = aftersale.withdraw_contract(here.till, order, wish, recipient=recipient, now=here.now)
    except Refusal as refusal:
        return _page(here, order, allowed, values, {"pieces": here.refusal(refusal)})
    return here.go(f"/orders/{token}/aftersale/{case.number}")


def _european(here: Visit) -> Visit:
    if here.terms.legal not in rules.EUROPE:
        abort(404)
    return here


def _allowed(here: Visit, order: Order) -> Offers:
    allowed = case_page.offered(here, order)
    if Kind.WITHDRAWAL not in allowed.kinds:
        abort(404)
    return allowed


def _lookup_page(here: Visit, number: str = "", contact: str = "", *, status: int = 200) -> Response:
    return here.page(
        "withdraw_lookup",
        PageView(kind="lookup", title=here.say("aftersale.withdraw_here"), index=False),
        {
            "action": f"{here.prefix}/withdraw",
            "number": number,
            "contact": contact,
            "error": "" if status == 200 else here.say("lookup.unknown"),  # noqa: PLR2004
        },
        status=status,
    )


def _page(
    here: Visit,
    order: Order,
    allowed: Offers,
    values: dict[str, str],
    mistakes: dict[str, str],
    confirming: bool = False,  # noqa: FBT001, FBT002
) -> Response:
    pieces = aftersale_pages.pieces(here, order, allowed, values, all_of=True)
    given = {name: values[name] for name in ("name", "email") if name in values}
    return here.page(
        "withdraw",
        PageView(kind="order", title=here.say("aftersale.withdraw_title"), index=False),
        {
            "number": order.number,
            "placed": here.say("order.placed", date=case_page.moment(here, order.placed_at)),
            "action": f"/orders/{order.token}/withdraw",
            "back": f"/orders/{order.token}",
            "confirming": confirming,
            "pieces": pieces,
            "chosen": [each for each in pieces if each["value"] != "0"],
            "pieces_error": mistakes.get("pieces", ""),
            "email_error": mistakes.get("email", ""),
            "name": given.get("name", order.contact.name or order.address.name),
            "email": given.get("email", order.contact.email),
            "mistakes": [{"field": name, "text": text} for name, text in mistakes.items()],
        },
        status=422 if mistakes else 200,
    )
