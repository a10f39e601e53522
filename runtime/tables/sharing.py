"""Share links: where each leads and for which channel, its clicks by day, and the orders that came of it."""

from typing import ClassVar

from peewee import BigAutoField, BigIntegerField, Check, CompositeKey, ForeignKeyField, TextField

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

SHARE_KINDS = ("shop", "product", "shelf", "page", "room", "promotion")


class ShareLink(Table):
    """A short address of the shop; ``off_at`` is when it was switched off."""

    id = BigAutoField()
    code = TextField(unique=True)
    kind = TextField(constraints=[one_of("kind", SHARE_KINDS)])
    target = TextField()
    locale = TextField()
    channel = TextField()
    label = TextField()
    made_by = TextField()
    made_at = BigIntegerField()
    off_at = BigIntegerField(null=True)

    class Meta:
        """Names and indexes."""

        table_name = "share_link"
        indexes: ClassVar = ((("kind", "target"), False),)


class ShareClick(Table):
    """How often a link was followed on a day of the shop's own clock: no visitor is told from another."""

    link = ForeignKeyField(ShareLink, index=False)
    day = TextField()
    clicks = BigIntegerField(constraints=[Check("clicks >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "share_click"
        primary_key = CompositeKey("link", "day")


class ShareOrder(Table):
    """The link that the buyer of an order came by last, and when they followed it."""

    order = ForeignKeyField(Order, primary_key=True)
    link = ForeignKeyField(ShareLink)
    followed_at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "share_order"
