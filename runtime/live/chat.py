"""The chat as it is kept: every message, what became of it, and who may no longer write.

Messages are written by the process that runs the rooms, in batches; everything else is asked for by the studio and
the command line, and taken up by that process within a second.
"""

from collections.abc import Iterable
from datetime import datetime

from generator.shop import Value
from runtime.database import Database
from runtime.live.hall import Ban
from runtime.live.values import Message, milliseconds
from runtime.refusals import Code, Refusal
from runtime.transaction import Row, Transaction

_COLUMNS = "room, seq, viewer, contact, address, name, body, at_ms, state, host"
_INSERT = (
    f"INSERT INTO live_message ({_COLUMNS}, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "  # noqa: S608  our words
    "ON CONFLICT DO NOTHING"
)
_NOTICES = (
    "SELECT n.room, n.body FROM live_notice n WHERE n.body <> '' AND NOT EXISTS (SELECT 1 FROM live_broadcast b "
    "WHERE b.room = n.room AND b.practice = 0 AND b.state = 'ended' AND b.started_at IS NOT NULL "
    "AND (b.ended_at + 1) * 1000 > n.at_ms)"
)
_BAN = "INSERT INTO live_ban (room, kind, value_hash, mute, until, why, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
ADDRESS_SECONDS = 24 * 60 * 60
"""For how long an internet address is banned: others have it tomorrow."""


class Listed(Value, frozen=True, kw_only=True):
    """A ban as the studio lists it."""

    id: int
    room: str
    kind: str
    mute: bool
    until: int | None
    why: str
    actor: str
    at: int


def keep(transaction: Transaction, messages: Iterable[Message]) -> None:
    """Write messages down; the same one again changes nothing."""
    rows = [
        (each.room, each.seq, each.viewer, each.contact, each.address, each.name, each.body, each.at_ms, each.state,
         int(each.host))
        for each in messages
    ]  # fmt: skip
    transaction.run_many(_INSERT, rows)


def last_seq(transaction: Transaction, room: str) -> int:
    """Return the highest number of a room's messages."""
    row = transaction.find("SELECT COALESCE(MAX(seq), 0) FROM live_message WHERE room = ?", room)
    return int(row[0]) if row else 0


def trusted(transaction: Transaction, most: int = 50_000) -> list[str]:
    """Return who has written a message that was shown: ids of viewers and veiled contacts, those of old first."""
    rows = transaction.all(
        "SELECT viewer, contact FROM live_message WHERE state = 'shown' AND host = 0 "
        "GROUP BY viewer, contact ORDER BY MAX(at_ms) DESC LIMIT ?",
        most,
    )
    return [name for viewer, contact in reversed(rows) for name in (viewer, *contact.split())]


def messages(database: Database, room: str, *, after: int = 0, state: str = "", limit: int = 200) -> list[Message]:
    """Return the newest messages of a room after a number, the oldest of them first."""
    condition, values = ("AND state = ? ", (state,)) if state else ("", ())
    rows = database.read(
        lambda look: look.all(
            f"SELECT {_COLUMNS} FROM live_message WHERE room = ? AND seq > ? {condition}ORDER BY seq DESC LIMIT ?",  # noqa: S608
            room,
            after,
            *values,
            limit,
        )
    )
    return [message(row) for row in reversed(rows)]


def moderated(transaction: Transaction, since_ms: int) -> list[tuple[Message, int]]:
    """Return the messages of all rooms that somebody let through or took away since then, and when."""
    rows = transaction.all(
        f"SELECT {_COLUMNS}, moderated_ms FROM live_message WHERE moderated_ms > ? ORDER BY moderated_ms LIMIT 2000",  # noqa: S608
        since_ms,
    )
    return [(message(row[:-1]), int(row[-1])) for row in rows]


def remove(database: Database, room: str, seq: int, *, by: str, now: datetime) -> Message:
    """Take a message away; raise Refusal (live-message-unknown)."""
    return _judge(database, (room, seq), "removed", by, now)


def let_through(database: Database, room: str, seq: int, *, by: str, now: datetime) -> Message:
    """Show a message that was held, and trust who wrote it; raise Refusal (live-message-unknown)."""
    return _judge(database, (room, seq), "shown", by, now)


def pin_notice(database: Database, room: str, body: str, *, by: str, now: datetime) -> None:
    """Put a message above the chat of a room; '' takes it away."""
    database.write(
        lambda transaction: transaction.run(
            "INSERT INTO live_notice (room, body, at_ms, actor) VALUES (?, ?, ?, ?) ON CONFLICT (room) DO UPDATE "
            "SET body = excluded.body, at_ms = excluded.at_ms, actor = excluded.actor",
            room,
            body.strip(),
            milliseconds(now),
            by,
        )
    )


def notices(transaction: Transaction) -> dict[str, str]:
    """Return what stands above the chats, by room; what was pinned in a broadcast is over with it."""
    return dict(transaction.all(_NOTICES))


def ban(database: Database, room: str, seq: int, terms: tuple[str, bool, int | None], *, by: str, now: datetime) -> int:
    """Ban the author of a message by everything that is known of them, and take their last hour of messages away.

    ``terms`` are (why, mute, seconds): a mute leaves watching and liking, no seconds are for ever. Of somebody whose
    contact is not proven the internet address is banned for a day as well, else a new pass would be enough. Returns
    how many messages went.
    """
    why, mute, seconds = terms
    at = int(now.timestamp())
    until = None if seconds is None else at + seconds

    def unit(transaction: Transaction) -> int:
        found = _find(transaction, room, seq)
        kinds: list[tuple[str, str, int | None]] = [("viewer", found.viewer, until)]
        kinds += [("contact", each, until) for each in found.contact.split()]
        if not found.contact and found.address:
            kinds.append(("address", found.address, min(until or at + ADDRESS_SECONDS, at + ADDRESS_SECONDS)))
        for kind, value, end in kinds:
            transaction.run(
                _BAN,
                *(room, kind, value, int(mute), end, why, by, at),
            )
        if mute:
            return 0
        return transaction.run(
            "UPDATE live_message SET state = 'removed', actor = ?, moderated_ms = ? WHERE room = ? "
            "AND state <> 'removed' AND at_ms > ? AND (viewer = ? OR (contact <> '' AND contact = ?))",
            *(by, milliseconds(now), room, milliseconds(now) - 3_600_000, found.viewer, found.contact),
        )

    return database.write(unit)


def lift(database: Database, identity: int, now: datetime) -> bool:
    """End a ban, with the others that were made by the same step; return False if there was none."""

    def unit(transaction: Transaction) -> bool:
        row = transaction.find("SELECT room, at, actor, why FROM live_ban WHERE id = ? AND lifted_at IS NULL", identity)
        return row is not None and bool(
            transaction.run(
                "UPDATE live_ban SET lifted_at = ? WHERE room = ? AND at = ? AND actor = ? AND why = ? "
                "AND lifted_at IS NULL",
                int(now.timestamp()),
                *row,
            )
        )

    return database.write(unit)


def bans(transaction: Transaction, now: datetime) -> list[Ban]:
    """Return who may not write now."""
    rows = transaction.all(
        "SELECT room, value_hash, mute FROM live_ban WHERE lifted_at IS NULL AND (until IS NULL OR until > ?)",
        int(now.timestamp()),
    )
    return [Ban(room=row[0], value=row[1], mute=bool(row[2])) for row in rows]


def listed(database: Database, room: str, now: datetime) -> list[Listed]:
    """Return the bans that hold in a room, the newest first."""
    rows = database.read(
        lambda look: look.all(
            "SELECT id, room, kind, mute, until, why, actor, at FROM live_ban WHERE room IN (?, '') "
            "AND lifted_at IS NULL AND (until IS NULL OR until > ?) ORDER BY id DESC LIMIT 500",
            room,
            int(now.timestamp()),
        )
    )
    return [
        Listed(**dict(zip(Listed.__struct_fields__, (*row[:3], bool(row[3]), *row[4:]), strict=True))) for row in rows
    ]


def message(row: Row) -> Message:
    """Return the message of a row."""
    return Message(**{**dict(zip(Message.__struct_fields__, row, strict=True)), "host": bool(row[-1])})


def _judge(database: Database, which: tuple[str, int], state: str, by: str, now: datetime) -> Message:
    def unit(transaction: Transaction) -> Message:
        transaction.run(
            "UPDATE live_message SET state = ?, actor = ?, moderated_ms = ? WHERE room = ? AND seq = ? AND state <> ?",
            *(state, by, milliseconds(now), *which, state),
        )
        return _find(transaction, *which)

    return database.write(unit)


def _find(transaction: Transaction, room: str, seq: int) -> Message:
    row = transaction.find(f"SELECT {_COLUMNS} FROM live_message WHERE room = ? AND seq = ?", room, seq)  # noqa: S608
    if row is None:
        raise Refusal(Code.LIVE_MESSAGE_UNKNOWN, number=seq)
    return message(row)
