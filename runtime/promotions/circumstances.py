"""Under which circumstances a cart is priced: the moment, the codes, the customer, the room and the group."""

import msgspec

from generator.shop import Value
from runtime.promotions.values import Item, Step


class Used(Value, frozen=True, kw_only=True):
    """How often a promotion was given: orders and pieces in all, and those of this customer."""

    orders: int = 0
    pieces: int = 0
    own_orders: int = 0
    own_pieces: int = 0


class Customer(Value, frozen=True, kw_only=True):
    """What is known of the buyer; nothing is as long as ``known`` is False."""

    known: bool = False
    new: bool = False
    member: bool = False


class Circumstances(Value, frozen=True, kw_only=True):
    """Everything but the goods that promotions look at.

    ``now`` is an instant in UTC as text ('' lets no promotion hold). ``asked`` are ids of promotions whose code the
    buyer has, ``earned`` those of them whose coupon was earned by a referral; ``group`` is the id of the group-buy
    that the buyer takes part in. ``gifts`` are the skus that can be given along, each with the pieces that are left;
    ``used`` counts promotions by id; ``notes`` say what is wrong with codes that ask for nothing.
    """

    now: str = ""
    asked: tuple[str, ...] = ()
    earned: tuple[str, ...] = ()
    customer: Customer = Customer()
    room: str = ""
    group: str = ""
    used: dict[str, Used] = msgspec.field(default_factory=dict)
    gifts: dict[str, Item] = msgspec.field(default_factory=dict)
    notes: tuple[Step, ...] = ()


NOTHING = Circumstances()
