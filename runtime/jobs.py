"""Recurring work: expire unpaid orders, ask silent gateways, send refunds and the outbox, complete received orders.

What is due follows from columns of the database, so nothing is lost while no process runs this; one process is
elected by a lease. ``Runner(make_till, settings, base_url).start()`` runs it beside a server; ``run_once`` does one
round.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from runtime import (
    aftersale,
    campaigns,
    orders,
    payments,
    publishing,
    reconciling,
    refunds,
    reminders,
    telling,
    timetable,
)
from runtime.access import lodge
from runtime.clientele import erasing
from runtime.database import Database, Transaction
from runtime.faults import Fault
from runtime.funds import settlement
from runtime.refusals import Refusal
from runtime.settings import Settings
from runtime.till import Till
from runtime.visits import marks

log = logging.getLogger(__name__)
LEASE_SECONDS = 30
PAUSE_SECONDS = 2.0
RECEIVE_AFTER = timedelta(days=10)
"""A paid parcel counts as received after this time, as Chinese platforms have it."""
DEFAULT_WINDOW = timedelta(days=7)
CLOCK_TOLERANCE = 120.0
BATCH = 50


class Clockwork:
    """Notices when the clock was set: orders are not expired on the word of a clock that just jumped."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._quiet_until = 0.0

    def is_steady(self, now: datetime, ticks: float) -> bool:
        """Return False for ten minutes after the wall clock moved otherwise than the time that passed (``ticks``)."""
        if self._last is not None:
            jump = abs((now.timestamp() - self._last[0]) - (ticks - self._last[1]))
            if jump > CLOCK_TOLERANCE:
                log.warning("the clock jumped by %d seconds: nothing expires for ten minutes", jump)
                self._quiet_until = ticks + 600
        self._last = (now.timestamp(), ticks)
        return ticks >= self._quiet_until


def take_lease(database: Database, owner: str, now: datetime, name: str = "jobs") -> bool:
    """Return whether this process does the recurring work for the next half minute."""
    at = int(now.timestamp())

    def unit(transaction: Transaction) -> bool:
        transaction.run("INSERT INTO lease (name, owner, until) VALUES (?, '', 0) ON CONFLICT DO NOTHING", name)
        return bool(
            transaction.run(
                "UPDATE lease SET owner = ?, until = ? WHERE name = ? AND (owner = ? OR until <= ? OR until > ?)",
                owner, at + LEASE_SECONDS, name, owner, at, at + 10 * LEASE_SECONDS,
            )
        )  # fmt: skip

    held = database.read(lambda transaction: transaction.find("SELECT owner, until FROM lease WHERE name = ?", name))
    if held and held[0] == owner and held[1] > at + LEASE_SECONDS // 2:
        return True
    if held and held[0] != owner and at < held[1] <= at + 10 * LEASE_SECONDS:
        return False
    return database.write(unit)


def run_once(till: Till, settings: Settings, base_url: str, now: datetime, *, expire: bool = True) -> None:
    """Do what is due now; one failing part does not stop the others."""
    office = lodge.of(settings, till.database)
    parts: list[Callable[[], object]] = [
        lambda: payments.poll_due(till, now),
        lambda: refunds.send_due(till, base_url or till.terms.url, now),
        lambda: telling.note_low_stock(till, now),
        lambda: reminders.tell_due(till.database, till.goods.find_room, now),
        lambda: telling.send_due(till, settings, base_url, now),
        lambda: complete_due(till, now),
        lambda: campaigns.end_groups(till, now),
        lambda: campaigns.give_rewards(till, settings.secret, now),
        lambda: aftersale.advance_due(till.database, now),
        lambda: settlement.settle_due(till.database, now, aftersale.is_open),
        lambda: reconciling.reconcile_due(till, now),
        lambda: _forget_due(till, settings, now),
        lambda: timetable.publish_due(office, settings.folder, lambda: now, publishing.publish),
        lambda: marks.forget_due(till.database, ZoneInfo(till.terms.timezone), now),
    ]
    if expire:
        parts.insert(0, lambda: payments.expire_due(till, now))
    for part in parts:
        try:
            part()
        except (Fault, Refusal):
            log.exception("recurring work failed")


def _forget_due(till: Till, settings: Settings, now: datetime) -> None:
    law = erasing.Law(country=till.terms.country, legal=till.terms.legal)
    erasing.finish_due(till.database, law, settings.var, now)


def returns_window(till: Till) -> timedelta:
    """Return how long after its receipt an order is completed, and its money ours."""
    return aftersale.window(till) or DEFAULT_WINDOW


def complete_due(till: Till, now: datetime, batch: int = BATCH) -> int:
    """Count paid parcels as received after ten days, and received orders as completed after the time for returns."""
    window = returns_window(till)
    done = 0
    for state, event, after, move in (
        ("shipped", "ship", RECEIVE_AFTER, orders.receive),
        ("received", "receive", window, orders.complete),
    ):
        for number in till.database.read(_overdue(state, event, now - after, batch)):
            try:
                move(till.database, number, actor="system", now=now)
                done += 1
            except Refusal:
                log.info("an order had moved on by itself")
    return done


def _overdue(state: str, event: str, before: datetime, batch: int) -> Callable[[Transaction], list[str]]:
    """Find orders whose time is over; those with an open case wait, and no later order waits for them."""

    def look(transaction: Transaction) -> list[str]:
        rows = transaction.all(
            "SELECT o.number FROM orders o WHERE o.state = ? AND o.paid >= o.total AND EXISTS (SELECT 1 FROM "  # noqa: S608
            "order_event e WHERE e.order_id = o.id AND e.event = ? AND e.at <= ?) AND NOT EXISTS (SELECT 1 FROM "
            f"aftersale a WHERE a.order_id = o.id AND a.{aftersale.IS_OPEN}) LIMIT ?",
            state,
            event,
            int(before.timestamp()),
            batch,
        )
        return [str(row[0]) for row in rows]

    return look


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a runner needs; ``make_till`` returns this thread's till, or None before anything is published."""

    make_till: Callable[[], Till | None]
    settings: Settings
    base_url: str = ""


class Runner:
    """A thread that does the recurring work while this process holds the lease."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._owner = secrets.token_hex(8)
        self._clockwork = Clockwork()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round in hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def round(self) -> bool:
        """Do one round if it is ours to do; return whether it was."""
        now = datetime.now(UTC)
        steady = self._clockwork.is_steady(now, time.monotonic())
        till = self._work.make_till()
        if till is None or not take_lease(till.database, self._owner, now):
            return False
        run_once(till, self._work.settings, self._work.base_url, now, expire=steady)
        return True

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                self.round()
            except Exception:
                log.exception("a round of recurring work failed")
