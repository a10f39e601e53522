"""The outbox: a message is a row written by the step that caused it, and is sent later by the worker, at least once.

``write`` belongs in a step's transaction. ``claim_due`` → ``mark_sent`` / ``mark_failed`` is the worker's side;
mail.py makes and sends the mail.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from generator.shop import Value
from runtime.database import Database, Transaction

CLAIM_SECONDS = 300
MAXIMUM_TRIES = 12


class Topic(StrEnum):
    """What a message tells."""

    ORDER_PLACED = "order-placed"
    ORDER_PAID = "order-paid"
    ORDER_SHIPPED = "order-shipped"
    ORDER_CANCELLED = "order-cancelled"
    ORDER_CHANGED = "order-changed"
    REFUND_SENT = "refund-sent"
    REFUND_FAILED = "refund-failed"
    AFTERSALE_OPENED = "aftersale-opened"
    AFTERSALE_ANSWERED = "aftersale-answered"
    WITHDRAWAL_RECEIVED = "withdrawal-received"
    MONEY_FOUND = "money-found"
    STOCK_LOW = "stock-low"
    GROUP_SUCCEEDED = "group-succeeded"
    GROUP_FAILED = "group-failed"
    REFERRAL_REWARD = "referral-reward"
    LIVE_CONFIRM = "live-confirm"
    LIVE_BEGINS = "live-begins"
    CONSOLE_INVITE = "console-invite"
    CONSOLE_RESET = "console-reset"
    CONSOLE_CHANGED = "console-changed"


class Notice(Value, frozen=True, kw_only=True):
    """A message to send; ``recipient`` is an address, or empty for the merchant."""

    id: int
    topic: Topic
    reference: str
    order: int | None
    recipient: str
    tries: int


def write(transaction: Transaction, topic: Topic, reference: str, now: datetime, **about: str | int | None) -> None:
    """Put a message into the outbox, once for each topic, reference and recipient; ``about``: order, recipient.

    Without a recipient it is for the merchant, or for nobody but those who listen to events (hooks).
    """
    at = int(now.timestamp())
    transaction.run(
        "INSERT INTO notice (topic, reference, order_id, recipient, state, tries, due_at, error, created_at) "
        "VALUES (?, ?, ?, ?, 'waiting', 0, ?, '', ?) ON CONFLICT DO NOTHING",
        topic,
        reference,
        about.get("order"),
        about.get("recipient", ""),
        at,
        at,
    )


def claim_due(database: Database, now: datetime, limit: int = 20) -> list[Notice]:
    """Take messages that are due; until they are marked, nobody else gets them for some minutes."""
    at = int(now.timestamp())

    def unit(transaction: Transaction) -> list[Notice]:
        rows = transaction.all(
            "SELECT id, topic, reference, order_id, recipient, tries, due_at FROM notice "
            "WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
            at,
            limit,
        )
        return [
            Notice(id=row[0], topic=Topic(row[1]), reference=row[2], order=row[3], recipient=row[4], tries=row[5] + 1)
            for row in rows
            if transaction.run(
                "UPDATE notice SET tries = tries + 1, due_at = ? WHERE id = ? AND state = 'waiting' AND due_at = ?",
                at + CLAIM_SECONDS,
                row[0],
                row[6],
            )
        ]

    waiting = database.read(
        lambda transaction: transaction.find("SELECT 1 FROM notice WHERE state = 'waiting' AND due_at <= ? LIMIT 1", at)
    )
    return database.write(unit) if waiting else []


def mark_sent(database: Database, notice: Notice, now: datetime) -> None:
    """Note that a message was handed over."""
    database.write(
        lambda transaction: transaction.run(
            "UPDATE notice SET state = 'sent', sent_at = ?, error = '' WHERE id = ?", int(now.timestamp()), notice.id
        )
    )


def mark_failed(database: Database, notice: Notice, error: str, now: datetime) -> None:
    """Note that a message could not be handed over: later again, with growing pauses; after many tries it is dead."""
    dead = notice.tries >= MAXIMUM_TRIES
    pause = timedelta(seconds=min(6 * 3600, 30 * 2**notice.tries))
    database.write(
        lambda transaction: transaction.run(
            "UPDATE notice SET state = ?, due_at = ?, error = ? WHERE id = ?",
            "dead" if dead else "waiting",
            int((now + pause).timestamp()),
            error[:500],
            notice.id,
        )
    )


def bury(database: Database, notice: Notice, why: str) -> None:
    """Note that a message will never be taken: nobody is left who wants it."""
    database.write(
        lambda transaction: transaction.run(
            "UPDATE notice SET state = 'dead', error = ? WHERE id = ?", why[:500], notice.id
        )
    )
