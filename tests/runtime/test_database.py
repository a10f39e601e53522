"""The database under both engines: units of work, looks, and what it lets nobody do."""

import threading

import peewee
import pytest
from steps import note, noted
from tills import NOW, counts, make_settings, order, rows

from runtime import database as databases
from runtime import migrations, orders, payments, tables
from runtime.refusals import Code, Refusal


def test_a_unit_that_raises_leaves_nothing(database):
    def unit(transaction):
        note("k1")(transaction)
        raise Refusal(Code.CART_EMPTY)

    with pytest.raises(Refusal):
        database.write(unit)
    with pytest.raises(peewee.IntegrityError):
        database.write(lambda transaction: [note("k2")(transaction), note("k2")(transaction)])
    assert noted(database) == set()


def test_units_of_many_threads_succeed_and_fail_each_for_itself(database):
    def work(number):
        def unit(transaction):
            note(f"k{number}")(transaction)
            if number % 3 == 0:
                raise Refusal(Code.CART_EMPTY)
            if number % 3 == 1:
                note(f"k{number}")(transaction)

        try:
            database.write(unit)
        except (Refusal, peewee.IntegrityError):
            failed.append(number)

    failed = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(failed) == [number for number in range(60) if number % 3 != 2]
    assert noted(database) == {f"k{number}" for number in range(60) if number % 3 == 2}


def test_an_answer_comes_after_the_work_can_be_seen_by_others(database, settings):
    other = databases.open(settings)
    try:
        for number in range(20):
            database.write(note(f"k{number}"))
            assert f"k{number}" in noted(other)
    finally:
        other.close()


def test_a_look_sees_one_moment(database):
    database.write(note("k1"))

    def look(transaction):
        first = transaction.find("SELECT COUNT(*) FROM meta")
        done = threading.Thread(target=lambda: database.write(note("k2")))
        done.start()
        done.join()
        return first == transaction.find("SELECT COUNT(*) FROM meta")

    assert database.read(look)
    assert noted(database) == {"k1", "k2"}


def test_sqlite_survives_a_power_cut_by_its_settings(tmp_path):
    database = databases.open(make_settings(tmp_path), upgrade=True)
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    found = database.write(lambda transaction: [transaction.find(f"PRAGMA {name}")[0] for name in pragmas])
    database.close()
    assert found == ["wal", 2, 1]


def test_ledgers_and_histories_can_only_grow(till):
    found = order(till)
    till.database.write(lambda transaction: transaction.run(
        "INSERT INTO transfer (event, reference, debit, credit, amount, currency, order_id, at) "
        "VALUES ('e', 'r', 'a', 'b', 1, 'CNY', ?, 1)", found.id,
    ))  # fmt: skip
    paid = order(till, gateway="transfer")
    payments.start(till, paid, "transfer", "http://127.0.0.1", NOW)
    payments.confirm_transfer(till, paid.number, payments.Cash(), NOW)
    orders.ship(till.database, paid.number, orders.Dispatch(), actor="test", now=NOW)
    filled = [table for table in tables.APPEND_ONLY if rows(till, f"SELECT COUNT(*) FROM {table}") != [(0,)]]
    assert {"order_line", "order_event", "stock_move", "transfer", "parcel_line", "payment_event"} <= set(filled)
    for table in filled:
        model = next(each for each in tables.ALL if each._meta.table_name == table)
        column = model._meta.sorted_fields[-1].column_name
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises((peewee.IntegrityError, peewee.InternalError, peewee.OperationalError)) as caught:
                till.database.write(lambda transaction, statement=statement: transaction.run(statement))
            assert "never changed" in str(caught.value)
    assert set(tables.APPEND_ONLY) == {table for step in migrations.MIGRATIONS for table in step.append_only}


PAYMENT = (
    "INSERT INTO payment (order_id, gateway, reference, state, amount, currency, started, receipt, queries, "
    "created_at) VALUES "
)


TRANSFER = "INSERT INTO transfer (event, reference, debit, credit, amount, currency, at) VALUES "


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock SET level = -1",
        "UPDATE orders SET state = 'nonsense'",
        "UPDATE orders SET paid = -1",
        "UPDATE stock_hold SET quantity = 0",
        "UPDATE stock_hold SET state = 'lost'",
        TRANSFER + "('e', 'r', 'a', 'b', 0, 'CNY', 1)",
        TRANSFER + "('e', 'r', 'a', 'a', 1, 'CNY', 1)",
        "INSERT INTO stock_move (sku, quantity, held, reason, actor, note, at) VALUES ('x', 1, 0, 'magic', '', '', 1)",
        PAYMENT + "(999, 'g', 'r', 'open', 1, 'CNY', '', '', 0, 1)",
    ],
)
def test_the_database_is_the_last_wall(till, statement):
    order(till)
    before = counts(till)
    with pytest.raises(peewee.IntegrityError):
        till.database.write(lambda transaction: transaction.run(statement))
    assert counts(till) == before
