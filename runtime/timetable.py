"""PUBLISHING AT AN HOUR: one hour may be set; then the shop is published as its text stands, or it is told why not.

``plan`` sets it, ``cancel`` takes it back, ``publish_due`` belongs to the recurring work: the build runs beside it, in
a process of its own. Who died while publishing is followed by another one after a while.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from generator.releases.rebuild import Outcome
from generator.shop import Value
from runtime.access import log
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.database import Database
from runtime.transaction import Row, Transaction

PATIENCE = timedelta(minutes=20)
"""How long somebody may publish before another one takes over."""
SYSTEM = By(actor="system")
_COLUMNS = "id, at, state, actor, name, locale, made_at, begun_at, ended_at, release, told"
_MOST_TOLD = 4000
Publish = Callable[[Path, str], Outcome]
Clock = Callable[[], datetime]


class Planned(Value, frozen=True, kw_only=True):
    """One hour; times are seconds since 1970, ``told`` has a line for every error."""

    id: int
    at: int
    state: str
    actor: str
    name: str
    locale: str
    made_at: int
    begun_at: int | None
    ended_at: int | None
    release: str
    told: str


def plan(database: Database, at: datetime, by: By, locale: str, now: datetime) -> None:
    """Set the hour; an earlier one that still waits is taken back."""

    def unit(transaction: Transaction) -> None:
        _cancel(transaction, now)
        transaction.run(
            "INSERT INTO planned_publish (at, state, actor, name, locale, made_at, release, told) "
            "VALUES (?, 'waiting', ?, ?, ?, ?, '', '')",
            int(at.timestamp()), by.actor, by.name, locale, int(now.timestamp()),
        )  # fmt: skip

    database.write(unit)


def cancel(database: Database, now: datetime) -> bool:
    """Take the hour back; False if none waits."""
    return database.write(lambda transaction: _cancel(transaction, now))


def find(look: Transaction) -> Planned | None:
    """Return what is planned or was planned last, unless it was taken back."""
    row = look.find(
        f"SELECT {_COLUMNS} FROM planned_publish WHERE state <> 'cancelled' ORDER BY id DESC LIMIT 1"  # noqa: S608
    )
    return _planned(row) if row else None


def publish_due(office: Lodge, folder: Path, clock: Clock, publish: Publish) -> threading.Thread | None:
    """Begin to publish if the hour has come; return the thread that does it."""
    now = clock()
    due = office.database.read(lambda look: look.find(*_due(now)))
    if due is None:
        return None
    taken = office.database.write(lambda transaction: _take(transaction, now))
    if taken is None:
        return None
    given = (office, folder, taken, (clock, publish))
    thread = threading.Thread(target=_run, args=given, name="timetable", daemon=True)
    thread.start()
    return thread


def _run(office: Lodge, folder: Path, planned: Planned, means: tuple[Clock, Publish]) -> None:
    clock, publish = means
    outcome = publish(folder, "zh" if planned.locale.startswith("zh") else "en")
    wrong = [f"{each.place}: {each.text}" for each in outcome.said if each.severity == "error"]
    told = "\n".join(filter(None, [outcome.fault, *wrong])) if not outcome.release else ""
    ended = clock()
    state = "done" if outcome.release else "refused"
    office.database.write(
        lambda transaction: transaction.run(
            "UPDATE planned_publish SET state = ?, ended_at = ?, release = ?, told = ? WHERE id = ?",
            state, int(ended.timestamp()), outcome.release, told[:_MOST_TOLD], planned.id,
        )
    )  # fmt: skip
    what = "shop.published" if outcome.release else "shop.publish_refused"
    log.note(office, SYSTEM, Entry(what=what, subject=outcome.release or planned.name, after=told[:400]), ended)


def _due(now: datetime) -> tuple[str, int, int]:
    at = int(now.timestamp())
    asked = (
        "SELECT id FROM planned_publish WHERE (state = 'waiting' AND at <= ?) OR (state = 'running' AND begun_at <= ?) "
        "ORDER BY id DESC LIMIT 1"
    )
    return asked, at, at - int(PATIENCE.total_seconds())


def _take(transaction: Transaction, now: datetime) -> Planned | None:
    """Take what is due for this process alone."""
    row = transaction.find(*_due(now))
    if row is None:
        return None
    at = int(now.timestamp())
    changed = transaction.run(
        "UPDATE planned_publish SET state = 'running', begun_at = ? WHERE id = ? "
        "AND (state = 'waiting' OR begun_at <= ?)",
        at, row[0], at - int(PATIENCE.total_seconds()),
    )  # fmt: skip
    found = transaction.find(f"SELECT {_COLUMNS} FROM planned_publish WHERE id = ?", row[0])  # noqa: S608
    return _planned(found) if changed and found else None


def _cancel(transaction: Transaction, now: datetime) -> bool:
    return bool(
        transaction.run(
            "UPDATE planned_publish SET state = 'cancelled', ended_at = ? WHERE state = 'waiting'", int(now.timestamp())
        )
    )


def _planned(row: Row) -> Planned:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Planned(**values)
