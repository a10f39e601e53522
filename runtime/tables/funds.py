"""Funds: balances beside the ledger, withdrawals, disputes, and the bills of gateways."""

from typing import ClassVar

from peewee import SQL, BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

WITHDRAWAL_STATES = ("requested", "sent", "paid", "failed", "bounced")
DISPUTE_STATES = ("opened", "won", "lost")
BILL_KINDS = ("payment", "refund", "payout", "dispute", "fee", "other")
ROW_OUTCOMES = ("matched", "attached", "set_aside", "amount_differs", "duplicated", "posted", "noted")


class Balance(Table):
    """What an account holds: always the sum of its transfers, changed in their transaction."""

    account = TextField()
    currency = TextField()
    amount = BigIntegerField()

    class Meta:
        """Keys."""

        primary_key = CompositeKey("account", "currency")


class Withdrawal(Table):
    """Money on its way from a gateway to the bank; ``number`` is ours at the bank, or the payout's at the gateway."""

    id = BigAutoField()
    gateway = TextField()
    number = TextField()
    state = TextField(constraints=[one_of("state", WITHDRAWAL_STATES)])
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    fee = BigIntegerField(constraints=[Check("fee >= 0"), SQL("DEFAULT 0")])
    currency = TextField(constraints=[Check("length(currency) = 3")])
    created_at = BigIntegerField()

    class Meta:
        """Indexes: a number is used once."""

        indexes: ClassVar = ((("gateway", "number"), True),)


class WithdrawalEvent(Table):
    """What happened to a withdrawal: one row a step."""

    id = BigAutoField()
    withdrawal = ForeignKeyField(Withdrawal)
    event = TextField()
    before = TextField()
    after = TextField()
    actor = TextField()
    note = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "withdrawal_event"


class Dispute(Table):
    """A buyer's dispute at a gateway; ``order`` is empty when it is about no charge of ours."""

    id = BigAutoField()
    gateway = TextField()
    number = TextField()
    reference = TextField()
    order = ForeignKeyField(Order, null=True)
    state = TextField(constraints=[one_of("state", DISPUTE_STATES)])
    amount = BigIntegerField(constraints=[Check("amount > 0")])
    currency = TextField(constraints=[Check("length(currency) = 3")])
    opened_at = BigIntegerField()
    closed_at = BigIntegerField(null=True)

    class Meta:
        """Indexes: a dispute is noted once."""

        indexes: ClassVar = ((("gateway", "number"), True),)


class Bill(Table):
    """A gateway's books of a day were read; ``day`` is that of the gateway's own time zone."""

    gateway = TextField()
    day = TextField()
    row_count = IntegerField(constraints=[Check("row_count >= 0")])
    read_at = BigIntegerField()

    class Meta:
        """Keys."""

        primary_key = CompositeKey("gateway", "day")


class BillRow(Table):
    """A row of a bill and what it came to; ``occurrence`` counts rows that are alike in all but their amounts."""

    id = BigAutoField()
    gateway = TextField()
    day = TextField()
    kind = TextField(constraints=[one_of("kind", BILL_KINDS)])
    reference = TextField()
    receipt = TextField()
    occurrence = IntegerField()
    amount = BigIntegerField()
    fee = BigIntegerField()
    currency = TextField()
    text = TextField()
    at = BigIntegerField(null=True)
    outcome = TextField(constraints=[one_of("outcome", ROW_OUTCOMES)])

    class Meta:
        """Names and indexes: a row is taken once, and the same movement is found in the bills of other days."""

        table_name = "bill_row"
        indexes: ClassVar = (
            (("gateway", "day", "kind", "receipt", "reference", "occurrence"), True),
            (("gateway", "receipt", "kind"), False),
        )
