"""PostgreSQL as the shop's database.

One connection a thread, one transaction a unit, repeated by itself when the server says so.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import peewee

from runtime.faults import DatabaseFault, OutcomeUnknownFault, Reason
from runtime.transaction import Connection, Transaction, cause, fault

T = TypeVar("T")
TRIES = 6
_AGAIN = {"40001", "40P01"}


class PostgresStore:
    """A shop's database on a PostgreSQL server."""

    dialect = "postgres"

    def __init__(self, address: str) -> None:
        self._address = address
        self._local = threading.local()
        self._guard = threading.Lock()
        self._connections: list[Connection] = []

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work and return its result after it is durable; what it raises rolls it back."""
        for attempt in range(1, TRIES + 1):
            connection = self._connection()
            try:
                return self._transact(connection, unit)
            except (peewee.DatabaseError, peewee.InterfaceError) as error:
                self._after(connection, error, last=attempt == TRIES)
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311  spreads competitors, hides nothing
        raise DatabaseFault(Reason.LOCKED, "the database is busy for too long")

    def read(self, look: Callable[[Transaction], T]) -> T:
        """Run queries on one consistent snapshot."""
        for last in (False, True):
            connection = self._connection()
            try:
                connection.execute_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                try:
                    return look(Transaction(connection))
                finally:
                    with contextlib.suppress(peewee.PeeweeException):
                        connection.execute_sql("ROLLBACK")
            except (peewee.DatabaseError, peewee.InterfaceError) as error:
                self._after(connection, error, last=last)
        raise DatabaseFault(Reason.UNREACHABLE, "the database cannot be reached")

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            for connection in self._connections:
                with contextlib.suppress(peewee.PeeweeException):
                    connection.close()
            self._connections.clear()
        self._local = threading.local()

    def _transact(self, connection: Connection, unit: Callable[[Transaction], T]) -> T:
        connection.execute_sql("BEGIN")
        transaction = Transaction(connection)
        try:
            result = unit(transaction)
            transaction.finish()
        except BaseException:
            with contextlib.suppress(peewee.PeeweeException):
                connection.execute_sql("ROLLBACK")
            raise
        try:
            connection.execute_sql("COMMIT")
        except (peewee.OperationalError, peewee.InterfaceError) as error:
            if getattr(cause(error), "sqlstate", None) in _AGAIN:
                raise
            self._forget(connection)
            raise OutcomeUnknownFault(Reason.UNREACHABLE, "the connection broke while committing") from error
        return result

    def _after(self, connection: Connection, error: peewee.PeeweeException, *, last: bool) -> None:
        """Return when trying again is right, else raise."""
        if getattr(cause(error), "sqlstate", None) in _AGAIN and not last:
            return
        found = fault(error)  # type: ignore[arg-type]
        if found is None:
            raise error
        if found.reason is Reason.UNREACHABLE:
            self._forget(connection)
        if last or found.reason is not Reason.UNREACHABLE:
            raise found from error

    def _connection(self) -> Connection:
        found: Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            return found
        connection = peewee.PostgresqlDatabase(
            self._address, prefer_psycopg3=True, autoconnect=False, connect_timeout=5, application_name="shopwright"
        )
        try:
            connection.connect()
        except (peewee.DatabaseError, peewee.InterfaceError) as error:
            raise DatabaseFault(Reason.UNREACHABLE, "the database server cannot be reached") from error
        self._local.connection = connection
        with self._guard:
            self._connections.append(connection)
        return connection

    def _forget(self, connection: Connection) -> None:
        """Close a broken connection; the next unit makes a new one."""
        with contextlib.suppress(peewee.PeeweeException):
            connection.close()
        with self._guard, contextlib.suppress(ValueError):
            self._connections.remove(connection)
        self._local.connection = None
