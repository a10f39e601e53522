"""Who brought whom: buyers whose code friends used, and the rewards of it.

There is one level: a friend's own friends reward the friend and nobody above. Nobody brings themselves: ``coupons``
compares the contacts of both orders.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from generator.shop import Value
from runtime.database import Transaction

_MOST_FRIENDS = 500
_HIGHEST = (1 << 53) - 1
_LISTING = (
    "SELECT r.id, r.code, o.number, o.contact, o.address, r.made_at, r.promotion FROM referral r "
    "JOIN orders o ON o.id = r.order_id WHERE r.id < ? AND {} ORDER BY r.id DESC LIMIT ?"
)
_BROUGHT = "EXISTS (SELECT 1 FROM promotion_use u WHERE u.referral_id = r.id)"
_FRIENDS = (
    "SELECT referral_id, number, contact, address, state, total, currency, placed_at, reward, takings, held FROM ("
    "SELECT u.referral_id, o.id, o.number, o.contact, o.address, o.state, o.total, o.currency, o.placed_at, "
    "c.state AS reward, o.paid - o.refunded - o.disputed AS takings, u.state AS held, "
    "ROW_NUMBER() OVER (PARTITION BY u.referral_id ORDER BY o.id DESC) AS place "
    "FROM promotion_use u JOIN orders o ON o.id = u.order_id LEFT JOIN coupon c ON c.earned_by_id = o.id "
    "WHERE u.referral_id IN ({})) AS friend WHERE place <= ? ORDER BY id DESC"
)


class _Named(msgspec.Struct, frozen=True):
    name: str = ""


_named = msgspec.json.Decoder(_Named).decode


class Friend(Value, frozen=True, kw_only=True):
    """An order placed with a friend's code; ``reward`` is the state of the coupon it earned, empty before that.

    ``takings`` is what was paid less what went back or is disputed; an order that was given up does not count.
    """

    number: str
    name: str
    state: str
    total: int
    currency: str
    placed_at: int
    reward: str = ""
    takings: int = 0
    counts: bool = True


class Referrer(Value, frozen=True, kw_only=True):
    """A buyer with a code for friends, and the friends who used it."""

    id: int
    promotion: str
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
    """Return buyers whose code a friend has used, the newest first, each with their newest friends."""
    rows = transaction.all(_LISTING.format(_BROUGHT), before or _HIGHEST, limit)
    return _referrers(transaction, rows, _MOST_FRIENDS)


def every(transaction: Transaction, limit: int, before: int = 0) -> list[Referrer]:
    """Return all buyers with a code, the newest first, each with all their friends."""
    return _referrers(transaction, transaction.all(_LISTING.format("1 = 1"), before or _HIGHEST, limit), _HIGHEST)


def _referrers(transaction: Transaction, rows: Sequence[Sequence[Any]], most: int) -> list[Referrer]:
    friends = _friends(transaction, [int(row[0]) for row in rows], most)
    return [
        Referrer(
            id=int(row[0]), promotion=str(row[6]), code=str(row[1]), number=str(row[2]), name=_name(row[3], row[4]),
            made_at=int(row[5]), friends=tuple(friends.get(int(row[0]), ())),
        )
        for row in rows
    ]  # fmt: skip


def _friends(transaction: Transaction, referrals: list[int], most: int) -> dict[int, list[Friend]]:
    found: dict[int, list[Friend]] = {}
    marks = ", ".join("?" * len(referrals))
    for row in transaction.all(_FRIENDS.format(marks), *referrals, most) if referrals else ():
        friend = Friend(
            number=str(row[1]), name=_name(row[2], row[3]), state=str(row[4]), total=int(row[5]),
            currency=str(row[6]), placed_at=int(row[7]), reward=str(row[8] or ""), takings=int(row[9]),
            counts=row[10] != "released" and row[4] != "cancelled",
        )  # fmt: skip
        found.setdefault(int(row[0]), []).append(friend)
    return found


def _name(contact: str, address: str) -> str:
    """Return the name that an order carries, of whom it goes to or of who bought."""
    return _named(address).name or _named(contact).name
