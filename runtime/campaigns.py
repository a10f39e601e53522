"""What falls due for promotions: groups whose time is over get their money back, referrers get their coupon.

``end_groups`` and ``give_rewards`` belong to the recurring work; each may be repeated and interrupted at any point.
"""

import logging
from datetime import datetime

from runtime import coupons, groups, notices, orders, payments, refunds
from runtime.faults import Fault
from runtime.notices import Topic
from runtime.orders import State
from runtime.refunds import Wish
from runtime.refusals import Refusal
from runtime.till import Till
from runtime.transaction import Transaction

log = logging.getLogger(__name__)
_UNPAID = {State.PENDING_PAYMENT, State.CONFIRMED}
WHY = "the group was not completed"


def end_groups(till: Till, now: datetime) -> int:
    """End groups whose time is over, and send back the money of everybody in them; return how many were ended.

    Who has not paid is cancelled by the usual path, so that a payment under way is closed first.
    """
    ended = till.database.write(lambda transaction: groups.fail_due(transaction, now)) if _due(till, now) else 0
    for order, number, state in till.database.read(groups.failed_orders):
        try:
            if State(state) in _UNPAID:
                payments.cancel(till, number, actor="system", now=now, note=WHY)
            elif State(state) is State.PAID:
                _refund(till, order, now)
        except (Refusal, Fault):
            log.exception("an order of a failed group waits", extra={"order": number})
    return ended


def give_rewards(till: Till, secret: bytes, now: datetime) -> int:
    """Give a coupon to everybody whose friend's order is completed; return how many."""
    due = till.database.read(coupons.rewards_due)
    return sum(till.database.write(_Reward(secret, each, now)) for each in due)


def _due(till: Till, now: datetime) -> bool:
    return till.database.read(lambda look: groups.has_ended(look, now))


def _refund(till: Till, order: int, now: datetime) -> None:
    def unit(transaction: Transaction) -> None:
        found = orders.get_by_id(transaction, order)
        wish = Wish(everything=True, restock=True, reason=WHY)
        refunds.request(transaction, found, wish, actor="system", now=now)

    till.database.write(unit)


class _Reward:
    """The unit of work that gives one coupon and writes to its owner."""

    def __init__(self, secret: bytes, due: tuple[str, int, int], now: datetime) -> None:
        self._secret = secret
        self._promotion, self._friend, self._referrer = due
        self._now = now

    def __call__(self, transaction: Transaction) -> bool:
        if not coupons.reward(transaction, self._secret, self._promotion, self._friend, self._now):
            return False
        order = orders.get_by_id(transaction, self._referrer)
        mail, about = order.contact.email, str(self._friend)
        notices.write(transaction, Topic.REFERRAL_REWARD, about, self._now, order=order.id, recipient=mail)
        return True
