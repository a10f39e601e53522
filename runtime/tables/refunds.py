"""Refunds: money that goes back, what it was for, and what happened to it."""

from peewee import SQL, BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.money import Finding
from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

REFUND_STATES = ("requested", "sent", "stuck", "succeeded", "failed")


class Refund(Table):
    """A refund: ``number`` is ours at the gateway, the same at every try; ``reference`` names the charge it came by.

    ``receipt`` is the gateway's number of the money, '' when it goes back by hand; ``finding`` is the stray money that
    it returns. ``goods``, ``delivery`` and ``tax`` make up the amount of an order's refund.
    """

    id = BigAutoField()
    number = TextField(unique=True)
    order = ForeignKeyField(Order, null=True)
    finding = ForeignKeyField(Finding, null=True)
    gateway = TextField()
    reference = TextField()
    receipt = TextField()
    charged = BigIntegerField()
    charged_at = BigIntegerField(null=True)
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = TextField(constraints=[Check("length(currency) = 3")])
    goods = BigIntegerField(constraints=[Check("goods >= 0")])
    delivery = BigIntegerField(constraints=[Check("delivery >= 0")])
    tax = BigIntegerField(constraints=[Check("tax >= 0")])
    state = TextField(constraints=[one_of("state", REFUND_STATES)])
    reason = TextField()
    outside = TextField(constraints=[SQL("DEFAULT ''")])
    tries = IntegerField(constraints=[Check("tries >= 0"), SQL("DEFAULT 0")])
    ask_at = BigIntegerField(null=True, index=True)
    created_at = BigIntegerField()


class RefundLine(Table):
    """How many pieces of which line a refund is for, and how many of them went back on sale."""

    refund = ForeignKeyField(Refund, index=False)
    position = IntegerField()
    quantity = IntegerField(constraints=[Check("quantity > 0")])
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    restocked = IntegerField(constraints=[Check("restocked BETWEEN 0 AND quantity")])

    class Meta:
        """Names and keys."""

        table_name = "refund_line"
        primary_key = CompositeKey("refund", "position")


class RefundEvent(Table):
    """What happened to a refund: one row a step."""

    id = BigAutoField()
    refund = ForeignKeyField(Refund)
    event = TextField()
    before = TextField()
    after = TextField()
    actor = TextField()
    note = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "refund_event"
