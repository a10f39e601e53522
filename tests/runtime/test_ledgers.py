"""The two ledgers: stock and money are sums of rows that only grow."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pricing import HANGZHOU, carts
from tills import LATER, NOW, level, order, rows

from runtime import funds, pricing, stock
from runtime.funds import Entry, Where
from runtime.refusals import Code, Refusal


def test_opening_stock_is_given_once_whatever_the_text_says_later(till):
    assert stock.open_new(till.database, {"tea": 99, "new": 7, "free-of-count": None}, LATER) == 1
    assert stock.open_new(till.database, {"tea": 99, "new": 9}, LATER) == 0
    assert (level(till, "tea"), level(till, "new")) == (10, 7)
    assert rows(till, "SELECT quantity, reason FROM stock_move WHERE sku = 'new'") == [(7, "opening")]


def test_two_workers_that_open_the_same_stock_open_it_once(till):
    done = []
    threads = [
        threading.Thread(
            target=lambda: done.append(stock.open_new(till.database, {f"n{n}": 5 for n in range(30)}, NOW))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 30
    assert rows(till, "SELECT COUNT(*), SUM(quantity) FROM stock_move WHERE sku LIKE 'n%'") == [(30, 150)]


def test_a_correction_never_goes_below_zero_and_starts_counting_what_was_unlimited(till):
    assert stock.adjust(till.database, "tea", -10, actor="merchant", note="broken", now=NOW) == 0
    with pytest.raises(Refusal) as caught:
        stock.adjust(till.database, "tea", -1, actor="merchant", note="", now=NOW)
    assert (caught.value.code, caught.value.values) == (Code.STOCK_TOO_LOW, {"sku": "tea", "left": 0})
    assert stock.adjust(till.database, "song", 3, actor="merchant", note="", now=NOW) == 3
    with pytest.raises(Refusal):
        order(till, [("song", 4)])
    assert till.database.read(stock.differences) == []


def test_a_tampered_level_or_hold_is_found(till):
    order(till, [("tea", 2)])
    till.database.write(lambda transaction: transaction.run("UPDATE stock SET level = 3 WHERE sku = 'tea'"))
    till.database.write(lambda transaction: transaction.run("UPDATE stock_hold SET quantity = 5"))
    assert till.database.read(stock.differences) == [
        "tea: level 3, but the ledger says 8",
        "tea: orders hold 5, but the ledger says 2",
    ]


def test_levels_of_many_skus_are_asked_in_parts(till):
    names = [f"x{number}" for number in range(1200)]
    stock.open_new(till.database, dict.fromkeys(names, 1), NOW)
    assert till.database.read(lambda look: stock.levels(look, [*names, "song"])) == dict.fromkeys(names, 1)


def post(till, entries, reference="r", event="e"):
    till.database.write(lambda transaction: funds.post(transaction, event, reference, entries, None, Where("CNY", NOW)))


def test_p90_an_event_is_posted_once_and_nothing_is_not_posted(till):
    entries = [Entry(debit="a", credit="b", amount=5), Entry(debit="a", credit="c", amount=0)]
    for _ in range(3):
        post(till, entries)
    assert rows(till, "SELECT debit, credit, amount FROM transfer") == [("a", "b", 5)]
    post(till, entries, reference="other")
    assert till.database.read(funds.balances) == {("a", "CNY"): 10, ("b", "CNY"): -10}


def test_a_balance_on_the_wrong_side_is_found(till):
    post(till, [Entry(debit=funds.REFUNDS_DUE, credit=funds.BANK, amount=3)])
    assert till.database.read(funds.differences) == [
        "bank is -0.03 CNY: it must not be below zero",
        "refunds_due is 0.03 CNY: it must not be above zero",
    ]


@given(carts(), st.sampled_from(["courier", "pickup"]))
def test_the_parts_of_an_orders_money_add_up_to_its_total(cart, method):
    quote = pricing.quote(cart.terms, cart.items, HANGZHOU, method)

    parts = funds.parts(quote)
    assert parts.goods - parts.discount + parts.delivery + parts.tax == quote.total
    assert min(parts.goods, parts.discount, parts.delivery, parts.tax) >= 0
    taken = [entry.amount for entry in funds.sale("source", parts) if entry.debit == "source"]
    assert sum(taken) == quote.total
