"""The path of the schema: each step is taken once and whole, and it leads to the tables."""

import threading

import peewee
import pytest
from steps import BROKEN, NEXT, described, fails
from tills import counts, order, rows

from runtime import audit, migrations, tables
from runtime import database as databases
from runtime.faults import Reason


def test_a_newer_schema_is_refused_and_an_older_one_is_brought_forward_on_request(database, settings):
    database.write(
        lambda transaction: transaction.run(f"UPDATE migration SET number = 9999 WHERE number = {migrations.LATEST}")
    )
    fails(Reason.SCHEMA_NEWER, lambda: databases.open(settings, upgrade=True))
    database.write(lambda transaction: transaction.run("DELETE FROM migration"))
    fails(Reason.MISSING, lambda: databases.open(settings))


def test_the_path_of_migrations_leads_to_the_tables(database):
    database.write(lambda transaction: transaction.run("DROP TABLE migration"))
    migrated = described(database)
    names = [table._meta.table_name for table in tables.ALL]
    database.write(lambda transaction: [transaction.run(f"DROP TABLE {name}") for name in reversed(names)])

    def create(transaction):
        with transaction.connection.bind_ctx(tables.ALL):
            for table in tables.ALL:
                table._schema.create_all(safe=False)

    database.write(create)
    assert described(database) == migrated
    assert len(migrated) > 30


def test_a_step_forward_keeps_every_row_and_is_taken_once(till):
    made = [order(till), order(till, gateway="transfer")]
    before = counts(till)
    assert migrations.migrate(till.database, [*migrations.MIGRATIONS, NEXT]) == [NEXT.number]
    assert migrations.migrate(till.database, [*migrations.MIGRATIONS, NEXT]) == []
    assert counts(till) == before
    assert rows(till, "SELECT channel FROM orders ORDER BY id") == [("web",), ("live",)]
    assert till.database.read(migrations.version) == NEXT.number
    assert [order(till).total for _ in made] == [2000, 2000]
    assert till.database.read(audit.report).differences == ()


def test_a_step_that_fails_leaves_the_database_before_it(till):
    order(till)
    with pytest.raises(peewee.DatabaseError):
        migrations.migrate(till.database, [*migrations.MIGRATIONS, NEXT, BROKEN])
    assert till.database.read(migrations.version) == NEXT.number
    with pytest.raises(peewee.DatabaseError):
        till.database.read(lambda look: look.all("SELECT * FROM half"))
    assert till.database.read(lambda look: look.all("SELECT COUNT(*) FROM extra")) == [(0,)]


def test_two_processes_that_migrate_at_once_take_each_step_once(empty_settings):
    threads = [threading.Thread(target=lambda: databases.open(empty_settings, upgrade=True).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = databases.open(empty_settings)
    assert database.read(lambda look: look.all("SELECT number FROM migration ORDER BY number")) == [
        (step.number,) for step in migrations.MIGRATIONS
    ]
    database.close()
