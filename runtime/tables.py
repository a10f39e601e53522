"""Every table of the shop's database, in one place.

Money is minor units, instants are whole seconds since 1970 in UTC, structured snapshots are JSON text. Ledgers
(stock_move, transfer, order_event, payment_event) and order_line are append-only: triggers of the migrations forbid
UPDATE and DELETE. The models describe the schema; hot paths say their SQL themselves.
"""

from collections.abc import Iterable
from typing import ClassVar

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    Check,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

ORDER_STATES = (
    "pending_payment", "closing", "cancelled", "confirmed", "paid", "shipped", "received", "completed", "returned",
)  # fmt: skip
PAYMENT_STATES = ("created", "open", "unknown", "succeeded", "closed", "failed")
HOLD_STATES = ("held", "sold", "released", "returned")
MOVE_REASONS = ("opening", "reserve", "release", "sell", "return", "adjust")
NOTICE_STATES = ("waiting", "sent", "dead")


def one_of(column: str, values: Iterable[str]) -> SQL:
    """Return the constraint that a column holds one of these words."""
    return SQL(f"CHECK ({column} IN ({', '.join(repr(str(value)) for value in values)}))")


class Table(Model):
    """A table; the connection is chosen by the caller (``with connection.bind_ctx(ALL)``)."""


class Meta(Table):
    """Facts about the database itself: identity, schema."""

    key = TextField(primary_key=True)
    value = TextField()


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
    remarks = TextField()
    invoice = TextField(null=True)
    consents = TextField()
    carrier = TextField(constraints=[SQL("DEFAULT ''")])
    tracking = TextField(constraints=[SQL("DEFAULT ''")])
    placed_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)

    class Meta:
        """Names and indexes."""

        table_name = "orders"
        indexes: ClassVar = ((("state", "expires_at"), False),)


class OrderLine(Table):
    """A line of an order as it was when ordered."""

    order = ForeignKeyField(Order, index=False)
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
        primary_key = CompositeKey("order", "position")


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


class Stock(Table):
    """How many pieces of a sku can be sold now; a sku without a row is unlimited."""

    sku = TextField(primary_key=True)
    level = BigIntegerField(constraints=[Check("level >= 0")])


class StockMove(Table):
    """The stock ledger: ``quantity`` changes what can be sold, ``held`` what is held for unpaid orders.

    Their sums are the levels.
    """

    id = BigAutoField()
    sku = TextField(index=True)
    quantity = BigIntegerField()
    held = BigIntegerField()
    reason = TextField(constraints=[one_of("reason", MOVE_REASONS)])
    order = ForeignKeyField(Order, null=True)
    actor = TextField()
    note = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "stock_move"


class StockHold(Table):
    """Pieces that an order took out of stock, and what became of them."""

    order = ForeignKeyField(Order, index=False)
    sku = TextField(index=True)
    quantity = BigIntegerField(constraints=[Check("quantity > 0")])
    state = TextField(constraints=[one_of("state", HOLD_STATES)])

    class Meta:
        """Names and keys."""

        table_name = "stock_hold"
        primary_key = CompositeKey("order", "sku")


class Payment(Table):
    """One attempt to pay an order; ``reference`` is our number at the gateway, ``transaction`` the gateway's."""

    id = BigAutoField()
    order = ForeignKeyField(Order)
    gateway = TextField()
    reference = TextField()
    state = TextField(constraints=[one_of("state", PAYMENT_STATES)])
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = TextField()
    page = TextField()
    instructions = TextField(null=True)
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
    at = BigIntegerField()

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


class Notice(Table):
    """The outbox: messages written with the step that caused them, sent later, at least once."""

    id = BigAutoField()
    topic = TextField()
    reference = TextField()
    order = ForeignKeyField(Order, null=True)
    recipient = TextField()
    state = TextField(constraints=[one_of("state", NOTICE_STATES)])
    tries = IntegerField(constraints=[Check("tries >= 0")])
    due_at = BigIntegerField()
    error = TextField()
    created_at = BigIntegerField()
    sent_at = BigIntegerField(null=True)

    class Meta:
        """Indexes: a message about one thing exists once."""

        indexes: ClassVar = ((("topic", "reference"), True), (("state", "due_at"), False))


class Lease(Table):
    """Which process does the recurring work until when."""

    name = TextField(primary_key=True)
    owner = TextField()
    until = BigIntegerField()


ALL: tuple[type[Table], ...] = (
    Meta,
    Order,
    OrderLine,
    OrderEvent,
    Stock,
    StockMove,
    StockHold,
    Payment,
    PaymentEvent,
    Transfer,
    Finding,
    Notice,
    Lease,
)
APPEND_ONLY = ("order_line", "order_event", "stock_move", "payment_event", "transfer")
