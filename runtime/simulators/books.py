"""A simulator's own books in its own SQLite file; one connection, one change at a time."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from runtime.simulators.records import Asked, Charge, Fault, Movement, Notice, Refund

_SCHEMA = """
CREATE TABLE IF NOT EXISTS charge (
  id TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, state TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, details TEXT NOT NULL, created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS movement (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, charge TEXT NOT NULL, reference TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, fee INTEGER NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS movement_of ON movement (charge);
CREATE TABLE IF NOT EXISTS refund (
  number TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, charge TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, details TEXT NOT NULL, created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS notice (
  id INTEGER PRIMARY KEY, topic TEXT NOT NULL, subject TEXT NOT NULL, address TEXT NOT NULL, content TEXT NOT NULL,
  due_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting',
  answers TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS notice_due ON notice (state, due_at);
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY, "on" TEXT NOT NULL, name TEXT NOT NULL, "values" TEXT NOT NULL, "left" INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS asked (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, operation TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  status INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_JSON = {"details", "content", "answers", "values"}
_TABLES: dict[type, str] = {
    Charge: "charge", Movement: "movement", Refund: "refund", Notice: "notice", Fault: "fault", Asked: "asked",
}  # fmt: skip
_NONCE_LIFE = 900
Row = TypeVar("Row", Charge, Movement, Refund, Notice, Fault, Asked)


class Books:
    """The books; ``change`` holds them against everybody else, and may be entered again by who holds them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = wal")
        self._connection.execute("PRAGMA synchronous = normal")
        self._connection.executescript(_SCHEMA)

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Change the books in one transaction, alone."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def all(self, kind: type[Row], where: str = "1", *values: object) -> list[Row]:
        """Return rows of a kind; ``where`` is SQL of our own."""
        columns = ", ".join(f'"{name}"' for name in kind.__struct_fields__)
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {columns} FROM {_TABLES[kind]} WHERE {where} ORDER BY rowid",  # noqa: S608  our own words
                values,
            ).fetchall()
        return [_record(kind, row) for row in rows]

    def find(self, kind: type[Row], where: str, *values: object) -> Row | None:
        """Return the first row of a kind, or None."""
        found = self.all(kind, where, *values)
        return found[0] if found else None

    def add(self, record: Charge | Movement | Refund) -> bool:
        """Write a new row; False if its number is taken."""
        fields = msgspec.structs.asdict(record)
        marks = ", ".join("?" * len(fields))
        with self.change():
            done = self._connection.execute(
                f"INSERT INTO {_TABLES[type(record)]} ({', '.join(fields)}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
                [_plain(name, value) for name, value in fields.items()],
            )
        return done.rowcount == 1

    def alter(self, kind: type[Row], key: str, value: str | int, **changes: object) -> bool:
        """Change the row whose column ``key`` has this value; False if there is none."""
        sets = ", ".join(f'"{name}" = ?' for name in changes)
        with self.change():
            done = self._connection.execute(
                f'UPDATE {_TABLES[kind]} SET {sets} WHERE "{key}" = ?',  # noqa: S608
                [*(_plain(name, each) for name, each in changes.items()), value],
            )
        return done.rowcount > 0

    def charge(self, reference: str) -> Charge | None:
        """Return the charge of a merchant's number, or None."""
        return self.find(Charge, "reference = ?", reference)

    def moved(self, charge: str, kind: str) -> int:
        """Return how much money of a kind moved for a charge."""
        return sum(each.amount for each in self.all(Movement, "charge = ? AND kind = ?", charge, kind))

    def take_nonce(self, nonce: str, at: float) -> bool:
        """Remember a nonce; False if it was used before."""
        with self.change():
            self._connection.execute("DELETE FROM nonce WHERE at < ?", (at - _NONCE_LIFE,))
            added = self._connection.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, at))
        return added.rowcount == 1

    def post(self, notice: Notice) -> None:
        """Plan a notice; its id is given here."""
        with self.change():
            self._connection.execute(
                "INSERT INTO notice (topic, subject, address, content, due_at) VALUES (?, ?, ?, ?, ?)",
                (notice.topic, notice.subject, notice.address, _text(notice.content), notice.due_at),
            )

    def plan(self, on: str, name: str, values: dict[str, Any], times: int) -> None:
        """Plan a fault for the next ``times`` occasions; negative: for all."""
        with self.change():
            self._connection.execute(
                'INSERT INTO fault ("on", name, "values", "left") VALUES (?, ?, ?, ?)', (on, name, _text(values), times)
            )

    def clear_faults(self) -> None:
        """Forget all planned faults."""
        with self.change():
            self._connection.execute("DELETE FROM fault")

    def take_fault(self, on: tuple[str, ...], names: frozenset[str]) -> Fault | None:
        """Take the oldest planned fault of these names for one of these occasions, or for any; None is fair weather."""
        with self.change():
            for fault in self.all(Fault, '"left" <> 0'):
                if fault.on in {*on, "*"} and fault.name in names:
                    self.alter(Fault, "id", fault.id, left=fault.left - (fault.left > 0))
                    return fault
        return None

    def asked(self, request: Asked) -> None:
        """Note a request of the merchant; its id is given here."""
        with self.change():
            self._connection.execute(
                "INSERT INTO asked (at, operation, method, path, status) VALUES (?, ?, ?, ?, ?)",
                (request.at, request.operation, request.method, request.path, request.status),
            )

    def fact(self, name: str, default: str = "") -> str:
        """Return something small that the provider remembers."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def remember(self, name: str, value: str) -> None:
        """Remember something small."""
        with self.change():
            self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def forget(self, start: str) -> None:
        """Forget all whose name starts like this."""
        with self.change():
            self._connection.execute("DELETE FROM fact WHERE substr(name, 1, ?) = ?", (len(start), start))

    def next_number(self, name: str) -> int:
        """Return the next number of a counter, which begins at 1."""
        with self.change():
            number = int(self.fact(name, "0")) + 1
            self.remember(name, str(number))
        return number


def _record(kind: type[Row], row: tuple[Any, ...]) -> Row:
    named = zip(kind.__struct_fields__, row, strict=True)
    return kind(**{name: msgspec.json.decode(value) if name in _JSON else value for name, value in named})


def _plain(name: str, value: object) -> object:
    return _text(value) if name in _JSON else value


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
