"""A case in words: how it stands, until when, and what its buyer can do; also for the page of its order."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Response, abort

from generator import money
from generator.theming import wording
from generator.views import PageView
from runtime import aftersale, carriers, refunds
from runtime.aftersale import Case, Event, Kind, Offers, State
from runtime.orders import Order
from runtime.web import bill
from runtime.web.visit import Visit

_TONES = {
    State.DECLINED: "warning", State.TO_SEND_BACK: "warning", State.CLOSED: "muted", State.TAKEN_BACK: "muted",
}  # fmt: skip
_BY_KIND = frozenset({"withdrawal_to_send_back", "exchange_sent_back"})


def offered(here: Visit, order: Order) -> Offers:
    """Return what the buyer of an order may ask for now."""
    till = here.till
    return till.database.read(lambda look: aftersale.offers(look, till, order, here.now))


def get(here: Visit, order: Order, number: str) -> Case:
    """Return a case of this very order; any other number is unknown (404)."""
    found = here.shopfront.database.read(lambda look: aftersale.find(look, number))
    if found is None or found.order != order.id:
        abort(404)
    return found


def links(here: Visit, order: Order) -> list[dict[str, object]]:
    """Return what the page of an order leads to: asking for something, and withdrawing from the contract."""
    allowed, address = offered(here, order), f"/orders/{order.token}"
    found: list[dict[str, object]] = []
    if Kind.WITHDRAWAL in allowed.kinds:
        found.append({"url": f"{address}/withdraw", "label": here.say("aftersale.withdraw_here"), "link": True})
    if any(kind is not Kind.WITHDRAWAL for kind in allowed.kinds):
        found.append({"url": f"{address}/aftersale", "label": here.say("aftersale.title"), "link": True})
    return found


def summaries(here: Visit, order: Order) -> list[dict[str, str]]:
    """Return the cases of an order as its page lists them, newest first."""
    cases = here.shopfront.database.read(lambda look: aftersale.of_order(look, order.id))
    return [
        {
            "title": here.say(f"aftersale.kind.{case.kind}"),
            "state": here.say(f"aftersale.state.{case.state}"),
            "tone": _TONES.get(case.state, "success"),
            "next": _next(here, case),
            "url": f"/orders/{order.token}/aftersale/{case.number}",
        }
        for case in reversed(cases)
    ]


def page(here: Visit, order: Order, case: Case) -> Response:
    """Return the page of a case."""
    database = here.shopfront.database
    rows = database.read(lambda look: aftersale.history(look, case.id))
    address = f"/orders/{order.token}/aftersale/{case.number}"
    return here.page(
        "case",
        PageView(kind="order", title=here.say(f"aftersale.kind.{case.kind}"), index=False),
        {
            "number": case.number,
            "order": {"number": order.number, "url": f"/orders/{order.token}"},
            "state": here.say(f"aftersale.state.{case.state}"),
            "tone": _TONES.get(case.state, "success"),
            "lead": _next(here, case),
            "action": address,
            "forms": _forms(case),
            "send_to": here.terms.seller.address if case.state is State.TO_SEND_BACK else "",
            "addressee": here.terms.seller.legal_name,
            "pays": _pays(here, case) if case.state is State.TO_SEND_BACK else "",
            "lines": [
                f"{line.quantity} × {order.lines[line.position].title}"
                + (f" ({order.lines[line.position].label})" if order.lines[line.position].label else "")
                for line in case.lines
            ],
            "facts": _facts(here, order, case),
            "follow": carriers.link(case.new_carrier, case.new_tracking) if case.state is State.REPLACED else "",
            "pictures": [
                f"{address}/pictures/{name}" for name in database.read(lambda look: aftersale.pictures(look, case.id))
            ],
            "history": [
                {
                    "text": here.say(
                        f"aftersale.event.{row.told}",
                        who=here.say(f"aftersale.who.{_who(row.actor)}"),
                    ),
                    "note": _sent(here, case) if row.event is Event.REPLACE else row.text,
                    "at": moment(here, row.at),
                }
                for row in rows
            ],
        },
    )


def _who(actor: str) -> str:
    return actor if actor in {"buyer", "system"} else "shop"


def _next(here: Visit, case: Case) -> str:
    """Say what comes next, and until when."""
    if case.state is State.REFUNDED:
        found = here.shopfront.database.read(lambda look: refunds.find(look, case.refund)) if case.refund else None
        return here.say(f"aftersale.refund.{found.state if found else 'none'}")
    key = f"{case.kind}_{case.state}"
    return here.say(f"aftersale.next.{key if key in _BY_KIND else case.state}", until=moment(here, case.due_at))


def _forms(case: Case) -> list[str]:
    """Return which forms the buyer sees now."""
    found = {
        State.DECLINED: ["ask-again"], State.TO_SEND_BACK: ["send-back"], State.REPLACED: ["confirm"],
    }.get(case.state, [])  # fmt: skip
    back = (case.kind, case.state, Event.TAKE_BACK) in aftersale.TRANSITIONS
    return [*found, "take-back"] if back else found


def _pays(here: Visit, case: Case) -> str:
    payer = "seller" if case.reason in aftersale.OUR_FAULT else here.terms.returns.pays
    return here.say(f"aftersale.pays.{payer}")


def _sent(here: Visit, case: Case) -> str:
    return f"{carriers.name(case.new_carrier, here.locale)} {case.new_tracking}".strip()


def _facts(here: Visit, order: Order, case: Case) -> list[dict[str, str]]:
    texts = [("reason", here.say(f"aftersale.reason.{case.reason}") if case.reason else "")]
    if case.amount is not None:
        texts.append(("amount", money.text(case.amount, order.currency, here.locale)))
    texts.append(("parcel", f"{case.carrier} {case.tracking}".strip()))
    texts.append(("replacement", _sent(here, case)))
    if case.refund:
        refund = here.shopfront.database.read(lambda look: refunds.get(look, case.refund))
        texts.append(("refund", bill.amount(here, refund.amount)))
    return [{"label": here.say(f"aftersale.field.{name}"), "value": text} for name, text in texts if text]


def moment(here: Visit, when: datetime | None) -> str:
    """Write a moment in the shop's time and the visit's language."""
    if when is None:
        return ""
    local, locale = when.astimezone(ZoneInfo(here.terms.timezone)), wording.culture(here.locale)
    return f"{format_date(local, 'medium', locale)} {format_time(local, 'short', locale=locale)}"
