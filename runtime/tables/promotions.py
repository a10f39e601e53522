"""Promotions at work: how often each was given, coupons and referrals, members, and group-buys."""

from typing import ClassVar

from peewee import BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

COUPON_STATES = ("open", "held", "used", "void")
USE_STATES = ("held", "used", "released")
GROUP_STATES = ("open", "complete", "failed")
PLACE_STATES = ("held", "paid", "left")


class PromotionCount(Table):
    """How many orders and pieces a promotion was given to: changed by one guarded statement."""

    promotion = TextField(primary_key=True)
    orders = BigIntegerField(constraints=[Check("orders >= 0")])
    pieces = BigIntegerField(constraints=[Check("pieces >= 0")])

    class Meta:
        """Names."""

        table_name = "promotion_count"


class PromotionCustomer(Table):
    """The same for one customer, who is known by the hash of an e-mail address or a phone number."""

    promotion = TextField()
    customer = TextField()
    orders = BigIntegerField(constraints=[Check("orders >= 0")])
    pieces = BigIntegerField(constraints=[Check("pieces >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "promotion_customer"
        primary_key = CompositeKey("promotion", "customer")


class Coupon(Table):
    """A code that is good once: only its hash is kept, and its last letters to know it by.

    ``order`` holds or used it; ``earned_by`` is the friend's order that a referrer got it for.
    """

    id = BigAutoField()
    promotion = TextField()
    batch = TextField()
    hash = TextField(unique=True)
    tail = TextField()
    state = TextField(constraints=[one_of("state", COUPON_STATES)])
    made_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    order = ForeignKeyField(Order, null=True)
    earned_by = ForeignKeyField(Order, null=True, unique=True)

    class Meta:
        """Indexes."""

        indexes: ClassVar = ((("promotion", "batch"), False),)


class Referral(Table):
    """The code that a buyer hands to friends; ``order`` is the one whose page shows it."""

    id = BigAutoField()
    promotion = TextField()
    code = TextField(unique=True)
    customers = TextField()
    order = ForeignKeyField(Order, unique=True)
    made_at = BigIntegerField()


class PromotionUse(Table):
    """An order that was given a promotion, for whom, and what became of it."""

    order = ForeignKeyField(Order, index=False)
    promotion = TextField()
    pieces = BigIntegerField(constraints=[Check("pieces >= 0")])
    customers = TextField()
    coupon = ForeignKeyField(Coupon, null=True)
    referral = ForeignKeyField(Referral, null=True)
    state = TextField(constraints=[one_of("state", USE_STATES)])

    class Meta:
        """Names and keys."""

        table_name = "promotion_use"
        primary_key = CompositeKey("order", "promotion")


class Member(Table):
    """Somebody whom the merchant made a member."""

    customer = TextField(primary_key=True)
    contact = TextField()
    since = BigIntegerField()


class BuyingGroup(Table):
    """A group-buy under way: ``taken`` places, of which ``paid`` are paid, out of ``size``."""

    id = BigAutoField()
    token = TextField(unique=True)
    promotion = TextField()
    product = TextField()
    size = IntegerField(constraints=[Check("size > 1")])
    taken = IntegerField(constraints=[Check("taken BETWEEN 0 AND size")])
    paid = IntegerField(constraints=[Check("paid BETWEEN 0 AND taken")])
    state = TextField(constraints=[one_of("state", GROUP_STATES)])
    opened_at = BigIntegerField()
    ends_at = BigIntegerField()

    class Meta:
        """Names and indexes."""

        table_name = "buying_group"
        indexes: ClassVar = ((("state", "ends_at"), False),)


class GroupPlace(Table):
    """The place of an order in its group."""

    order = ForeignKeyField(Order, primary_key=True)
    group = ForeignKeyField(BuyingGroup)
    customers = TextField()
    state = TextField(constraints=[one_of("state", PLACE_STATES)])

    class Meta:
        """Names."""

        table_name = "group_place"
