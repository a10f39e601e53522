"""Money that comes by hand, and a price that becomes lower before it is paid."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime import amending, receipts
from runtime.access.roles import Permission
from runtime.amending import PriceChange
from runtime.receipts import Cash
from runtime.refusals import Refusal
from runtime.web import persons
from runtime.web.areas import shell
from runtime.web.areas.orders import opened
from runtime.web.areas.orders.opened import HOME, Opened

blueprint = Blueprint("console_paying", __name__)
_LONGEST = 120
_LONGEST_WHY = 300


def read_amount(text: str, currency: str) -> int | None:
    """Return an amount as people type it, full-width digits too; None for what is none, or nothing."""
    try:
        return money.parse(text.translate(_PLAIN).strip(), currency)
    except money.NotMoneyError:
        return None


_PLAIN = str.maketrans("０１２３４５６７８９．", "0123456789.", "¥￥€$£ ,，")


@blueprint.get(f"{HOME}/<number>/payment")
@shell.guarded
def ask_payment(number: str) -> Response:
    """Show the form for money that came by transfer or from the door."""
    found = opened.get(number, Permission.ORDERS_REFUND)
    given = {"amount": money.plain(found.order.total - found.order.paid, found.order.currency), "reference": ""}
    return _payment_form(found, given, {})


@blueprint.post(f"{HOME}/<number>/payment")
@shell.guarded
def confirm_payment(number: str) -> Answer | Response:
    """Note money that came; a form that was sent twice notes it once."""
    found = opened.write(number, Permission.ORDERS_REFUND)
    given = {name: text.strip()[:_LONGEST] for name, text in persons.given("amount", "reference", "seen").items()}
    amount = read_amount(given["amount"], found.order.currency)
    if not amount:
        return _payment_form(found, given, {"amount": shell.say("orders.amount_wrong")})
    if given["seen"] != _receipts(found):
        return _payment_form(found, given, {"amount": shell.say("orders.changed_meanwhile")})
    cash = Cash(amount=amount, number=given["reference"], actor=found.person.actor)
    try:
        outcome = receipts.confirm_transfer(found.here.database, found.order.number, cash, found.here.now)
    except Refusal as refusal:
        return _payment_form(found, given, {"amount": found.teller.refusal(refusal)})
    told = f"{money.plain(amount, found.order.currency)} {found.order.currency} {given['reference']}"
    return found.done(f"receipt_{outcome}", "payment", before=str(found.order.state), after=f"{told} {outcome}")


@blueprint.get(f"{HOME}/<number>/price")
@shell.guarded
def ask_price(number: str) -> Response:
    """Show the form for a lower price."""
    found = opened.get(number, Permission.ORDERS_REFUND)
    fee = money.plain(found.order.quote.delivery, found.order.currency)
    return _price_form(found, {"off": "", "delivery": fee, "why": ""}, {})


@blueprint.post(f"{HOME}/<number>/price")
@shell.guarded
def change_price(number: str) -> Answer | Response:
    """Make an unpaid order cheaper; what the buyer was about to pay is closed first."""
    found = opened.write(number, Permission.ORDERS_REFUND)
    order = found.order
    given = {name: text.strip()[:_LONGEST_WHY] for name, text in persons.given("off", "delivery", "why").items()}
    off = read_amount(given["off"] or "0", order.currency)
    fee = read_amount(given["delivery"], order.currency) if given["delivery"] else order.quote.delivery
    problems = {
        name: shell.say("orders.amount_wrong") for name, value in (("off", off), ("delivery", fee)) if value is None
    }
    if off is None or fee is None:
        return _price_form(found, given, problems)
    change = PriceChange(off=off, delivery=fee, why=given["why"])
    try:
        after = amending.change_price(
            found.here.till, order.number, change, actor=found.person.actor, now=found.here.now
        )
    except Refusal as refusal:
        return _price_form(found, given, {"off": found.teller.refusal(refusal)})
    totals = (money.plain(each.total, each.currency) for each in (order, after))
    return found.done("price", "price", before=next(totals), after=next(totals))


def _receipts(found: Opened) -> str:
    """Return what changes with every receipt that is noted: a form remembers it."""
    query = "SELECT COUNT(*) FROM transfer WHERE order_id = ? AND event = 'receipt'"
    row = found.here.database.read(lambda look: look.find(query, found.order.id))
    return f"{found.order.state}:{found.order.paid}:{row[0] if row else 0}"


def _payment_form(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    order, teller = found.order, found.teller
    context: dict[str, Any] = {
        "given": given,
        "seen": _receipts(found),
        "currency": order.currency,
        "rows": [
            (shell.say("orders.sum.total"), teller.money(order.total, order.currency)),
            (shell.say("orders.sum.paid"), teller.money(order.paid, order.currency)),
            (shell.say("orders.sum.open"), teller.money(order.total - order.paid, order.currency)),
        ],
        "buyer": order.contact.name or order.address.name,
    }
    return found.screen("orders/payment.html", shell.say("orders.payment.title"), context, problems)


def _price_form(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    order, teller = found.order, found.teller
    goods = order.quote.goods - order.quote.discount
    context: dict[str, Any] = {
        "given": given,
        "currency": order.currency,
        "rows": [
            (shell.say("orders.sum.goods"), teller.money(goods, order.currency)),
            (shell.say("orders.sum.delivery"), teller.money(order.quote.delivery, order.currency)),
            (shell.say("orders.sum.total"), teller.money(order.total, order.currency)),
        ],
        "has_delivery": order.quote.delivery > 0,
    }
    return found.screen("orders/price.html", shell.say("orders.price.title"), context, problems)
