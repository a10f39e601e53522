"""What the shop needs to run: facts about the database, the outbox, leases."""

from typing import ClassVar

from peewee import BigAutoField, BigIntegerField, Check, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

NOTICE_STATES = ("waiting", "sent", "dead")


class Meta(Table):
    """Facts about the database itself: identity, schema."""

    key = TextField(primary_key=True)
    value = TextField()


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
        """Indexes: a message about one thing to one recipient exists once."""

        indexes: ClassVar = ((("topic", "reference", "recipient"), True), (("state", "due_at"), False))


class Lease(Table):
    """Which process does the recurring work until when."""

    name = TextField(primary_key=True)
    owner = TextField()
    until = BigIntegerField()
