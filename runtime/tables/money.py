"""Money: attempts to pay, the ledger, and what waits for a decision."""

from typing import ClassVar

from peewee import BigAutoField, BigIntegerField, Check, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

PAYMENT_STATES = ("created", "open", "unknown", "succeeded", "closed", "failed")


class Payment(Table):
    """One attempt to pay an order; ``reference`` is our number at the gateway, ``transaction`` the gateway's."""

    id = BigAutoField()
    order = ForeignKeyField(Order)
    gateway = TextField()
    reference = TextField()
    state = TextField(constraints=[one_of("state", PAYMENT_STATES)])
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = TextField()
    started = TextField(null=True)
    receipt = TextField()
    queries = IntegerField(constraints=[Check("queries >= 0")])
    query_at = BigIntegerField(null=True, index=True)
    created_at = BigIntegerField()

    class Meta:
        """Indexes: a reference is used once at a gateway."""

        indexes: ClassVar = ((("gateway", "reference"), True),)


class PaymentEvent(Table):
    """What happened to an attempt: one row a step."""

    id = BigAutoField()
    payment = ForeignKeyField(Payment)
    event = TextField()
    before = TextField()
    after = TextField()
    note = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "payment_event"


class Transfer(Table):
    """The money ledger: each row takes from ``credit`` and gives to ``debit``, so all balances add up to nothing."""

    id = BigAutoField()
    event = TextField()
    reference = TextField()
    debit = TextField()
    credit = TextField(constraints=[Check("credit <> debit")])
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = TextField(constraints=[Check("length(currency) = 3")])
    order = ForeignKeyField(Order, null=True)
    at = BigIntegerField(index=True)

    class Meta:
        """Indexes: an event is posted once."""

        indexes: ClassVar = ((("event", "reference", "debit", "credit"), True),)


class Finding(Table):
    """Money that fits no order as it is: somebody has to decide. ``settled_at`` is set when it is done."""

    id = BigAutoField()
    kind = TextField()
    gateway = TextField()
    reference = TextField()
    receipt = TextField()
    amount = BigIntegerField()
    currency = TextField()
    order = ForeignKeyField(Order, null=True)
    at = BigIntegerField()
    settled_at = BigIntegerField(null=True)

    class Meta:
        """Indexes: the same money is noted once."""

        indexes: ClassVar = ((("gateway", "receipt", "kind"), True),)
