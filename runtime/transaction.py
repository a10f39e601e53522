"""A unit of work in progress, the same on SQLite and PostgreSQL: statements are written with ``?``."""

import errno
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import peewee

from runtime.faults import DatabaseFault, Reason

Row = tuple[Any, ...]


class Ending(Protocol):
    """Work that belongs to a unit and is done last."""

    def __call__(self, transaction: "Transaction") -> None:
        """Do it, with the unit's transaction."""


E = TypeVar("E", bound=Ending)


class Connection(Protocol):
    """What is used of a Peewee database; its stubs leave these untyped."""

    def execute_sql(self, sql: str, params: Sequence[Any] | None = None) -> Any:  # noqa: ANN401  a driver's cursor
        """Execute one statement and return the cursor."""

    def connection(self) -> Any:  # noqa: ANN401  the driver's connection
        """Return the driver's connection of this thread."""

    def close(self) -> bool:
        """Close this thread's connection."""


_SQLITE = {
    5: (Reason.LOCKED, "the database is locked by another program"),
    6: (Reason.LOCKED, "the database is locked by another program"),
    8: (Reason.READ_ONLY, "the database cannot be written: its file or folder is read-only"),
    10: (Reason.BROKEN, "the disk below the database reports errors"),
    11: (Reason.CORRUPT, "the database file is damaged: restore the last backup"),
    13: (Reason.FULL, "the disk below the database is full"),
    14: (Reason.MISSING, "the database file cannot be opened"),
    26: (Reason.CORRUPT, "the database file is not a database: restore the last backup"),
}
_POSTGRES = {
    "53100": (Reason.FULL, "the disk below the database is full"),
    "25006": (Reason.READ_ONLY, "the database is read-only"),
    "55P03": (Reason.LOCKED, "the database is locked by another program"),
    "XX001": (Reason.CORRUPT, "the database is damaged"),
    "XX002": (Reason.CORRUPT, "the database is damaged"),
}


@lru_cache(maxsize=1024)
def _percent(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


def _as_is(statement: str) -> str:
    return statement


class Transaction:
    """Every statement of it is kept, or none; the store that made it commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.postgres = isinstance(connection, peewee.PostgresqlDatabase)
        self._write: Callable[[str], str] = _percent if self.postgres else _as_is
        self._endings: dict[type[Ending], Ending] = {}

    def run(self, statement: str, *values: Any) -> int:  # noqa: ANN401  any value a column can hold
        """Execute a statement and return how many rows it touched."""
        return int(self.connection.execute_sql(self._write(statement), values or None).rowcount)

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute a statement once a row."""
        written = self._write(statement)
        for row in rows:
            self.connection.execute_sql(written, row)

    def find(self, statement: str, *values: Any) -> Row | None:  # noqa: ANN401
        """Return the first row of a query, or None."""
        row: Row | None = self.connection.execute_sql(self._write(statement), values or None).fetchone()
        return row

    def all(self, statement: str, *values: Any) -> list[Row]:  # noqa: ANN401
        """Return all rows of a query."""
        return list(self.connection.execute_sql(self._write(statement), values or None).fetchall())

    def ending(self, kind: type[E]) -> E:
        """Return the unit's one ``kind``, which is called at its end: rows that everybody changes are locked last."""
        found = self._endings.get(kind)
        if not isinstance(found, kind):
            found = self._endings[kind] = kind()
        return found

    def begin(self) -> None:
        """Forget what an earlier unit of the same connection left to do."""
        self._endings = {}

    def finish(self) -> None:
        """Do what is left for the end of the unit."""
        endings, self._endings = self._endings, {}
        for each in endings.values():
            each(self)


_SYSTEM = {
    errno.EROFS: _SQLITE[8],
    errno.EACCES: _SQLITE[8],
    errno.EPERM: _SQLITE[8],
    errno.ENOSPC: _SQLITE[13],
    errno.EDQUOT: _SQLITE[13],
}


def system_fault(error: OSError) -> DatabaseFault:
    """Return the Fault that an error of the file system beside the database means."""
    return DatabaseFault(*_SYSTEM.get(error.errno or 0, _SQLITE[10]))


def cause(error: BaseException) -> BaseException:
    """Return the driver's own exception inside Peewee's."""
    inner = getattr(error, "orig", None) or error.__context__
    return inner if isinstance(inner, BaseException) else error


def fault(error: peewee.DatabaseError | peewee.InterfaceError) -> DatabaseFault | None:
    """Return the Fault that a database error means, or None when the statement itself is to blame."""
    inner = cause(error)
    if isinstance(inner, sqlite3.Error):
        known = _SQLITE.get(getattr(inner, "sqlite_errorcode", 0) & 0xFF)
        return DatabaseFault(*known) if known else None
    state = getattr(inner, "sqlstate", None)
    if state in _POSTGRES:
        return DatabaseFault(*_POSTGRES[state])
    unreachable = state is None or state[:2] in {"08", "57", "53"}
    if unreachable and isinstance(error, peewee.OperationalError | peewee.InterfaceError):
        return DatabaseFault(Reason.UNREACHABLE, "the database cannot be reached")
    return None
