"""The flow: every event of the ledger in a merchant's words, the newest first."""

from datetime import date
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request

from runtime import numbers
from runtime.funds import flow
from runtime.web.areas import shell
from runtime.web.areas.funds import desk
from runtime.web.areas.funds.desk import HOME, Desk

blueprint = Blueprint("console_funds_flow", __name__)
PATH = f"{HOME}/flow"
_HIGHEST = (1 << 53) - 1
_LONGEST = 40


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for, as it was asked."""

    kind: str
    order: str
    since: str
    until: str

    def address(self, **changed: str | int) -> str:
        """Return an address that asks the same, with some of it changed; what is empty is left out."""
        asked = {"kind": self.kind, "order": self.order, "from": self.since, "to": self.until, **changed}
        found = urlencode({name: value for name, value in asked.items() if value})
        return f"{PATH}?{found}" if found else PATH


@blueprint.get(PATH)
@shell.guarded
def show() -> Response:
    """List what moved."""
    found, asked = desk.get(), _asked()
    page = found.here.database.read(lambda look: flow.find(look, _wanted(found, asked)))
    context = {
        "moves": [found.move(each) for each in page.moves],
        "kinds": [
            {"url": asked.address(kind=kind), "name": kind or "all", "current": kind == asked.kind}
            for kind in ("", *flow.KINDS)
        ],
        "asked": asked,
        "narrowed": bool(asked.kind or asked.order or asked.since or asked.until),
        "newer": asked.address(after=page.newer) if page.newer else "",
        "older": asked.address(before=page.older) if page.older else "",
    }
    return found.screen("flow", "flow", context)


def _asked() -> Asked:
    given = request.args
    kind = given.get("kind", "")
    return Asked(
        kind=kind if kind in flow.KINDS else "",
        order=given.get("order", "").strip()[:_LONGEST],
        since=_day(given.get("from", "")),
        until=_day(given.get("to", "")),
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat() if text else ""
    except ValueError:
        return ""


def _wanted(found: Desk, asked: Asked) -> flow.Wanted:
    before, after = (max(0, min(request.args.get(name, 0, int), _HIGHEST)) for name in ("before", "after"))
    return flow.Wanted(
        kind=asked.kind,
        order=(numbers.spaced(numbers.narrow(asked.order)) or asked.order) if asked.order else "",
        since=found.begin(date.fromisoformat(asked.since)) if asked.since else 0,
        until=found.until(date.fromisoformat(asked.until)) if asked.until else 0,
        before=before,
        after=after,
    )
