"""Where the money is: what will be available, what is, what is on its way, and what is owed."""

from typing import Any

from flask import Blueprint, Response

from runtime import audit, findings
from runtime.funds import flow as ledger_flow
from runtime.funds import holdings
from runtime.funds.holdings import Dispute, Holdings
from runtime.transaction import Transaction
from runtime.web.areas import shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds", __name__)
_NEWEST = 6
_TONES = {"opened": "warn", "won": "good", "lost": "bad"}


@blueprint.get(HOME)
@shell.guarded
def show() -> Response:
    """Show what there is."""
    found = desk.get()
    return found.screen("overview", "", found.here.database.read(lambda look: _read(look, found)))


def _read(look: Transaction, found: Desk) -> dict[str, Any]:
    teller = found.teller
    held = holdings.holdings(look, teller.currency)
    page = ledger_flow.find(look, ledger_flow.Wanted(limit=_NEWEST))
    last = audit.find_last(look)
    return {
        "held": [_shown(found, each) for each in held],
        "waiting": len(findings.unsettled(look)),
        "moves": [found.move(each) for each in page.moves],
        "disputes": [_dispute(found, each) for each in holdings.disputes(look)],
        "checked": teller.moment(last.moment) if last else None,
        "balanced": last.balances if last else True,
        "empty": not page.moves and not any(each.by_transfer[0] or each.on_the_way[0] for each in held),
    }


def _shown(found: Desk, each: Holdings) -> dict[str, Any]:
    teller = found.teller

    def text(amount: int) -> str:
        return teller.money(amount, each.currency)

    return {
        "currency": each.currency,
        "steps": [
            {"name": name, "amount": text(getattr(each, name)), "main": name == "available", "below": value < 0}
            for name in ("pending", "available", "withdrawing", "bank")
            for value in (getattr(each, name),)
        ],
        "can": any(place.available > 0 for place in each.places),
        "owed": [
            ("refunds_due", text(each.refunds_due), each.refunds_due != 0),
            ("suspense", text(each.suspense), each.suspense != 0),
            ("disputed", text(each.disputed), each.disputed != 0),
        ],
        "to_come": [
            (name, text(amount), orders, bool(amount))
            for name, amount, orders in (
                ("with_carriers", each.with_carriers, 0),
                ("on_the_way", each.on_the_way[1], each.on_the_way[0]),
                ("by_transfer", each.by_transfer[1], each.by_transfer[0]),
            )
        ],
        "withdrawn": text(each.withdrawn),
        "places": [
            {
                "name": teller.gateway(place.gateway),
                "gateway": place.gateway,
                "cells": [text(getattr(place, part)) for part in ("pending", "available", "withdrawing", "disputed")],
            }
            for place in each.places
        ],
    }


def _dispute(found: Desk, each: Dispute) -> dict[str, Any]:
    return {
        "number": each.number,
        "gateway": found.teller.gateway(each.gateway),
        "order": each.order,
        "state": shell.say(f"funds.dispute.{each.state}"),
        "tone": _TONES[each.state],
        "amount": found.teller.money(each.amount, each.currency),
        "at": found.teller.moment(each.opened_at),
    }
