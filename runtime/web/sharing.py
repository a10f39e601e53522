"""What an order's page has to share: the group that it waits for, and the code for friends with what it earned."""

from datetime import UTC, datetime

import msgspec

from generator import promoting
from generator.promotion import PromotionKind
from runtime import coupons, customers, groups
from runtime.orders import Order, State
from runtime.web.visit import Visit

_BOUGHT = {State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.RECEIVED, State.COMPLETED}


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """The group of an order in words; ``link`` is what is shared while there are places."""

    state: str
    text: str
    ends_at: str = ""
    link: str = ""


class ReferralView(msgspec.Struct, frozen=True, kw_only=True):
    """The address for friends, their poster, and the coupons that they have earned."""

    link: str
    poster: str
    text: str
    coupons: tuple[str, ...]


def find_group(here: Visit, order: Order) -> GroupView | None:
    """Return the group in which an order has a place, or None."""
    if not any(each.kind is PromotionKind.GROUP_BUY for each in here.terms.promotions):
        return None
    found = here.database.read(lambda look: groups.of_order(look, order.id))
    if found is None:
        return None
    waiting = found.state is groups.State.OPEN
    return GroupView(
        state=str(found.state),
        text=here.say(f"group.{found.state}", paid=found.paid, missing=found.size - found.paid, size=found.size),
        ends_at=datetime.fromtimestamp(found.ends_at, UTC).isoformat() if waiting else "",
        link=f"{here.base}/g/{found.token}" if waiting and found.taken < found.size else "",
    )


def find_referral(here: Visit, order: Order) -> ReferralView | None:
    """Return what a buyer who has paid can hand to friends, or None while the shop rewards nobody."""
    now = promoting.moment(here.now)
    rules = [each for each in here.terms.promotions if each.kind is PromotionKind.REFERRAL]
    rule = next((each for each in rules if promoting.runs(each, now)), None)
    if rule is None or order.state not in _BOUGHT:
        return None
    people = customers.keys(order.contact.email, order.contact.phone)
    code = here.database.read(lambda look: coupons.referral_of(look, order.id))
    if code is None:
        code = here.database.write(lambda unit: coupons.refer(unit, rule.id, order.id, people, here.now))
    earned = here.database.read(lambda look: coupons.rewards_of(look, order.id))
    secret = here.shopfront.settings.secret
    return ReferralView(
        link=f"{here.base}/r/{code}",
        poster=f"/orders/{order.token}/poster.jpg",
        text=rule.name.get(here.locale, ""),
        coupons=tuple(coupons.reward_code(secret, friend) for friend, state in earned if state == "open"),
    )
