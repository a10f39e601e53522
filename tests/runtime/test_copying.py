"""Copies: a backup taken under load is sound (P99), and a shop moves from one database to another whole (P103)."""

import sqlite3
import threading
import time

import pytest
from funds.money import AVAILABLE, GATEWAY, paid, settled
from simulated import until
from tills import NOW, make_settings, make_till, order

from runtime import audit, copying, funds, refunds, sqlite
from runtime import database as databases
from runtime.faults import DatabaseFault
from runtime.funds import withdrawals
from runtime.refunds import Wish
from runtime.sqlite import SqliteStore


def give_back(till, found, amount):
    wish = Wish(amount=amount)
    till.database.write(lambda look: refunds.request(look, found, wish, actor="merchant", now=NOW))


def test_p99_a_backup_under_load_restores_to_a_state_whose_audit_is_clean(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    stop, made = threading.Event(), []

    def buy(number):
        while not stop.is_set():
            found = paid(till, [("song", 1)], receipt=f"{number}-{len(made)}-{time.monotonic_ns()}")
            give_back(till, found, 100)
            made.append(found)

    buyers = [threading.Thread(target=buy, args=(number,)) for number in range(4)]
    for buyer in buyers:
        buyer.start()
    copies = []
    while len(copies) < 5:
        least = len(made) + 5
        until(lambda least=least: len(made) >= least)
        copies.append(tmp_path / f"copy{len(copies)}.db")
        copying.backup(tmp_path / "var" / "shop.db", copies[-1])
    stop.set()
    for buyer in buyers:
        buyer.join()
    till.database.close()
    counts = []
    for path in copies:
        store = SqliteStore(path)
        found = store.read(audit.report)
        assert found.differences == ()
        assert store.read(funds.balances) == store.read(funds.sums)
        counts.append(found.orders)
        store.close()
    assert counts == sorted(counts)
    assert 0 < counts[0] < counts[-1]


def busy(till):
    settled(till)
    found = paid(till, [("cup", 1)])
    give_back(till, found, 50)
    step = withdrawals.Step(event=withdrawals.Event.REQUEST, actor="merchant", now=NOW)
    withdrawals.request(till.database, GATEWAY, 500, "CNY", step)


@pytest.mark.parametrize("back", [False, True], ids=["to-postgres", "to-sqlite"])
def test_p103_a_shop_moves_to_the_other_database_with_every_row(tmp_path, empty_database, back):
    addresses = ["", empty_database]
    home = make_settings(tmp_path / "home", addresses[back])
    till = make_till(databases.open(home, upgrade=True), home)
    busy(till)
    target = addresses[not back] or f"sqlite:///{tmp_path}/new.db"
    with copying.made(target) as other:
        assert copying.copy(till.database, other) > 30
        assert copying.digests(other) == copying.digests(till.database)
        assert other.read(audit.report) == till.database.read(audit.report)
        assert other.read(audit.report).differences == ()
        assert other.read(funds.balances)[AVAILABLE, "CNY"] == 1500
    till.database.close()
    moved = make_settings(tmp_path / "home", target)
    again = databases.open(moved)
    shop = make_till(again, moved)
    assert order(shop).id == 3
    assert again.read(audit.report).differences == ()
    again.close()


def test_a_copy_goes_only_into_an_empty_database(tmp_path):
    settings = make_settings(tmp_path)
    databases.open(settings, upgrade=True).close()
    with pytest.raises(DatabaseFault), copying.made(f"sqlite:///{tmp_path}/var/shop.db"):
        pass


def test_a_copied_database_that_was_changed_has_another_digest(tmp_path):
    settings = make_settings(tmp_path)
    till = make_till(databases.open(settings, upgrade=True), settings)
    busy(till)
    before = copying.digests(till.database)
    till.database.write(lambda look: look.run("UPDATE orders SET remarks = 'x' WHERE id = 1"))
    after = copying.digests(till.database)
    assert {name for name in before if before[name] != after[name]} == {"orders"}
    till.database.close()


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
