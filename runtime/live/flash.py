"""Flash sales that the host starts in a room: a price below the regular one, pieces of their own, a limit, an end.

A flash sale is a rule of the promotion engine like those that are written down: ``rules`` makes it one, so that
prices, their trace, guarded counts, limits and refunds are those of all promotions. It holds for buyers who come from
the room; how many pieces are left is what the counts say.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from generator import crossing, money, promoting
from generator.promotion import Condition, Promotion, PromotionKind, PromotionLimit
from generator.shop import LiveRoom, Product, Value, Variant
from runtime import stock, words
from runtime.live import life, pins
from runtime.live.values import Flash
from runtime.refusals import Code, Refusal
from runtime.till import Goods, Till
from runtime.transaction import Row, Transaction

MOST_MINUTES = 240
HELD = 2
"""Seconds for which the price of a review that was shown before the end still holds (see ``placing``)."""
_RUNNING = (
    "SELECT f.id, f.broadcast_id, b.room, f.number, f.sku, f.price, f.quantity, f.per_buyer, f.starts_at, "
    "COALESCE(f.stopped_at, f.ends_at) FROM live_flash f JOIN live_broadcast b ON b.id = f.broadcast_id "
    "WHERE f.ends_at > ? AND (f.stopped_at IS NULL OR f.stopped_at > ?) AND b.practice = 0 ORDER BY f.id"
)
_INSERT = (
    "INSERT INTO live_flash (broadcast_id, number, sku, price, quantity, per_buyer, starts_at, ends_at, actor) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Offer(Value, frozen=True, kw_only=True):
    """What a host offers: ``sku`` '' is the only variant of the product; money in minor units."""

    number: int
    sku: str = ""
    price: int
    quantity: int
    per_buyer: int = 1
    minutes: int = 5


def start(till: Till, broadcast: int, room: LiveRoom, offer: Offer, *, by: str, now: datetime) -> Flash:
    """Start a flash sale now.

    Raises Refusal: live-number-unknown, live-not-open, live-flash-price, live-flash-stock, live-flash-running,
    field-invalid.
    """
    product, variant = _goods(till, room, offer)
    for field in ("quantity", "per_buyer", "minutes"):
        if getattr(offer, field) < 1 or (field == "minutes" and offer.minutes > MOST_MINUTES):
            raise Refusal(Code.FIELD_INVALID, field=field)
    currency = till.terms.currency
    # What everybody pays now may be less than the list price: a dearer flash sale would be none.
    usual = min(variant.price, crossing.shown(till.terms, product, variant, promoting.moment(now)).price)
    if not 0 <= offer.price < usual:
        raise Refusal(Code.LIVE_FLASH_PRICE, title=product.title, price=money.text(usual, currency, till.terms.locale))
    at = int(now.timestamp())

    def unit(transaction: Transaction) -> Flash:
        transaction.run("UPDATE live_broadcast SET version = version WHERE id = ?", broadcast)
        found = life.find(transaction, broadcast)
        if found is None or not found.open or found.room != room.handle:
            raise Refusal(Code.LIVE_NOT_OPEN, room=room.handle)
        level = stock.levels(transaction, [variant.sku]).get(variant.sku, variant.stock)
        if level is not None and level < offer.quantity:
            raise Refusal(Code.LIVE_FLASH_STOCK, title=product.title, left=level)
        if any(each.sku == variant.sku and each.until > at for each in _of(transaction, broadcast, at)):
            raise Refusal(Code.LIVE_FLASH_RUNNING, number=offer.number)
        terms = (offer.price, offer.quantity, offer.per_buyer)
        transaction.run(_INSERT, broadcast, offer.number, variant.sku, *terms, at, at + offer.minutes * 60, by)
        return _of(transaction, broadcast, at)[-1]

    return till.database.write(unit)


def stop(till: Till, identity: int, now: datetime) -> bool:
    """End a flash sale before its time; return False if it is over already."""
    at = int(now.timestamp())
    return bool(
        till.database.write(
            lambda transaction: transaction.run(
                "UPDATE live_flash SET stopped_at = ? WHERE id = ? AND stopped_at IS NULL AND ends_at > ?",
                *(at, identity, at),
            )
        )
    )


def running(transaction: Transaction, now: datetime) -> list[Flash]:
    """Return the flash sales of all rooms that run, or ended a moment ago."""
    since = int(now.timestamp()) - HELD - 1
    return [_flash(row) for row in transaction.all(_RUNNING, since, since)]


def left(transaction: Transaction, flashes: Sequence[Flash]) -> dict[int, int]:
    """Return how many pieces of each flash sale are left."""
    if not flashes:
        return {}
    marks = ", ".join("?" * len(flashes))
    rows = transaction.all(
        f"SELECT promotion, pieces FROM promotion_count WHERE promotion IN ({marks})",  # noqa: S608  only marks
        *(promotion_id(each.id) for each in flashes),
    )
    given = {name: int(pieces) for name, pieces in rows}
    return {each.id: max(0, each.quantity - given.get(promotion_id(each.id), 0)) for each in flashes}


def promotion_id(identity: int) -> str:
    """Return the name of a flash sale among promotions; no promotion that is written down can have it."""
    return f"flash:{identity}"


def rules(flashes: Iterable[Flash], goods: Goods) -> tuple[Promotion, ...]:
    """Return flash sales as promotions, without those of goods that are no longer offered.

    They count as early as the first of those that are written down, so that a buyer gets the better price of both.
    """
    terms = goods.terms
    first = max((each.priority for each in terms.promotions), default=0)
    name = {locale: words.say("live.flash", locale) for locale in terms.locales}
    found = ((each, goods.find_variant(each.sku)) for each in flashes)
    return tuple(
        Promotion(
            id=promotion_id(each.id),
            name=name,
            kind=PromotionKind.FLASH_SALE,
            when=Condition(
                starts_at=_text(each.starts_at),
                ends_at=_text(each.until),
                products=(offered[0].handle,),
                rooms=(each.room,),
            ),
            priority=first,
            limit=PromotionLimit(pieces_per_customer=each.per_buyer),
            prices={each.sku: each.price},
            stock=each.quantity,
        )
        for each, offered in found
        if offered is not None
    )


def _goods(till: Till, room: LiveRoom, offer: Offer) -> tuple[Product, Variant]:
    handle = pins.product(room, offer.number)
    found = till.goods.find_variant(offer.sku)
    if found is None or found[0].handle != handle:
        raise Refusal(Code.PRODUCT_GONE, sku=offer.sku, title={})
    return found


def _of(transaction: Transaction, broadcast: int, at: int) -> list[Flash]:
    rows = transaction.all(_RUNNING.replace("b.practice = 0", "b.id = ?"), at, at, broadcast)
    return [_flash(row) for row in rows]


def _flash(row: Row) -> Flash:
    return Flash(**dict(zip(Flash.__struct_fields__, row, strict=True)))


def _text(at: int) -> str:
    return promoting.moment(datetime.fromtimestamp(at, UTC))
