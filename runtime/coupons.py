"""Codes: public ones of the shop's text, single-use ones of batches, and those that buyers hand to friends.

``find`` tells what a typed code means. ``make`` returns the codes of a new batch once: the database keeps their hashes
alone, so that a copy of it gives nobody a coupon. ``reward_code`` makes a referrer's coupon again from the shop's
secret, which is how it can be shown without being kept; ``batch_codes`` does so for a batch as long as somebody holds
its key.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from generator import coupon_codes, promoting
from generator.promotion import Promotion, PromotionKind
from generator.shop import Value
from runtime.database import Transaction
from runtime.promotions import Step

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No digit and letter of it look alike."""
GROUPS, GROUP_SIZE = 3, 4
REFERRAL_SIZE = 8
_INSERT = (
    "INSERT INTO coupon (promotion, batch, hash, tail, state, made_at, expires_at, earned_by_id) "
    "VALUES (?, ?, ?, ?, 'open', ?, ?, ?) ON CONFLICT DO NOTHING"
)


class Taken(Value, frozen=True, kw_only=True):
    """A code that a buyer has, as it was typed, and when it was taken (seconds since 1970)."""

    text: str
    at: int


class Meaning(Value, frozen=True, kw_only=True):
    """What a code means: the promotion that it asks for, by a coupon or a referral; or why it asks for nothing."""

    promotion: str = ""
    coupon: int | None = None
    referral: int | None = None
    earned: bool = False
    problem: Step | None = None


class Batch(Value, frozen=True, kw_only=True):
    """How many coupons of a batch are in each state."""

    promotion: str
    batch: str
    open: int
    held: int
    used: int
    void: int


def find(
    transaction: Transaction,
    promotions: Iterable[Promotion],
    taken: Taken,
    customers: Iterable[str],
    now: datetime,
) -> Meaning:
    """Return what a code means for this buyer now."""
    known = {promotion.id: promotion for promotion in promotions}
    plain = coupon_codes.plain(taken.text)
    for promotion in known.values():
        if promotion.coupon and promotion.coupon.code and coupon_codes.plain(promotion.coupon.code) == plain:
            return _public(promotion, taken, now)
    return (
        _single(transaction, known, taken, now)
        or _referral(transaction, known, taken, customers)
        or Meaning(problem=Step(code="code-unknown", values={"code": taken.text}))
    )


def make(transaction: Transaction, promotion: str, batch: str, count: int, now: datetime) -> list[str]:
    """Make single-use codes and return them; they are never shown again."""
    codes = [new_code() for _ in range(count)]
    put(transaction, promotion, batch, codes, now)
    return codes


def put(transaction: Transaction, promotion: str, batch: str, codes: Iterable[str], now: datetime) -> int:
    """Keep codes as a batch and return how many are new; those that there are already stay as they are."""
    at = int(now.timestamp())
    return sum(transaction.run(_INSERT, promotion, batch, hashed(code), _tail(code), at, None, None) for code in codes)


def is_kept(transaction: Transaction, promotion: str, batch: str, code: str) -> bool:
    """Tell whether a code is one of a batch."""
    statement = "SELECT 1 FROM coupon WHERE promotion = ? AND batch = ? AND hash = ?"
    return transaction.find(statement, promotion, batch, hashed(code)) is not None


def batch_codes(secret: bytes, key: str, count: int) -> list[str]:
    """Return the codes that a key of a batch stands for: the same ones each time."""
    digests = (hmac.new(secret, f"batch|{key}|{number}".encode(), hashlib.sha256).digest() for number in range(count))
    return [_from_digest(each) for each in digests]


def void(transaction: Transaction, *, promotion: str = "", batch: str = "", code: str = "") -> int:
    """Make the unused coupons of a batch, or one coupon, good for nothing; return how many.

    With ``promotion`` those of another promotion's batch of the same name stay.
    """
    condition, value = ("batch = ?", batch) if batch else ("hash = ?", hashed(code))
    values = [value]
    if promotion:
        condition, values = f"{condition} AND promotion = ?", [value, promotion]
    statement = f"UPDATE coupon SET state = 'void' WHERE state = 'open' AND {condition}"  # noqa: S608  our own words
    return transaction.run(statement, *values)


def void_one(transaction: Transaction, promotion: str, number: int) -> bool:
    """Make one coupon good for nothing, if nobody used it yet."""
    statement = "UPDATE coupon SET state = 'void' WHERE state = 'open' AND promotion = ? AND id = ?"
    return bool(transaction.run(statement, promotion, number))


def batches(transaction: Transaction) -> list[Batch]:
    """Return all batches, the newest first."""
    rows = transaction.all(
        "SELECT promotion, batch, SUM(CASE state WHEN 'open' THEN 1 ELSE 0 END), "
        "SUM(CASE state WHEN 'held' THEN 1 ELSE 0 END), SUM(CASE state WHEN 'used' THEN 1 ELSE 0 END), "
        "SUM(CASE state WHEN 'void' THEN 1 ELSE 0 END) FROM coupon GROUP BY promotion, batch ORDER BY MAX(id) DESC"
    )
    return [
        Batch(promotion=row[0], batch=row[1], open=int(row[2]), held=int(row[3]), used=int(row[4]), void=int(row[5]))
        for row in rows
    ]


def referral_of(transaction: Transaction, order: int) -> str | None:
    """Return the code that the page of an order shows, or None."""
    row = transaction.find("SELECT code FROM referral WHERE order_id = ?", order)
    return str(row[0]) if row else None


def refer(transaction: Transaction, promotion: str, order: int, customers: tuple[str, ...], now: datetime) -> str:
    """Return the code of an order's buyer for friends; made when it is first asked for."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(REFERRAL_SIZE))
    transaction.run(
        "INSERT INTO referral (promotion, code, customers, order_id, made_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        promotion,
        code,
        " ".join(customers),
        order,
        int(now.timestamp()),
    )
    return referral_of(transaction, order) or code


def rewards_due(transaction: Transaction, limit: int = 50) -> list[tuple[str, int, int]]:
    """Return (promotion, friend's order, referrer's order) of completed orders whose referrer has no coupon yet."""
    rows = transaction.all(
        "SELECT u.promotion, u.order_id, r.order_id FROM promotion_use u JOIN orders o ON o.id = u.order_id "
        "JOIN referral r ON r.id = u.referral_id WHERE u.state = 'used' AND o.state = 'completed' "
        "AND NOT EXISTS (SELECT 1 FROM coupon c WHERE c.earned_by_id = u.order_id) ORDER BY u.order_id LIMIT ?",
        limit,
    )
    return [(row[0], int(row[1]), int(row[2])) for row in rows]


def reward(transaction: Transaction, secret: bytes, promotion: str, friend: int, now: datetime) -> bool:
    """Give the coupon for a friend's order, once."""
    code = reward_code(secret, friend)
    row = (promotion, "referral", hashed(code), _tail(code), int(now.timestamp()), None, friend)
    return bool(transaction.run(_INSERT, *row))


def rewards_of(transaction: Transaction, order: int) -> list[tuple[int, str]]:
    """Return (friend's order, state) of the coupons that the code on an order's page earned."""
    rows = transaction.all(
        "SELECT c.earned_by_id, c.state FROM coupon c JOIN promotion_use u ON u.order_id = c.earned_by_id "
        "JOIN referral r ON r.id = u.referral_id WHERE r.order_id = ? AND c.state <> 'void' ORDER BY c.id",
        order,
    )
    return [(int(row[0]), str(row[1])) for row in rows]


def reward_code(secret: bytes, friend: int) -> str:
    """Return the code of the coupon for a friend's order."""
    return _from_digest(hmac.new(secret, f"reward|{friend}".encode(), hashlib.sha256).digest())


def new_code() -> str:
    """Return a code that nobody can guess: 59 random bits."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_SIZE)))


def hashed(code: str) -> str:
    """Return what is kept of a single-use code."""
    return hashlib.sha256(coupon_codes.plain(code).encode()).hexdigest()


def _from_digest(digest: bytes) -> str:
    return _grouped("".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[: GROUPS * GROUP_SIZE]))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + GROUP_SIZE] for start in range(0, len(letters), GROUP_SIZE))


def _tail(code: str) -> str:
    return code[-GROUP_SIZE:]


def _public(promotion: Promotion, taken: Taken, now: datetime) -> Meaning:
    coupon = promotion.coupon
    if coupon is None:
        return Meaning()
    moment = promoting.moment(datetime.fromtimestamp(taken.at, now.tzinfo))
    if (coupon.receive_from and moment < coupon.receive_from) or (
        coupon.receive_until and moment >= coupon.receive_until
    ):
        return _refused("code-not-handed-out", promotion, taken)
    if (
        coupon.valid_days is not None
        and now.timestamp() >= taken.at + timedelta(days=coupon.valid_days).total_seconds()
    ):
        return _refused("code-expired", promotion, taken)
    return Meaning(promotion=promotion.id)


def _single(transaction: Transaction, known: dict[str, Promotion], taken: Taken, now: datetime) -> Meaning | None:
    row = transaction.find(
        "SELECT id, promotion, state, expires_at, made_at, earned_by_id FROM coupon WHERE hash = ?", hashed(taken.text)
    )
    if row is None or row[1] not in known:
        return None
    promotion = known[row[1]]
    if row[2] != "open":
        return _refused("code-used", promotion, taken)
    days = promotion.coupon.valid_days if promotion.coupon else None
    ends = row[3] if days is None else int(row[4] if row[5] else taken.at) + days * 24 * 60 * 60
    if ends is not None and now.timestamp() >= ends:
        return _refused("code-expired", promotion, taken)
    return Meaning(promotion=promotion.id, coupon=int(row[0]), earned=row[5] is not None)


def _referral(
    transaction: Transaction, known: dict[str, Promotion], taken: Taken, customers: Iterable[str]
) -> Meaning | None:
    code = coupon_codes.plain(taken.text)
    row = transaction.find("SELECT id, promotion, customers FROM referral WHERE code = ?", code)
    if row is None or row[1] not in known or known[row[1]].kind is not PromotionKind.REFERRAL:
        return None
    promotion = known[row[1]]
    if set(customers) & set(row[2].split()):
        return _refused("code-own", promotion, taken)
    return Meaning(promotion=promotion.id, referral=int(row[0]))


def _refused(code: str, promotion: Promotion, taken: Taken) -> Meaning:
    values = {"promotion": promotion.id, "name": promotion.name, "code": taken.text}
    return Meaning(promotion=promotion.id, problem=Step(code=code, values=values))
