"""What promotions mean for one piece: whom they cover, when they run, and the price that pages and the till agree on.

``current_price(promotions, product, variant, now)`` is what a page shows; the till's engine is made of the same
functions, so both say the same.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from generator.promotion import Customers, Promotion, PromotionKind
from generator.shop import Product, Variant
from generator.value import Value

WHOLE = 10_000
"""A share of one, in basis points."""
SHOWN = frozenset({PromotionKind.PERCENT_OFF, PromotionKind.FIXED_PRICE, PromotionKind.FLASH_SALE})
"""Kinds that make a price which holds for everybody, so that a page can show it."""
_FEW, _MOST_SETS = 16, 1000
_SETS: dict[int, tuple[tuple[str, ...], frozenset[str]]] = {}


class Current(Value, frozen=True, kw_only=True):
    """The price of one piece now. ``crossed_out`` is the price it had without promotions, None without a difference.

    ``promotion`` is the id of the promotion that counts first, ``ends_at`` the moment until which the price holds.
    """

    price: int
    crossed_out: int | None = None
    promotion: str = ""
    ends_at: str = ""


def moment(now: datetime) -> str:
    """Return an instant as promotions write it: ISO 8601 in UTC, so that texts compare like times."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def runs(promotion: Promotion, now: str) -> bool:
    """Tell whether a promotion's time has begun and is not over."""
    when = promotion.when
    return (when.starts_at is None or when.starts_at <= now) and (when.ends_at is None or now < when.ends_at)


def covers(promotion: Promotion, handle: str) -> bool:
    """Tell whether a promotion is about a product."""
    when = promotion.when
    return (not when.products or handle in _quick(when.products)) and handle not in when.without


def _quick(products: tuple[str, ...]) -> Collection[str]:
    """Return products in a form that is looked through at once; a shelf of thousands is asked for each of them."""
    if len(products) < _FEW:
        return products
    found = _SETS.get(id(products))
    if found is None or found[0] is not products:
        if len(_SETS) > _MOST_SETS:
            _SETS.clear()
        found = _SETS[id(products)] = (products, frozenset(products))
    return found[1]


def together(first: Promotion, second: Promotion) -> bool:
    """Tell whether two promotions may count the same piece: both must allow it."""
    return _allows(first, second) and _allows(second, first)


def _allows(one: Promotion, other: Promotion) -> bool:
    return "*" in one.stacks_with or other.id in one.stacks_with


def less(amount: int, percent: int) -> int:
    """Return an amount without a share of it in basis points, rounded half up as people do."""
    return (2 * amount * (WHOLE - percent) + WHOLE) // (2 * WHOLE)


def piece_price(promotion: Promotion, sku: str, price: int) -> int:
    """Return what a piece costs by a promotion, given what it costs without: never more, and never below nothing."""
    if sku in promotion.prices:
        found = promotion.prices[sku]
    elif promotion.price is not None:
        found = promotion.price
    elif promotion.percent:
        found = less(price, promotion.percent)
    else:
        found = price - promotion.off
    return max(0, min(price, found))


def is_shown(promotion: Promotion) -> bool:
    """Tell whether a promotion makes a price for everybody: no code, no minimum, no room, no kind of customer."""
    when = promotion.when
    return (
        promotion.kind in SHOWN
        and promotion.coupon is None
        and when.customers is Customers.EVERYONE
        and not when.rooms
        and not when.minimum_amount
        and when.minimum_quantity <= 1
    )


def current_price(
    promotions: Iterable[Promotion], product: Product, variant: Variant, now: datetime, gone: Collection[str] = ()
) -> Current:
    """Return the price of one piece for everybody; ``gone`` are ids of promotions that are used up.

    The promotion with the highest priority counts first, then the one that saves most, then by id; another one is
    added where both allow it.
    """
    at = moment(now)
    candidates = [
        each
        for each in promotions
        if is_shown(each) and each.id not in gone and runs(each, at) and covers(each, product.handle)
    ]
    price = variant.price
    taken: list[Promotion] = []
    while candidates:
        ranked = [
            (-each.priority, piece_price(each, variant.sku, price), each.id, each)
            for each in candidates
            if all(together(each, other) for other in taken)
        ]
        better = [each for each in ranked if each[1] < price]
        if not better:
            break
        _, price, _, chosen = min(better, key=lambda each: each[:3])
        taken.append(chosen)
        candidates.remove(chosen)
    if not taken:
        return Current(price=price)
    ends = [each.when.ends_at for each in taken if each.when.ends_at]
    return Current(price=price, crossed_out=variant.price, promotion=taken[0].id, ends_at=min(ends) if ends else "")
