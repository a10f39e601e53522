"""Stock: what can be sold, and how it came and went."""

from peewee import SQL, BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

HOLD_STATES = ("held", "sold", "released", "returned")
MOVE_REASONS = ("opening", "reserve", "release", "sell", "return", "adjust")


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
    """Pieces that an order took out of stock, and what became of them; ``returned`` of the sold ones came back."""

    order = ForeignKeyField(Order, index=False)
    sku = TextField(index=True)
    quantity = BigIntegerField(constraints=[Check("quantity > 0")])
    state = TextField(constraints=[one_of("state", HOLD_STATES)])
    returned = BigIntegerField(constraints=[Check("returned BETWEEN 0 AND quantity"), SQL("DEFAULT 0")])

    class Meta:
        """Names and keys."""

        table_name = "stock_hold"
        primary_key = CompositeKey("order", "sku")
