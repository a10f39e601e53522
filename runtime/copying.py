"""Copies of the shop's database: a backup while it is at work, and a move to another kind of database.

``backup`` writes a consistent SQLite file; ``copy`` fills an empty database of either kind with every row of another;
``digests`` tells whether two databases hold the same rows. What tells the visitors of a day apart is never copied.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from runtime import migrations, sqlite, tables
from runtime.database import Database, Transaction
from runtime.faults import DatabaseFault, Reason
from runtime.postgres import PostgresStore
from runtime.sqlite import SqliteStore
from runtime.tables.table import Table
from runtime.tables.visits import VisitKey, VisitMark

CHUNK = 500
PAGES = 200
OF_A_DAY = (VisitKey, VisitMark)
"""What is destroyed when the day is over, and so must not live on in a copy."""
_COPIED = tuple(table for table in tables.ALL if table not in OF_A_DAY)


def backup(path: Path, target: Path) -> None:
    """Copy a SQLite database while others write to it; what is there in the end is one moment's state."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
        draft = target.with_name(f"{target.name}.part")
        draft.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(draft)) as copied:
            source.backup(copied, pages=PAGES, sleep=0.01)
            _leave_visitors(copied)
            if copied.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise DatabaseFault(Reason.CORRUPT, "the database is damaged: this backup was not kept")
        draft.replace(target)


def _leave_visitors(copied: sqlite3.Connection) -> None:
    copied.execute("PRAGMA secure_delete = ON")
    for table in OF_A_DAY:
        name, _ = _named(table)
        if copied.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name.strip('"'),)).fetchone():
            copied.execute(f"DELETE FROM {name}")  # noqa: S608  our own names
    copied.commit()


@contextlib.contextmanager
def made(address: str) -> Iterator[Database]:
    """Open a database by its address and give it today's schema; raise DatabaseFault unless it is empty."""
    path = Path(address.removeprefix("sqlite:///"))
    store: Database
    if address.startswith("sqlite:"):
        if path.exists():
            raise DatabaseFault(Reason.TAKEN, f"{path} is there already: choose another file")
        sqlite.create(path)
        store = SqliteStore(path)
    else:
        store = PostgresStore(address)
    try:
        if store.read(migrations.version):
            raise DatabaseFault(Reason.TAKEN, "the database is not empty: make a new one")
        migrations.migrate(store)
        yield store
    finally:
        store.close()


def copy(source: Database, target: Database) -> int:
    """Fill an empty database with every row of another, as of one moment, and return how many there were."""

    def look(transaction: Transaction) -> int:
        count = 0
        for table in _COPIED:
            name, columns = _named(table)
            for rows in _parts(transaction, table):
                marks = ", ".join(["?"] * len(columns))
                statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  our own names
                target.write(lambda into, statement=statement, rows=rows: into.run_many(statement, rows))  # type: ignore[misc]
                count += len(rows)
        return count

    found = source.read(look)
    target.write(_count_on)
    return found


def digests(database: Database) -> dict[str, str]:
    """Return a digest of each table's rows, the same for the same rows in either kind of database."""

    def look(transaction: Transaction) -> dict[str, str]:
        found = {}
        for table in _COPIED:
            name, columns = _named(table)
            digest = hashlib.sha256()
            rows = transaction.all(f"SELECT {', '.join(columns)} FROM {name}")  # noqa: S608  our own names
            for line in sorted(repr([_plain(value) for value in row]) for row in rows):
                digest.update(line.encode())
            found[name.strip('"')] = digest.hexdigest()
        return found

    return database.read(look)


def _plain(value: object) -> object:
    return int(value) if isinstance(value, Decimal | bool) else value


def _named(table: type[Table]) -> tuple[str, list[str]]:
    about = table._meta  # noqa: SLF001  Peewee's documented place for it
    return f'"{about.table_name}"', [f'"{field.column_name}"' for field in about.sorted_fields]


def _parts(transaction: Transaction, table: type[Table]) -> Iterator[list[tuple[object, ...]]]:
    """Yield the rows of a table in parts, in the order of their keys."""
    name, columns = _named(table)
    about: Any = table._meta  # noqa: SLF001
    order = ", ".join(f'"{key.column_name}"' for key in about.get_primary_keys())
    start = 0
    while True:
        rows = transaction.all(
            f"SELECT {', '.join(columns)} FROM {name} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608  our own names
            CHUNK,
            start,
        )
        if not rows:
            return
        yield rows
        start += len(rows)


def _count_on(transaction: Transaction) -> None:
    """Let PostgreSQL go on counting ids after the highest that was copied."""
    if not transaction.postgres:
        return
    for table in tables.ALL:
        name, columns = _named(table)
        if '"id"' in columns:
            transaction.find(
                f"SELECT setval(pg_get_serial_sequence(?, 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {name}",  # noqa: S608
                name,
            )
