"""What can be done with an order now, by its state, its money and who asks: one table for buttons and views."""

import msgspec

from runtime.access.roles import Permission
from runtime.gateways import Gateway, Kind
from runtime.orders import Order, State
from runtime.web.persons import Person

_TO_SHIP = frozenset({State.CONFIRMED, State.PAID, State.PARTLY_SHIPPED})
_NOT_SOLD = frozenset({State.PENDING_PAYMENT, State.CLOSING, State.CANCELLED, State.RETURNED})


class Deeds(msgspec.Struct, frozen=True, kw_only=True):
    """What this person may do with this order at this moment."""

    ship: bool
    confirm: bool
    receive: bool
    refuse: bool
    complete: bool
    price: bool
    address: bool
    cancel: bool
    refund: bool
    note: bool
    papers: bool
    link: bool

    @property
    def main(self) -> str:
        """Return the one thing that comes next, '' where nothing does."""
        return next((name for name in ("confirm", "ship", "receive", "complete") if getattr(self, name)), "")


def of(person: Person, order: Order, gateway: Gateway | None, *, waits: bool) -> Deeds:
    """Return what may be done; ``waits`` while the order's group is not complete."""
    ships, pays = person.may(Permission.ORDERS_SHIP), person.may(Permission.ORDERS_REFUND)
    online = gateway is not None and gateway.kind is Kind.ONLINE
    open_door = order.state in {State.SHIPPED, State.RECEIVED, State.COMPLETED} and order.paid < order.total
    pending = order.state is State.PENDING_PAYMENT
    cancel = ships and (pending or order.state is State.CONFIRMED)
    return Deeds(
        ship=ships and order.state in _TO_SHIP and not waits and bool(order.unshipped),
        confirm=pays and ((pending and not online) or open_door),
        receive=ships and order.state is State.SHIPPED and order.paid >= order.total,
        refuse=ships and order.state is State.SHIPPED and not order.paid and bool(order.total),
        complete=ships and order.state is State.RECEIVED and order.paid >= order.total,
        price=pays and pending,
        address=ships and (pending or order.state in {State.CONFIRMED, State.PAID}),
        cancel=cancel or (pays and order.state is State.PAID),
        refund=pays and order.paid - order.refunded - order.disputed > 0,
        note=ships,
        papers=order.state not in _NOT_SOLD,
        link=ships,
    )
