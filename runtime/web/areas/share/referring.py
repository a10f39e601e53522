"""Who brought whom: buyers whose code friends used, what the friends bought, and the rewards; and all as a file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from generator import money
from generator.promotion import Promotion, PromotionKind
from runtime.access.roles import Permission
from runtime.orders import State
from runtime.sharing import referrals
from runtime.sharing.referrals import Friend, Referrer
from runtime.web.areas import entry, shell
from runtime.web.areas.orders.tones import tone
from runtime.web.areas.share import listing, tables, telling
from runtime.web.areas.share.telling import HOME
from runtime.web.areas.telling import Teller

blueprint = Blueprint("console_share_referrals", __name__)
_PAGE = 25
_HIGHEST = (1 << 53) - 1
_MOST_NAMED = 200
_COLUMNS = (
    "code", "promotion", "order", "buyer", "since", "friends", "takings", "earned", "spent", "currency", "friend_orders"
)  # fmt: skip
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
        "rule": {"id": rules[0].id, "name": _called(say, rules[0])} if rules else None,
        "older": f"{HOME}/referrals?before={found[_PAGE - 1].id}" if len(found) > _PAGE else "",
        "newer": f"{HOME}/referrals" if before else "",
        "named": named,
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
    }  # fmt: skip
    return shell.screen("share/referrals.html", context, area="share")


@blueprint.get(f"{HOME}/referrals.csv")
@shell.guarded
def export() -> Response:
    """Send all codes of buyers as a file, each with the friends who used it."""
    person = entry.get_person(Permission.PROMOTIONS_SEE)
    say, named = telling.teller(), person.may(Permission.ORDERS_SEE)
    sums = say.here.database.read(referrals.sums)
    entry.note(person, "referrals.exported", after=str(sums.codes))
    return tables.send(say, "referrals", _COLUMNS, _pages(say, named=named))


def _pages(say: Teller, *, named: bool) -> Iterator[list[list[str]]]:
    names = {each.id: _called(say, each) for each in say.here.release.terms.promotions}
    before = 0
    while True:
        found = say.here.database.read(lambda look, before=before: referrals.every(look, tables.AT_ONCE, before))  # type: ignore[misc]
        yield [_cells(say, each, names.get(each.promotion, each.promotion), named=named) for each in found]
        if len(found) < tables.AT_ONCE:
            break
        before = found[-1].id


def _cells(say: Teller, referrer: Referrer, promotion: str, *, named: bool) -> list[str]:
    bought = [each for each in referrer.friends if each.counts]
    rewards = [each.reward for each in referrer.friends if each.reward not in {"", "void"}]
    return [
        referrer.code if named else "",
        promotion,
        referrer.number if named else "",
        referrer.name if named else _hidden(referrer.name),
        datetime.fromtimestamp(referrer.made_at, say.zone).strftime("%Y-%m-%d %H:%M"),
        str(len(bought)),
        money.plain(sum(each.takings for each in bought if each.currency == say.currency), say.currency),
        str(len(rewards)),
        str(rewards.count("used")),
        say.currency,
        "; ".join(f"{each.number} {each.name}" if named else _hidden(each.name) for each in bought[:_MOST_NAMED]),
    ]


def _called(say: Teller, promotion: Promotion) -> str:
    return promotion.name.get(say.locale) or next(iter(promotion.name.values()))


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
