"""The database of one shop: ``open(settings)``, ``database.write(unit)`` for one whole unit of work, ``database.read()`` for looking.

SQLite: WAL, synchronous=FULL, one writer thread a process that groups commits, and a file lock between processes.
PostgreSQL: a transaction a unit, repeated by itself after serialization failures and deadlocks.
Statements use ``?`` on both.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from runtime.settings import Settings

T = TypeVar("T")
Row = tuple[Any, ...]


class Transaction(Protocol):
    """A unit of work in progress; every statement of it is kept, or none."""

    def run(self, statement: str, *values: Any) -> int:
        """Execute a statement and return how many rows it touched."""

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement once a row."""

    def find(self, statement: str, *values: Any) -> Row | None:
        """Return the first row of a query, or None."""

    def all(self, statement: str, *values: Any) -> list[Row]:
        """Return all rows of a query."""


class Database:
    """A connected database."""

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work and return its result after it is durable; what it raises rolls it back."""
        raise NotImplementedError

    def read(self, look: Callable[[Transaction], T]) -> T:
        """Run queries on one consistent snapshot."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish the writer and close every connection."""
        raise NotImplementedError


def open(settings: Settings) -> Database:  # noqa: A001
    """Connect to the shop's database; raise DatabaseFault when it is gone, unreachable or of another schema version."""
    raise NotImplementedError
