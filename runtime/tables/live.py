"""Live selling: broadcasts and who sent them, what was said and shown in a room, and what came of it.

``room`` is the handle of live/<handle>.yaml. Columns that end in ``_ms`` are milliseconds since 1970 in UTC by the
server's clock; ``_hash`` columns never hold what they are made from.
"""

from typing import ClassVar

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    Check,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from runtime.tables.sales import Order
from runtime.tables.table import Table, one_of

BROADCAST_STATES = ("armed", "live", "interrupted", "ended")
WAYS = ("own", "cdn", "embed")
RECORDING_STATES = ("none", "whole", "incomplete", "removed")
SESSION_KINDS = ("rtmp", "frames", "recorder", "cdn")
MESSAGE_STATES = ("shown", "held", "removed")
BAN_KINDS = ("viewer", "contact", "address")
ROLES = ("host", "assistant")


class LiveBroadcast(Table):
    """One sending of a room, or a practice that nobody else sees; ``stream`` is the public name of its folder.

    Every step of its life raises ``version``; the key of its publisher is kept as a hash and its last letters.
    """

    id = BigAutoField()
    room = TextField()
    ordinal = IntegerField(constraints=[Check("ordinal > 0")])
    practice = IntegerField(constraints=[Check("practice IN (0, 1)")])
    through = TextField(constraints=[one_of("through", WAYS)])
    stream = TextField()
    state = TextField(constraints=[one_of("state", BROADCAST_STATES)])
    version = IntegerField()
    key_hash = TextField(unique=True)
    key_tail = TextField()
    key_generation = IntegerField()
    armed_at = BigIntegerField()
    started_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    grace_until = BigIntegerField(null=True)
    ended_why = TextField()
    recording = TextField(constraints=[one_of("recording", RECORDING_STATES)])
    recording_bytes = BigIntegerField(constraints=[Check("recording_bytes >= 0")])
    duration_ms = BigIntegerField(constraints=[Check("duration_ms >= 0")])
    peak = IntegerField(constraints=[Check("peak >= 0")])
    likes = BigIntegerField(constraints=[Check("likes >= 0")])
    provider_ref = TextField()
    actor = TextField()

    class Meta:
        """Names and indexes."""

        table_name = "live_broadcast"
        indexes: ClassVar = ((("room", "ordinal", "practice"), True), (("room", "stream"), True))


LiveBroadcast.add_index(
    LiveBroadcast.index(
        LiveBroadcast.room,
        LiveBroadcast.practice,
        name="live_broadcast_open",
        unique=True,
        where=SQL("state <> 'ended'"),
    )
)


class LiveSession(Table):
    """One connection of a publisher, and why it ended."""

    id = BigAutoField()
    broadcast = ForeignKeyField(LiveBroadcast)
    kind = TextField(constraints=[one_of("kind", SESSION_KINDS)])
    peer = TextField()
    agent = TextField()
    started_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)
    why = TextField()
    bytes = BigIntegerField(constraints=[Check("bytes >= 0")])
    width = IntegerField()
    height = IntegerField()
    video = TextField()
    audio = TextField()

    class Meta:
        """Names."""

        table_name = "live_session"


class LivePin(Table):
    """A product that the host explained (讲解中), by its bag number, from when until when."""

    id = BigAutoField()
    broadcast = ForeignKeyField(LiveBroadcast)
    number = IntegerField(constraints=[Check("number > 0")])
    product = TextField()
    at_ms = BigIntegerField()
    until_ms = BigIntegerField(null=True)
    actor = TextField()

    class Meta:
        """Names."""

        table_name = "live_pin"


class LiveFlash(Table):
    """A flash sale that the host started: a price, pieces of its own, and a time."""

    id = BigAutoField()
    broadcast = ForeignKeyField(LiveBroadcast)
    number = IntegerField(constraints=[Check("number > 0")])
    sku = TextField()
    price = BigIntegerField(constraints=[Check("price >= 0")])
    quantity = BigIntegerField(constraints=[Check("quantity > 0")])
    per_buyer = IntegerField(constraints=[Check("per_buyer > 0")])
    starts_at = BigIntegerField()
    ends_at = BigIntegerField(constraints=[Check("ends_at > starts_at")])
    stopped_at = BigIntegerField(null=True)
    actor = TextField()

    class Meta:
        """Names and indexes."""

        table_name = "live_flash"
        indexes: ClassVar = ((("ends_at",), False),)


class LiveMessage(Table):
    """A line of chat. ``viewer``, ``contact`` and ``address`` are hashes by which its author can be banned.

    ``moderated_ms`` is when somebody let it through or took it away.
    """

    room = TextField()
    seq = BigIntegerField()
    viewer = TextField()
    contact = TextField()
    address = TextField()
    name = TextField()
    body = TextField()
    at_ms = BigIntegerField()
    state = TextField(constraints=[one_of("state", MESSAGE_STATES)])
    actor = TextField()
    host = IntegerField(constraints=[Check("host IN (0, 1)")])
    moderated_ms = BigIntegerField(null=True)

    class Meta:
        """Names, keys and indexes."""

        table_name = "live_message"
        primary_key = CompositeKey("room", "seq")
        indexes: ClassVar = ((("moderated_ms",), False),)


class LiveNotice(Table):
    """The message that stands above a room's chat."""

    room = TextField(primary_key=True)
    body = TextField()
    at_ms = BigIntegerField()
    actor = TextField()

    class Meta:
        """Names."""

        table_name = "live_notice"


class LiveBan(Table):
    """Who may not write (``mute``) or not even count; '' is every room, no ``until`` is for ever."""

    id = BigAutoField()
    room = TextField()
    kind = TextField(constraints=[one_of("kind", BAN_KINDS)])
    value_hash = TextField(index=True)
    mute = IntegerField(constraints=[Check("mute IN (0, 1)")])
    until = BigIntegerField(null=True)
    why = TextField()
    actor = TextField()
    at = BigIntegerField()
    lifted_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "live_ban"


class LiveMinute(Table):
    """A minute of a broadcast: the viewers of it, the seconds they watched, and what they did."""

    broadcast = ForeignKeyField(LiveBroadcast, index=False)
    minute = BigIntegerField()
    viewers = IntegerField(constraints=[Check("viewers >= 0")])
    seconds = BigIntegerField(constraints=[Check("seconds >= 0")])
    likes = BigIntegerField(constraints=[Check("likes >= 0")])
    messages = BigIntegerField(constraints=[Check("messages >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "live_minute"
        primary_key = CompositeKey("broadcast", "minute")


class LiveInterest(Table):
    """What viewers did with a product in a minute of a broadcast."""

    broadcast = ForeignKeyField(LiveBroadcast, index=False)
    minute = BigIntegerField()
    product = TextField()
    clicks = BigIntegerField(constraints=[Check("clicks >= 0")])
    carts = BigIntegerField(constraints=[Check("carts >= 0")])

    class Meta:
        """Names and keys."""

        table_name = "live_interest"
        primary_key = CompositeKey("broadcast", "minute", "product")


class LiveOrder(Table):
    """An order that came from a room: its broadcast and the product that was explained; 0 is no bag number."""

    order = ForeignKeyField(Order, primary_key=True)
    broadcast = ForeignKeyField(LiveBroadcast, null=True)
    room = TextField(index=True)
    pin = ForeignKeyField(LivePin, null=True)
    number = IntegerField(constraints=[Check("number >= 0")])
    at = BigIntegerField()

    class Meta:
        """Names."""

        table_name = "live_order"


class LiveReminder(Table):
    """Somebody who wants to be told when a room opens, once they confirmed the address."""

    id = BigAutoField()
    room = TextField()
    email = TextField()
    locale = TextField()
    at = BigIntegerField()
    confirmed_at = BigIntegerField(null=True)
    sent_at = BigIntegerField(null=True)
    token_hash = TextField(unique=True)

    class Meta:
        """Names and indexes."""

        table_name = "live_reminder"
        indexes: ClassVar = ((("room", "email"), True),)


class LiveAccess(Table):
    """An invitation to the studio; the key of its link is kept as a hash, '' is every room."""

    id = BigAutoField()
    name = TextField()
    role = TextField(constraints=[one_of("role", ROLES)])
    room = TextField()
    key_hash = TextField(unique=True)
    made_at = BigIntegerField()
    expires_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)
    seen_at = BigIntegerField(null=True)

    class Meta:
        """Names."""

        table_name = "live_access"


class LiveCallback(Table):
    """A notice of a provider that was handled, so that the same one again changes nothing."""

    provider = TextField()
    event_key = TextField()
    at = BigIntegerField()

    class Meta:
        """Names and keys."""

        table_name = "live_callback"
        primary_key = CompositeKey("provider", "event_key")
