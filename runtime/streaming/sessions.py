"""What is kept of every publisher's connection: from where it came, what it sent, and why it ended."""

from runtime.broadcast import Kind
from runtime.live.values import Broadcast
from runtime.streaming.channel import Sending
from runtime.streaming.publishers import Leaving, Origin
from runtime.transaction import Transaction

_INSERT = (
    "INSERT INTO live_session (broadcast_id, kind, peer, agent, started_at, why, bytes, width, height, video, audio) "
    "VALUES (?, ?, ?, ?, ?, '', 0, ?, ?, ?, ?) RETURNING id"
)


def begin(transaction: Transaction, broadcast: Broadcast, origin: Origin, sending: Sending, at: int) -> int:
    """Note a connection whose pictures have come, and return its id."""
    video = next((track for track in sending.tracks if track.kind is Kind.VIDEO), None)
    audio = next((track for track in sending.tracks if track.kind is Kind.AUDIO), None)
    row = transaction.find(
        _INSERT,
        broadcast.id,
        origin.way,
        origin.peer,
        origin.agent,
        at,
        video.width if video else 0,
        video.height if video else 0,
        video.codec if video else "",
        audio.codec if audio else "",
    )
    return int(row[0]) if row else 0


def end(transaction: Transaction, identity: int, why: Leaving, size: int, at: int) -> None:
    """Note that a connection ended."""
    transaction.run(
        "UPDATE live_session SET ended_at = ?, why = ?, bytes = ? WHERE id = ? AND ended_at IS NULL",
        at,
        why,
        size,
        identity,
    )
