"""Who is told of which event, and what was told before."""

from datetime import datetime

from generator.shop import Hook
from runtime import notices
from runtime.database import Database, Transaction
from runtime.notices import Notice

PREFIX = "hook:"


def recipient(hook: Hook) -> str:
    """Return how a hook stands in the outbox."""
    return f"{PREFIX}{hook.id}"


def find(hooks: tuple[Hook, ...], notice: Notice) -> Hook | None:
    """Return the hook that a message is for, or None: it is a mail, or the hook was taken out of the text."""
    return next((hook for hook in hooks if recipient(hook) == notice.recipient), None)


def fan_out(transaction: Transaction, hooks: tuple[Hook, ...], notice: Notice, now: datetime) -> int:
    """Write a message for every hook that wants to know; once each, however often it is asked for."""
    if notice.recipient.startswith(PREFIX):
        return 0
    wanted = [hook for hook in hooks if not hook.events or notice.topic in hook.events]
    for hook in wanted:
        notices.write(transaction, notice.topic, notice.reference, now, order=notice.order, recipient=recipient(hook))
    return len(wanted)


def replay(database: Database, hook: str, since: datetime, now: datetime) -> int:
    """Send again what a hook was told (or could not be told) since then; return how many messages that are."""

    def unit(transaction: Transaction) -> int:
        return transaction.run(
            "UPDATE notice SET state = 'waiting', tries = 0, due_at = ?, error = '' "
            "WHERE recipient = ? AND state <> 'waiting' AND created_at >= ?",
            int(now.timestamp()),
            f"{PREFIX}{hook}",
            int(since.timestamp()),
        )

    return database.write(unit)
