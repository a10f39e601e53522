"""What becomes available when: the pending money of orders that are not over."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response

from runtime.funds import holdings
from runtime.funds.holdings import Coming
from runtime.jobs import RECEIVE_AFTER, returns_window
from runtime.web.areas import shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds_coming", __name__)
_MOST = 100
_WAITS = {
    "paid": "ship", "partly_shipped": "ship", "confirmed": "ship", "cancelled": "bill", "completed": "soon",
    "returned": "soon", "refunded": "soon",
}  # fmt: skip


@blueprint.get(f"{HOME}/coming")
@shell.guarded
def show() -> Response:
    """List the orders whose money is still pending."""
    found = desk.get()
    rows = found.here.database.read(lambda look: holdings.coming(look, _MOST + 1))
    window = returns_window(found.here.till)
    shown = [_row(found, each, window) for each in rows[:_MOST]]
    shown.sort(key=lambda row: row["at"] or datetime.max.replace(tzinfo=found.here.now.tzinfo))
    context = {
        "rows": shown,
        "more": len(rows) > _MOST,
        "days": window.days,
        "receive_days": RECEIVE_AFTER.days,
    }
    return found.screen("coming", "coming", context)


def _row(found: Desk, each: Coming, window: timedelta) -> dict[str, Any]:
    at = holdings.available_at(each, RECEIVE_AFTER, window)
    known = each.state in {"shipped", "received"} and at is not None and each.amount > 0
    waits = "case" if each.case_open else _WAITS.get(each.state, "late") if each.amount > 0 else "bill"
    return {
        "order": each.order,
        "gateway": found.teller.gateway(each.gateway),
        "state": shell.say(f"orders.state.{each.state}"),
        "amount": found.teller.money(each.amount, each.currency),
        "at": at if known else None,
        "when": found.teller.day(at) if at is not None and known else "",
        "distance": found.teller.distance(at) if at is not None and known else "",
        "waits": "" if known else shell.say(f"funds.coming.{waits}"),
    }
