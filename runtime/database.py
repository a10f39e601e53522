"""The database of one shop: ``open`` it, ``write`` a whole unit of work, ``read`` one moment.

SQLite: WAL, synchronous=FULL, one writer thread a process that groups commits, and a file lock between processes.
PostgreSQL: a transaction a unit, repeated by itself after serialization failures and deadlocks.
A unit is a function of a Transaction and may run more than once, so it changes nothing but the database. Statements
use ``?`` on both. The marker file var/database remembers which database belongs to the shop: an empty one is never
taken for it.
"""

import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from generator.files import atomic_write
from runtime import migrations, sqlite
from runtime.faults import DatabaseFault, Reason
from runtime.postgres import PostgresStore
from runtime.settings import Settings
from runtime.sqlite import SqliteStore
from runtime.transaction import Transaction

__all__ = ["Database", "Transaction", "open"]

T = TypeVar("T")
MARKER = "database"


class Database(Protocol):
    """A connected database."""

    dialect: str

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a unit of work and return its result after it is durable; what it raises rolls it back."""

    def read(self, look: Callable[[Transaction], T]) -> T:
        """Run queries on one consistent snapshot."""

    def close(self) -> None:
        """Finish the writer and close every connection."""


def open(settings: Settings, *, upgrade: bool = False) -> Database:  # noqa: A001  reads as database.open
    """Connect to the shop's database; ``upgrade`` makes a new one and brings an old one up to date.

    Raises DatabaseFault when it is gone, unreachable, or of another schema version.
    """
    with _guard:
        own = _opening.setdefault(settings.database, threading.Lock())
    with own:
        return _open(settings, upgrade=upgrade)


_guard = threading.Lock()
_opening: dict[str, threading.Lock] = {}
"""One hand at a time opens a database; one that does not answer keeps nobody from another."""


def _open(settings: Settings, *, upgrade: bool) -> Database:
    marker = settings.var / MARKER
    expected = marker.read_text().strip() if marker.exists() else ""
    database = _connect(settings, expected=bool(expected), create=upgrade)
    try:
        _check(database, settings, expected=expected, upgrade=upgrade)
        if not expected:
            identity = database.read(_identity)
            settings.var.mkdir(parents=True, exist_ok=True)
            atomic_write(marker, f"{identity}\n".encode())
    except BaseException:
        database.close()
        raise
    return database


def _connect(settings: Settings, *, expected: bool, create: bool) -> Database:
    if not settings.database.startswith("sqlite:"):
        return PostgresStore(settings.database)
    path = Path(settings.database.removeprefix("sqlite:///"))
    path = path if path.is_absolute() else settings.folder / path
    if not path.exists():
        if expected or not create:
            where = {"path": str(path), "folder": str(settings.folder)}
            if expected:
                said = f"the database file {path} is gone: restore the last backup"
                raise DatabaseFault(Reason.MISSING, said, retry_after=60, **where)
            said = f"there is no database yet at {path}: run shopwright migrate {settings.folder}"
            raise DatabaseFault(Reason.ABSENT, said, retry_after=60, **where)
        sqlite.create(path)
    return SqliteStore(path)


def _check(database: Database, settings: Settings, *, expected: str, upgrade: bool) -> None:
    folder = str(settings.folder)
    version = database.read(migrations.version)
    if version == 0 and expected:
        raise DatabaseFault(Reason.MISSING, "the database is empty but this shop had one: restore the last backup")
    if version > migrations.LATEST:
        raise DatabaseFault(
            Reason.SCHEMA_NEWER,
            f"the database has schema {version}, this program knows {migrations.LATEST}: upgrade it",
        )
    if version < migrations.LATEST:
        if not upgrade:
            said = f"the database has an older schema: run shopwright migrate {folder}"
            raise DatabaseFault(Reason.SCHEMA_OLDER, said, folder=folder)
        migrations.migrate(database)
    identity = database.read(_identity)
    if not identity:
        database.write(_name)
    if expected and identity != expected:
        raise DatabaseFault(Reason.REPLACED, "this is the database of another shop", retry_after=60)


def _name(transaction: Transaction) -> None:
    transaction.run(
        "INSERT INTO meta (key, value) VALUES ('identity', ?) ON CONFLICT (key) DO NOTHING", str(uuid.uuid4())
    )


def _identity(transaction: Transaction) -> str:
    row = transaction.find("SELECT value FROM meta WHERE key = 'identity'")
    return str(row[0]) if row else ""
