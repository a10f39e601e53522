"""THE LOG OF THE CONSOLE: who changed what, when. Rows are added, never changed, and each is sealed with the last one.

A row's seal is SHA-256 over its text and the seal before it, so a row that was changed, left out or put in breaks the
chain from there on. The newest seal stands in ``meta`` with a MAC of the shop's secret: whoever holds the database
alone can neither cut the end off nor write the chain anew.
"""

import hashlib
import hmac
import json
import logging
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

from generator.shop import Value
from runtime.access.lodge import Lodge
from runtime.transaction import Row, Transaction

log = logging.getLogger(__name__)
_KEY = "console-log"
_LONGEST = 500
_FORMULA = ("=", "+", "-", "@")
HEAD = ("number", "at", "actor", "name", "what", "subject", "before", "after", "address", "seal")
"""The names of what ``cells`` returns."""
_CHUNK = 1000
_LOCK = "SELECT pg_advisory_xact_lock(7427)"
_INSIDE = "(subject LIKE ? ESCAPE '!' OR before LIKE ? ESCAPE '!' OR after LIKE ? ESCAPE '!')"
_COLUMNS = "number, at, actor, name, what, subject, before, after, address, seal"


class By(Value, frozen=True, kw_only=True):
    """Who does something: ``actor`` is ``person:3``, ``command`` or ``nobody``; from which network address."""

    actor: str
    name: str = ""
    address: str = ""


class Entry(Value, frozen=True, kw_only=True):
    """What was done (``order.shipped``), to what (an order's number), and how it was before and after, in short."""

    what: str
    subject: str = ""
    before: str = ""
    after: str = ""


class Line(Value, frozen=True, kw_only=True):
    """A row of the log."""

    number: int
    at: int
    actor: str
    name: str
    what: str
    subject: str
    before: str
    after: str
    address: str
    seal: str


class Wish(Value, frozen=True, kw_only=True):
    """Which rows somebody wants to see; '' and 0 are all."""

    actor: str = ""
    what: str = ""
    text: str = ""
    since: int = 0
    until: int = 0


class Break(Value, frozen=True):
    """Where the log is not what was written.

    ``changed``, ``missing``, ``cut`` (its end is gone), ``clock`` (it goes backwards), ``expected`` (a seal is gone).
    """

    kind: str
    number: int


class Verdict(Value, frozen=True, kw_only=True):
    """What came of looking at every row; ``seal`` is the newest one, to be kept elsewhere and held against later."""

    rows: int
    seal: str
    breaks: tuple[Break, ...]


COMMAND = By(actor="command")
NOBODY = By(actor="nobody")


def write(transaction: Transaction, lodge: Lodge, by: By, entry: Entry, now: datetime) -> None:
    """Add a row, in the transaction of what it tells."""
    if transaction.postgres:
        transaction.run(_LOCK)
    last = transaction.find("SELECT number, seal FROM console_log ORDER BY number DESC LIMIT 1") or (0, "")
    written = (by.actor, by.name, entry.what, entry.subject, entry.before, entry.after, by.address)
    row = (int(last[0]) + 1, int(now.timestamp()), *(_clean(text) for text in written))
    seal = _seal(last[1], row)
    transaction.run(
        f"INSERT INTO console_log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  our own words
        *(*row, seal),
    )
    transaction.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        *(_KEY, f"{row[0]}:{seal}:{lodge.mac('log', f'{row[0]}:{seal}')}"),
    )
    log.info("noted", extra={"number": row[0], "what": row[4], "seal": seal})


def note(lodge: Lodge, by: By, entry: Entry, now: datetime) -> None:
    """Add a row by itself."""
    lodge.database.write(lambda transaction: write(transaction, lodge, by, entry, now))


def lines(transaction: Transaction, wish: Wish, *, before: int = 0, limit: int = 50) -> list[Line]:
    """Return rows, the newest first; ``before`` is the number of the last one that was seen."""
    inside, what = f"%{_escaped(wish.text)}%", wish.what
    asked: tuple[tuple[bool, str, tuple[str | int, ...]], ...] = (
        (bool(before), "number < ?", (before,)),
        (bool(wish.actor), "actor = ?", (wish.actor,)),
        (bool(what), "(what = ? OR what LIKE ? ESCAPE '!')", (what, f"{_escaped(what)}.%")),
        (bool(wish.text), _INSIDE, (inside, inside, inside)),
        (bool(wish.since), "at >= ?", (wish.since,)),
        (bool(wish.until), "at < ?", (wish.until,)),
    )
    conditions = ["1 = 1", *(condition for wanted, condition, _ in asked if wanted)]
    values = [value for wanted, _, given in asked if wanted for value in given]
    query = f"SELECT {_COLUMNS} FROM console_log WHERE {' AND '.join(conditions)} ORDER BY number DESC LIMIT ?"  # noqa: S608  our own words
    return [_line(row) for row in transaction.all(query, *values, limit)]


def actors(transaction: Transaction) -> list[tuple[str, str]]:
    """Return who did anything, with the name they had last."""
    rows = transaction.all(
        "SELECT actor, name FROM console_log WHERE number IN (SELECT MAX(number) FROM console_log GROUP BY actor) "
        "ORDER BY actor"
    )
    return [(str(actor), str(name)) for actor, name in rows]


def kinds(transaction: Transaction) -> list[str]:
    """Return every kind of thing that was done so far."""
    return [str(row[0]) for row in transaction.all("SELECT DISTINCT what FROM console_log ORDER BY what")]


def cells(line: Line) -> list[str | int]:
    """Return a row for a spreadsheet: its moment in UTC, and no text that is taken for a formula."""
    at = datetime.fromtimestamp(line.at, UTC).isoformat().replace("+00:00", "Z")
    texts = (*_texts(line), line.seal)
    return [line.number, at, *(f"'{text}" if text.startswith(_FORMULA) else text for text in texts)]


def verify(transaction: Transaction, lodge: Lodge, expected: str = "") -> Verdict:
    """Hold every row against the chain, its end against the seal in ``meta``, and one seal that was noted before."""
    breaks, awaited = list[Break](), bool(expected)
    number, at, seal = 0, 0, ""
    for line in _all(transaction):
        if line.number != number + 1:
            breaks.append(Break("missing", number + 1))
        if line.seal != _seal(seal, (line.number, line.at, *_texts(line))):
            breaks.append(Break("changed", line.number))
        if line.at < at:
            breaks.append(Break("clock", line.number))
        number, at, seal = line.number, line.at, line.seal
        awaited = awaited and seal != expected
    if not _is_the_end(transaction, lodge, number, seal):
        breaks.append(Break("cut", number))
    if awaited:
        breaks.append(Break("expected", number))
    return Verdict(rows=number, seal=seal, breaks=tuple(breaks))


def _all(transaction: Transaction) -> Iterator[Line]:
    last = -1
    while rows := transaction.all(
        f"SELECT {_COLUMNS} FROM console_log WHERE number > ? ORDER BY number LIMIT ?",  # noqa: S608  our own words
        last,
        _CHUNK,
    ):
        yield from map(_line, rows)
        last = rows[-1][0]


def _is_the_end(transaction: Transaction, lodge: Lodge, number: int, seal: str) -> bool:
    row = transaction.find("SELECT value FROM meta WHERE key = ?", _KEY)
    if row is None:
        return number == 0
    head, _, mac = str(row[0]).rpartition(":")
    return head == f"{number}:{seal}" and hmac.compare_digest(mac, lodge.mac("log", head))


def _seal(last: str, row: tuple[object, ...]) -> str:
    text = json.dumps([last, *row], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _texts(line: Line) -> tuple[str, ...]:
    return (line.actor, line.name, line.what, line.subject, line.before, line.after, line.address)


def _clean(text: str) -> str:
    """Return a text as one line: what breaks lines or turns their direction is shown as a space."""
    kept = "".join(" " if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else each for each in text)
    return kept if len(kept) <= _LONGEST else f"{kept[: _LONGEST - 1]}…"


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _line(row: Row) -> Line:
    return Line(**dict(zip(Line.__struct_fields__, row, strict=True)))
