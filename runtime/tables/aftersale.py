"""After-sale: what buyers ask for, what happened to it, and the pictures they show."""

from peewee import SQL, BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

CASE_KINDS = ("refund", "return", "exchange", "withdrawal")
CASE_STATES = (
    "asked", "declined", "to_send_back", "sent_back", "to_replace", "replaced", "refunded", "done", "closed",
    "taken_back",
)  # fmt: skip


class Aftersale(Table):
    """A case; ``due_at`` is when the next step happens by itself, ``refund`` the number of its refund."""

    id = BigAutoField()
    number = TextField(unique=True)
    order = ForeignKeyField(Order)
    kind = TextField(constraints=[one_of("kind", CASE_KINDS)])
    state = TextField(constraints=[one_of("state", CASE_STATES)])
    reason = TextField()
    amount = BigIntegerField(null=True, constraints=[Check("amount > 0")])
    carrier = TextField(constraints=[SQL("DEFAULT ''")])
    tracking = TextField(constraints=[SQL("DEFAULT ''")])
    new_carrier = TextField(constraints=[SQL("DEFAULT ''")])
    new_tracking = TextField(constraints=[SQL("DEFAULT ''")])
    refund = TextField(constraints=[SQL("DEFAULT ''")])
    due_at = BigIntegerField(null=True, index=True)
    opened_at = BigIntegerField()


class AftersaleLine(Table):
    """How many pieces of which line of the order a case is about."""

    aftersale = ForeignKeyField(Aftersale, index=False)
    position = IntegerField()
    quantity = IntegerField(constraints=[Check("quantity > 0")])

    class Meta:
        """Names and keys."""

        table_name = "aftersale_line"
        primary_key = CompositeKey("aftersale", "position")


class AftersaleEvent(Table):
    """What happened to a case: one row a step, with what was said."""

    id = BigAutoField()
    aftersale = ForeignKeyField(Aftersale)
    event = TextField()
    before = TextField()
    after = TextField()
    actor = TextField()
    text = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "aftersale_event"


class AftersalePicture(Table):
    """A picture that a buyer shows; ``name`` is its file below var/uploads."""

    id = BigAutoField()
    aftersale = ForeignKeyField(Aftersale)
    name = TextField(unique=True)

    class Meta:
        """Names."""

        table_name = "aftersale_picture"
