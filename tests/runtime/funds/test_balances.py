"""Balances beside the ledger (P88, P89, P90, P100): always its sums, never below their floors, read at once."""

import random
import threading

import peewee
import pytest
from money import PENDING, holds, paid, settled, sound
from tills import NOW, rows

from runtime import audit, funds
from runtime.funds import Entry, Where, ledger
from runtime.refusals import Code, Refusal

ACCOUNTS = ("a", "b", "c", "d", "e")


def post(till, entries, reference="r", event="e", currency="CNY"):
    where = Where(currency, NOW)
    till.database.write(lambda transaction: funds.post(transaction, event, reference, entries, None, where))


def moved(debit, credit, amount):
    return [Entry(debit=debit, credit=credit, amount=amount)]


def balance(till, account, currency="CNY"):
    return till.database.read(lambda look: funds.balance(look, account, currency))


def test_p88_after_many_transfers_at_once_every_balance_is_its_sum_and_all_are_nothing(till):
    def work(seed):
        draw = random.Random(seed)
        for number in range(40):
            entries = [
                Entry(debit=debit, credit=credit, amount=draw.randint(1, 99))
                for debit, credit in (draw.sample(ACCOUNTS, 2) for _ in range(3))
            ]
            post(till, entries, f"{seed % 4}/{number}", currency=draw.choice(["CNY", "EUR"]))

    failed = []

    def run(seed):
        try:
            work(seed)
        except peewee.DatabaseError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    held, summed = till.database.read(funds.balances), till.database.read(funds.sums)
    assert held == summed
    assert {sum(held[key] for key in held if key[1] == currency) for currency in ("CNY", "EUR")} == {0}
    assert till.database.read(funds.differences) == []


def test_p90_the_same_event_from_eight_threads_is_one_set_of_rows(till):
    threads = [threading.Thread(target=lambda: post(till, moved("a", "b", 5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(till, "SELECT debit, credit, amount FROM transfer") == [("a", "b", 5)]
    assert (balance(till, "a"), balance(till, "b")) == (5, -5)


def test_what_a_unit_moves_is_seen_by_itself_and_lost_with_it(till):
    def unit(transaction):
        funds.post(transaction, "e", "r", moved("a", "b", 5), None, Where("CNY", NOW))
        seen.append(funds.balance(transaction, "a", "CNY"))
        raise Refusal(Code.CART_EMPTY)

    seen = []
    with pytest.raises(Refusal):
        till.database.write(unit)
    post(till, moved("c", "d", 1))
    assert seen == [5]
    assert till.database.read(funds.balances) == {("c", "CNY"): 1, ("d", "CNY"): -1}


def test_a_unit_that_would_take_an_account_below_its_floor_leaves_nothing(till):
    post(till, moved("a", "b", 5), "first")

    def unit(transaction):
        ledger.guarded(transaction, "a", "CNY", 2)
        funds.post(transaction, "e", "second", moved("b", "a", 4), None, Where("CNY", NOW))

    with pytest.raises(Refusal) as caught:
        till.database.write(unit)
    assert caught.value.values == {"account": "a", "left": 0, "currency": "CNY"}
    assert (balance(till, "a"), rows(till, "SELECT COUNT(*) FROM transfer")) == (5, [(1,)])


@pytest.mark.parametrize("statement", ["UPDATE transfer SET amount = 1", "DELETE FROM transfer"])
def test_p89_transfers_cannot_be_changed_by_sql(till, statement):
    paid(till)
    with pytest.raises(peewee.DatabaseError) as caught:
        till.database.write(lambda transaction: transaction.run(statement))
    assert "never changed" in str(caught.value)
    sound(till)


def test_p89_a_guard_that_was_taken_away_is_found(till):
    drop = {"sqlite": "DROP TRIGGER transfer_no_update", "postgres": "DROP TRIGGER transfer_stays ON transfer"}
    till.database.write(lambda transaction: transaction.run(drop[till.database.dialect]))
    assert till.database.read(audit.report).differences == ("rows of transfer can be changed: its guard is missing",)


TAMPERINGS = {
    f"{PENDING} holds 20.01 CNY, but its transfers add up to 20.00 CNY": (
        f"UPDATE balance SET amount = amount + 1 WHERE account = '{PENDING}'"
    ),
    "all balances in CNY add up to 0.01 CNY instead of nothing": (
        f"UPDATE balance SET amount = amount + 1 WHERE account = '{PENDING}'"
    ),
    "order {0} is settled, but it is paid": "UPDATE orders SET settled_at = 1",
    "order {0}: 7 is disputed or lost, but its disputes are 0": "UPDATE orders SET disputed = 7",
    "suspense holds 0 CNY, but what waits for a decision is 9": (
        "INSERT INTO finding (kind, gateway, reference, receipt, amount, currency, at) "
        "VALUES ('late', 'g', 'r', 't', 9, 'CNY', 1)"
    ),
}


@pytest.mark.parametrize("sentence", TAMPERINGS)
def test_p88_a_tampered_row_is_found(till, sentence):
    found = paid(till)
    post(till, moved(funds.SUSPENSE, PENDING, 3), "s1")
    post(till, moved(PENDING, funds.SUSPENSE, 3), "s2")
    sound(till)
    till.database.write(lambda transaction: transaction.run(TAMPERINGS[sentence]))
    assert sentence.format(found.number) in till.database.read(audit.report).differences


def test_p100_a_balance_is_one_row_however_many_transfers_there_are(till):
    for number in range(20):
        post(till, moved("a", "b", 5), str(number))
    plan = "EXPLAIN " if till.database.dialect == "postgres" else "EXPLAIN QUERY PLAN "
    query = "SELECT amount FROM balance WHERE account = ? AND currency = ?"
    steps = " ".join(str(row[-1]) for row in rows(till, plan + query, "a", "CNY"))
    assert "transfer" not in steps
    assert "INDEX" in steps.upper()
    assert rows(till, "SELECT COUNT(*) FROM balance") == [(2,)]
    assert balance(till, "a") == 100


def test_an_order_writes_no_transfer_until_it_is_paid(till):
    found = settled(till)
    assert rows(till, "SELECT DISTINCT event FROM transfer ORDER BY event") == [("receipt",), ("settled",)]
    assert rows(till, "SELECT COUNT(*) FROM transfer WHERE order_id <> ?", found.id) == [(0,)]
    assert holds(till, funds.SALES, funds.TAX) == (-1770, -230)
