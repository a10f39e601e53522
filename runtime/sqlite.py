"""SQLite as the shop's database.

One writer a process that groups commits, many readers, and a fair lock between processes.

The file is never created here by accident, and a file deleted or replaced below a running shop is noticed before the
next write.
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
        self._paths = [path.with_name(path.name + end) for end in ("-gate", "-lock")]
        self._files: list[int] = []

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock."""
        if sys.platform == "win32":
            yield
            return
        if not self._files:
            self._files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in self._paths]
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
        while self._files:
            os.close(self._files.pop())


def create(path: Path) -> None:
    """Make an empty database file, once, however many processes want to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = ProcessLock(path)
    try:
        with lock.held():
            connect(path, mode="rwc").close()
    finally:
        lock.close()


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
        self._log_path = path.with_name(path.name + "-wal")
        self._name = ""
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
        self._look()
        if self._connection is None:
            self._connection = connect(self.path)
            self._file, self._log = _identity(self.path), None
            self._generation += 1
            self._recognise(Transaction(self._connection))
        elif self._log is None:
            self._log = _identity(self._log_path)
        return Transaction(self._connection)

    def _look(self) -> None:
        """Notice a file that was deleted or replaced below us: what is written to its old self would be lost."""
        file = _identity(self.path)
        if file is None:
            raise DatabaseFault(Reason.MISSING, f"the database file {self.path} is gone: restore the last backup")
        if self._connection is None:
            return
        log = _identity(self._log_path)
        replaced = file != self._file
        if self._log is not None and (replaced if log == self._log else not replaced):
            raise DatabaseFault(
                Reason.REPLACED, f"{self.path} and its -wal file do not belong together any more: stop the shop first"
            )
        if replaced:
            self._drop()

    def _recognise(self, transaction: Transaction) -> None:
        """Refuse a file that holds another shop's database than the one this store began with."""
        try:
            row = transaction.find("SELECT value FROM meta WHERE key = 'identity'")
        except peewee.OperationalError:
            row = None
        found = str(row[0]) if row else ""
        if self._name and found != self._name:
            self._drop()
            raise DatabaseFault(Reason.REPLACED, "this is the database of another shop", retry_after=60)
        self._name = found

    def _drop(self) -> None:
        """Forget the writer's connection; the next unit opens a new one."""
        if self._connection is not None:
            with contextlib.suppress(peewee.PeeweeException):
                self._connection.close()
        self._connection = None
