"""A process dies inside a migration: the step is taken or it is not, and the next start finishes the path (R115)."""

import signal
from pathlib import Path

import pytest
from forking import Program
from steps import NEXT, described
from tills import counts, make_till, order

from runtime import audit, migrations
from runtime import database as databases

MIGRATOR = Path(__file__).with_name("migrator.py")


def migrate(settings, last):
    """Migrate in a process that dies at the n-th statement; return whether it lived."""
    address = settings.database if settings.database.startswith("postgres") else ""
    migrator = Program(MIGRATOR, settings.folder, address, last)
    _, complaints = migrator.communicate()
    assert migrator.returncode in {0, -signal.SIGKILL}, complaints
    return migrator.returncode == 0


@pytest.mark.parametrize("last", [0, 1, 2, 9, 30, 61, 90])
def test_r115_killed_while_it_makes_the_tables_the_next_start_makes_them_all(empty_settings, last):
    assert migrate(empty_settings, last) is False
    database = databases.open(empty_settings, upgrade=True)
    try:
        assert database.read(migrations.version) == migrations.LATEST
        found = described(database)
        assert len(found) > 30
        listed = database.read(lambda look: look.all("SELECT COUNT(*) FROM orders"))
        assert listed == [(0,)]
    finally:
        database.close()


def test_r115_killed_at_every_statement_of_a_step_forward_no_row_is_lost_and_the_step_is_whole_or_absent(settings):
    till = make_till(databases.open(settings, upgrade=True), settings)
    order(till)
    order(till, gateway="transfer")
    before, shape = counts(till), described(till.database)
    till.database.close()
    deaths, last = 0, 1
    while not migrate(settings, last):
        till = make_till(databases.open(settings), settings)
        version = till.database.read(migrations.version)
        assert version == migrations.LATEST
        assert (counts(till), described(till.database)) == (before, shape)
        assert till.database.read(audit.report).differences == ()
        till.database.close()
        deaths, last = deaths + 1, last + 1
        assert deaths < 60
    assert deaths > len(NEXT.statements)
    database = databases._connect(settings, expected=True, create=False)
    assert database.read(migrations.version) == NEXT.number
    channels = database.read(lambda look: look.all("SELECT channel FROM orders ORDER BY id"))
    database.close()
    assert channels == [("web",), ("live",)]
