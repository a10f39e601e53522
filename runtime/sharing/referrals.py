"""Who brought whom: buyers whose code friends used, and the rewards of it.

There is one level: a friend's own friends reward the friend and nobody above. Nobody brings themselves: ``coupons``
compares the contacts of both orders.
"""

import msgspec

from generator.shop import Value
from runtime.database import Transaction

_MOST_FRIENDS = 500


class _Named(msgspec.Struct, frozen=True):
    name: str = ""


_named = msgspec.json.Decoder(_Named).decode


class Friend(Value, frozen=True, kw_only=True):
    """An order placed with a friend's code; ``reward`` is the state of the coupon it earned, empty before that."""

    number: str
    name: str
    state: str
    total: int
    currency: str
    placed_at: int
    reward: str = ""


class Referrer(Value, frozen=True, kw_only=True):
    """A buyer with a code for friends, and the friends who used it."""

    id: int
    code: str
    number: str
    name: str
    made_at: int
    friends: tuple[Friend, ...] = ()


class Sums(Value, frozen=True, kw_only=True):
    """All referrals together: buyers with a code, friends who bought, rewards given and used."""

    codes: int = 0
    friends: int = 0
    takings: int = 0
    given: int = 0
    used: int = 0


def sums(transaction: Transaction) -> Sums:
    """Count the referrals of the shop."""
    codes = transaction.find("SELECT COUNT(*) FROM referral")
    friends = transaction.find(
        "SELECT COUNT(*), COALESCE(SUM(o.paid - o.refunded - o.disputed), 0) FROM promotion_use u "
        "JOIN orders o ON o.id = u.order_id WHERE u.referral_id IS NOT NULL AND u.state <> 'released' "
        "AND o.state <> 'cancelled'"
    )
    rewards = transaction.find(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = 'used' THEN 1 ELSE 0 END), 0) FROM coupon "
        "WHERE earned_by_id IS NOT NULL AND state <> 'void'"
    )
    return Sums(
        codes=int(codes[0]) if codes else 0,
        friends=int(friends[0]) if friends else 0,
        takings=int(friends[1]) if friends else 0,
        given=int(rewards[0]) if rewards else 0,
        used=int(rewards[1]) if rewards else 0,
    )


def listing(transaction: Transaction, limit: int = 50, before: int = 0) -> list[Referrer]:
    """Return buyers whose code a friend has used, the newest first, each with their friends."""
    rows = transaction.all(
        "SELECT r.id, r.code, o.number, o.contact, o.address, r.made_at FROM referral r "
        "JOIN orders o ON o.id = r.order_id WHERE (? = 0 OR r.id < ?) "
        "AND EXISTS (SELECT 1 FROM promotion_use u WHERE u.referral_id = r.id) "
        "ORDER BY r.id DESC LIMIT ?",
        before, before, limit,
    )  # fmt: skip
    return [
        Referrer(
            id=int(row[0]), code=str(row[1]), number=str(row[2]), name=_name(row[3], row[4]), made_at=int(row[5]),
            friends=_friends(transaction, int(row[0])),
        )
        for row in rows
    ]  # fmt: skip


def _friends(transaction: Transaction, referral: int) -> tuple[Friend, ...]:
    rows = transaction.all(
        "SELECT o.number, o.contact, o.address, o.state, o.total, o.currency, o.placed_at, c.state "
        "FROM promotion_use u JOIN orders o ON o.id = u.order_id LEFT JOIN coupon c ON c.earned_by_id = o.id "
        "WHERE u.referral_id = ? ORDER BY o.id DESC LIMIT ?",
        referral,
        _MOST_FRIENDS,
    )
    return tuple(
        Friend(
            number=str(row[0]), name=_name(row[1], row[2]), state=str(row[3]), total=int(row[4]),
            currency=str(row[5]), placed_at=int(row[6]), reward=str(row[7] or ""),
        )
        for row in rows
    )  # fmt: skip


def _name(contact: str, address: str) -> str:
    """Return the name that an order carries, of whom it goes to or of who bought."""
    return _named(address).name or _named(contact).name
