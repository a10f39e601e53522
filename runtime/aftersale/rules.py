"""What a buyer may ask for now: by the order's state, the shop's law and window, and the products. Pure but for reads.

China: seven days without a reason after receipt (Consumer Rights Law art. 25). EU: withdrawal within fourteen days
after receipt (directive 2011/83/EU art. 9), through the function of directive (EU) 2023/2673.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from runtime import refunds
from runtime.aftersale.rows import engaged
from runtime.aftersale.values import REASONS, Kind
from runtime.database import Transaction
from runtime.orders import Event, Order, State
from runtime.till import Till

EUROPE = frozenset({"DE", "EU"})
DEFECT_WINDOW = timedelta(days=30)
"""So long after receipt a defect can be told here; the law gives more time, but not by this form."""
_BEFORE = frozenset({State.PAID, State.PARTLY_SHIPPED})
_UNDER_WAY = frozenset({State.PARTLY_SHIPPED, State.SHIPPED, State.RECEIVED})
_BOUND = frozenset({State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.RECEIVED, State.COMPLETED, State.CONFIRMED})


class Offer(msgspec.Struct, frozen=True):
    """Pieces of a line that a case may be about; ``free`` is whether they may go back without a reason."""

    position: int
    most: int
    free: bool
    why_not: str


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """What can be asked for: kinds with their reasons, pieces, and the most money."""

    kinds: dict[Kind, tuple[str, ...]]
    lines: tuple[Offer, ...]
    most: int
    until: datetime | None


def offers(transaction: Transaction, till: Till, order: Order, now: datetime) -> Offers:
    """Return what the buyer of an order may ask for at this moment."""
    received = received_at(transaction, order.id)
    until = received + window(till) if received is not None else None
    free = until is None or now <= until
    lines = _lines(transaction, till, order)
    kinds = _kinds(till, order, (received, now), free=free and any(line.free for line in lines))
    left = order.paid - order.refunded - order.disputed
    if not any(line.most for line in lines):
        kinds = {}
    if left <= 0:
        kinds = {kind: reasons for kind, reasons in kinds.items() if kind is Kind.WITHDRAWAL and not order.paid}
    return Offers(kinds=kinds, lines=lines, most=max(0, left), until=until)


def window(till: Till) -> timedelta:
    """Return how long after receipt goods may come back without a reason; zero where the shop grants nothing."""
    seconds = till.terms.returns.window
    if seconds is not None:
        return timedelta(seconds=seconds)
    return timedelta(days=14) if till.terms.legal in EUROPE else timedelta(days=7 if till.terms.legal == "CN" else 0)


def received_at(transaction: Transaction, order: int) -> datetime | None:
    """Return when the buyer got an order, or None."""
    row = transaction.find(
        "SELECT MAX(at) FROM order_event WHERE order_id = ? AND event = ?", order, str(Event.RECEIVE)
    )
    return datetime.fromtimestamp(row[0], UTC) if row and row[0] is not None else None


def _kinds(
    till: Till, order: Order, when: tuple[datetime | None, datetime], *, free: bool
) -> dict[Kind, tuple[str, ...]]:
    received, now = when
    found: dict[Kind, tuple[str, ...]] = {}
    if till.terms.legal in EUROPE and order.state in _BOUND and free:
        found[Kind.WITHDRAWAL] = REASONS[Kind.WITHDRAWAL]
    late = received is not None and now > received + max(DEFECT_WINDOW, window(till))
    if order.state is State.CONFIRMED or order.state not in _BOUND or late:
        return found
    unsent = order.state in _BEFORE
    found[Kind.REFUND] = tuple(
        reason
        for reason in REASONS[Kind.REFUND]
        if (reason != "changed_mind" or unsent)
        and (order.state is not State.PAID or reason in {"changed_mind", "other"})
    )
    if order.state in _UNDER_WAY or order.state is State.COMPLETED:
        found[Kind.RETURN] = tuple(reason for reason in REASONS[Kind.RETURN] if reason != "no_reason" or free)
        found[Kind.EXCHANGE] = REASONS[Kind.EXCHANGE]
    return found


def _lines(transaction: Transaction, till: Till, order: Order) -> tuple[Offer, ...]:
    refunded, busy = refunds.units(transaction, order.id), engaged(transaction, order.id)
    found = []
    for position, line in enumerate(order.lines):
        known = till.goods.find_variant(line.sku)
        product = known[0] if known else None
        why = product.returns.why if product is not None else None
        free = product is None or (product.returns.allowed and not product.digital)
        most = line.quantity - refunded.get(position, 0) - busy.get(position, 0)
        text = (why or {}).get(order.locale, "") or next(iter((why or {}).values()), "")
        found.append(Offer(position, max(0, most), free, text))
    return tuple(found)
