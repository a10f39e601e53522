"""Money that goes back in the bank's books: refunds the shop asks for, and disputes the buyer begins.

A refund is done some seconds after it was asked for; ``Rule`` says how a charge's refunds end. A dispute takes the
money away at once and gives it back when the shop wins.
"""

import secrets
import sqlite3
from enum import StrEnum

import msgspec

from runtime.rehearsal_bank.books import BankCharge, Books, post

_SCHEMA = """
CREATE TABLE IF NOT EXISTS refund (
  number TEXT PRIMARY KEY, id TEXT NOT NULL, charge TEXT NOT NULL REFERENCES charge (id), movement TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), currency TEXT NOT NULL, notify_url TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed', 'stuck')), due_at INTEGER, at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS refund_of ON refund (charge);
CREATE INDEX IF NOT EXISTS refund_due ON refund (state, due_at);
CREATE TABLE IF NOT EXISTS refund_rule (charge TEXT PRIMARY KEY, rule TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS dispute (
  id TEXT PRIMARY KEY, charge TEXT NOT NULL UNIQUE REFERENCES charge (id), movement TEXT NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0), state TEXT NOT NULL CHECK (state IN ('opened', 'won', 'lost')),
  at INTEGER NOT NULL, decided_at INTEGER
);
"""
SOON, SLOW = 1, 30


class Rule(StrEnum):
    """How the refunds of a charge end."""

    SOON = "refunds-soon"
    SLOW = "refunds-slow"
    SILENT = "refunds-silent"
    STUCK = "refunds-stuck"
    FAILED = "refunds-failed"


_ENDS = {Rule.STUCK: "stuck", Rule.FAILED: "failed"}


class RefundWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the shop asks the bank to send back."""

    number: str
    reference: str
    transaction: str
    amount: int
    currency: str
    reason: str = ""
    notify_url: str = ""


class BankRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund in the bank's books."""

    number: str
    id: str
    charge: str
    movement: str
    amount: int
    currency: str
    notify_url: str
    state: str
    due_at: int | None
    at: int

    def shown(self) -> dict[str, object]:
        """Return a refund as the interface shows it."""
        return {
            "number": self.number,
            "state": self.state,
            "transaction": self.id if self.state == "succeeded" else "",
            "amount": self.amount,
            "currency": self.currency,
        }


_COLUMNS = ", ".join(BankRefund.__struct_fields__)


class Reversals:
    """The refunds and disputes of one bank's books."""

    def __init__(self, books: Books) -> None:
        self._books = books
        books.connection().executescript(_SCHEMA)

    def find(self, number: str) -> BankRefund | None:
        """Return a refund by the shop's number, or None."""
        query = f"SELECT {_COLUMNS} FROM refund WHERE number = ?"  # noqa: S608  our own words
        row = self._books.connection().execute(query, (number,)).fetchone()
        return BankRefund(**dict(zip(BankRefund.__struct_fields__, row, strict=True))) if row else None

    def of_charge(self, charge: str) -> list[BankRefund]:
        """Return the refunds of a charge, oldest first."""
        query = f"SELECT {_COLUMNS} FROM refund WHERE charge = ? ORDER BY at, number"  # noqa: S608  our own words
        rows = self._books.connection().execute(query, (charge,))
        return [BankRefund(**dict(zip(BankRefund.__struct_fields__, row, strict=True))) for row in rows]

    def take(self, charge: BankCharge, wish: RefundWish, at: int) -> str:
        """Take a refund, or try a stuck one again; return why not, or ''."""
        known = self.find(wish.number)
        if known is not None:
            same = (known.charge, known.movement, known.amount) == (charge.id, wish.transaction, wish.amount)
            if not same:
                return "NUMBER_USED"
            if known.state == "stuck":
                self._try_again(known, self._due(charge.id, at))
            return ""
        with self._books.change() as connection:
            if self._left(connection, charge.id, wish.transaction) < wish.amount:
                return "NOT_ENOUGH"
            connection.execute(
                f"INSERT INTO refund ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?) "  # noqa: S608
                "ON CONFLICT DO NOTHING",
                (
                    wish.number, secrets.token_hex(10), charge.id, wish.transaction, wish.amount, wish.currency,
                    wish.notify_url, self._due(charge.id, at), at,
                ),
            )  # fmt: skip
        return ""

    def _left(self, connection: sqlite3.Connection, charge: str, movement: str) -> int:
        """Return what can still be sent back of a movement: what is disputed is gone, and what failed came back."""
        row = connection.execute(
            "SELECT m.amount "
            "- (SELECT COALESCE(SUM(amount), 0) FROM refund WHERE movement = m.id AND state <> 'failed') "
            "- (SELECT COALESCE(SUM(amount), 0) FROM dispute WHERE movement = m.id AND state <> 'won') "
            "FROM movement m WHERE m.id = ? AND m.charge = ?",
            (movement, charge),
        ).fetchone()
        return int(row[0]) if row else 0

    def rule(self, charge: str) -> Rule:
        """Return how the refunds of a charge end."""
        query = "SELECT rule FROM refund_rule WHERE charge = ?"
        row = self._books.connection().execute(query, (charge,)).fetchone()
        return Rule(row[0]) if row else Rule.SOON

    def set_rule(self, charge: str, rule: Rule) -> None:
        """Say how the refunds of a charge end from now on."""
        with self._books.change() as connection:
            connection.execute("INSERT OR REPLACE INTO refund_rule VALUES (?, ?)", (charge, rule.value))

    def _due(self, charge: str, at: int) -> int:
        return at + (SLOW if self.rule(charge) is Rule.SLOW else SOON)

    def _try_again(self, refund: BankRefund, due_at: int) -> None:
        with self._books.change() as connection:
            connection.execute(
                "UPDATE refund SET state = 'pending', due_at = ? WHERE number = ? AND state = 'stuck'",
                (due_at, refund.number),
            )

    def settle(self, at: int) -> None:
        """End the refunds whose time has come, and tell the shop."""
        query = "SELECT number FROM refund WHERE state = 'pending' AND due_at <= ?"
        for (number,) in self._books.connection().execute(query, (at,)).fetchall():
            refund = self.find(number)
            if refund is None:
                continue
            rule = self.rule(refund.charge)
            state = _ENDS.get(rule, "succeeded")
            with self._books.change() as connection:
                moved = connection.execute(
                    "UPDATE refund SET state = ?, at = ?, due_at = NULL WHERE number = ? AND state = 'pending'",
                    (state, at, number),
                )
                if moved.rowcount and rule is not Rule.SILENT:
                    told = msgspec.structs.replace(refund, state=state).shown()
                    post(connection, refund.notify_url, {"kind": "refund", "verdict": state, **told}, at)

    def next_due(self) -> int | None:
        """Return when the next refund ends, or None."""
        row = self._books.connection().execute("SELECT MIN(due_at) FROM refund WHERE state = 'pending'").fetchone()
        found: int | None = row[0]
        return found

    def dispute(self, charge: BankCharge, choice: str, at: int) -> bool:
        """Let the buyer take the money back, or decide about it; False if that cannot be now."""
        if choice == "dispute":
            return self._open_dispute(charge, at)
        state = {"dispute-won": "won", "dispute-lost": "lost"}.get(choice)
        if state is None:
            return False
        with self._books.change() as connection:
            decided = connection.execute(
                "UPDATE dispute SET state = ?, decided_at = ? WHERE charge = ? AND state = 'opened'",
                (state, at, charge.id),
            )
            if decided.rowcount:
                self._tell_dispute(connection, charge, at)
        return bool(decided.rowcount)

    def _open_dispute(self, charge: BankCharge, at: int) -> bool:
        with self._books.change() as connection:
            row = connection.execute(
                "SELECT id FROM movement WHERE charge = ? ORDER BY at, id LIMIT 1", (charge.id,)
            ).fetchone()
            left = self._left(connection, charge.id, row[0]) if row else 0
            if left < 1:
                return False
            opened = connection.execute(
                "INSERT INTO dispute VALUES (?, ?, ?, ?, 'opened', ?, NULL) ON CONFLICT DO NOTHING",
                (secrets.token_hex(10), charge.id, row[0], left, at),
            )
            if opened.rowcount:
                self._tell_dispute(connection, charge, at)
        return bool(opened.rowcount)

    def state_of_dispute(self, charge: str) -> str:
        """Return how a charge's dispute stands, or ''."""
        query = "SELECT state FROM dispute WHERE charge = ?"
        row = self._books.connection().execute(query, (charge,)).fetchone()
        return str(row[0]) if row else ""

    @staticmethod
    def _tell_dispute(connection: sqlite3.Connection, charge: BankCharge, at: int) -> None:
        number, movement, amount, state = connection.execute(
            "SELECT id, movement, amount, state FROM dispute WHERE charge = ?", (charge.id,)
        ).fetchone()
        body = {
            "kind": "dispute", "number": number, "reference": charge.reference, "verdict": state, "amount": amount,
            "currency": charge.currency, "transaction": movement,
        }  # fmt: skip
        post(connection, charge.notify_url, body, at)
