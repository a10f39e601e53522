"""Money that goes back: everything, pieces, or a sum; looked at before it is sent, and seen to when it is stuck."""

from typing import Any

import msgspec
from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from generator import money
from runtime import refunds
from runtime.access.roles import Permission
from runtime.aftersale.values import REASONS
from runtime.orders import Order
from runtime.refunds import LineWish, Refund, RefundLine, Wish
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web import persons
from runtime.web.areas import entry, shell
from runtime.web.areas.orders import opened
from runtime.web.areas.orders.opened import HOME, Opened
from runtime.web.areas.orders.paying import read_amount

blueprint = Blueprint("console_refunding", __name__)
_LONGEST = 300
_MOST_DIGITS = 6


class _LookedAt(Exception):  # noqa: N818  it ends a trial, nothing went wrong
    """A refund that was tried and is taken back: nothing of it is kept."""

    def __init__(self, refund: Refund, lines: tuple[RefundLine, ...]) -> None:
        super().__init__(refund.number)
        self.refund = refund
        self.lines = lines


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund would come to."""

    refund: Refund
    lines: tuple[RefundLine, ...]


@blueprint.get(f"{HOME}/<number>/refund")
@shell.guarded
def ask(number: str) -> Response:
    """Show what can be sent back."""
    found = opened.get(number, Permission.ORDERS_REFUND)
    given = {"mode": "everything", "restock": "1" if not found.order.parcels else "", "reason": ""}
    return _form(found, given, {})


@blueprint.post(f"{HOME}/<number>/refund")
@shell.guarded
def refund(number: str) -> Answer | Response:
    """Show what a refund comes to; send it when that was seen and agreed to."""
    found = opened.write(number, Permission.ORDERS_REFUND)
    given = {name: text.strip()[:_LONGEST] for name, text in persons.given(*_names(found.order), "agreed").items()}
    agreed = given.pop("agreed")
    wish, problems = _wish(found, given)
    if wish is None:
        return _form(found, given, problems)
    try:
        tried = _try(found, wish)
    except Refusal as refusal:
        return _form(found, given, {_place(given): found.teller.refusal(refusal)})
    if agreed != _sum(tried):
        return _check(found, given, tried)
    try:
        made = found.here.database.write(
            lambda transaction: refunds.request(
                transaction, found.order, wish, actor=found.person.actor, now=found.here.now
            )
        )
    except Refusal as refusal:
        return _form(found, given, {_place(given): found.teller.refusal(refusal)})
    told = f"{money.plain(made.amount, made.currency)} {made.currency} {made.number}"
    return found.done("refunded_by_hand" if made.by_hand else "refunded", "refunded", after=told)


@blueprint.post(f"{HOME}/<number>/refunds/<refund_number>")
@shell.guarded
def see_to(number: str, refund_number: str) -> Answer | Response:
    """Note that money was sent back by hand or came to nothing, or send a stuck refund again."""
    found = opened.write(number, Permission.ORDERS_REFUND)
    known = found.here.database.read(lambda look: refunds.get(look, refund_number))
    if known.order != found.order.id:
        return shell.refused(404, shell.say("console.missing"), found.url)
    given = persons.given("deed", "reference")
    deed, actor, now = given["deed"], found.person.actor, found.here.now
    if deed == "retry":
        base = found.here.shopfront.settings.address
        after = refunds.retry(found.here.till, refund_number, base, actor=actor, now=now)
    elif deed in {"sent", "failed"}:
        text = given["reference"].strip()[:_LONGEST]
        database = found.here.database
        after = refunds.note(database, refund_number, returned=deed == "sent", actor=actor, now=now, text=text)
    else:
        return shell.refused(400, shell.say("console.odd"), found.url)
    entry.note(found.person, f"refund.{deed}", refund_number, before=str(known.state), after=str(after.state))
    return shell.done(found.url, f"orders.done.refund_{deed}")


def _names(order: Order) -> list[str]:
    pieces = (f"pieces-{place}" for place in range(len(order.lines)))
    return ["mode", "restock", "reason", "why", "delivery", "amount", *pieces]


def _place(given: dict[str, str]) -> str:
    """Return at which field a refusal stands."""
    return {"sum": "amount", "pieces": "pieces"}.get(given["mode"], "mode")


def _wish(found: Opened, given: dict[str, str]) -> tuple[Wish | None, dict[str, str]]:
    restock, reason = bool(given["restock"]), " ".join(each for each in (given["reason"], given["why"]) if each)
    if given["mode"] == "everything":
        return Wish(everything=True, restock=restock, reason=reason), {}
    if given["mode"] == "sum":
        amount = read_amount(given["amount"], found.order.currency)
        if not amount:
            return None, {"amount": shell.say("orders.amount_wrong")}
        return Wish(amount=amount, reason=reason), {}
    if given["mode"] == "pieces":
        return _pieces(found, given, Wish(delivery=bool(given["delivery"]), restock=restock, reason=reason))
    return None, {"mode": shell.say("orders.refund.choose")}


def _pieces(found: Opened, given: dict[str, str], wish: Wish) -> tuple[Wish | None, dict[str, str]]:
    lines = list[LineWish]()
    for place, line in enumerate(found.order.lines):
        text = given[f"pieces-{place}"] or "0"
        if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
            return None, {
                f"pieces-{place}": shell.say("orders.ship.pieces_wrong", title=line.title, most=line.quantity)
            }
        if int(text):
            lines.append(LineWish(position=place, quantity=int(text), restock=wish.restock))
    if not lines and not wish.delivery:
        return None, {"pieces": shell.say("orders.refund.nothing")}
    return msgspec.structs.replace(wish, lines=tuple(lines)), {}


def _try(found: Opened, wish: Wish) -> Tried:
    """Return what a refund comes to, by making it and taking it back."""

    def unit(transaction: Transaction) -> None:
        made = refunds.request(transaction, found.order, wish, actor=found.person.actor, now=found.here.now)
        raise _LookedAt(made, refunds.lines_of(transaction, made.id))

    try:
        found.here.database.write(unit)
    except _LookedAt as looked:
        return Tried(refund=looked.refund, lines=looked.lines)
    raise LookupError(found.order.number)


def _sum(tried: Tried) -> str:
    """Return what somebody agrees to: the amount, and the number, which the next refund of the order has not."""
    return f"{tried.refund.number}:{tried.refund.amount}"


def _check(found: Opened, given: dict[str, str], tried: Tried) -> Response:
    order, teller, made = found.order, found.teller, tried.refund
    parts = [
        (shell.say(f"orders.sum.{name}"), teller.money(amount, order.currency))
        for name, amount in (("goods", made.goods), ("delivery", made.delivery), ("tax", made.tax))
        if amount
    ]
    left = order.paid - order.refunded - order.disputed - made.amount
    context: dict[str, Any] = {
        "given": given,
        "agreed": _sum(tried),
        "amount": teller.money(made.amount, order.currency),
        "rows": [*parts, (shell.say("orders.refund.goes_back"), teller.money(made.amount, order.currency))],
        "left": teller.money(left, order.currency),
        "lines": [
            f"{line.quantity} × {order.lines[line.position].title}"
            + (f" · {order.lines[line.position].label}" if order.lines[line.position].label else "")
            for line in tried.lines
        ],
        "restocked": sum(line.restocked for line in tried.lines),
        "by_hand": made.by_hand,
        "gateway": teller.gateway(made.gateway),
    }
    return found.screen("orders/refund_check.html", shell.say("orders.refund.check"), context)


def _form(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    order, teller = found.order, found.teller
    pictures = teller.pictures(line.product for line in order.lines)
    left = order.paid - order.refunded - order.disputed

    def text(amount: int) -> str:
        return teller.money(amount, order.currency)

    before = [(shell.say("orders.sum.refunded"), text(-order.refunded))] if order.refunded else []
    before += [(shell.say("orders.sum.disputed"), text(-order.disputed))] if order.disputed else []
    context: dict[str, Any] = {
        "given": {name: given.get(name, "") for name in _names(order)},
        "currency": order.currency,
        "rows": [(shell.say("orders.sum.paid"), text(order.paid)), *before, (shell.say("orders.sum.left"), text(left))],
        "left": text(left),
        "delivery": text(order.quote.delivery) if order.quote.delivery else "",
        "reasons": [("", shell.say("orders.refund.no_reason"))]
        + [(name, teller.known(f"reason.{name}")) for name in dict.fromkeys(sum(REASONS.values(), ())) if name],
        "lines": [
            {
                "place": place,
                "title": line.title,
                "label": line.label,
                "picture": pictures.get(line.product, ""),
                "worth": text(line.total),
                "quantity": line.quantity,
                "most": line.quantity - order.paid_back.get(place, 0),
            }
            for place, line in enumerate(order.lines)
        ],
    }
    return found.screen("orders/refund.html", shell.say("orders.refund.title"), context, problems)
