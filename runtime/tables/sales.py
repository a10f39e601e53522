"""Orders: what was ordered, and what happened to it."""

from typing import ClassVar

from peewee import SQL, BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.table import Table, one_of

ORDER_STATES = (
    "pending_payment", "closing", "cancelled", "confirmed", "paid", "partly_shipped", "shipped", "received",
    "completed", "returned", "refunded",
)  # fmt: skip


class Order(Table):
    """An order; its lines, history, holds, payments and transfers stand in their own tables."""

    id = BigAutoField()
    number = TextField(unique=True)
    token = TextField(unique=True)
    form_key = TextField(unique=True)
    fingerprint = TextField()
    state = TextField(constraints=[one_of("state", ORDER_STATES)])
    gateway = TextField()
    release = TextField()
    locale = TextField()
    currency = TextField(constraints=[Check("length(currency) = 3")])
    email = TextField(index=True)
    phone = TextField(index=True)
    contact = TextField()
    address = TextField()
    delivery = TextField()
    quote = TextField()
    total = BigIntegerField(constraints=[Check("total >= 0")])
    paid = BigIntegerField(constraints=[Check("paid >= 0"), SQL("DEFAULT 0")])
    refunded = BigIntegerField(constraints=[Check("refunded >= 0"), SQL("DEFAULT 0")])
    disputed = BigIntegerField(constraints=[Check("disputed >= 0"), SQL("DEFAULT 0")])
    remarks = TextField()
    invoice = TextField(null=True)
    consents = TextField()
    room = TextField(constraints=[SQL("DEFAULT ''")])
    revision = IntegerField(constraints=[Check("revision >= 0"), SQL("DEFAULT 0")])
    placed_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    settled_at = BigIntegerField(null=True)

    class Meta:
        """Names and indexes."""

        table_name = "orders"
        indexes: ClassVar = ((("state", "expires_at"), False),)


Order.add_index(
    SQL(
        'CREATE INDEX "order_unsettled" ON "orders" ("state") '
        "WHERE (settled_at IS NULL AND state IN ('completed', 'returned', 'refunded'))"
    )
)


class OrderLine(Table):
    """A line of an order as it was when ordered; a change of its price writes all lines again as the next revision."""

    order = ForeignKeyField(Order, index=False)
    revision = IntegerField(constraints=[Check("revision >= 0"), SQL("DEFAULT 0")])
    position = IntegerField()
    sku = TextField()
    product = TextField()
    title = TextField()
    label = TextField()
    picture = TextField()
    quantity = IntegerField(constraints=[Check("quantity > 0")])
    unit_price = BigIntegerField(constraints=[Check("unit_price >= 0")])
    discount = BigIntegerField(constraints=[Check("discount >= 0")])
    amount = BigIntegerField(constraints=[Check("amount >= 0")])
    tax_rate = TextField()
    tax = BigIntegerField(constraints=[Check("tax >= 0")])
    total = BigIntegerField(constraints=[Check("total >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "order_line"
        primary_key = CompositeKey("order", "revision", "position")


class OrderEvent(Table):
    """What happened to an order: one row a step."""

    id = BigAutoField()
    order = ForeignKeyField(Order)
    event = TextField()
    before = TextField()
    after = TextField()
    actor = TextField()
    note = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "order_event"


class OrderNote(Table):
    """What the merchant's people wrote at an order for each other; the buyer never reads it."""

    id = BigAutoField()
    order = ForeignKeyField(Order)
    actor = TextField()
    name = TextField()
    text = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "order_note"
