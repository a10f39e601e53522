"""The one path from an empty database to today's schema: numbered steps, each in one transaction with its own record.

A step is never changed once released; tables.py says what the path leads to, and a test holds the two against each
other.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from runtime.migrations import (
    m0001_orders,
    m0002_parcels,
    m0003_refunds,
    m0004_funds,
    m0005_promotions,
    m0006_papers,
    m0007_live,
    m0008_access,
    m0009_order_notes,
    m0010_planned_publish,
    m0011_visits,
    m0012_customers,
    m0013_share_links,
)
from runtime.migrations.migration import Migration
from runtime.transaction import Transaction

MIGRATIONS: tuple[Migration, ...] = (
    m0001_orders.MIGRATION,
    m0002_parcels.MIGRATION,
    m0003_refunds.MIGRATION,
    m0004_funds.MIGRATION,
    m0005_promotions.MIGRATION,
    m0006_papers.MIGRATION,
    m0007_live.MIGRATION,
    m0008_access.MIGRATION,
    m0009_order_notes.MIGRATION,
    m0010_planned_publish.MIGRATION,
    m0011_visits.MIGRATION,
    m0012_customers.MIGRATION,
    m0013_share_links.MIGRATION,
)
LATEST = MIGRATIONS[-1].number
_RECORD = (
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, at BIGINT NOT NULL)"
)
_SEEN = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
    "postgres": "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'",
}


class Writable(Protocol):
    """A database that runs units of work."""

    def write(self, unit: Callable[[Transaction], Any]) -> Any:  # noqa: ANN401  whatever the unit returns
        """Run a unit of work."""


def version(transaction: Transaction) -> int:
    """Return the number of the last step taken; 0 for an empty database."""
    seen = transaction.find(_SEEN["postgres" if transaction.postgres else "sqlite"])
    if not seen or not seen[0]:
        return 0
    row = transaction.find("SELECT max(number) FROM migration")
    return int(row[0] or 0) if row else 0


def migrate(database: Writable, steps: Sequence[Migration] = MIGRATIONS) -> list[int]:
    """Take every step that is missing and return their numbers.

    A step that fails leaves the database as it was before it.
    """
    taken = []
    for step in steps:

        def unit(transaction: Transaction, step: Migration = step) -> bool:
            if transaction.postgres:
                transaction.run("SELECT pg_advisory_xact_lock(7426)")
            transaction.run(_RECORD)
            if version(transaction) >= step.number:
                return False
            step.apply(transaction)
            transaction.run("INSERT INTO migration VALUES (?, ?, ?)", step.number, step.name, int(time.time()))
            return True

        if database.write(unit):
            taken.append(step.number)
    return taken
