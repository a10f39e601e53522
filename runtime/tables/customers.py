"""Customers: people who are known by the hashes of their contacts, what was written about them, and their consent."""

from peewee import SQL, BigAutoField, BigIntegerField, Check, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

PURPOSES = ("email", "phone")
WAYS = ("person", "phone", "email", "paper", "chat", "erasure")


class Customer(Table):
    """A person: name and contacts as the last order has them; ``digits`` is the phone number for searching.

    ``erase_asked_at`` is when they asked to be forgotten; ``erased_at`` is set when nothing of them is left.
    """

    id = BigAutoField()
    name = TextField()
    email = TextField()
    phone = TextField()
    digits = TextField()
    since = BigIntegerField()
    last_at = BigIntegerField(index=True)
    erase_asked_at = BigIntegerField(null=True)
    erased_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "customer"


class CustomerKey(Table):
    """By what a customer is known: hashes of runtime.customers."""

    key = TextField(primary_key=True)
    customer = ForeignKeyField(Customer)

    class Meta:
        """Names."""

        table_name = "customer_key"


class CustomerOrder(Table):
    """Whose order it is."""

    order = ForeignKeyField(Order, primary_key=True)
    customer = ForeignKeyField(Customer)

    class Meta:
        """Names."""

        table_name = "customer_order"


class CustomerNote(Table):
    """What the merchant's people wrote about a customer for each other."""

    id = BigAutoField()
    customer = ForeignKeyField(Customer)
    actor = TextField()
    name = TextField()
    text = TextField()
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "customer_note"


class CustomerConsent(Table):
    """That a customer allowed advertising by e-mail or phone, or took that back; the newest row of a purpose holds."""

    id = BigAutoField()
    customer = ForeignKeyField(Customer)
    purpose = TextField(constraints=[one_of("purpose", PURPOSES)])
    given = IntegerField(constraints=[Check("given IN (0, 1)")])
    way = TextField(constraints=[one_of("way", WAYS)])
    actor = TextField()
    name = TextField(constraints=[SQL("DEFAULT ''")])
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "customer_consent"
