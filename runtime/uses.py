"""THE USES OF PROMOTIONS: each is claimed with its order by guarded statements, and given back at most once.

``claim`` runs in the transaction that places the order; ``settle``, ``release`` and ``look`` belong to its further
life. A limit is part of the statement that counts, so that two buyers at once cannot both be the last.
"""

from collections.abc import Iterable, Sequence

import msgspec

from generator.promotion import Promotion
from generator.shop import Text
from runtime.coupons import Meaning
from runtime.database import Transaction
from runtime.promotions import Discount, Used
from runtime.promotions.conditions import UNLIMITED, own_limit
from runtime.refusals import Code, Refusal

_COUNT = (
    "INSERT INTO promotion_count (promotion, orders, pieces) VALUES (?, 1, ?) ON CONFLICT (promotion) DO UPDATE "
    "SET orders = promotion_count.orders + 1, pieces = promotion_count.pieces + excluded.pieces "
    "WHERE promotion_count.orders < ? AND promotion_count.pieces + excluded.pieces <= ?"
)
_COUNT_OWN = (
    "INSERT INTO promotion_customer (promotion, customer, orders, pieces) VALUES (?, ?, 1, ?) "
    "ON CONFLICT (promotion, customer) DO UPDATE "
    "SET orders = promotion_customer.orders + 1, pieces = promotion_customer.pieces + excluded.pieces "
    "WHERE promotion_customer.orders < ? AND promotion_customer.pieces + excluded.pieces <= ?"
)
_USE = (
    "INSERT INTO promotion_use (order_id, promotion, pieces, customers, coupon_id, referral_id, state) "
    "VALUES (?, ?, ?, ?, ?, ?, 'held')"
)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion that an order is given: how many pieces, and by which coupon or referral.

    ``orders``, ``total`` (pieces), ``own_orders`` and ``own_pieces`` are the limits.
    """

    promotion: str
    name: Text
    pieces: int
    orders: int = UNLIMITED
    total: int = UNLIMITED
    own_orders: int = UNLIMITED
    own_pieces: int = UNLIMITED
    coupon: int | None = None
    referral: int | None = None


def of(promotion: Promotion, discount: Discount, meaning: Meaning | None) -> Use:
    """Return the use that an applied promotion means; a coupon that was earned has no limit but itself."""
    if meaning is not None and meaning.earned:
        return Use(promotion=promotion.id, name=promotion.name, pieces=discount.pieces, coupon=meaning.coupon)
    limit = promotion.limit
    own = own_limit(promotion)
    return Use(
        promotion=promotion.id,
        name=promotion.name,
        pieces=discount.pieces,
        orders=UNLIMITED if limit.total is None else limit.total,
        total=UNLIMITED if promotion.stock is None else promotion.stock,
        own_orders=UNLIMITED if own is None else own,
        own_pieces=UNLIMITED if limit.pieces_per_customer is None else limit.pieces_per_customer,
        coupon=meaning.coupon if meaning else None,
        referral=meaning.referral if meaning else None,
    )


def claim(transaction: Transaction, order: int, uses: Iterable[Use], customers: Sequence[str]) -> None:
    """Count an order's promotions against their limits; raise Refusal (promotion-gone) for one that is used up.

    Always in the same order: coupons, customers, then the counts that everyone wants.
    """
    ordered = sorted(uses, key=lambda use: use.promotion)
    for use in ordered:
        if use.coupon is not None and not transaction.run(
            "UPDATE coupon SET state = 'held', order_id = ? WHERE id = ? AND state = 'open'", order, use.coupon
        ):
            raise _gone(use)
        row = (order, use.promotion, use.pieces, " ".join(customers), use.coupon, use.referral)
        transaction.run(_USE, *row)
    for use in ordered:
        for customer in customers:
            own = (use.promotion, customer, use.pieces, use.own_orders, use.own_pieces)
            if use.pieces > use.own_pieces or not transaction.run(_COUNT_OWN, *own):
                raise _gone(use)
    for use in ordered:
        fits = use.orders > 0 and use.pieces <= use.total
        if not fits or not transaction.run(_COUNT, use.promotion, use.pieces, use.orders, use.total):
            raise _gone(use)


def settle(transaction: Transaction, order: int) -> None:
    """Make an order's uses final: it is paid; a second call changes nothing."""
    if transaction.run("UPDATE promotion_use SET state = 'used' WHERE order_id = ? AND state = 'held'", order):
        transaction.run("UPDATE coupon SET state = 'used' WHERE order_id = ? AND state = 'held'", order)


def release(transaction: Transaction, order: int) -> None:
    """Give an order's promotions back: it was cancelled, or all its money was; a second call changes nothing."""
    found = transaction.all(
        "SELECT promotion, pieces, customers FROM promotion_use WHERE order_id = ? AND state <> 'released' "
        "ORDER BY promotion",
        order,
    )
    if not found:
        return
    mine = [row for row in found if _let_go(transaction, order, row[0])]
    transaction.run("UPDATE coupon SET state = 'open', order_id = NULL WHERE order_id = ? AND state <> 'void'", order)
    for promotion, pieces, customers in mine:
        for customer in customers.split():
            transaction.run(
                "UPDATE promotion_customer SET orders = orders - 1, pieces = pieces - ? "
                "WHERE promotion = ? AND customer = ?",
                pieces,
                promotion,
                customer,
            )
    for promotion, pieces, _ in mine:
        back = "UPDATE promotion_count SET orders = orders - 1, pieces = pieces - ? WHERE promotion = ?"
        transaction.run(back, pieces, promotion)


def look(transaction: Transaction, promotions: Sequence[str], customers: Sequence[str]) -> dict[str, Used]:
    """Return how often promotions were given, in all and to this customer."""
    marks = ", ".join("?" * len(promotions))
    found = {
        name: (int(orders), int(pieces))
        for name, orders, pieces in transaction.all(
            f"SELECT promotion, orders, pieces FROM promotion_count WHERE promotion IN ({marks})",  # noqa: S608
            *promotions,
        )
    }
    own: dict[str, tuple[int, int]] = {}
    if customers and found:
        people = ", ".join("?" * len(customers))
        own = {
            name: (int(orders), int(pieces))
            for name, orders, pieces in transaction.all(
                "SELECT promotion, MAX(orders), MAX(pieces) FROM promotion_customer "  # noqa: S608
                f"WHERE promotion IN ({marks}) AND customer IN ({people}) GROUP BY promotion",
                *promotions,
                *customers,
            )
        }
    return {
        name: Used(
            orders=orders, pieces=pieces, own_orders=own.get(name, (0, 0))[0], own_pieces=own.get(name, (0, 0))[1]
        )
        for name, (orders, pieces) in found.items()
    }


def differences(transaction: Transaction) -> list[str]:
    """Return what disagrees between the counts and the uses; an empty list is sound."""
    rows = transaction.all(
        "SELECT c.promotion, c.orders, c.pieces, COALESCE(u.orders, 0), COALESCE(u.pieces, 0) FROM promotion_count c "
        "LEFT JOIN (SELECT promotion, COUNT(*) AS orders, SUM(pieces) AS pieces FROM promotion_use "
        "WHERE state <> 'released' GROUP BY promotion) u ON u.promotion = c.promotion ORDER BY c.promotion"
    )
    found = [
        f"promotion {name}: counted {orders} orders and {pieces} pieces, but {used} orders used {taken} pieces"
        for name, orders, pieces, used, taken in rows
        if (int(orders), int(pieces)) != (int(used), int(taken))
    ]
    stray = transaction.all(
        "SELECT c.tail, c.state, o.number FROM coupon c JOIN orders o ON o.id = c.order_id "
        "WHERE c.state IN ('held', 'used') AND NOT EXISTS (SELECT 1 FROM promotion_use u "
        "WHERE u.coupon_id = c.id AND u.order_id = o.id AND u.state = c.state)"
    )
    found += [f"coupon …{tail} is {state} by order {number}, which does not use it" for tail, state, number in stray]
    held = transaction.all(
        "SELECT DISTINCT o.number, o.state FROM promotion_use u JOIN orders o ON o.id = u.order_id "
        "WHERE u.state <> 'released' AND o.state = 'cancelled' OR u.state = 'released' "
        "AND o.state NOT IN ('cancelled', 'refunded')"
    )
    return found + [f"order {number} is {state}, but its promotions say otherwise" for number, state in held]


def _let_go(transaction: Transaction, order: int, promotion: str) -> int:
    return transaction.run(
        "UPDATE promotion_use SET state = 'released' WHERE order_id = ? AND promotion = ? AND state <> 'released'",
        order,
        promotion,
    )


def _gone(use: Use) -> Refusal:
    return Refusal(Code.PROMOTION_GONE, promotion=use.promotion, name=use.name)
