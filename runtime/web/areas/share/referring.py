"""Who brought whom: buyers whose code friends used, what the friends bought, and the rewards."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from generator.promotion import PromotionKind
from runtime.access.roles import Permission
from runtime.orders import State
from runtime.sharing import referrals
from runtime.sharing.referrals import Friend, Referrer
from runtime.web.areas import entry, shell
from runtime.web.areas.orders.tones import tone
from runtime.web.areas.share import listing, telling
from runtime.web.areas.share.telling import HOME
from runtime.web.areas.telling import Teller

blueprint = Blueprint("console_share_referrals", __name__)
_PAGE = 25
_HIGHEST = (1 << 53) - 1
_TONES = {"open": "info", "held": "info", "used": "good"}


@blueprint.get(f"{HOME}/referrals")
@shell.guarded
def show() -> Response:
    """Show the buyers who brought friends, the newest first."""
    person = entry.get_person(Permission.PROMOTIONS_SEE)
    say = telling.teller()
    before = max(0, min(request.args.get("before", 0, int), _HIGHEST))
    sums, found = say.here.database.read(
        lambda look: (referrals.sums(look), referrals.listing(look, _PAGE + 1, before))
    )
    named = person.may(Permission.ORDERS_SEE)
    rules = [each for each in say.here.release.terms.promotions if each.kind is PromotionKind.REFERRAL]
    context: dict[str, Any] = {
        "title": shell.say("share.title"),
        "tabs_": listing.tabs("referrals"),
        "sums": {
            "codes": sums.codes, "friends": sums.friends, "takings": say.money(sums.takings), "given": sums.given,
            "used": sums.used,
        },
        "rows": [_row(say, each, named=named) for each in found[:_PAGE]],
        "rule": rules[0].name.get(say.locale) or next(iter(rules[0].name.values())) if rules else "",
        "older": f"{HOME}/referrals?before={found[_PAGE - 1].id}" if len(found) > _PAGE else "",
        "newer": f"{HOME}/referrals" if before else "",
        "named": named,
    }  # fmt: skip
    return shell.screen("share/referrals.html", context, area="share")


def _row(say: Teller, referrer: Referrer, *, named: bool) -> dict[str, Any]:
    return {
        "name": referrer.name if named else _hidden(referrer.name),
        "number": referrer.number if named else "",
        "url": f"/console/orders/{referrer.number}" if named else "",
        "code": referrer.code if named else "",
        "friends": [_friend(say, each, named=named) for each in referrer.friends],
    }


def _friend(say: Teller, friend: Friend, *, named: bool) -> dict[str, Any]:
    waiting = "none" if friend.state in {State.CANCELLED, State.RETURNED, State.REFUNDED} else "waits"
    return {
        "name": friend.name if named else _hidden(friend.name),
        "number": friend.number if named else "",
        "url": f"/console/orders/{friend.number}" if named else "",
        "state": shell.say(f"orders.state.{friend.state}"),
        "tone": tone(State(friend.state)),
        "total": say.money(friend.total, friend.currency),
        "placed": say.day(datetime.fromtimestamp(friend.placed_at, UTC)),
        "reward": shell.say(f"share.reward.{friend.reward or waiting}"),
        "reward_tone": _TONES.get(friend.reward, ""),
    }


def _hidden(name: str) -> str:
    """Return a name by its first letter, for those who may not see buyers."""
    return f"{name[:1]}**" if name else "**"
