"""The bank's own books in its own SQLite file: charges, movements of money, notices to send, nonces seen."""

import contextlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

_SCHEMA = """
CREATE TABLE IF NOT EXISTS charge (
  id TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL, description TEXT NOT NULL, locale TEXT NOT NULL, notify_url TEXT NOT NULL,
  return_url TEXT NOT NULL, expires_at INTEGER, state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'refused',
  'closed'))
);
CREATE TABLE IF NOT EXISTS movement (
  id TEXT PRIMARY KEY, charge TEXT NOT NULL REFERENCES charge (id), amount INTEGER NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS movement_of ON movement (charge);
CREATE TABLE IF NOT EXISTS letter (
  id INTEGER PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL,
  due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS letter_due ON letter (done, due_at);
CREATE TABLE IF NOT EXISTS intent (charge TEXT PRIMARY KEY, due_at INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS nonce (nonce TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS nonce_at ON nonce (at);
"""
RETRY_PAUSES = (2, 5, 15, 30, 60, 180, 600, 1800)
NONCE_LIFE = 900


class ChargeState(StrEnum):
    """Where a charge stands at the bank."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    CLOSED = "closed"


class BankCharge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge in the bank's books; ``id`` is the unguessable name of its page."""

    id: str
    reference: str
    amount: int
    currency: str
    description: str
    locale: str
    notify_url: str
    return_url: str
    expires_at: int | None
    state: ChargeState = ChargeState.OPEN


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shop asks the bank to take."""

    reference: str
    amount: int
    currency: str
    description: str = ""
    locale: str = "en"
    notify_url: str
    return_url: str
    expires_at: int | None = None


class BankNotice(msgspec.Struct, frozen=True):
    """A notice that is due: where it goes and what it says."""

    id: int
    url: str
    body: str
    tries: int


_COLUMNS = ", ".join(BankCharge.__struct_fields__)


def post(connection: sqlite3.Connection, url: str, body: Mapping[str, object], due_at: int) -> None:
    """Plan a notice inside the caller's transaction; without an address nobody is told."""
    if url:
        text = msgspec.json.encode(body).decode()
        connection.execute("INSERT INTO letter (url, body, due_at) VALUES (?, ?, ?)", (url, text, due_at))


class Books:
    """The books; one connection a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection().executescript(_SCHEMA)

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self._path, timeout=10, isolation_level=None)
            found.execute("PRAGMA journal_mode = wal")
            found.execute("PRAGMA synchronous = normal")
            self._local.connection = found
        return found

    @contextlib.contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Change the books in one transaction."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None:
            found.close()
            self._local.connection = None

    def take_nonce(self, nonce: str, at: int) -> bool:
        """Remember a nonce; False if it was used before."""
        with self.change() as connection:
            connection.execute("DELETE FROM nonce WHERE at < ?", (at - NONCE_LIFE,))
            added = connection.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (nonce, at))
            return added.rowcount == 1

    def find(self, charge: str) -> BankCharge | None:
        """Return a charge by the name of its page, or None."""
        return self._find("id", charge)

    def find_by_reference(self, reference: str) -> BankCharge | None:
        """Return a charge by the shop's reference, or None."""
        return self._find("reference", reference)

    def _find(self, column: str, value: str) -> BankCharge | None:
        row = (
            self.connection()
            .execute(f"SELECT {_COLUMNS} FROM charge WHERE {column} = ?", (value,))  # noqa: S608  our own words
            .fetchone()
        )
        if row is None:
            return None
        return msgspec.convert(dict(zip(BankCharge.__struct_fields__, row, strict=True)), BankCharge)

    def open_charge(self, charge: BankCharge) -> BankCharge:
        """Write a new charge and return it, or the one that was written under its reference meanwhile."""
        marks = ", ".join("?" * len(BankCharge.__struct_fields__))
        values = [str(value) if isinstance(value, ChargeState) else value for value in msgspec.structs.astuple(charge)]
        with self.change() as connection:
            connection.execute(f"INSERT INTO charge ({_COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)  # noqa: S608
        return self.find_by_reference(charge.reference) or charge

    def close_charge(self, reference: str) -> None:
        """Close an open charge: nobody can pay it on its page any more."""
        with self.change() as connection:
            connection.execute(
                "UPDATE charge SET state = 'closed' WHERE reference = ? AND state IN ('open', 'refused')", (reference,)
            )

    def refuse(self, charge: BankCharge, at: int) -> bool:
        """Note that the buyer was refused, and tell the shop; False if the charge is not open."""
        with self.change() as connection:
            if not connection.execute(
                "UPDATE charge SET state = 'refused' WHERE id = ? AND state = 'open'", (charge.id,)
            ).rowcount:
                return False
            self._notify(connection, charge, "", at)
            return True

    def pay(self, charge: BankCharge, at: int, notices: tuple[int, ...], *, forced: bool = False) -> str:
        """Move the money and plan notices at these moments; return the movement's number, '' if the charge is not open.

        ``forced`` moves money also for a closed charge: that is how late money looks from outside.
        """
        movement = secrets.token_hex(10)
        allowed = ("open", "closed", "refused", "paid") if forced else ("open", "open", "open", "open")
        with self.change() as connection:
            if not connection.execute(
                "UPDATE charge SET state = 'paid' WHERE id = ? AND state IN (?, ?, ?, ?)", (charge.id, *allowed)
            ).rowcount:
                return ""
            connection.execute("INSERT INTO movement VALUES (?, ?, ?, ?)", (movement, charge.id, charge.amount, at))
            for due_at in notices:
                self._notify(connection, charge, movement, due_at)
        return movement

    def intend(self, charge: BankCharge, due_at: int) -> None:
        """Plan money that will come later, whatever happens to the charge until then."""
        with self.change() as connection:
            connection.execute("INSERT OR IGNORE INTO intent (charge, due_at) VALUES (?, ?)", (charge.id, due_at))

    @staticmethod
    def _notify(connection: sqlite3.Connection, charge: BankCharge, movement: str, due_at: int) -> None:
        body = {
            "kind": "payment",
            "reference": charge.reference,
            "verdict": "succeeded" if movement else "failed",
            "transaction": movement,
            "amount": charge.amount if movement else 0,
            "currency": charge.currency,
        }
        post(connection, charge.notify_url, body, due_at)

    def movements(self, charge: str) -> list[tuple[str, int]]:
        """Return the movements of a charge: number and amount."""
        return list(
            self.connection().execute("SELECT id, amount FROM movement WHERE charge = ? ORDER BY at, id", (charge,))
        )

    def due_intents(self, at: int) -> list[str]:
        """Take the charges whose late money comes now."""
        with self.change() as connection:
            rows = connection.execute("SELECT charge FROM intent WHERE done = 0 AND due_at <= ?", (at,)).fetchall()
            connection.executemany("UPDATE intent SET done = 1 WHERE charge = ?", rows)
        return [row[0] for row in rows]

    def due_notices(self, at: int) -> list[BankNotice]:
        """Take the notices that are due; each comes again later unless ``delivered`` is said."""
        with self.change() as connection:
            rows = connection.execute(
                "SELECT id, url, body, tries FROM letter WHERE done = 0 AND due_at <= ? ORDER BY due_at, id LIMIT 20",
                (at,),
            ).fetchall()
            for name, _, _, tries in rows:
                pause = RETRY_PAUSES[min(tries, len(RETRY_PAUSES) - 1)]
                connection.execute(
                    "UPDATE letter SET tries = tries + 1, due_at = ?, done = ? WHERE id = ?",
                    (at + pause, int(tries >= len(RETRY_PAUSES)), name),
                )
        return [BankNotice(*row) for row in rows]

    def delivered(self, notices: list[BankNotice]) -> None:
        """Note that the shop answered well."""
        with self.change() as connection:
            connection.executemany("UPDATE letter SET done = 1 WHERE id = ?", [(notice.id,) for notice in notices])

    def next_due(self) -> int | None:
        """Return when the next notice or late money is due, or None."""
        row = self.connection().execute(
            "SELECT MIN(due_at) FROM (SELECT due_at FROM letter WHERE done = 0 UNION ALL "
            "SELECT due_at FROM intent WHERE done = 0)"
        )
        found: int | None = row.fetchone()[0]
        return found
