"""Counting visits: sums by day and hour, and what a day needs to count nobody twice.

``visit_key`` holds one row: the random key of the day. ``visit_mark`` holds marks made with it, and what each of them
was counted for. Both go when the day is over; only the sums stay. Days and hours are by the shop's own clock.
"""

from peewee import BigIntegerField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table


class VisitKey(Table):
    """The key of the day; empty once the day is over."""

    id = IntegerField(primary_key=True, constraints=[Check("id = 1")])
    day = TextField()
    key = TextField()

    class Meta:
        """Names."""

        table_name = "visit_key"


class VisitMark(Table):
    """That a visitor of today was counted for something, and the channel they came by first today."""

    mark = TextField()
    what = TextField()
    channel = TextField()

    class Meta:
        """Names and keys."""

        table_name = "visit_mark"
        primary_key = CompositeKey("mark", "what")


class VisitCount(Table):
    """How often something was seen or done in an hour, and by how many who had not done so that day.

    ``subject`` is a product or a room; rows of one have hour 0 and stand for the whole day.
    """

    day = TextField()
    hour = IntegerField(constraints=[Check("hour BETWEEN 0 AND 23")])
    kind = TextField()
    subject = TextField()
    channel = TextField()
    times = BigIntegerField(constraints=[Check("times >= 0")])
    visitors = BigIntegerField(constraints=[Check("visitors >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "visit_count"
        primary_key = CompositeKey("day", "hour", "kind", "subject", "channel")


class VisitWords(Table):
    """What was searched for without finding anything."""

    day = TextField()
    words = TextField()
    times = BigIntegerField(constraints=[Check("times >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "visit_words"
        primary_key = CompositeKey("day", "words")


class OrderChannel(Table):
    """The channel by which the buyer of an order had come when they filled their cart."""

    order = ForeignKeyField(Order, primary_key=True)
    channel = TextField()

    class Meta:
        """Names."""

        table_name = "order_channel"
