"""The circumstances of an order, gathered: what its codes mean, who the buyer is, what is left of each promotion.

``gather`` asks the database nothing in a shop without promotions, and only what its promotions look at in others.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from generator import promoting
from generator.promotion import Customers, Promotion
from generator.shop import Value
from runtime import coupons, customers, groups, stock, uses
from runtime.coupons import Meaning, Taken
from runtime.promotions import NOTHING, Circumstances, Customer, Item, Step, Used, conditions
from runtime.promotions.conditions import UNLIMITED
from runtime.till import Till
from runtime.transaction import Transaction


class Wish(Value, frozen=True, kw_only=True):
    """What a buyer brings along: codes, the group-buy to open or the group to join, the live room, and the contact."""

    codes: tuple[Taken, ...] = ()
    opens: str = ""
    joins: str = ""
    room: str = ""
    email: str = ""
    phone: str = ""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances, with what the engine does not look at: what stands behind codes, and who the buyer is."""

    circumstances: Circumstances = NOTHING
    meanings: dict[str, Meaning] = msgspec.field(default_factory=dict)
    customers: tuple[str, ...] = ()
    joins: str = ""


def gather(till: Till, wish: Wish, cart: Sequence[Item], now: datetime) -> Occasion:
    """Return the circumstances of a cart at this moment."""
    if not till.terms.promotions:
        return Occasion()
    return till.database.read(lambda transaction: _Gathering(transaction, till, wish, now).of(cart))


class _Gathering:
    """One look at the database for one cart."""

    def __init__(self, transaction: Transaction, till: Till, wish: Wish, now: datetime) -> None:
        self._transaction = transaction
        self._till = till
        self._wish = wish
        self._now = now
        self._people = customers.keys(wish.email, wish.phone)

    def of(self, cart: Sequence[Item]) -> Occasion:
        """Return what was found."""
        promotions = self._till.terms.promotions
        read = [
            coupons.find(self._transaction, promotions, taken, self._people, self._now) for taken in self._wish.codes
        ]
        meanings: dict[str, Meaning] = {}
        for meaning in read:
            if meaning.problem is None:
                meanings.setdefault(meaning.promotion, meaning)
        notes = [meaning.problem for meaning in read if meaning.problem is not None]
        group = self._group(notes)
        found = Circumstances(
            now=promoting.moment(self._now),
            asked=tuple(sorted(meanings)),
            earned=tuple(sorted(each for each, meaning in meanings.items() if meaning.earned)),
            customer=self._customer(promotions),
            room=self._wish.room,
            group=group,
            used=self._used(promotions),
            gifts=dict(self._gifts(promotions, cart)),
            notes=tuple(notes),
        )
        return Occasion(circumstances=found, meanings=meanings, customers=self._people, joins=self._wish.joins)

    def _group(self, notes: list[Step]) -> str:
        """Return the promotion of the group that the buyer opens or joins."""
        if not self._wish.joins:
            return self._wish.opens
        group = groups.find(self._transaction, self._wish.joins)
        if group is None or group.state is not groups.State.OPEN or group.ends_at <= self._now.timestamp():
            notes.append(Step(code="group-over"))
            return ""
        if group.taken >= group.size:
            notes.append(Step(code="group-full"))
            return ""
        return group.promotion

    def _customer(self, promotions: Sequence[Promotion]) -> Customer:
        if not self._people:
            return Customer()
        meant = {conditions.customers(promotion) for promotion in promotions}
        wish = self._wish
        new = Customers.NEW in meant and customers.is_new(self._transaction, wish.email, wish.phone)
        member = Customers.MEMBERS in meant and customers.is_member(self._transaction, self._people)
        return Customer(known=True, new=new, member=member)

    def _used(self, promotions: Sequence[Promotion]) -> dict[str, Used]:
        limited = [promotion.id for promotion in promotions if conditions.is_limited(promotion)]
        return uses.look(self._transaction, limited, self._people) if limited else {}

    def _gifts(self, promotions: Sequence[Promotion], cart: Sequence[Item]) -> Iterator[tuple[str, Item]]:
        """Give the skus that can be given along, with what is left of them beside what is bought."""
        wanted = sorted({sku for promotion in promotions for sku in conditions.gifts(promotion)})
        levels = stock.levels(self._transaction, wanted) if wanted else {}
        bought = {item.variant.sku: item.quantity for item in cart}
        for sku in wanted:
            goods = self._till.goods.find_variant(sku)
            if goods is not None:
                level = levels.get(sku, goods[1].stock)
                left = UNLIMITED if level is None else max(0, level - bought.get(sku, 0))
                yield sku, Item(product=goods[0], variant=goods[1], quantity=left)
