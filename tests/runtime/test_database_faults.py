"""Faults of the world below both engines: gone, damaged, full, restarted, locked (R105, R106, P22, P105)."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading

import pytest
from steps import fails, note, noted
from tills import NOW, counts, make_settings, make_till, order, placement, rows

from runtime import audit, placing, sqlite, tables
from runtime import database as databases
from runtime.faults import DatabaseFault, Reason
from runtime.rehearsal_bank import bank


def test_r105_a_database_that_is_gone_is_never_made_anew(tmp_path):
    settings = make_settings(tmp_path)
    fails(Reason.ABSENT, lambda: databases.open(settings))
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
