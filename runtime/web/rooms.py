"""Where a live room stands: its times decide, and nothing else."""

from datetime import UTC, datetime
from enum import StrEnum

from generator.shop import LiveRoom


class RoomState(StrEnum):
    """Before its beginning, live, or over."""

    BEFORE = "before"
    LIVE = "live"
    ENDED = "ended"


def state(room: LiveRoom, now: datetime) -> RoomState:
    """Return where a room stands; one without an end goes on."""
    moment = instant(now)
    if room.ends_at and moment >= room.ends_at:
        return RoomState.ENDED
    return RoomState.LIVE if moment >= room.starts_at else RoomState.BEFORE


def instant(now: datetime) -> str:
    """Write an instant as releases do, so that texts compare as times do."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
