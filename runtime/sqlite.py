"""SQLite as the shop's database: one writer a process that groups commits, many readers, and a fair lock between processes.

The file is never created here by accident, and a file deleted or replaced below a running shop is noticed before the next write.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import peewee

from runtime.faults import DatabaseFault, Reason
from runtime.transaction import Connection, Transaction, fault
from runtime.writer import Writer

if sys.platform != "win32":
    import fcntl

T = TypeVar("T")
BUSY_SECONDS = 5
_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("wal_autocheckpoint", 1000),
    ("journal_size_limit", 64 * 1024 * 1024),
)


def connect(path: Path, *, mode: str = "rw", read_only: bool = False) -> Connection:
    """Open a connection of this thread; mode ``rwc`` creates the file."""
    pragmas = (("foreign_keys", 1), ("query_only", 1)) if read_only else _PRAGMAS
    connection = peewee.SqliteDatabase(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=BUSY_SECONDS, pragmas=pragmas, autoconnect=False
    )
    connection.connect()
    return connection


class ProcessLock:
    """A lock between processes that lets the others in first: who holds it has to pass the gate again."""

    def __init__(self, path: Path) -> None:
        self._files = [os.open(path.with_name(path.name + end), os.O_RDWR | os.O_CREAT, 0o600) for end in ("-gate", "-lock")]

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock."""
        if sys.platform == "win32":
            yield
            return
        gate, lock = self._files
        fcntl.flock(gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        finally:
            fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files back."""
        for file in self._files:
            os.close(file)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SqliteStore:
    """A shop's database in one file."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._readers: list[Connection] = []
        self._guard = threading.Lock()
        self._lock = ProcessLock(path)
        self._connection: Connection | None = None
        self._file: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None
        self._generation = 0
        self._writer = Writer(self._transaction, self._lock.held, self._drop)

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work and return its result after it is durable; what it raises rolls it back."""
        return self._writer.submit(unit)

    def read(self, look: Callable[[Transaction], T]) -> T:
        """Run queries on one consistent snapshot."""
        connection: Connection | None = None
        try:
            connection = self._reader()
            connection.execute_sql("BEGIN")
            try:
                return look(Transaction(connection))
            finally:
                connection.execute_sql("ROLLBACK")
        except (peewee.DatabaseError, peewee.InterfaceError) as error:
            found = fault(error)
            if found is None:
                raise
            raise found from error

    def close(self) -> None:
        """Finish the writer and close every connection."""
        self._writer.close()
        with self._guard:
            for reader in self._readers:
                with contextlib.suppress(peewee.PeeweeException):
                    reader.close()
            self._readers.clear()
        self._lock.close()

    def _reader(self) -> Connection:
        found: tuple[int, Connection] | None = getattr(self._local, "reader", None)
        if found and found[0] == self._generation:
            return found[1]
        if found:
            found[1].close()
        generation = self._generation
        connection = connect(self.path, read_only=True)
        self._local.reader = (generation, connection)
        with self._guard:
            self._readers.append(connection)
        return connection

    def _transaction(self) -> Transaction:
        """Return a transaction on the writer's connection, after looking whether the file is still ours."""
        file = _identity(self.path)
        log = self.path.with_name(self.path.name + "-wal")
        if file is None:
            self._drop()
            raise DatabaseFault(Reason.MISSING, f"the database file {self.path} is gone: restore the last backup")
        if self._connection is not None and (file != self._file or (self._log and _identity(log) != self._log)):
            self._drop()
        if self._connection is None:
            self._connection = connect(self.path)
            self._file, self._log = file, None
            self._generation += 1
        if self._log is None:
            self._log = _identity(log)
        return Transaction(self._connection)

    def _drop(self) -> None:
        """Forget the writer's connection; the next unit opens a new one."""
        if self._connection is not None:
            with contextlib.suppress(peewee.PeeweeException):
                self._connection.close()
        self._connection = None
