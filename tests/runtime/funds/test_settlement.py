"""Settlement: money becomes available when an order is over, once (P95)."""

import threading

from money import AVAILABLE, PENDING, completed, holds, look, paid, settled, sound
from tills import NOW, order, rows

from runtime import funds, orders, payments
from runtime.funds import Entry, Where, settlement
from runtime.payments import Cash


def never(_, __):
    return False


def settle(till, is_open=never):
    return settlement.settle_due(till.database, NOW, is_open)


def test_money_becomes_available_when_the_order_is_over_and_not_before(till):
    found = paid(till)
    assert settle(till) == 0
    assert holds(till, PENDING, AVAILABLE) == (2000, 0)
    completed(till, found)
    assert settle(till) == 1
    assert holds(till, PENDING, AVAILABLE) == (0, 2000)
    assert rows(till, "SELECT settled_at FROM orders") == [(int(NOW.timestamp()),)]
    sound(till)


def test_an_order_with_an_open_after_sale_waits(till):
    first, second = completed(till, paid(till)), completed(till, paid(till))
    assert settle(till, lambda _, order: order == first.id) == 1
    assert holds(till, PENDING, AVAILABLE) == (2000, 2000)
    assert settle(till) == 1
    assert settle(till) == 0
    assert [row[0] is not None for row in rows(till, "SELECT settled_at FROM orders")] == [True, True]
    assert second.id != first.id


def test_p95_the_job_run_twice_or_by_eight_workers_at_once_settles_once(till):
    for _ in range(4):
        completed(till, paid(till))
    done = []
    threads = [threading.Thread(target=lambda: done.append(settle(till))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 4
    assert settle(till) == 0
    assert holds(till, PENDING, AVAILABLE) == (0, 8000)
    assert rows(till, "SELECT COUNT(*) FROM transfer WHERE event = 'settled'") == [(4,)]
    sound(till)


def test_more_orders_than_fit_on_a_page_are_all_settled(till, monkeypatch):
    monkeypatch.setattr(settlement, "PAGE", 2)
    for _ in range(5):
        completed(till, paid(till, [("song", 1)]))
    assert settle(till) == 5


def test_money_that_came_by_transfer_is_in_the_bank_and_stays_there(till):
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    completed(till, look(till, found))
    assert settle(till) == 1
    assert holds(till, funds.BANK, "gateway.transfer.available") == (2000, 0)
    assert rows(till, "SELECT COUNT(*) FROM transfer WHERE event = 'settled'") == [(0,)]
    sound(till)


def test_what_goes_back_leaves_from_where_the_money_lies(till):
    found = paid(till)

    def source(order_id=found.id, gateway="rehearsal"):
        return till.database.read(lambda look: funds.source(look, order_id, gateway, "CNY"))

    assert source() == PENDING
    completed(till, found)
    settle(till)
    assert source() == AVAILABLE
    assert source(None) == PENDING
    assert source(None, "transfer") == funds.BANK
    by_hand = order(till, gateway="transfer")
    payments.confirm_transfer(till, by_hand.number, Cash(), NOW)
    assert source(by_hand.id, "transfer") == funds.BANK


def post(till, found, event, debit, credit, amount):
    entries = [Entry(debit=debit, credit=credit, amount=amount)]
    where = Where("CNY", NOW)
    till.database.write(lambda transaction: funds.post(transaction, event, "late", entries, found.id, where))


def test_a_fee_after_the_settlement_moves_with_the_rest_and_an_advance_is_given_back(till):
    found = settled(till)
    post(till, found, "fee", funds.FEES, PENDING, 12)
    till.database.write(lambda transaction: settlement.settle_rest(transaction, found.id, NOW))
    assert holds(till, PENDING, AVAILABLE, funds.FEES) == (0, 1988, 12)
    second = paid(till)
    till.database.write(
        lambda transaction: settlement.lend(transaction, "rehearsal", 3000, "payout", Where("CNY", NOW))
    )
    assert holds(till, PENDING, AVAILABLE) == (988, 3000)
    completed(till, second)
    settle(till)
    assert holds(till, PENDING, AVAILABLE) == (0, 3988)
    sound(till)


def test_an_unpaid_order_is_never_settled(till):
    found = order(till)
    payments.cancel(till, found.number, actor="merchant", now=NOW)
    assert settle(till) == 0
    assert orders.find_by_token(till.database, found.token).state is orders.State.CANCELLED
