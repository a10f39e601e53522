"""What live selling talks about: broadcasts, connections of publishers, pins, flash sales, messages, bans."""

from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime.transaction import Row


class State(StrEnum):
    """Where a broadcast is: its key works, its picture runs, its publisher is away, it is over."""

    ARMED = "armed"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


class Through(StrEnum):
    """Who carries the picture: this shop, a network that delivers it, or another platform's player."""

    OWN = "own"
    CDN = "cdn"
    EMBED = "embed"


class Recording(StrEnum):
    """What is left of a broadcast to be watched again."""

    NONE = "none"
    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    REMOVED = "removed"


class Why(StrEnum):
    """Why a broadcast ended."""

    HOST = "host"
    GRACE = "grace"
    LENGTH = "length"
    UNUSED = "unused"
    PROVIDER = "provider"


class Broadcast(Value, frozen=True, kw_only=True):
    """One sending of a room; ``stream`` is the public name of its folder, ``key_tail`` is to know its key by."""

    id: int
    room: str
    ordinal: int
    practice: bool
    through: Through
    stream: str
    state: State
    version: int
    key_hash: str
    key_tail: str
    key_generation: int
    armed_at: int
    started_at: int | None
    ended_at: int | None
    grace_until: int | None
    ended_why: str
    recording: Recording
    recording_bytes: int
    duration_ms: int
    peak: int
    likes: int
    provider_ref: str
    actor: str

    @property
    def open(self) -> bool:
        """Tell whether it is not over."""
        return self.state is not State.ENDED


COLUMNS = ", ".join(Broadcast.__struct_fields__)


def broadcast(row: Row) -> Broadcast:
    """Return the broadcast of a row that has all columns in their order."""
    found = dict(zip(Broadcast.__struct_fields__, row, strict=True))
    found["practice"] = bool(found["practice"])
    return Broadcast(
        **{
            **found,
            "through": Through(found["through"]),
            "state": State(found["state"]),
            "recording": Recording(found["recording"]),
        }
    )


class Pin(Value, frozen=True, kw_only=True):
    """A product that the host explains; ``until_ms`` is None as long as that goes on."""

    id: int
    broadcast_id: int
    number: int
    product: str
    at_ms: int
    until_ms: int | None


class Flash(Value, frozen=True, kw_only=True):
    """A flash sale of a room; ``until`` is when it ends or was stopped."""

    id: int
    broadcast_id: int
    room: str
    number: int
    sku: str
    price: int
    quantity: int
    per_buyer: int
    starts_at: int
    until: int


ASSISTANT = "assistant-"
"""How the id begins under which an assistant writes; ids of viewers are hexadecimal."""


class Message(Value, frozen=True, kw_only=True):
    """A line of chat; ``contact`` holds hashes that are parted by spaces, ``host`` is of the house."""

    room: str
    seq: int
    viewer: str
    contact: str
    address: str
    name: str
    body: str
    at_ms: int
    state: str
    host: bool

    @property
    def assistant(self) -> bool:
        """Tell whether who wrote helps the host and is none."""
        return self.host and self.viewer.startswith(ASSISTANT)


def milliseconds(now: datetime) -> int:
    """Return an instant as milliseconds since 1970 in UTC."""
    return round(now.timestamp() * 1000)
