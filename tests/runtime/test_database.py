"""The database under both engines: units of work, faults of the world (R105, R106, P22), schema and its path."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
import time

import peewee
import pytest
from simulated import until
from tills import NOW, counts, make_settings, make_till, order, placement, rows

from runtime import audit, migrations, orders, payments, placing, sqlite, tables
from runtime import database as databases
from runtime.faults import DatabaseFault, Reason
from runtime.migrations.migration import Migration
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank
from runtime.settings import SettingError, read


def note(key, value="x"):
    return lambda transaction: transaction.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, value)


def noted(database):
    return {key for (key,) in database.read(lambda look: look.all("SELECT key FROM meta WHERE key LIKE 'k%'"))}


def fails(reason, work):
    with pytest.raises(DatabaseFault) as caught:
        work()
    assert caught.value.reason is reason
    assert caught.value.retry_after > 0


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


def test_r105_a_database_that_is_gone_is_never_made_anew(tmp_path):
    settings = make_settings(tmp_path)
    fails(Reason.MISSING, lambda: databases.open(settings))
    assert not (tmp_path / "var" / "shop.db").exists()
    databases.open(settings, upgrade=True).close()
    (tmp_path / "var" / "shop.db").unlink()
    for upgrade in (False, True):
        fails(Reason.MISSING, lambda upgrade=upgrade: databases.open(settings, upgrade=upgrade))
    assert not (tmp_path / "var" / "shop.db").exists()


def test_r105_an_emptied_database_is_not_taken_for_the_shops(database, settings):
    names = [table._meta.table_name for table in tables.ALL] + ["migration"]
    database.write(lambda transaction: [transaction.run(f"DROP TABLE {name}") for name in reversed(names)])
    for upgrade in (False, True):
        fails(Reason.MISSING, lambda upgrade=upgrade: databases.open(settings, upgrade=upgrade))


def test_r105_a_file_deleted_below_a_running_shop_is_noticed_before_the_next_write(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    order(till)
    (tmp_path / "var" / "shop.db").unlink()
    wish = placement(till)
    for _ in range(2):
        fails(Reason.MISSING, lambda: placing.place(till, wish, NOW))
    assert not (tmp_path / "var" / "shop.db").exists()
    till.database.close()


def test_r105_a_log_deleted_below_a_running_shop_stops_the_writing(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    order(till)
    order(till)
    (tmp_path / "var" / "shop.db-wal").unlink()
    fails(Reason.REPLACED, lambda: order(till))
    till.database.close()


def test_r105_a_restored_file_is_taken_up_but_not_another_shops(tmp_path):
    settings = make_settings(tmp_path / "a")
    till = make_till(databases.open(settings, upgrade=True), settings)
    path = tmp_path / "a" / "var" / "shop.db"
    order(till)
    copy = sqlite3.connect(tmp_path / "backup.db")
    source = sqlite3.connect(path)
    source.backup(copy)
    copy.close()
    source.close()

    def restore(file):
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink()
        shutil.copy(file, tmp_path / "new.db")
        (tmp_path / "new.db").replace(path)

    order(till)
    restore(tmp_path / "backup.db")
    assert order(till).id == 2
    other = databases.open(make_settings(tmp_path / "b"), upgrade=True)
    other.close()
    restore(tmp_path / "b" / "var" / "shop.db")
    fails(Reason.REPLACED, lambda: order(till))
    till.database.close()


def test_r105_a_long_writer_of_another_program_makes_buyers_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    till.database.close()
    till = make_till(databases.open(settings), settings)
    stranger = sqlite3.connect(tmp_path / "var" / "shop.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    before = counts(till)
    wish = placement(till)
    fails(Reason.LOCKED, lambda: placing.place(till, wish, NOW))
    assert counts(till) == before
    stranger.execute("ROLLBACK")
    stranger.close()
    assert placing.place(till, wish, NOW).created
    till.database.close()


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail("a small disk can only be mounted by root")
        pytest.skip("a small disk can only be mounted by root")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("this machine lets nobody mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_p22_on_a_full_disk_there_is_no_order_at_all_and_later_there_is(small_disk):
    settings = make_settings(small_disk)
    till = make_till(databases.open(settings, upgrade=True), settings)
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    before, wish, reasons = counts(till), placement(till), []
    for _ in range(40):
        try:
            placing.place(till, placement(till, [("song", 1)], remarks="x" * 1000), NOW)
        except DatabaseFault as error:
            reasons.append(error.reason)
    assert Reason.FULL in reasons
    assert set(reasons) == {Reason.FULL}
    fails(Reason.FULL, lambda: placing.place(till, wish, NOW))
    made = counts(till)["orders"] - before["orders"]
    assert made == 40 - len(reasons)
    filler.unlink()
    assert placing.place(till, wish, NOW).created
    assert till.database.read(audit.report).differences == ()
    assert rows(till, "PRAGMA integrity_check") == [("ok",)]
    till.database.close()


def test_p22_what_cannot_be_written_is_refused(small_disk):
    settings = make_settings(small_disk)
    first = databases.open(settings, upgrade=True)
    make_till(first, settings)
    bank.stop(settings)
    first.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    try:
        with pytest.raises(DatabaseFault) as caught:
            databases.open(settings).write(note("k1"))
    finally:
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert caught.value.reason in {Reason.READ_ONLY, Reason.MISSING}
    second = databases.open(settings)
    assert noted(second) == set()
    second.write(note("k1"))
    second.close()


def test_p22_without_the_lock_between_processes_nothing_is_written(tmp_path):
    settings = make_settings(tmp_path)
    databases.open(settings, upgrade=True).close()
    for end in ("-gate", "-lock"):
        (tmp_path / "var" / f"shop.db{end}").unlink()
        (tmp_path / "var" / f"shop.db{end}").mkdir()
    database = databases.open(settings)
    fails(Reason.BROKEN, lambda: database.write(note("k1")))
    database.close()


def test_r105_a_damaged_page_is_a_fault_not_a_crash(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    for _ in range(30):
        order(till, [("song", 1)])
    till.database.close()
    path = tmp_path / "var" / "shop.db"
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 200)
    fails(Reason.CORRUPT, lambda: databases.open(settings))
    path.write_bytes(b"This is a letter, not a database. " * 100)
    fails(Reason.CORRUPT, lambda: databases.open(settings))


def test_r106_a_postgres_that_restarts_is_found_again(postgres, empty_database, tmp_path):
    settings = make_settings(tmp_path, empty_database)
    till = make_till(databases.open(settings, upgrade=True), settings)
    order(till)
    postgres.stop("immediate")
    try:
        fails(Reason.UNREACHABLE, lambda: till.database.read(lambda look: look.find("SELECT 1")))
        fails(Reason.UNREACHABLE, lambda: till.database.write(note("k1")))
        fails(Reason.UNREACHABLE, lambda: databases.open(settings))
    finally:
        postgres.start()
    assert order(till).id > 1
    postgres.stop("fast")
    postgres.start()
    assert till.database.read(lambda look: look.find("SELECT COUNT(*) FROM orders")) == (2,)
    till.database.close()


def test_p105_deadlocks_are_solved_by_trying_again(empty_database, tmp_path):
    database = databases.open(make_settings(tmp_path, empty_database), upgrade=True)
    database.write(lambda transaction: [note(f"k{number}", "0")(transaction) for number in range(2)])
    meeting = threading.Barrier(2)

    def work(first, second):
        met = []

        def unit(transaction):
            transaction.run("UPDATE meta SET value = value || 'x' WHERE key = ?", first)
            if not met:
                met.append(meeting.wait(10))
            transaction.run("UPDATE meta SET value = value || 'x' WHERE key = ?", second)

        database.write(unit)

    threads = [threading.Thread(target=work, args=pair) for pair in (("k0", "k1"), ("k1", "k0"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(lambda look: look.all("SELECT value FROM meta WHERE key LIKE 'k%'")) == [("0xx",), ("0xx",)]
    database.close()


def test_a_newer_schema_is_refused_and_an_older_one_is_brought_forward_on_request(database, settings):
    database.write(
        lambda transaction: transaction.run(f"UPDATE migration SET number = 9999 WHERE number = {migrations.LATEST}")
    )
    fails(Reason.SCHEMA_NEWER, lambda: databases.open(settings, upgrade=True))
    database.write(lambda transaction: transaction.run("DELETE FROM migration"))
    fails(Reason.MISSING, lambda: databases.open(settings))


def described(database):
    """Return the shape of a database: every column, constraint and index, in words of its engine."""
    if database.dialect == "sqlite":
        found = database.read(
            lambda look: look.all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')")
        )
        shape = {
            " ".join(sql.replace("IF NOT EXISTS ", "").replace("( ", "(").replace(" )", ")").split())
            for (sql,) in found
        }
        return {" ".join(sql.replace("(", " ( ").replace(")", " ) ").split()) for sql in shape}
    columns = "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    constraints = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    queries = (
        f"{columns} WHERE table_schema = 'public'",
        f"{constraints} WHERE connamespace = 'public'::regnamespace",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    return {row for query in queries for row in database.read(lambda look, query=query: look.all(query))}


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


NEXT = Migration(
    number=migrations.LATEST + 1,
    name="next",
    statements=(
        "ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'live'))",
        "UPDATE orders SET channel = 'live' WHERE gateway = 'transfer'",
        "CREATE TABLE extra (id BIGSERIAL NOT NULL PRIMARY KEY, amount BIGINT NOT NULL)",
    ),
    append_only=("extra",),
)
BROKEN = Migration(
    number=migrations.LATEST + 2, name="broken", statements=("CREATE TABLE half (id BIGINT)", "SELECT * FROM nowhere")
)


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


def test_two_processes_that_migrate_at_once_take_each_step_once(settings):
    threads = [threading.Thread(target=lambda: databases.open(settings, upgrade=True).close()) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = databases.open(settings)
    assert database.read(lambda look: look.all("SELECT number FROM migration ORDER BY number")) == [
        (step.number,) for step in migrations.MIGRATIONS
    ]
    database.close()


def test_r117_a_backup_during_fifty_orders_a_second_is_consistent(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    stop, made = threading.Event(), []

    def buy():
        while not stop.is_set():
            made.append(order(till, [("song", 1), ("few", 1)] if len(made) < 90 else [("song", 1)]))
            time.sleep(0.005)

    buyers = [threading.Thread(target=buy) for _ in range(4)]
    for buyer in buyers:
        buyer.start()
    for number in range(5):
        least = len(made) + 12
        until(lambda least=least: len(made) >= least)
        source = sqlite3.connect(tmp_path / "var" / "shop.db")
        copy = sqlite3.connect(tmp_path / f"copy{number}.db")
        source.backup(copy, pages=20, sleep=0.001)
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        copy.close()
        source.close()
    stop.set()
    for buyer in buyers:
        buyer.join()
    till.database.close()
    assert len(made) > 50
    store = sqlite.SqliteStore(tmp_path / "copy4.db")
    found = store.read(audit.report)
    store.close()
    assert found.differences == ()
    assert 0 < found.orders <= len(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE", "mysql://x"), ("ENV", "prod"), ("SECRET", "short"), ("SMTP", "mail.example.com"), ("PROXY", "yes")],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path, name, value):
    with pytest.raises(SettingError) as caught:
        read(tmp_path, {f"SHOPWRIGHT_{name}": value})
    assert caught.value.name == f"SHOPWRIGHT_{name}"


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first, second = read(tmp_path, {}), read(tmp_path, {})
    assert first.secret == second.secret
    assert len(first.secret) == 64
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600
    assert first.secret.decode() not in repr(first)
