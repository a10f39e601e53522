"""Faults: the world failed (database gone, disk full), so nothing was decided and asking again later is right.

The web answers every Fault with 503 and ``Retry-After``; commands end with exit code 3.
"""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with the world."""

    LOCKED = "locked"
    READ_ONLY = "read_only"
    FULL = "full"
    ABSENT = "absent"
    """There is none yet."""
    MISSING = "missing"
    REPLACED = "replaced"
    CORRUPT = "corrupt"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    TAKEN = "taken"
    """Something is already where a new one was to be made."""
    SCHEMA_NEWER = "schema_newer"
    SCHEMA_OLDER = "schema_older"


class Fault(Exception):  # noqa: N818  the word of the house
    """The world failed; ``retry_after`` is how many seconds to wait before asking again."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseFault(Fault):
    """The database cannot be read or written now; nothing of the unit of work was kept.

    ``values`` are what a sentence about the reason names in other languages: a path, the shop's folder.
    """

    def __init__(self, reason: Reason, message: str, *, retry_after: int = 5, **values: str) -> None:
        super().__init__(message, retry_after=retry_after)
        self.reason = reason
        self.values = values


class OutcomeUnknownFault(DatabaseFault):
    """The connection broke while committing: the work may or may not be kept, so ask again with the same key."""


class MailFault(Fault):
    """A mail could not be handed over; it stays in the outbox."""
