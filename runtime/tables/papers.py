"""Papers: which invoices and corrections were issued, under which numbers."""

from typing import ClassVar

from peewee import BigIntegerField, ForeignKeyField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

PAPER_KINDS = ("invoice", "correction")


class Paper(Table):
    """An issued paper; the order's own rows say what stands on it."""

    number = TextField(primary_key=True)
    kind = TextField(constraints=[one_of("kind", PAPER_KINDS)])
    order = ForeignKeyField(Order, index=False)
    reference = TextField()
    amount = BigIntegerField()
    issued_at = BigIntegerField()

    class Meta:
        """Indexes: each thing has one paper."""

        indexes: ClassVar = ((("order", "kind", "reference"), True),)
