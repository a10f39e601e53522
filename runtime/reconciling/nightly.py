"""Yesterday's bills by themselves: asked for hourly until they are there, the last three days if some were missed."""

import logging
from datetime import date, datetime, timedelta

from runtime import findings
from runtime.database import Database, Transaction
from runtime.findings import Found
from runtime.gateways import Kind
from runtime.reconciling.books import reconcile
from runtime.refusals import Code, Refusal
from runtime.till import Till

log = logging.getLogger(__name__)
PAUSE = timedelta(hours=1)
DAYS = 3
DAMAGED = "bill_damaged"


def reconcile_due(till: Till, now: datetime) -> int:
    """Read the bills that are due, and return how many were read; a bill that cannot be trusted is told."""
    done = 0
    for gateway, provider in till.gateways.items():
        if provider.kind is Kind.ONLINE and _may_ask(till.database, gateway, now):
            read = _read_days(till.database, gateway)
            days = [(now - timedelta(days=back)).date() for back in range(DAYS, 0, -1)]
            done += sum(_try(till, gateway, day, now) for day in days if day.isoformat() not in read)
    return done


def _try(till: Till, gateway: str, day: date, now: datetime) -> bool:
    try:
        found = reconcile(till, gateway, day, now)
    except Refusal as refusal:
        if refusal.code is Code.BILL_DAMAGED:
            till.database.write(lambda transaction: _tell_damaged(transaction, till, (gateway, day), now))
        log.info("no bill: %s", refusal, extra={"gateway": gateway})
        return False
    till.database.write(lambda transaction: _settle_damaged(transaction, gateway, day, now))
    if not found.clean:
        log.warning("bill with %d differences", len(found.differences), extra={"gateway": gateway})
    return True


def _may_ask(database: Database, gateway: str, now: datetime) -> bool:
    """Tell whether this gateway was not asked for a while, and note that it is asked now."""
    name, at = f"bill:{gateway}", int(now.timestamp())
    held = database.read(lambda look: look.find("SELECT until FROM lease WHERE name = ?", name))
    if held and at < held[0] <= at + 2 * PAUSE.total_seconds():
        return False

    def unit(transaction: Transaction) -> bool:
        transaction.run("INSERT INTO lease (name, owner, until) VALUES (?, '', 0) ON CONFLICT DO NOTHING", name)
        until = int(held[0]) if held else 0
        ahead = at + int(PAUSE.total_seconds())
        return bool(transaction.run("UPDATE lease SET until = ? WHERE name = ? AND until = ?", ahead, name, until))

    return database.write(unit)


def _read_days(database: Database, gateway: str) -> set[str]:
    rows = database.read(lambda look: look.all("SELECT day FROM bill WHERE gateway = ?", gateway))
    return {day for (day,) in rows}


def _tell_damaged(transaction: Transaction, till: Till, which: tuple[str, date], now: datetime) -> None:
    gateway, day = which
    found = Found(
        kind=DAMAGED,
        gateway=gateway,
        reference=day.isoformat(),
        receipt=day.isoformat(),
        amount=0,
        currency=till.terms.currency,
    )
    findings.note(transaction, found, now)


def _settle_damaged(transaction: Transaction, gateway: str, day: date, now: datetime) -> None:
    transaction.run(
        "UPDATE finding SET settled_at = ? WHERE gateway = ? AND kind = ? AND receipt = ? AND settled_at IS NULL",
        int(now.timestamp()), gateway, DAMAGED, day.isoformat(),
    )  # fmt: skip
