"""The numbers of a broadcast as they are written down: added to what is there, minute by minute."""

from collections.abc import Sequence

import msgspec

from runtime.live.audience import Minute
from runtime.transaction import Transaction

_MINUTE = (
    "INSERT INTO live_minute (broadcast_id, minute, viewers, seconds, likes, messages) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (broadcast_id, minute) DO UPDATE SET "
    "viewers = CASE WHEN excluded.viewers > live_minute.viewers THEN excluded.viewers ELSE live_minute.viewers END, "
    "seconds = live_minute.seconds + excluded.seconds, likes = live_minute.likes + excluded.likes, "
    "messages = live_minute.messages + excluded.messages"
)
_INTEREST = (
    "INSERT INTO live_interest (broadcast_id, minute, product, clicks, carts) VALUES (?, ?, ?, ?, 0) "
    "ON CONFLICT (broadcast_id, minute, product) DO UPDATE SET clicks = live_interest.clicks + excluded.clicks"
)
_BROADCAST = "UPDATE live_broadcast SET likes = likes + ?, peak = CASE WHEN peak < ? THEN ? ELSE peak END WHERE id = ?"


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a broadcast since the last time, and how many watch now."""

    broadcast: int
    minutes: Sequence[tuple[int, Minute]]
    viewers: int


def keep(transaction: Transaction, found: Sum) -> None:
    """Add to the numbers of a broadcast."""
    for minute, noted in found.minutes:
        transaction.run(_MINUTE, found.broadcast, minute, noted.viewers, noted.seconds, noted.likes, noted.messages)
        for product, clicks in sorted(noted.clicks.items()):
            transaction.run(_INTEREST, found.broadcast, minute, product, clicks)
    likes = sum(noted.likes for _, noted in found.minutes)
    transaction.run(_BROADCAST, likes, found.viewers, found.viewers, found.broadcast)
