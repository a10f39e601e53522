"""Parcels: what left the shop, by whom, and what was in it."""

from typing import ClassVar

from peewee import BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table


class Parcel(Table):
    """A parcel of an order; ``tracking`` may be mended, so it is no ledger."""

    id = BigAutoField()
    order = ForeignKeyField(Order)
    carrier = TextField()
    tracking = TextField()
    shipped_at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "parcel"


class ParcelLine(Table):
    """How many pieces of which line of the order are in a parcel."""

    parcel = ForeignKeyField(Parcel, index=False)
    position = IntegerField()
    quantity = IntegerField(constraints=[Check("quantity > 0")])

    class Meta:
        """Names and keys."""

        table_name = "parcel_line"
        primary_key = CompositeKey("parcel", "position")
        indexes: ClassVar = ()
